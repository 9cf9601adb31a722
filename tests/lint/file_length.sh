#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does each file hold one idea, and say which?
#
#  1. No file of lib/ and tests/ has more than 500 lines.
#  2. Each source file of lib/ starts with its SPDX line and a comment that says what it is.

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99
status=0

for file in $(find lib tests -type f \( -name '*.[chS]' -o -name '*.cc' -o -name '*.sh' -o -name '*.mk' -o -name '*.py' \) |
	LC_ALL=C sort); do
	lines=$(wc -l <"$file")
	if [ "$lines" -gt 500 ]; then
		echo "$file: $lines lines"
		status=1
	fi
done

for file in $(find lib -type f -name '*.[ch]' | LC_ALL=C sort); do
	awk -v file="$file" '
	NR == 1 {
		if ($0 !~ /^\/[*\/] SPDX-License-Identifier: MIT/) {
			print file ": the first line is not the SPDX line"
			bad = 1
			exit
		}
		if (/\*\/[[:space:]]*$/)
			closed = 1
		next
	}
	# Words in a comment before the first line of code.
	/^[[:space:]]*\/?\*+.*[A-Za-z]|^\/\/.*[A-Za-z]/ { words++; next }
	/^[[:space:]]*(\/?\*+\/?|\/\/)?[[:space:]]*$/ { next }
	{ exit }
	END {
		if (!bad && words < 1) {
			print file ": no comment under the SPDX line"
			bad = 1
		}
		exit bad
	}' "$file" || status=1
done

exit "$status"
