#!/bin/sh
# SPDX-License-Identifier: MIT
#
# screen.sh - what the tests of the live screen share: fake processes, and a terminal in tmux.
# Sourced, not run.  Sets program, work and status; leaves with 77 where a thing is missing.

builddir=${HAK_BUILDDIR:-$PWD}
program=${HAK_STATS_PROGRAM:-$builddir/hakmem-stats}
fake_process=${HAK_FAKE_PROCESS:-$builddir/tests/cli/fake_process}
status=0
screens=0

if [ ! -x "$program" ] || [ ! -x "$fake_process" ]; then
	echo "skipped: $program or $fake_process is not there"
	exit 77
fi

work=$(mktemp -d) || exit 99
mkfifo "$work/hold" || exit 99
# Fake processes live as long as somebody may still write to this.
exec 9<>"$work/hold"

clean_up()
{
	exec 9>&-
	close_screen 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# shellcheck disable=SC2034 # whoever sources this ends with it
wrong()
{
	echo "$*"
	status=1
}

# start_fake NAME KIND: a fake process of that name; its pid is in $fake_pid.
start_fake()
{
	[ -e "$work/$1" ] || cp "$fake_process" "$work/$1" || exit 99
	: >"$work/$1.pid"
	"$work/$1" "$2" <"$work/hold" >"$work/$1.pid" 9>&- &
	tries=0
	until fake_pid=$(cat "$work/$1.pid") && [ -n "$fake_pid" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || exit 99
		sleep 0.05
	done
}

# Leaves the test where other processes may not be looked at.
need_permission()
{
	"$program" show "$1" >/dev/null 2>"$work/errors"
	if [ $? -eq 4 ]; then
		echo "skipped: $(cat "$work/errors")"
		exit 77
	fi
}

need_tmux()
{
	if ! command -v tmux >/dev/null 2>&1; then
		echo "skipped: no tmux"
		exit 77
	fi
}

on_screen()
{
	tmux -S "$work/socket.$screens" "$@" 9>&-
}

# open_screen COLUMNS ROWS COMMAND: the command in a terminal of its own, and then its exit code.
open_screen()
{
	# A server of its own: the last one may not have ended yet.
	screens=$((screens + 1))
	on_screen -u -f /dev/null new-session -d -s test -x "$1" -y "$2" \
		"$3; echo \"left with \$?\"; read -r line" || exit 99
}

close_screen()
{
	[ "$screens" -eq 0 ] || on_screen kill-server
}

# Up to ten seconds, until the screen has a line like the basic expression.
wait_for()
{
	tries=0
	while [ "$tries" -lt 100 ]; do
		on_screen capture-pane -p -t test >"$work/screen"
		grep -q -- "$1" "$work/screen" && return 0
		tries=$((tries + 1))
		sleep 0.1
	done
	wrong "waited in vain for \"$1\"; the screen:"
	cat "$work/screen"
	return 1
}

wait_until_gone()
{
	tries=0
	while [ "$tries" -lt 100 ]; do
		on_screen capture-pane -p -t test >"$work/screen"
		grep -q -- "$1" "$work/screen" || return 0
		tries=$((tries + 1))
		sleep 0.1
	done
	wrong "\"$1\" stays; the screen:"
	cat "$work/screen"
	return 1
}

press()
{
	on_screen send-keys -t test "$@"
}

is_well_formed()
{
	if command -v xmllint >/dev/null 2>&1; then
		xmllint --noout "$1"
	elif command -v python3 >/dev/null 2>&1; then
		python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$1"
	fi
}
