/* SPDX-License-Identifier: MIT
 *
 * R3: does a request for nothing give a block of its own that can be freed?
 */
#include "expect.h"
#include <malloc.h>

enum { ROUNDS = 500, KINDS = 9 };

static void *blocks[ROUNDS * KINDS];

static int compare_addresses(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t)*(void *const *)left, b = (uintptr_t)*(void *const *)right;

	return (a > b) - (a < b);
}

int main(void)
{
	volatile size_t nothing = 0;
	size_t count = 0;

	for (int round = 0; round < ROUNDS; round++) {
		void *block = NULL;

		blocks[count++] = malloc(nothing);
		blocks[count++] = calloc(nothing, 8);
		blocks[count++] = calloc(8, nothing);
		blocks[count++] = calloc(nothing, nothing);
		blocks[count++] = realloc(NULL, nothing);
		blocks[count++] = aligned_alloc(64, nothing);
		blocks[count++] = memalign(256, nothing);
		blocks[count++] = valloc(nothing);
		EXPECT(posix_memalign(&block, 32, nothing) == 0);
		blocks[count++] = block;
	}
	qsort(blocks, count, sizeof blocks[0], compare_addresses);
	for (size_t i = 0; i < count; i++) {
		EXPECT_AT(blocks[i], i);
		EXPECT_AT(i == 0 || blocks[i] != blocks[i - 1], i);
	}
	for (size_t i = 0; i < count; i++)
		free(blocks[i]);
	return 0;
}
