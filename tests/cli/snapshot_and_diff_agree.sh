#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does diff see what has changed since a snapshot, and nothing when nothing has?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake watched plain
need_permission "$fake_pid"
"$program" snapshot "$fake_pid" -o "$work/a.json" || wrong "snapshot -o fails"
"$program" snapshot "$fake_pid" >"$work/b.json" || wrong "snapshot fails"
"$program" snapshot --comm watched -o "$work/c.json" || wrong "snapshot of all fails"

for other in "$work/b.json" "$work/c.json" "$fake_pid" ''; do
	"$program" diff "$work/a.json" ${other:+"$other"} >"$work/out" || wrong "diff with '$other' fails"
	{ [ "$(wc -l <"$work/out")" -eq 1 ] && grep -q "^$fake_pid watched  committed 0  live 0 " "$work/out"; } ||
		wrong "something has changed: $(cat "$work/out")"
done

# 500 blocks of 32 bytes more, and a tenth of that in large blocks.
if command -v python3 >/dev/null 2>&1; then
	python3 - "$work" <<'PYTHON' || exit 99
import json, sys
document = json.load(open(sys.argv[1] + "/a.json"))
process = document["processes"][0]
next(c for c in process["classes"] if c["block_bytes"] == 32)["live_blocks"] += 500
process["large_bytes"] += 1600
process["live_bytes"] += 17600
process["committed_bytes"] += 4096
json.dump(document, open(sys.argv[1] + "/later.json", "w"))
PYTHON
	"$program" diff "$work/a.json" "$work/later.json" --bytes >"$work/out" || wrong "diff of two files fails"
	grep -q 'committed +4096  live +17600 .*class 32: +500 blocks (+16000) <- 91% of growth' "$work/out" ||
		wrong "growth: $(cat "$work/out")"
	"$program" diff "$work/a.json" "$work/later.json" --json >"$work/out" || wrong "diff --json fails"
	python3 - "$work/out" <<'PYTHON' || wrong "diff --json: $(cat "$work/out")"
import json, sys
document = json.load(open(sys.argv[1]))
process = document["processes"][0]
assert document["schema"] == "hakmem-stats/1" and document["gone"] == []
assert process["live_bytes_change"] == 17600 and process["most_growth"]["block_bytes"] == 32
assert process["most_growth"]["live_blocks_change"] == 500
PYTHON
fi

# A restarted process under another number, and one that is gone.
start_fake restarted plain
"$program" diff "$work/a.json" "$fake_pid" >"$work/out" || wrong "a restarted process is not compared"
"$program" snapshot "$fake_pid" -o "$work/other.json" || wrong "snapshot fails"
sed 's/"pid": [0-9]*/"pid": 999999999/' "$work/a.json" >"$work/gone.json"
"$program" diff "$work/gone.json" >"$work/out" 2>"$work/errors"
{ [ $? -eq 1 ] && grep -q 'not there any more' "$work/errors"; } || wrong "a process that is gone is not missed"
"$program" snapshot 999999999 -o "$work/none.json" 2>/dev/null
{ [ $? -eq 3 ] && [ ! -e "$work/none.json" ]; } || wrong "a snapshot of nothing"
exit "$status"
