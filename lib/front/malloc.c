/* SPDX-License-Identifier: MIT
 *
 * front/malloc.c - the names of <stdlib.h>: calloc, realloc, reallocarray, free_sized and
 * free_aligned_sized.  malloc and free themselves are names of the hot path (front/hot.c).
 *
 * Owns nothing; each function forwards.
 */
#include <errno.h>
#include <stdlib.h>

#include "front/block.h"
#include "front/hot.h"
#include "front/names.h"

HK_LIBC_NAME void *calloc(size_t count, size_t size)
{
	return hk_calloc(count, size);
}

HK_LIBC_NAME void *realloc(void *block, size_t size)
{
	return hk_realloc(block, size);
}

HK_LIBC_NAME void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return hk_realloc(block, bytes);
}

void free_sized(void *block, size_t size);
void free_aligned_sized(void *block, size_t alignment, size_t size);

/* The sizes are not used: programs get them wrong, and the registry knows better. */
HK_LIBC_NAME void free_sized(void *block, size_t size)
{
	(void)size;
	hk_free(block);
}

HK_LIBC_NAME void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	(void)alignment;
	(void)size;
	hk_free(block);
}
