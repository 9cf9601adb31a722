#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Do configure.ac, include/hakmem.h, NEWS and the manual pages speak of the same version?

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99
status=0

part()
{
	sed -n "s/^m4_define(\\[hakmem_version_$1\\], \\[\\([0-9]*\\)\\])/\\1/p" configure.ac
}

declared()
{
	sed -n "s/^#define HAK_VERSION_$1 \\([0-9]*\\)\$/\\1/p" include/hakmem.h
}

configured=$(part major).$(part minor).$(part patch)
header=$(declared MAJOR).$(declared MINOR).$(declared PATCH)
news=$(sed -n 's/^\([0-9][0-9.]*\) .*/\1/p' NEWS | head -n 1)

for pair in "include/hakmem.h $header" "NEWS $news" \
	"man/hakmem.3 $(sed -n 's/^\.TH .*"hakmem \([0-9.]*\)".*/\1/p' man/hakmem.3)" \
	"man/hakmem.7 $(sed -n 's/^\.TH .*"hakmem \([0-9.]*\)".*/\1/p' man/hakmem.7)"; do
	if [ "${pair#* }" != "$configured" ]; then
		echo "${pair%% *} says ${pair#* }, configure.ac says $configured"
		status=1
	fi
done

exit "$status"
