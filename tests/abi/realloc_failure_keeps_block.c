/* SPDX-License-Identifier: MIT
 *
 * R5: is the old block still there, whole and usable, after realloc failed?
 */
#include "expect.h"
#include <malloc.h>
#include <sys/resource.h>

int main(void)
{
	static const size_t sizes[] = { 1, 100, 1000, 5000, 40000, 300000, 5000000 };
	struct rlimit limit = { 256 * MEBIBYTE, 256 * MEBIBYTE };
	volatile size_t quarter = SIZE_MAX / 4;

	REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		unsigned char *block = malloc(sizes[i]);
		size_t usable = malloc_usable_size(block);

		EXPECT(block);
		fill_block(block, sizes[i], i);
		errno = 0;
		EXPECT_AT(realloc(block, 512 * MEBIBYTE) == NULL, sizes[i]);
		EXPECT_AT(errno == ENOMEM, sizes[i]);
		errno = 0;
		EXPECT_AT(reallocarray(block, quarter, 8) == NULL, sizes[i]);
		EXPECT_AT(errno == ENOMEM, sizes[i]);
		EXPECT_AT(malloc_usable_size(block) == usable, sizes[i]);
		EXPECT_AT(holds_fill(block, sizes[i], i), sizes[i]);
		block = realloc(block, sizes[i] * 2);
		EXPECT_AT(block && holds_fill(block, sizes[i], i), sizes[i]);
		free(block);
	}
	return 0;
}
