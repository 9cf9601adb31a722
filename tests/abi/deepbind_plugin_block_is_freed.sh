#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does a block that a plugin, opened with RTLD_DEEPBIND, got from libc's own malloc survive free
# and realloc in the program?  (The other direction, such a plugin freeing the program's block,
# ends inside libc, where no replacement can help.)

library=${HAKMEM_LIBRARY-.libs/libhakmem.so}
compiler=${CC:-cc}
case $library in '' | /*) ;; *) library=$(pwd)/$library ;; esac
[ -z "$library" ] || [ -r "$library" ] || { echo "deepbind_plugin: no library at $library" >&2; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

cat >"$work/plugin.c" <<'EOF'
#include <string.h>
#include <stdlib.h>
char *plugin_block(size_t size) { char *block = malloc(size); memset(block, 'x', size); return block; }
EOF
cat >"$work/program.c" <<'EOF'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **arguments)
{
	void *plugin = dlopen(arguments[count - 1], RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
	char *(*plugin_block)(size_t) = plugin ? (char *(*)(size_t))dlsym(plugin, "plugin_block") : NULL;

	if (!plugin_block)
		return 99;
	for (size_t size = 1; size < 3000000; size = size * 2 + 1) {
		char *block;

		free(plugin_block(size));
		block = realloc(plugin_block(size), size * 2);
		if (!block || block[0] != 'x' || block[size - 1] != 'x') {
			fprintf(stderr, "contents lost at %zu bytes\n", size);
			return 1;
		}
		free(block);
	}
	return 0;
}
EOF
# $CC may hold words of its own
# shellcheck disable=SC2086
{
	$compiler -fno-builtin -shared -fPIC -o "$work/plugin.so" "$work/plugin.c" &&
		$compiler -fno-builtin -o "$work/program" "$work/program.c" -ldl
} 2>"$work/log" || {
	echo "deepbind_plugin: skipped: cannot compile the plugin" >&2
	exit 77
}
LD_PRELOAD=$library timeout 60 "$work/program" "$work/plugin.so"
code=$?
[ $code -eq 0 ] || [ $code -eq 99 ] || { echo "deepbind_plugin: the program ended with $code" >&2; code=1; }
exit $code
