/* SPDX-License-Identifier: MIT
 *
 * R9, R17, R57: may a block of libc's own allocator be passed to free, realloc and
 * malloc_usable_size?
 */
#include "expect.h"
#include <malloc.h>

typedef void *malloc_function(size_t);
typedef void *memalign_function(size_t, size_t);

int main(void)
{
	static const size_t sizes[] = { 1, 24, 100, 1000, 5000, 100000, 1000000 };
	malloc_function *libc_malloc = (malloc_function *)dlsym(RTLD_DEFAULT, "__libc_malloc");
	memalign_function *libc_memalign = (memalign_function *)dlsym(RTLD_DEFAULT, "__libc_memalign");

	if (!libc_malloc || !libc_memalign)
		SKIP("this libc does not offer its allocator by another name");
	give_up_after(30);
	for (int round = 0; round < 50; round++)
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			size_t size = sizes[i], usable;
			char *block = libc_malloc(size);

			REQUIRE(block);
			fill_block(block, size, i);
			usable = malloc_usable_size(block);
			EXPECT_AT(usable >= size && usable < size + 10000, usable);
			errno = ERRNO_SENTINEL;
			free(block);
			EXPECT(errno == ERRNO_SENTINEL);

			block = libc_malloc(size);
			fill_block(block, size, i);
			block = realloc(block, size * 3);
			EXPECT_AT(block && holds_fill(block, size, i), size);
			memset(block, 1, size * 3);
			block = realloc(block, size);
			EXPECT_AT(block, size);
			free(block);

			block = libc_malloc(size);
			fill_block(block, size, i);
			block = realloc(block, size / 2 + 1);
			EXPECT_AT(block && holds_fill(block, size / 2 + 1, i), size);
			free(block);

			block = libc_malloc(size);
			EXPECT_AT(realloc(block, 0) == NULL, size);
			block = libc_memalign(4096, size);
			EXPECT_AT(malloc_usable_size(block) >= size, size);
			free(block);
		}
	return 0;
}
