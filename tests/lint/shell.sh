#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Are our scripts POSIX shell without traps?

cd "${HAK_SRCDIR:-$(dirname "$0")/../..}" || exit 99

if ! command -v shellcheck >/dev/null 2>&1; then
	echo "skipped: no shellcheck"
	exit 77
fi

find tests -name '*.sh' | LC_ALL=C sort | xargs shellcheck -s sh bootstrap .ci/run
