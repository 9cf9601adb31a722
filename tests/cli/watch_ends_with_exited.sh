#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does watch print a line at each interval, a header every 20 lines, and "exited" at the end?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake seen busy
need_permission "$fake_pid"
"$program" watch "$fake_pid" -i 0.01 -n 41 >"$work/out" || wrong "watch fails"
[ "$(grep -c '^TIME' "$work/out")" -eq 3 ] || wrong "not a header every 20 lines"
[ "$(wc -l <"$work/out")" -eq 44 ] || wrong "not 41 lines"
"$program" watch "$fake_pid" -i 0.05 -n 3 --csv >"$work/out" || wrong "watch --csv fails"
[ "$(wc -l <"$work/out")" -eq 4 ] || wrong "not a header and 3 lines"
[ "$(awk -F, '{ print NF }' "$work/out" | sort -u | wc -l)" -eq 1 ] || wrong "lines of CSV differ in length"
# The fake process makes refills all the time.
[ "$(sed -n 2p "$work/out" | cut -d, -f9)" -lt "$(sed -n 4p "$work/out" | cut -d, -f9)" ] || wrong "refills do not grow"

# Pipes instead of files: reading one waits for what the other side does.
mkfifo "$work/short_says" "$work/lines" || exit 99
"$work/seen" plain <"$work/hold" >"$work/short_says" 9>&- &
short=$!
read -r _ <"$work/short_says" || wrong "the fake process does not start"
"$program" watch "$short" -i 0.1 >"$work/lines" 2>"$work/errors" 9>&- &
watching=$!
exec 8<"$work/lines"
for _ in header first second; do
	read -r _ <&8 || wrong "watch says nothing: $(cat "$work/errors")"
done
kill "$short"
last=$(tail -n 1 <&8)
exec 8<&-
wait "$watching" || wrong "watch does not exit with 0 when the process ends: $(cat "$work/errors")"
[ "$last" = exited ] || wrong "the last line is '$last', not 'exited'"
exit "$status"
