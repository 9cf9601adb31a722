#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Is every option of the table in lib/sys/options.c described in hakmem(7), once, and nothing else?
# An entry of the table is a line with [HK_OPTION_NAME] = { "name", ...; one of the page is a .TP
# followed by a line that starts with HAKMEM_NAME in bold.

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

sed -n 's/^[[:space:]]*\[HK_OPTION_[A-Z0-9_]*\] *= *{ *"\([a-z0-9_]*\)".*/\1/p' lib/sys/options.c |
	tr '[:lower:]' '[:upper:]' | sed 's/^/HAKMEM_/' | LC_ALL=C sort >"$work/table"
awk '
/^\.TP/ { entry = NR + 1 }
NR == entry && /^\.B[IR]? +HAKMEM_/ {
	name = $2
	sub(/[^A-Z0-9_].*/, "", name)
	print name
}' man/hakmem.7 | LC_ALL=C sort >"$work/page"

if [ ! -s "$work/table" ]; then
	echo "no option found in lib/sys/options.c: did the form of the table change?"
	exit 99
fi
if ! diff -u "$work/table" "$work/page"; then
	echo "lib/sys/options.c (-) and man/hakmem.7 (+) differ"
	exit 1
fi
echo "$(wc -l <"$work/table") options, all described"
