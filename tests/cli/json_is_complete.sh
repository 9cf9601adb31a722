#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Is --json of each command valid, of schema hakmem-stats/1, with the keys that were promised?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

if ! command -v python3 >/dev/null 2>&1; then
	echo "skipped: no python3"
	exit 77
fi
start_fake spoken plain
need_permission "$fake_pid"
start_fake broken damaged
broken_pid=$fake_pid
spoken_pid=$(cat "$work/spoken.pid")

"$program" list --json --comm spoken >"$work/list" || wrong "list --json fails"
"$program" list --json --all --comm broken >"$work/all" || wrong "list --json --all fails"
"$program" list --json --resident --comm spoken >"$work/resident" || wrong "list --json --resident fails"
for command in show classes threads conf; do
	"$program" "$command" --json "$spoken_pid" >"$work/$command" || wrong "$command --json fails"
done
"$program" doctor --json "$spoken_pid" >"$work/doctor"
"$program" watch --json "$spoken_pid" -n 1 >"$work/watch" || wrong "watch --json fails"
"$program" show --json "$broken_pid" >"$work/broken.json" 2>/dev/null
[ $? -eq 7 ] || wrong "show --json of a damaged segment does not exit with 7"

python3 - "$work" <<'PYTHON' || status=1
import json, sys
folder, bad = sys.argv[1], 0

def load(name, kind):
    document = json.load(open(f"{folder}/{name}"))
    check(document["schema"] == "hakmem-stats/1" and document["kind"] == kind, f"{name}: schema")
    return document

def check(condition, what):
    global bad
    if not condition:
        print(what)
        bad = 1

process_keys = """pid comm user state live_bytes live_bound_bytes committed_bytes committed_peak_bytes reserved_bytes
large_bytes large_blocks superslabs threads refills_total unit cgroup rss_bytes""".split()
for name, kind in ("list", "list"), ("show", "show"), ("resident", "list"):
    processes = load(name, kind)["processes"]
    check(len(processes) == 1, f"{name}: {len(processes)} processes")
    for key in process_keys:
        check(key in processes[0], f"{name}: no {key}")
    for key, value in processes[0].items():
        if key.endswith(("_bytes", "_total")):
            check(type(value) is int, f"{name}: {key} is {value!r}")
check(load("resident", "list")["processes"][0]["pss_bytes"] > 0, "resident: no pss")
show = load("show", "show")["processes"][0]
check(show["large_bytes"] == 1 << 20 and show["starter_bytes"] == 640, "show: not the fake's numbers")
for row in load("classes", "classes")["classes"]:
    for key in "block_bytes slabs slots live_blocks live_bound_blocks".split():
        check(type(row[key]) is int, f"classes: {key}")
check(load("classes", "classes")["classes"] == show["classes"], "classes and show differ")
check(sorted(load("threads", "threads")["threads"], key=lambda row: row["row"]) == show["thread_rows"],
      "threads and show differ")
check([row["state"] for row in show["thread_rows"]].count("orphans") == 1, "threads: orphans")
check(len(load("conf", "conf")["options"]) >= 9, "conf: options")
check(all(f["level"] in ("ok", "note", "problem") and f["code"] and f["text"]
          for f in load("doctor", "doctor")["findings"]), "doctor: findings")
check(load("watch", "watch")["process"]["pid"] == show["pid"], "watch: pid")
for name, kind in ("all", "list"), ("broken.json", "show"):
    broken = load(name, kind)["processes"][0]
    check(broken["state"] == "damaged" and broken["committed_bytes"] is None and broken["reason"], f"{name}: nulls")
sys.exit(bad)
PYTHON
exit "$status"
