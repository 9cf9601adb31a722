#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Are the manual pages well formed, and is every public function in hakmem(3)?

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99
status=0

functions=$(sed -n 's/^HAK_API .*\(hak_[a-z0-9_]*\)(.*/\1/p' include/hakmem.h)
for function in $functions; do
	if ! grep -q "^\\.B.*$function" man/hakmem.3; then
		echo "man/hakmem.3: nothing about $function"
		status=1
	fi
done

if ! command -v mandoc >/dev/null 2>&1; then
	[ "$status" -eq 0 ] && echo "skipped: no mandoc" && exit 77
	exit "$status"
fi
mandoc -T lint -W warning man/*.[1-9] || status=1

exit "$status"
