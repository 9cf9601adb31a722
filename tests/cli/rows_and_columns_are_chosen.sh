#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Do --sort, --columns, --limit, --no-header, --bytes, the filters and colours do what they say?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake tables-b plain
need_permission "$fake_pid"
start_fake tables-a plain

# same WHAT EXPECTED ARGUMENT...
same()
{
	what=$1 expected=$2
	shift 2
	got=$("$program" list --comm 'tables-?' "$@")
	[ "$got" = "$expected" ] || wrong "$what: '$got' instead of '$expected'"
}

newline='
'
same "columns" "COMM${newline}tables-a${newline}tables-b" --columns comm --sort comm -q
same "reverse" "tables-b${newline}tables-a" --columns comm --sort comm:r --no-header
same "limit" "tables-a" --columns comm --sort comm --no-header --limit 1
[ "$("$program" --comm 'tables-?' --columns comm,large_blocks --limit 1 | tail -n 1 | tr -s ' ')" = "(2) 2" ] ||
	wrong "totals are not of all rows"
same "filter" "tables-b" --columns comm --comm '*-b' --no-header
same "nobody's" "" --user 4242424 --no-header
same "bytes" "1048576" --columns large --limit 1 --no-header --bytes
same "units" "1.0M" --columns large --limit 1 --no-header
[ "$("$program" --comm 'tables-?' --columns=pid --no-header | sort -n)" = \
	"$("$program" list --no-header --columns pid --comm 'tables-?' --sort pid)" ] || wrong "pids are not in order"

# Every column that the help names can be shown and sorted by.
for command in list "classes $fake_pid" "threads $fake_pid" "conf $fake_pid"; do
	# shellcheck disable=SC2086 # command and pid
	for column in $("$program" $command --columns help | sed -n 's/^\([a-z_]\{1,\}\) .*/\1/p'); do
		"$program" $command --columns "$column" --sort "$column" >/dev/null || wrong "$command: no column $column"
	done
done

escape=$(printf '\033')
"$program" | grep -q "$escape" && wrong "colours in a pipe"
"$program" --color=always | grep -q "$escape" || wrong "no colours with --color=always"
"$program" classes "$fake_pid" | grep -q ' $' && wrong "spaces at the end of a line"
exit "$status"
