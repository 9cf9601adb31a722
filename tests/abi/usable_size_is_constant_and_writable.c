/* SPDX-License-Identifier: MIT
 *
 * R9: is malloc_usable_size enough, the same over the block's life, and every byte of it the
 * block's own?
 */
#include "expect.h"
#include <malloc.h>

enum { RUN = 4 };

static void try_run(size_t size, size_t alignment)
{
	void *blocks[RUN];
	size_t usable[RUN];

	for (size_t i = 0; i < RUN; i++) {
		blocks[i] = alignment ? memalign(alignment, size) : malloc(size);
		EXPECT_AT(blocks[i], size);
		usable[i] = malloc_usable_size(blocks[i]);
		EXPECT_AT(usable[i] >= size, size);
		fill_block(blocks[i], usable[i], i);
	}
	for (size_t i = 0; i < RUN; i++) {
		EXPECT_AT(malloc_usable_size(blocks[i]) == usable[i], size);
		EXPECT_AT(holds_fill(blocks[i], usable[i], i), size);
	}
	free(blocks[1]);
	free(blocks[2]);
	EXPECT_AT(malloc_usable_size(blocks[0]) == usable[0] && holds_fill(blocks[0], usable[0], 0), size);
	EXPECT_AT(malloc_usable_size(blocks[3]) == usable[3] && holds_fill(blocks[3], usable[3], 3), size);
	blocks[0] = realloc(blocks[0], usable[0] * 2 + 1);
	EXPECT_AT(blocks[0] && holds_fill(blocks[0], size, 0), size);
	free(blocks[0]);
	free(blocks[3]);
}

int main(void)
{
	EXPECT(malloc_usable_size(NULL) == 0);
	for (size_t size = 0; size <= 3 * MEBIBYTE; size = size < 2100 ? size + 1 : size + size / 5) {
		try_run(size, 0);
		if (size % 7 == 0 || size > 2100) {
			try_run(size, 64);
			try_run(size, 1024);
			try_run(size, 8192);
		}
	}
	return 0;
}
