/* SPDX-License-Identifier: MIT
 *
 * With more threads than a chunk has rows, and with more than a thousand: do the numbers still add
 * up, is what has no room counted, and are all rows free again when the threads have ended?
 */
#include "stats.h"
#include <malloc.h>
#include <pthread.h>

enum { FEW = 150, MANY = 1100, EACH = 300, BLOCK_BYTES = 100, STACK_BYTES = 64 * 1024, OTHERS_MAX = 16 };

static void *blocks[MANY];
static size_t usable_bytes;
static pthread_barrier_t barrier;

static void *hold_some(void *at)
{
	*(void **)at = hold_blocks(EACH, BLOCK_BYTES);
	pthread_barrier_wait(&barrier); /* all have theirs */
	pthread_barrier_wait(&barrier); /* which has been seen */
	return NULL;
}

static void expect_blocks(uint64_t count)
{
	uint64_t live = number_of_class(usable_bytes, "live_blocks");
	uint64_t bound = number_of_class(usable_bytes, "live_bound_blocks");

	EXPECT_AT(live != unknown && bound != unknown, live);
	EXPECT_AT(number_of("unlisted") > 0 || live + bound >= count, live);
	EXPECT_AT(live <= bound + count + OTHERS_MAX, live);
}

static void try_threads(size_t wanted)
{
	static pthread_t threads[MANY];
	pthread_attr_t attributes;
	size_t count = 0;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_barrier_init(&barrier, NULL, (unsigned)wanted + 1);
	while (count < wanted && pthread_create(&threads[count], &attributes, hold_some, &blocks[count]) == 0)
		count++;
	if (count < wanted)
		SKIP("this machine does not give that many threads");
	pthread_barrier_wait(&barrier);
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	EXPECT_AT(number_of("threads") >= wanted, number_of("threads"));
	expect_blocks(wanted * EACH);
	EXPECT_AT(wanted > FEW || number_of("unlisted") == 0, number_of("unlisted"));
	pthread_barrier_wait(&barrier);
	for (size_t index = 0; index < wanted; index++)
		pthread_join(threads[index], NULL);

	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	EXPECT_AT(number_of("threads") <= 1, number_of("threads"));
	expect_blocks(wanted * EACH);
	for (size_t index = 0; index < wanted; index++)
		drop_blocks(blocks[index]);
	pthread_barrier_destroy(&barrier);
}

static void *use_up_first_blocks(void *unused)
{
	void *first = hold_blocks(4 * MEBIBYTE / BLOCK_BYTES, BLOCK_BYTES);

	usable_bytes = malloc_usable_size(first);
	drop_blocks(first);
	return unused;
}

int main(void)
{
	pthread_t thread;
	uint64_t chunks;

	give_up_after(120);
	REQUIRE(pthread_create(&thread, NULL, use_up_first_blocks, NULL) == 0 && pthread_join(thread, NULL) == 0);
	try_threads(FEW);
	try_threads(MANY);
	EXPECT(read_process(getpid()) == 0);
	chunks = number_of("chunks");
	try_threads(MANY);
	EXPECT(read_process(getpid()) == 0);
	EXPECT_AT(number_of("chunks") == chunks, number_of("chunks"));
	return 0;
}
