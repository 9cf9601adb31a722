#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does a process that stays small make no shared mapping at all, one that grows exactly one, as
# HAKMEM_STATS says otherwise: none with off, one at the start with on?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"
need strace

# count_segments WORD...: shared nameless mappings, and whatever is done in /dev/shm.
count_segments()
{
	strace -f -o "$work/trace" -E "LD_PRELOAD=$library" "$@" </dev/null >"$work/output" 2>&1
	code=$?
	[ -s "$work/trace" ] || skip "strace cannot trace"
	[ $code -eq 0 ] || wrong "$* ended with $code"
	grep -q "$(basename "$library").*= [0-9]" "$work/trace" || wrong "$*: the library was not loaded"
	segments=$(grep -c 'MAP_SHARED|MAP_ANONYMOUS\|/dev/shm' "$work/trace")
}

expect_segments()
{
	wanted=$1
	shift
	count_segments "$@"
	[ "$segments" -eq "$wanted" ] || wrong "$*: $segments shared mappings or files, not $wanted"
}

expect_segments 0 true
expect_segments 0 ls /
expect_segments 0 sh -c :
expect_segments 0 "$hold" 0
expect_segments 0 -E HAKMEM_STATS=off "$hold" 6
expect_segments 1 -E HAKMEM_STATS=on true
grep 'MAP_SHARED|MAP_ANONYMOUS' "$work/trace" | grep -q '= 0x' || wrong "the mapping was refused"

# 6 MiB: the chunk of the process and one for its superslabs.
count_segments "$hold" 6
case $segments in
1 | 2) ;;
*) wrong "hold 6: $segments shared mappings" ;;
esac
grep -q /dev/shm "$work/trace" && wrong "hold 6 looks into /dev/shm"

exit $status
