/* SPDX-License-Identifier: MIT
 *
 * R7: is every block aligned as max_align_t asks, whatever its size, and wherever in a run of
 * blocks it lies?
 */
#include "expect.h"
#include <malloc.h>
#include <stddef.h>

enum { RUN = 5 };

int main(void)
{
	size_t wanted = _Alignof(max_align_t) > 16 ? _Alignof(max_align_t) : 16;
	void *blocks[4][RUN];

	for (size_t size = 0; size < 600 * MEBIBYTE; size = size <= 4096 ? size + 1 : size + size / 3 + 5) {
		int run = size < 100000 ? RUN : 1;

		for (int i = 0; i < run; i++) {
			blocks[0][i] = malloc(size);
			blocks[1][i] = calloc(1, size < 100 * MEBIBYTE ? size : 1);
			blocks[2][i] = realloc(malloc(1), size + 1);
			blocks[3][i] = realloc(malloc(size), size / 2 + 1);
		}
		for (int kind = 0; kind < 4; kind++)
			for (int i = 0; i < run; i++) {
				EXPECT_AT(blocks[kind][i], size);
				EXPECT_AT(is_aligned(blocks[kind][i], wanted), size);
				free(blocks[kind][i]);
			}
	}
	return 0;
}
