#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does the built library export exactly the names of tests/abi/symbols.expected, libc's without a
# version and ours under HAKMEM_1.0, and does the public header declare each of ours?

srcdir=${HAK_SRCDIR:-$(dirname "$0")/../..}
library=${HAKMEM_LIBRARY:-$PWD/.libs/libhakmem.so}
expected=$srcdir/tests/abi/symbols.expected
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

if [ ! -f "$library" ]; then
	echo "$library is not there"
	exit 77
fi

# The version node itself is an absolute symbol and no interface.
LC_ALL=C "${NM:-nm}" -D --defined-only "$library" >"$work/nm" || exit 99
awk '$2 != "A" { print $3 }' "$work/nm" | LC_ALL=C sort >"$work/exported"
status=0

if ! diff -u "$expected" "$work/exported"; then
	echo "exported names differ: - is missing, + is too many (tests/abi/symbols.expected)"
	status=1
fi

sed -n 's/^HAK_API .*\(hak_[a-z0-9_]*\)(.*/\1/p' "$srcdir/include/hakmem.h" |
	LC_ALL=C sort >"$work/declared"
sed -n 's/^\(hak_[a-z0-9_]*\)@.*/\1/p' "$expected" | LC_ALL=C sort >"$work/ours"
if ! diff -u "$work/declared" "$work/ours"; then
	echo "include/hakmem.h (-) and tests/abi/symbols.expected (+) differ"
	status=1
fi

exit "$status"
