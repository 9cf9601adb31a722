/* SPDX-License-Identifier: MIT
 *
 * Does realloc carry the contents from every size to every size, up and down, for plain, zeroed
 * and over-aligned blocks?
 */
#include "expect.h"
#include <malloc.h>

static const size_t sizes[] = { 1, 15, 16, 17, 31, 33, 64, 100, 127, 128, 129, 255, 400, 512, 513, 1000, 1024, 1025,
                                2000, 4095, 4096, 4097, 9000, 16384, 30000, 32768, 32769, 65536, 70000, 131072,
                                200000, 262144, 262145, 500000, 1048576, 1048577, 3000000, 5000000 };

static void *make(size_t size, size_t kind)
{
	switch (kind) {
	case 0:
		return malloc(size);
	case 1:
		return calloc(1, size);
	case 2:
		return memalign(256, size);
	default:
		return memalign(16384, size);
	}
}

int main(void)
{
	void *walking = NULL;

	for (size_t kind = 0; kind < 4; kind++)
		for (size_t from = 0; from < COUNT_OF(sizes); from++)
			for (size_t to = 0; to < COUNT_OF(sizes); to++) {
				size_t kept = sizes[from] < sizes[to] ? sizes[from] : sizes[to];
				size_t checked = kept < 70000 ? kept : 70000;
				char *block;

				if (kind > 0 && (from + to + kind) % 3 != 0)
					continue;
				block = make(sizes[from], kind);
				EXPECT_AT(block, sizes[from]);
				fill_block(block, checked, from);
				fill_block(block + kept - 1, 1, to);
				block = realloc(block, sizes[to]);
				EXPECT_AT(block && is_aligned(block, 16), sizes[to]);
				EXPECT_AT(holds_fill(block, checked - 1, from), sizes[to]);
				EXPECT_AT(holds_fill(block + kept - 1, 1, to), sizes[to]);
				memset(block, 1, sizes[to] < 70000 ? sizes[to] : 70000);
				free(block);
			}
	/* one block through all of its sizes, by small steps */
	for (size_t size = 1, before = 0; size < 8 * MEBIBYTE; size += 1 + size / 16) {
		walking = realloc(walking, size);
		EXPECT_AT(walking && malloc_usable_size(walking) >= size, size);
		EXPECT_AT(holds_fill(walking, before, 9), size);
		fill_block(walking, size, 9);
		before = size;
	}
	for (size_t size = 7 * MEBIBYTE; size > 0; size -= 1 + size / 16) {
		walking = realloc(walking, size);
		EXPECT_AT(walking && holds_fill(walking, size, 9), size);
	}
	free(walking);
	return 0;
}
