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

"$work/seen" plain <"$work/hold" >"$work/short.pid" 9>&- &
short=$!
until [ -s "$work/short.pid" ]; do sleep 0.05; done
"$program" watch "$short" -i 0.1 >"$work/out" 2>"$work/errors" 9>&- &
watching=$!
until [ "$(wc -l <"$work/out")" -ge 3 ]; do sleep 0.05; done
kill "$short"
wait "$watching" || wrong "watch does not exit with 0 when the process ends: $(cat "$work/errors")"
[ "$(tail -n 1 "$work/out")" = exited ] || wrong "the last line is not 'exited'"
exit "$status"
