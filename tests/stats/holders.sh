#!/bin/sh
# SPDX-License-Identifier: MIT
#
# holders.sh - what the scripts of this folder share: processes that hold memory (hold.c), and
# numbers out of hakmem-stats show --json.  Sourced, not run.

builddir=${HAK_BUILDDIR:-$PWD}
library=${HAKMEM_LIBRARY-$builddir/.libs/libhakmem.so}
program=${HAK_STATS_PROGRAM:-$builddir/hakmem-stats}
hold=${HAK_HOLD:-$builddir/tests/stats/hold}
status=0

skip()
{
	echo "skipped: $*"
	exit 77
}

need()
{
	for command in "$@"; do
		command -v "$command" >/dev/null 2>&1 || skip "no $command"
	done
}

# shellcheck disable=SC2034 # whoever sources this ends with it
wrong()
{
	echo "$*"
	status=1
}

[ -r "$library" ] || skip "no library at $library"
if [ ! -x "$program" ] || [ ! -x "$hold" ]; then
	skip "$program or $hold is not there"
fi
work=$(mktemp -d) || exit 99
mkfifo "$work/end" || exit 99
exec 9<>"$work/end"

clean_up()
{
	exec 9>&-
	[ -z "$holder" ] || kill -KILL "$holder" 2>/dev/null
	rm -rf "$work"
}
holder=
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# start_holder WORD...: WORD... begins with what comes before the program, if anything ("env",
# "unshare ..."); returns when it is ready.  $holder is what was started, $inner_pid what it says
# of itself.
start_holder()
{
	mkfifo "$work/ready" || exit 99
	"$@" <"$work/end" >"$work/ready" 9>&- &
	holder=$!
	answer=
	read -r answer <"$work/ready"
	rm "$work/ready"
	inner_pid=${answer#ready }
	[ "$answer" != "$inner_pid" ]
}

# Ends it without a chance to clean up.
kill_holder()
{
	kill -KILL "$holder"
	wait "$holder" 2>/dev/null
	holder=
}

# shown PID NAME: the number of that name, or nothing; the exit code is the program's.
shown()
{
	"$program" show --json "$1" >"$work/shown" 2>"$work/errors"
	code=$?
	[ $code -ne 4 ] || skip "other processes may not be looked at"
	[ $code -ne 0 ] || sed -n "s/^ *\"$2\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$work/shown" | head -n 1
	return $code
}

# Files of the named mode.
named_segments()
{
	find /dev/shm -maxdepth 1 -name 'hakmem.*' 2>/dev/null | sort
}
