/* SPDX-License-Identifier: MIT
 *
 * When the segment is opened, does it hold at once what was there before: the blocks of a thread
 * that sleeps, those of the thread that opened it (by a large block, after which it makes no other),
 * and what lies in its caches?
 */
#include "stats.h"
#include <malloc.h>
#include <pthread.h>

enum {
	SLEEPER_BLOCKS = 4000,
	SLEEPER_BYTES = 100,
	OWN_BLOCKS = 4000,
	OWN_BYTES = 200,
	FREED_BLOCKS = 100,
	FREED_BYTES = 400,
};

static pthread_barrier_t barrier;
static size_t sleeper_bytes;

static void *hold_and_sleep(void *unused)
{
	void *blocks = hold_blocks(SLEEPER_BLOCKS, SLEEPER_BYTES);

	sleeper_bytes = malloc_usable_size(blocks);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	drop_blocks(blocks);
	return unused;
}

/* The first 4 KiB of each class are in no class; a few of libc's own may be. */
static void expect_class(size_t bytes, uint64_t blocks)
{
	uint64_t first = 4096 / bytes + 1;
	uint64_t live = number_of_class(bytes, "live_blocks"), bound = number_of_class(bytes, "live_bound_blocks");

	if (live + bound + first < blocks || live > blocks + bound + 16)
		fprintf(stderr, "blocks of %zu bytes: %llu +- %llu is shown, %llu are there\n", bytes,
			(unsigned long long)live, (unsigned long long)bound, (unsigned long long)blocks);
	EXPECT(live + bound + first >= blocks);
	EXPECT(live <= blocks + bound + 16);
}

int main(void)
{
	size_t freed_bytes, own_bytes;
	pthread_t thread;
	void *large, *own;

	give_up_after(60);
	pthread_barrier_init(&barrier, NULL, 2);
	REQUIRE(pthread_create(&thread, NULL, hold_and_sleep, NULL) == 0);
	pthread_barrier_wait(&barrier);
	own = hold_blocks(FREED_BLOCKS, FREED_BYTES);
	freed_bytes = malloc_usable_size(own);
	drop_blocks(own);
	own = hold_blocks(OWN_BLOCKS, OWN_BYTES);
	own_bytes = malloc_usable_size(own);
	EXPECT_AT(read_process(getpid()) == EXIT_NO_SEGMENT, reading.exit_code);

	REQUIRE((large = malloc(64 * MEBIBYTE)));
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	EXPECT_AT(number_of("threads") == 2, number_of("threads"));
	expect_class(sleeper_bytes, SLEEPER_BLOCKS);
	expect_class(own_bytes, OWN_BLOCKS);
	expect_class(freed_bytes, 0);
	free(large);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	drop_blocks(own);
	return 0;
}
