/* SPDX-License-Identifier: MIT
 *
 * Do blocks from several producers reach a thread that only frees, whole, and does memory stay
 * bounded?
 */
#include "stress.h"

enum { PRODUCERS = 3, BATCH_BLOCKS = 200, UNDER_WAY = 12 };

static struct stress_block **queue[UNDER_WAY];
static size_t queued, taken;
static int producers_left = PRODUCERS;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *produce(void *argument)
{
	struct stress_thread *self = argument;

	for (size_t done = 0; done < self->operations; done += BATCH_BLOCKS) {
		struct stress_block **batch = allocate(BATCH_BLOCKS * sizeof *batch);

		EXPECT(batch);
		for (size_t i = 0; i < BATCH_BLOCKS; i++)
			batch[i] = make_block(&self->random);
		pthread_mutex_lock(&lock);
		while (queued - taken == UNDER_WAY)
			pthread_cond_wait(&changed, &lock);
		queue[queued++ % UNDER_WAY] = batch;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	pthread_mutex_lock(&lock);
	producers_left--;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void *consume(void *unused)
{
	for (;;) {
		struct stress_block **batch = NULL;

		pthread_mutex_lock(&lock);
		while (queued == taken && producers_left > 0)
			pthread_cond_wait(&changed, &lock);
		if (queued != taken) {
			batch = queue[taken++ % UNDER_WAY];
			pthread_cond_broadcast(&changed);
		}
		pthread_mutex_unlock(&lock);
		if (!batch)
			return unused;
		for (size_t i = 0; i < BATCH_BLOCKS; i++)
			free_block(batch[i]);
		release(batch);
	}
}

int main(int count, char **arguments)
{
	struct stress_thread threads[PRODUCERS];
	uint64_t seed = seed_from(count, arguments, 3);
	size_t baseline = resident_bytes();
	pthread_t consumer;

	REQUIRE(pthread_create(&consumer, NULL, consume, NULL) == 0);
	run_threads(threads, PRODUCERS, produce, seed, operations_from(count, arguments, 150000));
	pthread_join(consumer, NULL);
	/* about 16 batches of 200 blocks of some 6 KiB are alive at any time: 20 MiB */
	EXPECT_AT(resident_bytes() < baseline + 300 * MEBIBYTE, resident_bytes() - baseline);
	return 0;
}
