/* SPDX-License-Identifier: MIT
 *
 * R1: does an allocation that succeeds leave errno alone?
 */
#include "expect.h"
#include <malloc.h>

static void *expect_quiet(void *block)
{
	EXPECT(block);
	EXPECT(errno == ERRNO_SENTINEL);
	return block;
}

int main(void)
{
	static const size_t sizes[] = { 0, 1, 24, 100, 1024, 1025, 5000, 32768, 70000, 262144,
	                                1000000, 5000000, 70000000 };

	errno = ERRNO_SENTINEL;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			size_t size = sizes[i];
			void *block = NULL;

			free(expect_quiet(malloc(size)));
			free(expect_quiet(calloc(3, size)));
			free(expect_quiet(realloc(NULL, size)));
			free(expect_quiet(realloc(expect_quiet(malloc(40)), size + 1)));
			free(expect_quiet(realloc(expect_quiet(malloc(size)), size / 2 + 1)));
			free(expect_quiet(realloc(expect_quiet(malloc(size)), size * 2 + 1)));
			free(expect_quiet(reallocarray(expect_quiet(malloc(size)), 3, size + 1)));
			free(expect_quiet(aligned_alloc(512, size)));
			free(expect_quiet(aligned_alloc(65536, size)));
			free(expect_quiet(memalign(48, size)));
			free(expect_quiet(valloc(size)));
			free(expect_quiet(pvalloc(size)));
			EXPECT(posix_memalign(&block, 2048, size) == 0);
			free(expect_quiet(block));
			EXPECT(errno == ERRNO_SENTINEL);
		}
		malloc_trim(0);
		errno = ERRNO_SENTINEL;
	}
	return 0;
}
