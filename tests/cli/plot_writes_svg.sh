#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does "hakmem-stats plot" draw live, committed and resident bytes over time, from a process and
# from snapshots, as text, SVG and JSON?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake curves busy
need_permission "$fake_pid"

"$program" plot "$fake_pid" -i 0.05 -n 5 --svg "$work/live.svg" || wrong "plot of a process fails"
is_well_formed "$work/live.svg" || wrong "the picture of a process is no XML"
[ "$(grep -c '<polyline' "$work/live.svg")" -eq 3 ] || wrong "not three curves"
grep -q 'curves' "$work/live.svg" || wrong "the picture does not say of what it is"
LC_ALL=C grep -q 'points="[^"]*[^-0-9., ][^"]*"' "$work/live.svg" && wrong "points that are no numbers"

"$program" plot "$fake_pid" -i 0.02 -n 4 >"$work/text" || wrong "plot to the terminal fails"
[ "$(grep -c '^ *[0-9.]*s .*3\.0M' "$work/text")" -eq 4 ] || wrong "not four lines: $(cat "$work/text")"

for number in 3 1 2; do
	"$program" snapshot "$fake_pid" -o "$work/$number.json" || wrong "snapshot fails"
done
"$program" plot "$work/1.json" "$work/2.json" "$work/3.json" --svg "$work/files.svg" || wrong "plot of files fails"
is_well_formed "$work/files.svg" || wrong "the picture of files is no XML"
[ "$(grep -c '<polyline' "$work/files.svg")" -eq 3 ] || wrong "not three curves from files"

"$program" plot --json "$fake_pid" "$work/1.json" "$work/2.json" "$work/3.json" >"$work/plot.json" ||
	wrong "plot --json fails"
if command -v python3 >/dev/null 2>&1; then
	python3 - "$work/plot.json" <<-'END' || wrong "the JSON is not as it should be"
		import json, sys
		points = json.load(open(sys.argv[1]))["points"]
		assert len(points) == 3 and all(p["committed_bytes"] == 3 << 20 for p in points)
		times = [p["taken_unix_ns"] for p in points]
		assert times == sorted(times)
	END
fi

"$program" plot 1 "$work/1.json" >/dev/null 2>"$work/errors"
[ $? -eq 3 ] || wrong "a process that is not in the file is no error"
[ "$(wc -l <"$work/errors")" -eq 1 ] || wrong "not one line of error: $(cat "$work/errors")"
"$program" plot >/dev/null 2>&1
[ $? -eq 2 ] || wrong "plot of nothing is no usage error"
"$program" plot "$fake_pid" -n 0 >/dev/null 2>&1
[ $? -eq 2 ] || wrong "-n 0 is no usage error"

exit "$status"
