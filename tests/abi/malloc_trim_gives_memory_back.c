/* SPDX-License-Identifier: MIT
 *
 * After 128 MiB of blocks of one size were freed, does malloc_trim give them back, say so, and
 * leave the heap usable?
 */
#include "expect.h"
#include <malloc.h>

enum { MOST_BLOCKS = 2 * 1024 * 1024 };

static void *blocks[MOST_BLOCKS];

int main(void)
{
	static const size_t sizes[] = { 64, 400, 1000, 3000, 20000, 100000 };

	memset(blocks, 1, sizeof blocks); /* its pages belong to the baseline */
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t count = 128 * MEBIBYTE / sizes[i], baseline = resident_bytes(), left;
		void *after;

		for (size_t j = 0; j < count; j++) {
			EXPECT(blocks[j] = malloc(sizes[i]));
			memset(blocks[j], 1, sizes[i]);
		}
		EXPECT(resident_bytes() > baseline + 100 * MEBIBYTE);
		for (size_t j = 0; j < count; j++)
			free(blocks[j]);
		errno = ERRNO_SENTINEL;
		EXPECT(malloc_trim(0) == 0 || resident_bytes() < baseline + 100 * MEBIBYTE);
		EXPECT(errno == ERRNO_SENTINEL);
		left = resident_bytes();
		EXPECT_AT(left < baseline + 8 * MEBIBYTE, sizes[i]);
		after = calloc(100, sizes[i]);
		EXPECT_AT(after && is_zero(after, 100 * sizes[i]), sizes[i]);
		free(after);
	}
	return 0;
}
