/* SPDX-License-Identifier: MIT
 *
 * front/memalign.c - the six ways to ask for an alignment, each with its own rules about errors.
 *
 * Owns nothing; each function checks its arguments as glibc does and forwards.
 */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "front/block.h"
#include "front/names.h"
#include "sys/os.h"

/* C17: the size need not be a multiple, the alignment must be a power of two. */
HK_LIBC_NAME void *aligned_alloc(size_t alignment, size_t size)
{
	if (!hk_is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return hk_memalign(alignment, size);
}

/* POSIX: the error is the result; *RESULT and errno stay as they were. */
HK_LIBC_NAME int posix_memalign(void **result, size_t alignment, size_t size)
{
	if (!hk_is_power_of_two(alignment) || alignment % sizeof(void *))
		return EINVAL;

	int saved = errno;
	void *block = hk_memalign(alignment, size);

	errno = saved;
	if (!block)
		return ENOMEM;
	*result = block;
	return 0;
}

/* GNU: any alignment is rounded up to a power of two. */
HK_LIBC_NAME void *memalign(size_t alignment, size_t size)
{
	if (alignment > SIZE_MAX / 2 + 1) {
		errno = EINVAL;
		return NULL;
	}
	if (!hk_is_power_of_two(alignment)) {
		size_t power = 1;

		while (power < alignment)
			power *= 2;
		alignment = power;
	}
	return hk_memalign(alignment, size);
}

HK_LIBC_NAME void *valloc(size_t size)
{
	return hk_memalign(hk_os_page_bytes(), size);
}

/* Whole pages, one at least. */
HK_LIBC_NAME void *pvalloc(size_t size)
{
	size_t page_bytes = hk_os_page_bytes();
	size_t rounded = hk_round_up(size ? size : 1, page_bytes);

	if (rounded < size) {
		errno = ENOMEM;
		return NULL;
	}
	return hk_memalign(page_bytes, rounded);
}

HK_LIBC_NAME size_t malloc_usable_size(void *block)
{
	return hk_usable_bytes(block);
}
