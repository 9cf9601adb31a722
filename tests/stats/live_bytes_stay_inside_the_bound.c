/* SPDX-License-Identifier: MIT
 *
 * Do live bytes, plus and minus the bound that is told with them, contain what the program really
 * has: in four threads that fill, in threads that exchange without rest, with one large block, and
 * when another thread has freed half?  Is the bound nothing when all threads have ended?
 */
#include "stats.h"
#include <malloc.h>
#include <pthread.h>

enum { THREADS = 4, BLOCKS = 200000, EACH = BLOCKS / THREADS, BLOCK_BYTES = 100, READINGS = 25 };

static const size_t large_bytes = 64 * MEBIBYTE;

static void *blocks[BLOCKS];
static size_t usable_bytes;
static int stop;
/* Counted before a block is made and after it, before it is freed and after: each only grows. */
static uint64_t being_made, made, being_freed, freed;
static pthread_barrier_t barrier;

/* Libc's own blocks may be of our class. */
enum { OTHERS_MAX = 16 };

static void count(uint64_t *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_SEQ_CST);
}

static uint64_t look(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_SEQ_CST);
}

static void *make_block(void)
{
	void *block;

	count(&being_made);
	block = malloc(BLOCK_BYTES);
	EXPECT(block);
	count(&made);
	return block;
}

static void free_block(void *block)
{
	count(&being_freed);
	free(block);
	count(&freed);
}

/* At no moment between BEFORE and now had the program fewer blocks than LEAST or more than MOST. */
static void expect_between(uint64_t least, uint64_t most)
{
	uint64_t live = number_of_class(usable_bytes, "live_blocks");
	uint64_t bound = number_of_class(usable_bytes, "live_bound_blocks");

	EXPECT_AT(live != unknown && bound != unknown, live);
	if (live + bound < least || live > bound + most + OTHERS_MAX)
		fprintf(stderr, "%llu +- %llu is shown, %llu to %llu are there\n", (unsigned long long)live,
			(unsigned long long)bound, (unsigned long long)least, (unsigned long long)most);
	EXPECT(live + bound >= least);
	EXPECT(live <= bound + most + OTHERS_MAX);
}

static void read_while_counts_change(void)
{
	uint64_t made_before = look(&made), freed_before = look(&freed);

	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	expect_between(made_before - (look(&being_freed) < made_before ? look(&being_freed) : made_before),
		       look(&being_made) - freed_before);
}

static void *fill_then_exchange(void *argument)
{
	size_t number = (uintptr_t)argument;
	uint64_t random = number + 1;

	for (size_t index = number * EACH; index < (number + 1) * EACH; index++)
		blocks[index] = make_block();
	pthread_barrier_wait(&barrier); /* filled */
	pthread_barrier_wait(&barrier); /* and seen */
	/* The number of live blocks stays, but for one per thread. */
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		void *block = malloc(BLOCK_BYTES);

		EXPECT(block);
		free(__atomic_exchange_n(&blocks[next_random(&random) % BLOCKS], block, __ATOMIC_ACQ_REL));
	}
	pthread_barrier_wait(&barrier); /* quiet */
	pthread_barrier_wait(&barrier); /* half is freed */
	return NULL;
}

static void *free_half(void *unused)
{
	for (size_t index = 0; index < BLOCKS; index += 2)
		free_block(blocks[index]);
	return unused;
}

static void free_half_in_another_thread(void)
{
	pthread_t thread;

	REQUIRE(pthread_create(&thread, NULL, free_half, NULL) == 0);
	read_while_counts_change();
	read_while_counts_change();
	REQUIRE(pthread_join(thread, NULL) == 0);
}

/* The first kilobytes of a process are in no class, and before the first superslab is outgrown there
 * is nothing to be read.  In a thread that ends, so that no cache remains. */
static void *use_up_first_blocks(void *unused)
{
	void *first = hold_blocks(4 * MEBIBYTE / BLOCK_BYTES, BLOCK_BYTES);

	usable_bytes = malloc_usable_size(first);
	drop_blocks(first);
	return unused;
}

int main(void)
{
	pthread_t threads[THREADS];
	uint64_t live;
	void *large;

	give_up_after(120);
	REQUIRE(pthread_create(&threads[0], NULL, use_up_first_blocks, NULL) == 0);
	REQUIRE(pthread_join(threads[0], NULL) == 0);
	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (size_t number = 0; number < THREADS; number++)
		REQUIRE(pthread_create(&threads[number], NULL, fill_then_exchange, (void *)(uintptr_t)number) == 0);
	for (int round = 0; round < 3; round++)
		read_while_counts_change();
	pthread_barrier_wait(&barrier);
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	expect_between(BLOCKS, BLOCKS);

	EXPECT((live = number_of("large_bytes")) != unknown);
	REQUIRE((large = malloc(large_bytes)));
	EXPECT(read_process(getpid()) == 0);
	EXPECT_AT(number_of("large_bytes") == live + malloc_usable_size(large), number_of("large_bytes"));
	pthread_barrier_wait(&barrier);

	for (int round = 0; round < READINGS; round++) {
		EXPECT(read_process(getpid()) == 0);
		expect_between(BLOCKS, BLOCKS + THREADS);
		EXPECT(number_of("large_bytes") == live + malloc_usable_size(large));
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_barrier_wait(&barrier);
	EXPECT(read_process(getpid()) == 0);
	expect_between(BLOCKS, BLOCKS);

	free_half_in_another_thread();
	EXPECT(read_process(getpid()) == 0);
	expect_between(BLOCKS / 2, BLOCKS / 2);
	pthread_barrier_wait(&barrier);
	for (size_t number = 0; number < THREADS; number++)
		pthread_join(threads[number], NULL);

	EXPECT(read_process(getpid()) == 0);
	EXPECT_AT(number_of_class(usable_bytes, "live_bound_blocks") == 0,
		  number_of_class(usable_bytes, "live_bound_blocks"));
	expect_between(BLOCKS / 2, BLOCKS / 2);
	free(large);
	EXPECT(read_process(getpid()) == 0);
	EXPECT(number_of("large_bytes") == live);
	return 0;
}
