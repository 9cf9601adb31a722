#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does promtool accept the metrics, are groups sums, and is the text file replaced as a whole?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake summed plain
need_permission "$fake_pid"
cp "$work/summed" "$work/second" && start_fake second plain
two='summed{second'
"$work/summed" plain <"$work/hold" >"$work/third.pid" 9>&- &
until [ -s "$work/third.pid" ]; do sleep 0.05; done

value()
{
	grep "^hakmem_$1{$2" "$work/metrics" | sed 's/.* //'
}

"$program" metrics --comm 's[ue][mc]*d' >"$work/metrics" || wrong "metrics fails"
[ "$(value processes 'comm="summed"')" = 2 ] || wrong "two processes are not one group: $two"
[ "$(value large_bytes 'comm="summed"')" = 2097152 ] || wrong "large_bytes is no sum"
[ "$(value large_bytes 'comm="second"')" = 1048576 ] || wrong "the other group is not apart"
[ "$(tail -n 1 "$work/metrics")" = "# EOF" ] || wrong "no end"

"$program" metrics --comm 's[ue][mc]*d' --by comm --limit 1 >"$work/metrics" || wrong "metrics --limit fails"
[ "$(value processes 'comm="other"')" = 1 ] || wrong "the rest is not other"
"$program" metrics --comm summed --by pid >"$work/metrics" || wrong "metrics --by pid fails"
[ "$(value processes "pid=\"$(cat "$work/third.pid")\"")" = 1 ] || wrong "no pid"
"$program" metrics --comm summed --classes >"$work/metrics" || wrong "metrics --classes fails"
[ "$(value class_slots 'comm="summed",unit="[^"]*",block_bytes="32"')" -gt 0 ] || wrong "no classes"

# Strict: counters are described without "_total".
"$program" metrics --openmetrics --comm summed >"$work/strict" || wrong "metrics --openmetrics fails"
grep -q '^# TYPE hakmem_refills counter' "$work/strict" || wrong "not OpenMetrics"
grep -q '^# TYPE hakmem_refills_total counter' "$work/metrics" || wrong "not Prometheus"

umask 022
echo old >"$work/hakmem.prom"
"$program" metrics --textfile "$work/hakmem.prom" --comm summed || wrong "metrics --textfile fails"
[ "$(tail -n 1 "$work/hakmem.prom")" = "# EOF" ] || wrong "the text file is not complete"
[ "$(stat -c %a "$work/hakmem.prom")" = 644 ] || wrong "the text file cannot be read by others"
[ "$(find "$work" -name 'hakmem.prom*' | wc -l)" -eq 1 ] || wrong "a temporary file is left"
"$program" metrics --textfile "$work/none/hakmem.prom" 2>"$work/errors" && wrong "a missing directory is no error"
[ "$(wc -l <"$work/errors")" -eq 1 ] || wrong "more than one line: $(cat "$work/errors")"
"$program" metrics --textfile /dev/null || wrong "/dev/null fails"
[ -c /dev/null ] || wrong "/dev/null was replaced"

if ! command -v promtool >/dev/null 2>&1; then
	[ "$status" -ne 0 ] || { echo "skipped: no promtool"; exit 77; }
	exit "$status"
fi
"$program" metrics --classes | promtool check metrics >"$work/lint" 2>&1 || wrong "promtool: $(cat "$work/lint")"
[ ! -s "$work/lint" ] || wrong "promtool: $(cat "$work/lint")"
exit "$status"
