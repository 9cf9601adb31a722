#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does a program that is linked statically with libhakmem.a get the whole library?  A linker takes
# from an archive only what something refers to, and nothing refers to a constructor: without it
# the environment is not read, and the memory of ended threads is never used again.

library=${HAK_BUILDDIR:-$PWD}/.libs/libhakmem.a
srcdir=${HAK_SRCDIR:-$(dirname "$0")/../..}
compiler=${CC:-cc}
if [ ! -f "$library" ]; then
	echo "skipped: no $library"
	exit 77
fi
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

cat >"$work/program.c" <<'END'
#include <hakmem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *use_some(void *unused)
{
	(void)unused;
	for (int i = 0; i < 1000; i++)
		free(malloc((size_t)i * 50));
	return NULL;
}

static unsigned long long value_of(const char *name)
{
	unsigned long long value = 12345;
	size_t bytes = sizeof value;

	if (hak_ctl(name, &value, &bytes, NULL, 0))
		return 12345;
	return value;
}

int main(void)
{
	char *copy = strdup("text");

	for (int i = 0; i < 100; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, use_some, NULL) || pthread_join(thread, NULL))
			return 99;
	}
	printf("owns %d, delay %llu, threads %s\n", hak_owns(copy), value_of("option.purge_delay_ms"),
	       value_of("stats.threads") < 10 ? "few" : "many");
	free(copy);
	return 0;
}
END
echo 'int main(void) { return 0; }' >"$work/empty.c"

# $CC may hold words of its own
# shellcheck disable=SC2086
if ! $compiler -static -o "$work/empty" "$work/empty.c" 2>/dev/null; then
	echo "skipped: cannot link statically here"
	exit 77
fi
# shellcheck disable=SC2086
$compiler -static -fno-builtin -I"$srcdir/include" -o "$work/program" "$work/program.c" "$library" -pthread || exit 1

said=$(HAKMEM_PURGE_DELAY_MS=7 timeout 60 "$work/program") || {
	echo "the program ended with $?"
	exit 1
}
if [ "$said" != "owns 1, delay 7, threads few" ]; then
	echo "the program said: $said"
	exit 1
fi
