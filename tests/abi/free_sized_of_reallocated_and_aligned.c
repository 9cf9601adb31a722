/* SPDX-License-Identifier: MIT
 *
 * R10, R11: do free_sized and free_aligned_sized take memory from realloc and over-aligned small
 * blocks, keep errno, and really free?
 */
#include "expect.h"
#include <malloc.h>
#include <sys/resource.h>

typedef void free_sized_function(void *, size_t);
typedef void free_aligned_sized_function(void *, size_t, size_t);

int main(void)
{
	static const size_t sizes[] = { 0, 1, 8, 24, 100, 1000, 1024, 1025, 6000, 40000, 300000, 3000000 };
	struct rlimit limit = { 512 * MEBIBYTE, 512 * MEBIBYTE };
	free_sized_function *free_with_size = (free_sized_function *)dlsym(RTLD_DEFAULT, "free_sized");
	free_aligned_sized_function *free_with_both =
		(free_aligned_sized_function *)dlsym(RTLD_DEFAULT, "free_aligned_sized");

	if (!hak_function("hak_owns") && (!free_with_size || !free_with_both))
		SKIP("this allocator is not libhakmem and has no free_sized");
	EXPECT(free_with_size);
	EXPECT(free_with_both);
	REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	errno = ERRNO_SENTINEL;
	free_with_size(NULL, 10);
	free_with_both(NULL, 64, 10);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t size = sizes[i];

		for (int repeat = 0; repeat < 2000; repeat++) {
			void *block = malloc(size);

			EXPECT_AT(block, size);
			free_with_size(block, size);
			block = realloc(malloc(5), size + 1);
			EXPECT_AT(block, size);
			free_with_size(block, size + 1);
			block = realloc(malloc(size * 3 + 10), size + 1);
			EXPECT_AT(block, size);
			free_with_size(block, size + 1);
			for (size_t alignment = 16; alignment <= 4096; alignment *= 4) {
				block = aligned_alloc(alignment, size);
				EXPECT_AT(block, size);
				free_with_both(block, alignment, size);
			}
		}
		EXPECT_AT(errno == ERRNO_SENTINEL, size);
	}
	return 0;
}
