#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does doctor find a missing preload file, unknown and bad options, and stay quiet about the rest?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

# How the build names it is no option, and would be found.
library=${HAKMEM_LIBRARY:-$builddir/.libs/libhakmem.so}
unset HAKMEM_LIBRARY

# A procfs of our own, whose machine has a preload file: --procfs reads it below 1/root.
mkdir -p "$work/proc/1/root/etc" "$work/proc/1/root/usr/lib" "$work/proc/sys/kernel/yama"
: >"$work/proc/1/root/usr/lib/libgood.so"
echo 1 >"$work/proc/sys/kernel/yama/ptrace_scope"
printf '/usr/lib/libgood.so # a remark /usr/lib/remark.so\n/usr/lib/libhakmem.so.1:/usr/lib/libgood.so\n' \
	>"$work/proc/1/root/etc/ld.so.preload"
"$program" doctor --procfs "$work/proc" >"$work/out" 2>&1
[ $? -eq 1 ] || wrong "a missing preloaded library is no problem: $(cat "$work/out")"
[ "$(grep -c '^problem' "$work/out")" -eq 1 ] || wrong "not one problem: $(cat "$work/out")"
grep -q '^problem .*/usr/lib/libhakmem.so.1, which is not there' "$work/out" || wrong "the missing file is not named"
[ "$(id -u)" -eq 0 ] || grep -q 'ptrace_scope=1' "$work/out" || wrong "nothing about Yama"

: >"$work/proc/1/root/usr/lib/libhakmem.so.1"
"$program" doctor --procfs "$work/proc" >"$work/out" 2>&1 || wrong "problems without a reason: $(cat "$work/out")"
grep -q '^ok .*/usr/lib/libhakmem.so.1 into every new program' "$work/out" || wrong "the preload file is not read"

HAKMEM_STAT=on HAKMEM_PURGE_DELAY_MS=soon HAKMEM_LIMIT=512M HAKMEM_ELEPHANT=1 HAKMEM_THP=always
export HAKMEM_STAT HAKMEM_PURGE_DELAY_MS HAKMEM_LIMIT HAKMEM_ELEPHANT HAKMEM_THP
start_fake patient plain
unset HAKMEM_STAT HAKMEM_PURGE_DELAY_MS HAKMEM_LIMIT HAKMEM_ELEPHANT HAKMEM_THP
need_permission "$fake_pid"
"$program" doctor "$fake_pid" >"$work/out" 2>&1
[ $? -eq 1 ] || wrong "bad options are no problem"
grep -q '^problem .*HAKMEM_STAT .*HAKMEM_STATS was perhaps meant' "$work/out" || wrong "HAKMEM_STAT is not found"
grep -q '^problem .*HAKMEM_ELEPHANT .*no effect' "$work/out" || wrong "HAKMEM_ELEPHANT is not found"
grep -q '^problem .*HAKMEM_PURGE_DELAY_MS=soon .*a number up to 3600000' "$work/out" || wrong "the bad value is not found"
grep -q '^problem .*HAKMEM_\(LIMIT\|THP\)' "$work/out" && wrong "good options are called bad"
[ "$(grep -c '^problem' "$work/out")" -eq 3 ] || wrong "other problems: $(cat "$work/out")"

start_fake broken damaged
"$program" doctor "$fake_pid" >"$work/out" 2>&1
{ [ $? -eq 1 ] && grep -q '^problem .*fails check' "$work/out"; } || wrong "damage is not found"
"$program" doctor $$ >"$work/out" 2>&1
{ [ $? -eq 1 ] && grep -q '^problem libhakmem is not loaded' "$work/out"; } || wrong "a shell without the library is well"
"$program" doctor 999999999 >/dev/null 2>&1
[ $? -eq 3 ] || wrong "no process is not 3"

# A replaced library: the mapping stays, the file goes.
if [ -e "$library" ]; then
	cp "$library" "$work/libhakmem.so.1"
	LD_PRELOAD=$work/libhakmem.so.1 sleep 100 9>&- &
	sleeper=$!
	until grep -q libhakmem "/proc/$sleeper/maps"; do sleep 0.05; done
	rm "$work/libhakmem.so.1"
	"$program" doctor "$sleeper" >"$work/out" 2>&1
	grep -q '^problem it still runs the replaced .*libhakmem.so.1 (deleted); restart it' "$work/out" ||
		wrong "a replaced library is not found: $(cat "$work/out")"
	kill "$sleeper"
fi
exit "$status"
