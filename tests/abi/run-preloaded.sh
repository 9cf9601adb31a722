#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run-preloaded.sh PROGRAM [ARGUMENT...] - run a test program with the built library preloaded.
#
# make check uses it for the tests of tests/abi and tests/misuse.  The library is HAKMEM_LIBRARY, or
# .libs/libhakmem.so below the current folder.  A library that the loader quietly ignores would
# make every test pass on libc, so that is looked at first.

library=${HAKMEM_LIBRARY:-$PWD/.libs/libhakmem.so}

if [ ! -f "$library" ]; then
	echo "run-preloaded.sh: $library is not there"
	exit 99
fi
if ! LD_PRELOAD="$library" grep -q -F "${library##*/}" /proc/self/maps; then
	echo "run-preloaded.sh: the loader does not take $library"
	exit 99
fi

export HAKMEM_LIBRARY="$library"

# timeout(1) ends a hang; it must not depend on the library itself.
# shellcheck disable=SC2086
exec ${HAK_TIMEOUT-} env LD_PRELOAD="$library" "$@"
