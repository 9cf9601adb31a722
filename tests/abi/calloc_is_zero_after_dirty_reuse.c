/* SPDX-License-Identifier: MIT
 *
 * Is memory from calloc zero, all of its usable size too, when blocks of the same size were
 * filled and freed just before, in this thread and in another, with and without a purge?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

enum { RUN = 40 };

static void dirty_and_check(size_t size, int purge)
{
	void *blocks[RUN];
	int run = size > MEBIBYTE ? 2 : size > 50000 ? 8 : RUN;

	for (int i = 0; i < run; i++) {
		blocks[i] = malloc(size);
		EXPECT_AT(blocks[i], size);
		memset(blocks[i], 0xa5, malloc_usable_size(blocks[i]));
	}
	for (int i = 0; i < run; i++)
		free(blocks[i]);
	if (purge)
		malloc_trim(0);
	for (int i = 0; i < run; i++) {
		blocks[i] = i % 2 ? calloc(1, size) : calloc(size, 1);
		EXPECT_AT(blocks[i], size);
		EXPECT_AT(is_zero(blocks[i], size), size);
		memset(blocks[i], 0x5a, malloc_usable_size(blocks[i]));
	}
	for (int i = run; i-- > 0;)
		free(blocks[i]);
}

static void *try_all_sizes(void *unused)
{
	for (size_t size = 1; size < 20 * MEBIBYTE; size += size < 1100 ? 3 : size / 6)
		dirty_and_check(size, size % 5 == 0);
	return unused;
}

int main(void)
{
	pthread_t thread;

	try_all_sizes(NULL);
	REQUIRE(pthread_create(&thread, NULL, try_all_sizes, NULL) == 0);
	pthread_join(thread, NULL);
	/* R41: locked memory is not purged, whatever the allocator asked for */
	if (mlockall(MCL_CURRENT | MCL_FUTURE) == 0)
		try_all_sizes(NULL);
	return 0;
}
