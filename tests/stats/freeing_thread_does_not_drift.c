/* SPDX-License-Identifier: MIT
 *
 * One thread makes all blocks and another frees them all, many times over: do the shown live
 * blocks still contain what is there, with a bound that does not grow with the number of rounds?
 */
#include "stats.h"
#include <malloc.h>
#include <pthread.h>

enum { ROUNDS = 150, BATCH = 4000, KEPT = 40000, BLOCK_BYTES = 600, OTHERS_MAX = 16, READ_EVERY = 15 };

/* Caches of two threads, and a mailbox that its sender empties at 256 KiB. */
enum { BOUND_MAX = 2 * 2 * 1024 + 256 * 1024 / BLOCK_BYTES };

static void *batch[BATCH];
static pthread_barrier_t barrier;

static void *only_free(void *unused)
{
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		for (size_t index = 0; index < BATCH; index++)
			free(batch[index]);
		pthread_barrier_wait(&barrier);
	}
	return unused;
}

int main(void)
{
	size_t usable_bytes;
	pthread_t thread;
	void *kept;

	give_up_after(120);
	drop_blocks(hold_blocks(100, BLOCK_BYTES)); /* the first blocks of a process are in no class */
	kept = hold_blocks(KEPT, BLOCK_BYTES);
	usable_bytes = malloc_usable_size(kept);
	pthread_barrier_init(&barrier, NULL, 2);
	REQUIRE(pthread_create(&thread, NULL, only_free, NULL) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		uint64_t live, bound;

		for (size_t index = 0; index < BATCH; index++)
			EXPECT(batch[index] = malloc(BLOCK_BYTES));
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		if (round % READ_EVERY)
			continue;
		EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
		live = number_of_class(usable_bytes, "live_blocks");
		bound = number_of_class(usable_bytes, "live_bound_blocks");
		EXPECT_AT(live != unknown && live + bound >= KEPT, live);
		EXPECT_AT(live <= bound + KEPT + OTHERS_MAX, live);
		EXPECT_AT(bound <= BOUND_MAX, bound);
	}
	pthread_join(thread, NULL);
	drop_blocks(kept);
	return 0;
}
