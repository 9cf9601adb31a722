/* SPDX-License-Identifier: MIT
 *
 * R10: does free keep errno, also where it gives memory back to the system, and where the system
 * refuses that because the memory is locked?
 */
#include "expect.h"
#include <malloc.h>
#include <sys/mman.h>

enum { BLOCKS = 3000 };

static void *blocks[BLOCKS];

static void try_all_sizes(void)
{
	static const size_t sizes[] = { 0, 16, 200, 1024, 4000, 20000, 70000 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t count = sizes[i] > 10000 ? BLOCKS / 10 : BLOCKS;

		for (size_t j = 0; j < count; j++) {
			blocks[j] = malloc(sizes[i]);
			REQUIRE(blocks[j]);
			memset(blocks[j], 1, sizes[i]);
		}
		errno = ERRNO_SENTINEL;
		for (size_t j = 0; j < count; j++)
			free(blocks[j]);
		EXPECT_AT(errno == ERRNO_SENTINEL, sizes[i]);
	}
	for (size_t size = 100000; size < 50000000; size *= 2) {
		void *plain = malloc(size), *aligned = memalign(MEBIBYTE, size);

		REQUIRE(plain && aligned);
		errno = ERRNO_SENTINEL;
		free(plain);
		free(aligned);
		EXPECT_AT(errno == ERRNO_SENTINEL, size);
	}
	errno = ERRNO_SENTINEL;
	free(NULL);
	EXPECT(errno == ERRNO_SENTINEL);
}

int main(void)
{
	try_all_sizes();
	if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
		try_all_sizes();
	return 0;
}
