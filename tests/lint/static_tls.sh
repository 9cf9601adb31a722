#!/bin/sh
# SPDX-License-Identifier: MIT
#
# May every process of a machine load this library?  Static TLS is a scarce good of the process:
# 64 bytes at most.  libc is the only library needed.  Nothing writable is executable, no text is
# relocated, everything is bound at load time, and the library is never unloaded.

library=${HAKMEM_LIBRARY:-$PWD/.libs/libhakmem.so}
readelf=${READELF:-readelf}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

if [ ! -f "$library" ]; then
	echo "$library is not there"
	exit 77
fi
LC_ALL=C "$readelf" -lW "$library" >"$work/segments" || exit 99
LC_ALL=C "$readelf" -dW "$library" >"$work/dynamic" || exit 99

status=0
wrong()
{
	echo "$*"
	status=1
}

# Columns of TLS: Type Offset VirtAddr PhysAddr FileSiz MemSiz Flg Align
tls=$(awk '$1 == "TLS" { print $6 }' "$work/segments")
tls=$((${tls:-0}))
[ "$tls" -le 64 ] || wrong "static TLS: $tls bytes, 64 allowed"

# libpthread and libdl are part of libc since glibc 2.34; ld-linux comes in by its own names.
needs=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic")
for needed in $needs; do
	case $needed in
	libc.so.6 | libpthread.so.0 | libdl.so.2 | ld-linux*.so.*) ;;
	*) wrong "needs $needed" ;;
	esac
done

grep -q '(SONAME).*\[libhakmem\.so\.1\]' "$work/dynamic" || wrong "SONAME is not libhakmem.so.1"
grep -q TEXTREL "$work/dynamic" && wrong "has text relocations"
grep -q 'FLAGS_1.*NOW' "$work/dynamic" || wrong "is bound lazily"
grep -q 'FLAGS_1.*NODELETE' "$work/dynamic" || wrong "can be unloaded"
grep -q 'FLAGS_1.*INITFIRST' "$work/dynamic" || wrong "is not initialised first"
grep -q 'GNU_RELRO' "$work/segments" || wrong "has no RELRO segment"
grep -q 'GNU_STACK.* RW ' "$work/segments" || wrong "asks for an executable stack"
grep -q 'LOAD.* RWE ' "$work/segments" && wrong "has a segment both writable and executable"

[ "$status" -eq 0 ] && echo "static TLS: $tls bytes"
exit "$status"
