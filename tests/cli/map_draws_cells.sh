#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does "hakmem-stats map" draw a cell for each granule, in ASCII where the locale has no blocks,
# and as SVG and JSON?  The fake process has two superslabs with two slabs each.

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake cells plain
need_permission "$fake_pid"
spaces='                             '

LC_ALL=C "$program" map "$fake_pid" >"$work/ascii" || wrong "map fails"
for row in 0 1; do
	grep -q "^#$row  *|++\\*$spaces|  *2 slabs .* 29 free" "$work/ascii" || wrong "row $row is not as it should be"
done
grep -q '^2 superslabs, 4.0M mapped, 4 slabs in 6 of 64 granules' "$work/ascii" || wrong "the summary is wrong"
grep -q 'of slabs under half full' "$work/ascii" || wrong "nothing about fragmentation"
grep -q "$(printf '\033')" "$work/ascii" && wrong "colours in a pipe"
[ "$status" -eq 0 ] || cat "$work/ascii"

for locale in C.UTF-8 C.utf8 en_US.UTF-8; do
	[ "$(LC_ALL=$locale locale charmap 2>/dev/null)" = UTF-8 ] || continue
	LC_ALL=$locale "$program" map "$fake_pid" >"$work/unicode" || wrong "map fails in $locale"
	grep -q "▕▒▒▓$spaces▏" "$work/unicode" || wrong "no blocks in $locale: $(cat "$work/unicode")"
	break
done

"$program" map --color=always "$fake_pid" >"$work/colors" || wrong "map --color=always fails"
grep -q "$(printf '\033')\\[3[0-9;]*m" "$work/colors" || wrong "no colours with --color=always"
[ "$("$program" map --limit 1 "$fake_pid" | grep -c '^#[0-9]')" -eq 1 ] || wrong "--limit 1 is not one row"

"$program" map "$fake_pid" --svg "$work/map.svg" || wrong "map --svg fails"
is_well_formed "$work/map.svg" || wrong "the picture is no XML"
# A slab is a light rectangle and a dark one; free granules, the background and the legend.
[ "$(grep -c '<rect' "$work/map.svg")" -eq $((2 * 2 * 2 + 2 * 29 + 1 + 2)) ] || wrong "rectangles are missing"

"$program" map --json "$fake_pid" >"$work/map.json" || wrong "map --json fails"
if command -v python3 >/dev/null 2>&1; then
	python3 - "$work/map.json" <<-'END' || wrong "the JSON is not as it should be"
		import json, sys
		map = json.load(open(sys.argv[1]))
		assert map["schema"] == "hakmem-stats/1" and map["kind"] == "map"
		assert map["slabs"] == 4 and map["slabs_under_half_used"] == 2
		assert len(map["superslabs"]) == 2
		granules = map["superslabs"][1]["granules"]
		assert len(granules) == 32
		assert [g["state"] for g in granules] == ["slab"] * 3 + ["free"] * 29
		assert granules[0]["block_bytes"] == 32 and granules[2]["first_of_slab"] is False
	END
fi

"$program" map >/dev/null 2>&1
[ $? -eq 2 ] || wrong "map without a process is no usage error"
"$program" map --svg /nonexistent/map.svg "$fake_pid" >/dev/null 2>"$work/errors"
[ $? -eq 1 ] || wrong "a picture that cannot be written is no error"
[ "$(wc -l <"$work/errors")" -eq 1 ] || wrong "not one line of error: $(cat "$work/errors")"

exit "$status"
