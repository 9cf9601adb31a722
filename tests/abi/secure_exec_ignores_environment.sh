#!/bin/sh
# SPDX-License-Identifier: MIT
#
# R20: does a set-user-ID program ignore HAKMEM_* in its environment, while an ordinary one with
# the same environment obeys?  Needs root, and a file system that honours set-user-ID.

library=${HAKMEM_LIBRARY-.libs/libhakmem.so}
compiler=${CC:-cc}
skip() { echo "secure_exec: skipped: $1" >&2; exit 77; }
[ -n "$library" ] || skip "no library"
case $library in /*) ;; *) library=$(pwd)/$library ;; esac
[ -r "$library" ] || { echo "secure_exec: no library at $library" >&2; exit 99; }
[ "$(id -u)" = 0 ] || skip "only root can make a program set-user-ID to another user"
command -v setpriv >/dev/null || skip "no setpriv"
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

cat >"$work/program.c" <<'EOF'
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
int hak_owns(const void *);
int main(void)
{
	void *block = malloc(100);
	printf("%lu %d\n", getauxval(AT_SECURE), hak_owns(block));
	free(block);
	return 0;
}
EOF
soname=$(basename "$(readlink -f "$library")")
cp "$library" "$work/$soname" || exit 99
for name in libhakmem.so libhakmem.so.0 libhakmem.so.1; do
	[ -e "$work/$name" ] || ln -s "$soname" "$work/$name"
done
# $CC may hold words of its own
# shellcheck disable=SC2086
$compiler -fno-builtin -o "$work/ordinary" "$work/program.c" "$work/$soname" -Wl,-rpath,"$work" 2>"$work/log" ||
	skip "cannot compile a program"
cp "$work/ordinary" "$work/secure"
chmod 755 "$work" "$work/$soname" "$work/ordinary"
chmod 4755 "$work/secure"

answer() {
	env -u LD_PRELOAD HAKMEM_MODE=off HAKMEM_LIMIT=1 setpriv --reuid 65534 --regid 65534 --clear-groups \
		timeout 20 "$work/$1" 2>&1
}
ordinary=$(answer ordinary)
secure=$(answer secure)
case $secure in
1\ *) ;;
0\ *) skip "set-user-ID is not honoured in $(dirname "$work")" ;;
esac
[ "$ordinary" = "0 0" ] || { echo "secure_exec: the ordinary program says '$ordinary', not '0 0'" >&2; exit 1; }
[ "$secure" = "1 1" ] || { echo "secure_exec: the set-user-ID program says '$secure', not '1 1'" >&2; exit 1; }
