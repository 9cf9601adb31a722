#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Do includes only go down?  Floors, from the ground: base sys heap cache life front.
#
#  1. A file in lib/ includes our headers as "floor/name.h", and only of its own floor or below.
#     The public headers (hakmem.h, hakmem_stats.h) may be included by everybody.
#  2. lib/cli is no floor: it includes public headers and its own ("cli/name.h") only.
#  3. Neither folders nor files include each other in a circle.

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}/lib" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort >"$work/files"
if [ ! -s "$work/files" ]; then
	echo "no source files in lib/"
	exit 99
fi

# Lines "file:line:header" for every include in quotes.
xargs grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' /dev/null <"$work/files" |
	sed 's/^\([^:]*:[0-9]*\):[^"]*"\([^"]*\)".*/\1:\2/' >"$work/includes"

awk -F: -v work="$work" '
BEGIN {
	floors = split("base sys heap cache life front", name, " ")
	for (i = 1; i <= floors; i++)
		floor[name[i]] = i
}
FILENAME == work "/files" {
	exists[$0] = 1
	split($0, part, "/")
	if (!(part[1] in floor) && part[1] != "cli")
		complain($0, "stands on no floor")
	next
}
{
	where = $1 ":" $2; header = $3
	split($1, from, "/")
	if (header ~ /^hakmem(_stats)?\.h$/)
		next
	if (from[1] == "cli") {
		if (header !~ /^cli\//)
			complain(where, "\"" header "\" is neither public nor of cli/")
		else if (!(header in exists))
			complain(where, "\"" header "\" does not exist")
		print header, $1 >(work "/file_pairs")
		next
	}
	if (split(header, to, "/") != 2 || !(to[1] in floor)) {
		complain(where, "\"" header "\" does not name a floor")
		next
	}
	if (!(header in exists))
		complain(where, "\"" header "\" does not exist")
	if (floor[to[1]] > floor[from[1]])
		complain(where, "\"" header "\" is above " from[1])
	if (to[1] != from[1])
		print to[1], from[1] >(work "/folder_pairs")
	print header, $1 >(work "/file_pairs")
}
function complain(where, what) {
	print "lib/" where ": " what
	bad = 1
}
END { exit bad }
' "$work/files" "$work/includes"
status=$?

for pairs in folder_pairs file_pairs; do
	[ -s "$work/$pairs" ] || continue
	if ! tsort "$work/$pairs" >"$work/sorted" 2>"$work/circle"; then
		echo "$pairs: includes go in a circle:"
		cat "$work/circle"
		status=1
	fi
done

[ "$status" -eq 0 ] && echo "$(wc -l <"$work/files") files, $(wc -l <"$work/includes") includes, all going down"
exit "$status"
