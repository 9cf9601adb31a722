#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does the completion for bash know every command and every flag that "hakmem-stats --help" names?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

if ! command -v bash >/dev/null 2>&1; then
	echo "skipped: no bash"
	exit 77
fi
if ! bash -c 'complete -F x y && mapfile -t lines < <(compgen -W "a b" -- a)' >/dev/null 2>&1; then
	echo "skipped: a bash without completion"
	exit 77
fi
completion=${HAK_SRCDIR:-$(dirname "$0")/../..}/lib/cli/data/hakmem-stats.bash

# complete_words WORD...: what is offered for the last of them, sorted, a line each.
complete_words()
{
	# shellcheck disable=SC2016 # these are bash's to expand
	bash --norc -c '. "$1" && shift && COMP_WORDS=(hakmem-stats "$@") && COMP_CWORD=$# && _hakmem_stats &&
		printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" "$@" | sort -u
}

# same WHAT: do the files "told" and "offered" have the same lines?
same()
{
	diff "$work/told" "$work/offered" >"$work/difference" || wrong "$1 (< told by --help, > offered):" \
		"$(cat "$work/difference")"
}

# Commands are indented by two and have a summary; flags begin with a dash.
"$program" --help >"$work/help" || wrong "--help fails"
sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' "$work/help" | sort -u >"$work/told"
[ "$(wc -l <"$work/told")" -gt 5 ] || wrong "--help names hardly any commands: $(cat "$work/help")"
cp "$work/told" "$work/commands"
complete_words '' >"$work/offered"
same "commands"

grep '^  -' "$work/help" | grep -o -e '--[a-z][a-z-]*=*' | grep -v -x -e '--color=' | sort -u >"$work/told"
complete_words -- | grep -v -x -e '--color=' >"$work/offered"
same "flags of all commands"

# A command's flags stand behind its name; what all commands have is there too.
cp "$work/told" "$work/common"
while read -r command; do
	sed -n "s/^  $command  *//p" "$work/help" | grep -o -e '--[a-z][a-z]*' | sort -u - "$work/common" >"$work/told"
	complete_words "$command" -- | grep -v -x -e '--color=' >"$work/offered"
	comm -23 "$work/told" "$work/offered" >"$work/missing"
	[ ! -s "$work/missing" ] || wrong "flags of $command that are not offered:" "$(cat "$work/missing")"
	# And nothing is offered that the command does not know.  The first thing that is unknown ends
	# it; there are two behind the flag, because the flag may take one as its value.
	while read -r flag; do
		"$program" "$command" "$flag" --no-such-flag --no-such-flag >/dev/null 2>"$work/errors"
		grep -q "unknown flag '$flag'" "$work/errors" && wrong "$command does not know $flag"
	done <"$work/offered"
done <"$work/commands"

exit "$status"
