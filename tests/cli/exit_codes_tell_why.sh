#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does each kind of failure have its exit code, and one line on stderr that says what to do?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

# expect CODE PATTERN ARGUMENT...: with a failure stdout is empty and stderr is one line.
expect()
{
	code=$1 pattern=$2
	shift 2
	"$program" "$@" >"$work/out" 2>"$work/errors" </dev/null
	got=$?
	[ "$got" -eq "$code" ] || wrong "hakmem-stats $*: exit code $got, not $code: $(cat "$work/errors")"
	[ "$code" -ne 0 ] || return
	[ ! -s "$work/out" ] || wrong "hakmem-stats $*: prints something although it fails"
	[ "$(wc -l <"$work/errors")" -eq 1 ] || wrong "hakmem-stats $*: not one line: $(cat "$work/errors")"
	grep -q "^hakmem-stats: .*$pattern" "$work/errors" || wrong "hakmem-stats $*: $(cat "$work/errors")"
}

expect 0 '' --help
expect 0 '' -V
expect 0 '' list
expect 0 '' --comm 'no such program' --no-header
expect 0 '' classes --columns help
expect 2 "unknown command 'nothing' (see" nothing
expect 2 "unknown flag '--nothing' (see" --nothing
expect 2 "list: unknown flag '--csv' (see" list --csv
expect 2 "needs a value" list --limit
expect 2 "unknown column 'foo' (see --columns help)" list --columns pid,foo
expect 2 "cannot sort by 'foo'" list --sort foo
expect 2 'give a number' show xyz
expect 2 'needs a process id' show
expect 2 'takes one process id' classes 1 2
expect 2 'give seconds' watch 1 -i 0
expect 2 'give one from' watch 1 -n 0
expect 2 'give auto, always or never' --color=perhaps
expect 2 '[-][-]by takes' metrics --by shoe
expect 2 'needs one snapshot' diff
expect 2 'cannot read snapshot' diff "$work/none" 1
echo '{ "schema": 5 }' >"$work/strange"
expect 2 'has no schema' diff "$work/strange" 1
echo 'strange' >"$work/strange"
expect 2 'is no snapshot' diff "$work/strange" 1
echo '{ "schema": "hakmem-stats/2", "processes": [] }' >"$work/strange"
expect 6 'has no schema' diff "$work/strange" 1
expect 3 'no process 999999999' show 999999999
expect 3 'cannot read processes from' --procfs "$work/none"
[ ! -w /dev/full ] || {
	"$program" list >/dev/full 2>"$work/errors"
	{ [ $? -eq 1 ] && grep -q 'cannot write the output' "$work/errors"; } || wrong "a full disk is not noticed"
}

start_fake good plain
need_permission "$fake_pid"
good=$fake_pid
for command in show classes threads conf; do
	expect 0 '' "$command" "$good"
done
expect 2 'is too much' threads "$good" 5
expect 5 'libhakmem' show $$
start_fake newer newer
expect 0 '' show "$fake_pid"
start_fake forked forked
expect 5 'parent' show "$fake_pid"
start_fake version version
expect 6 'this hakmem-stats reads 1' show "$fake_pid"
start_fake damaged damaged
expect 7 'fails check' show "$fake_pid"

# Several: 1 unless all ended alike, and those that can be shown are.
"$program" show "$good" 999999999 >"$work/out" 2>"$work/errors"
{ [ $? -eq 1 ] && grep -q committed "$work/out"; } || wrong "one of two does not exit with 1"
expect 3 '' show 999999999

# Another user's process.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null 2>&1; then
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$program" show "$good" >"$work/out" 2>"$work/errors"
	case $? in
	4) [ "$(wc -l <"$work/errors")" -eq 1 ] || wrong "denied in more than one line" ;;
	126 | 127) ;; # the program lies where others may not go
	*) wrong "another user's process is not denied: $(cat "$work/errors")" ;;
	esac
fi
exit "$status"
