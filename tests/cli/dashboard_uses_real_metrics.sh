#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does "hakmem-stats metrics --classes" print every metric that the Grafana dashboard names?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

dashboard=${HAK_SRCDIR:-$(dirname "$0")/../..}/lib/cli/data/grafana-dashboard.json

start_fake measured plain
need_permission "$fake_pid"

"$program" metrics --classes --comm measured >"$work/metrics" || wrong "metrics fails"
sed -n 's/^\(hakmem_[a-z_]*\)[{ ].*/\1/p' "$work/metrics" | sort -u >"$work/printed"
# Letters and underscores only: "hakmem-heaps" and the like are no metrics.
grep -o 'hakmem_[a-z_]*' "$dashboard" | sort -u >"$work/named"

[ "$(wc -l <"$work/named")" -gt 5 ] || wrong "hardly any metrics in $dashboard"
comm -23 "$work/named" "$work/printed" >"$work/missing"
[ ! -s "$work/missing" ] || wrong "not printed:" "$(cat "$work/missing")"

exit "$status"
