#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does cppcheck find nothing in lib/?  A finding that is wrong is silenced where it stands, with
# its reason: // cppcheck-suppress identifier ; the reason

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99
status=0

if grep -rnE 'cppcheck-suppress' lib | grep -vE 'cppcheck-suppress(-begin|-end|-file)? +[A-Za-z]+ *; *[A-Za-z].{5}'; then
	echo "cppcheck is silenced without a reason"
	status=1
fi

if ! command -v cppcheck >/dev/null 2>&1; then
	[ "$status" -eq 0 ] && echo "skipped: no cppcheck" && exit 77
	exit "$status"
fi

# One configuration is enough: the switches are constants in the code, not #if.
cppcheck --quiet --std=c11 --enable=warning,portability --error-exitcode=1 --inline-suppr \
	--suppress=missingIncludeSystem --suppress=unusedFunction \
	-D__GNUC__=12 -D__x86_64__=1 -D__linux__=1 -DHAKMEM_BUILD_RELEASE=0 \
	-I lib -I include lib || status=1

exit "$status"
