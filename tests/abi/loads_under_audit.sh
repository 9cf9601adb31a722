#!/bin/sh
# SPDX-License-Identifier: MIT
#
# R18: does the preloaded library work under LD_AUDIT, where static TLS is scarce, and when the
# auditor itself draws a second copy of the library into its own namespace?

library=${HAKMEM_LIBRARY-.libs/libhakmem.so}
compiler=${CC:-cc}
[ -n "$library" ] || { echo "loads_under_audit: skipped: no library" >&2; exit 77; }
case $library in /*) ;; *) library=$(pwd)/$library ;; esac
[ -r "$library" ] || { echo "loads_under_audit: no library at $library" >&2; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

cat >"$work/auditor.c" <<'EOF'
#include <stdlib.h>
unsigned la_version(unsigned version) { free(malloc(100)); return version; }
EOF
# $CC may hold words of its own
# shellcheck disable=SC2086
$compiler -fno-builtin -shared -fPIC -o "$work/auditor.so" "$work/auditor.c" 2>"$work/log" || {
	echo "loads_under_audit: skipped: cannot compile an auditor" >&2
	exit 77
}
# shellcheck disable=SC2086
$compiler -fno-builtin -shared -fPIC -o "$work/drawing.so" "$work/auditor.c" \
	-Wl,--no-as-needed "$library" -Wl,-rpath,"$(dirname "$library")" 2>"$work/log" || exit 99

for auditor in auditor drawing; do
	LD_AUDIT=$work/$auditor.so LD_PRELOAD=$library \
		timeout 60 sort /etc/passwd >"$work/out" 2>"$work/log"
	code=$?
	if [ $code -ne 0 ] || [ -s "$work/log" ]; then
		echo "loads_under_audit: sort under $auditor ended with $code: $(head -1 "$work/log")" >&2
		exit 1
	fi
	sort /etc/passwd | cmp -s - "$work/out" || {
		echo "loads_under_audit: sort under $auditor gave other output" >&2
		exit 1
	}
	file=$(basename "$(readlink -f "$library")")
	LD_AUDIT=$work/$auditor.so LD_PRELOAD=$library grep -q "$file" /proc/self/maps || {
		echo "loads_under_audit: the library is not mapped under $auditor" >&2
		exit 1
	}
done
