#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does a process that is killed leave nothing behind, except with HAKMEM_STATS=shm: one file that
# only its owner may read?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"

[ -w /dev/shm ] || skip "/dev/shm cannot be written"
ours=
# shellcheck disable=SC2154 # work is of holders.sh
trap '[ -z "$ours" ] || rm -f "$ours"; clean_up' EXIT

# Other processes may come and go: only files that our process maps count.
files_of_holder()
{
	sed -n 's:^.* \(/dev/shm/[^ ]*\).*$:\1:p' "/proc/$holder/maps" | sort -u
}

for mode in auto on; do
	start_holder env "LD_PRELOAD=$library" HAKMEM_STATS=$mode "$hold" 6 || wrong "$mode: it does not start"
	shown "$holder" live_bytes >/dev/null || wrong "$mode: nothing is shown: $(cat "$work/errors")"
	[ -z "$(files_of_holder)" ] || wrong "$mode maps $(files_of_holder)"
	kill_holder
done

start_holder env "LD_PRELOAD=$library" HAKMEM_STATS=shm "$hold" 6 || wrong "shm: it does not start"
ours=$(files_of_holder)
case $ours in
*' '* | *'
'*) wrong "several files: $ours" ;;
/dev/shm/hakmem."$(id -u)".*) ;;
'') skip "no file was made (a limit on file sizes, or no room)" ;;
*) wrong "the file is called $ours" ;;
esac
random=${ours##*.}
case $random in
*[!0-9a-f]*) wrong "not a random number: $random" ;;
????????????????) ;;
*) wrong "not 16 digits: $random" ;;
esac
[ "$(stat -c '%a %u %h %F' "$ours")" = "600 $(id -u) 1 regular file" ] || wrong "the file is $(stat -c '%a %u %h %F' "$ours")"
live=$(shown "$holder" live_bytes) || wrong "shm: nothing is shown: $(cat "$work/errors")"
[ "${live:-0}" -ge 6000000 ] || wrong "shm: $live live bytes"
kill_holder
[ -e "$ours" ] || wrong "the file went with its process: nothing tests that it can be found"

exit $status
