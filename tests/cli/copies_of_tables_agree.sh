#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Do the reader's option table and hakmem-stats-abi(5) say the same as the library's sources?

source=${HAK_SRCDIR:-$(dirname "$0")/../..}
status=0
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# "name words maximum", with numbers spelled alike.
sed -n 's/^[[:space:]]*\[HK_OPTION_[A-Z_]*\] = { "\([a-z_]*\)", \(NUMBER\|"[^"]*"\), \([A-Z0-9_]*\),.*/\1 \2 \3/p' \
	"$source/lib/sys/options.c" | sed 's/|"/"/; s/SIZE_MAX/MAX/' >"$work/library"
sed -n 's/^[[:space:]]*{ "\([a-z_]*\)", \(NULL\|"[^"]*"\), \([A-Z0-9_]*\), "[a-z]*" },.*/\1 \2 \3/p' \
	"$source/lib/cli/option_names.c" | sed 's/ NULL / NUMBER /; s/UINT64_MAX/MAX/' >"$work/reader"
[ -s "$work/library" ] || { echo "no options found in lib/sys/options.c"; exit 99; }
if ! diff "$work/library" "$work/reader"; then
	echo "lib/sys/options.c (<) and lib/cli/option_names.c (>) differ"
	status=1
fi
tr -d '\\\n\t ' <"$source/include/hakmem_stats.h" | sed 's/.*HAK_STATS_OPTION_NAMES"\([a-z_",]*\)"enum.*/\1/' |
	tr -d '"' | tr ',' '\n' >"$work/published"
echo >>"$work/published"
cut -d ' ' -f 1 "$work/library" | diff - "$work/published" || {
	echo "lib/sys/options.c (<) and HAK_STATS_OPTION_NAMES (>) differ"
	status=1
}

# Every name of the header is on its page.
page=$source/man/hakmem-stats-abi.5
grep -o 'HAK_STATS_[A-Z_]*' "$source/include/hakmem_stats.h" | sort -u |
	grep -v -x -e HAK_STATS_ASSERT -e HAK_STATS_H >"$work/names"
while read -r name; do
	grep -q "$name" "$page" || { echo "$page: no $name"; status=1; }
done <"$work/names"
sed -n '/^struct/,/^};/s/^[[:space:]]*\(char\|u*int[0-9]*_t\|struct [a-z_]*\) \([a-z][^;]*\);.*/\2/p' \
	"$source/include/hakmem_stats.h" | sed 's/\[[^]]*\]//g' | tr -d ' ' | tr ',' '\n' >"$work/fields"
while read -r name; do
	grep -q "^\\.I.*[ \"]$name\\b" "$page" || { echo "$page: no field $name"; status=1; }
done <"$work/fields"
[ "$(wc -l <"$work/fields")" -gt 60 ] || { echo "hardly any fields found in hakmem_stats.h"; status=99; }
exit "$status"
