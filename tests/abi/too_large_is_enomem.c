/* SPDX-License-Identifier: MIT
 *
 * R1, R2: does every entry point refuse a request above PTRDIFF_MAX, or one that passes it by
 * rounding or by its alignment, with NULL and ENOMEM?
 */
#include "expect.h"
#include <malloc.h>

#define EXPECT_TOO_LARGE(call) \
	do { \
		errno = 0; \
		EXPECT_AT((call) == NULL, size); \
		EXPECT_AT(errno == ENOMEM, size); \
	} while (0)

static void expect_too_large(size_t size)
{
	static const size_t alignments[] = { 1, 8, 16, 64, 4096, 65536, MEBIBYTE, (size_t)1 << 30 };
	char *block = malloc(100);
	void *untouched = &untouched;

	EXPECT(block);
	fill_block(block, 100, 1);
	EXPECT_TOO_LARGE(malloc(size));
	EXPECT_TOO_LARGE(calloc(1, size));
	EXPECT_TOO_LARGE(calloc(size, 1));
	EXPECT_TOO_LARGE(calloc(size / 8, 9));
	EXPECT_TOO_LARGE(realloc(NULL, size));
	EXPECT_TOO_LARGE(realloc(block, size));
	EXPECT_TOO_LARGE(reallocarray(NULL, 1, size));
	EXPECT_TOO_LARGE(reallocarray(block, size, 1));
	EXPECT_TOO_LARGE(valloc(size));
	EXPECT_TOO_LARGE(pvalloc(size));
	for (size_t i = 0; i < COUNT_OF(alignments); i++) {
		EXPECT_TOO_LARGE(aligned_alloc(alignments[i], size));
		EXPECT_TOO_LARGE(memalign(alignments[i], size));
		if (alignments[i] < sizeof(void *))
			continue;
		errno = ERRNO_SENTINEL;
		EXPECT_AT(posix_memalign(&untouched, alignments[i], size) == ENOMEM, size);
		EXPECT(errno == ERRNO_SENTINEL);
		EXPECT(untouched == &untouched);
	}
	EXPECT(holds_fill(block, 100, 1));
	free(block);
}

int main(void)
{
	volatile size_t largest = PTRDIFF_MAX, size = 1;

	for (size_t i = 0; i < 70; i++)
		expect_too_large(largest + 1 + i);
	for (size_t i = 0; i < 70; i++)
		expect_too_large(SIZE_MAX - i);
	for (size_t shift = 4; shift < 24; shift++) {
		expect_too_large(SIZE_MAX - ((size_t)1 << shift) + 1);
		expect_too_large(largest + ((size_t)1 << shift));
#if SIZE_MAX > 0xffffffff
		/* no machine has this much address space */
		expect_too_large(largest - ((size_t)1 << shift) + 1);
		expect_too_large(largest - ((size_t)1 << shift));
#endif
	}
	/* the size is small, the alignment is all there is */
	EXPECT_TOO_LARGE(aligned_alloc(SIZE_MAX / 2 + 1, size));
	EXPECT_TOO_LARGE(memalign(SIZE_MAX / 2 + 1, size));
	return 0;
}
