#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Can a program's name reach the terminal, JSON or metrics with control characters in it?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

escape=$(printf '\033')
name="${escape}[31m\"x\\"
start_fake "$name" plain
need_permission "$fake_pid"
for command in "show $fake_pid" "list" "list --json" "metrics" "metrics --by pid" "snapshot $fake_pid" "doctor $fake_pid" \
	"classes --json $fake_pid"; do
	# shellcheck disable=SC2086 # command and pid
	"$program" $command >"$work/out" 2>&1
	tr -d '\n\t' <"$work/out" | LC_ALL=C grep -q '[[:cntrl:]]' && wrong "$command prints control characters"
done
"$program" list --columns comm --no-header | grep -q 'x1b\[31m"x' || wrong "the name is not there at all"
# What users type is repeated in messages.
"$program" "$name" 2>&1 | LC_ALL=C grep -q "$escape" && wrong "a message repeats control characters"
"$program" --columns "$name" 2>&1 | LC_ALL=C grep -q "$escape" && wrong "a message repeats control characters"
if command -v promtool >/dev/null 2>&1; then
	"$program" metrics | promtool check metrics >/dev/null 2>&1 || wrong "a quote in a name breaks the metrics"
fi
exit "$status"
