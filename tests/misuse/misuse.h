/* SPDX-License-Identifier: MIT
 *
 * misuse.h - what the programs of this folder share.  Each of them misuses the heap once and says
 * "continued" if it lives on; misuse.sh runs them and judges how they ended.
 */
#ifndef HAKMEM_TESTS_MISUSE_H
#define HAKMEM_TESTS_MISUSE_H

#include "../abi/expect.h"
#include <sys/resource.h>

/* These programs die on purpose; nobody wants their core files. */
__attribute__((constructor)) static void leave_no_core_file(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

/* Hides from the compiler where a pointer comes from. */
static inline char *hidden(void *block)
{
	void *volatile copy = block;

	return copy;
}

static inline int lived_on(void)
{
	for (size_t size = 1; size < 5 * MEBIBYTE; size *= 3)
		free(realloc(malloc(size), size * 2));
	puts("continued");
	return 0;
}

#endif
