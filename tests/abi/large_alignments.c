/* SPDX-License-Identifier: MIT
 *
 * Are alignments up to 64 MiB honoured for small and large sizes, with contents of neighbours
 * intact, and the memory given back afterwards?
 */
#include "expect.h"
#include <malloc.h>
#include <sys/resource.h>

enum { RUN = 3 };

int main(void)
{
	static const size_t sizes[] = { 1, 100, 1500, 20000, 300000, 5000000 };
	struct rlimit limit = { 2048 * MEBIBYTE, 2048 * MEBIBYTE };

	REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t alignment = 32; alignment <= 64 * MEBIBYTE; alignment *= 2)
		for (size_t i = 0; i < COUNT_OF(sizes); i++) {
			void *blocks[RUN];

			for (size_t j = 0; j < RUN; j++) {
				blocks[j] = aligned_alloc(alignment, sizes[i]);
				EXPECT_AT(blocks[j] && is_aligned(blocks[j], alignment), alignment);
				EXPECT_AT(malloc_usable_size(blocks[j]) >= sizes[i], alignment);
				fill_block(blocks[j], sizes[i], j);
			}
			for (size_t j = 0; j < RUN; j++)
				EXPECT_AT(holds_fill(blocks[j], sizes[i], j), alignment);
			blocks[0] = realloc(blocks[0], sizes[i] * 2);
			EXPECT_AT(blocks[0] && holds_fill(blocks[0], sizes[i], 0), alignment);
			for (size_t j = 0; j < RUN; j++)
				free(blocks[j]);
		}
	return 0;
}
