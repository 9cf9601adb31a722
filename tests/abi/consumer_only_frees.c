/* SPDX-License-Identifier: MIT
 *
 * R24: when one thread only allocates and another only frees, does memory stay near what is
 * under way between the two?
 */
#include "expect.h"
#include <pthread.h>

enum { BATCHES = 3000, BATCH_BLOCKS = 1000, UNDER_WAY = 8 };

static void **queue[UNDER_WAY];
static unsigned queued, taken;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *free_batches(void *unused)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		void **batch;

		pthread_mutex_lock(&lock);
		while (queued == taken)
			pthread_cond_wait(&changed, &lock);
		batch = queue[taken % UNDER_WAY];
		pthread_mutex_unlock(&lock);
		for (size_t j = 0; j < BATCH_BLOCKS; j++)
			free(batch[j]);
		free(batch);
		pthread_mutex_lock(&lock);
		taken++;
		pthread_cond_signal(&changed);
		pthread_mutex_unlock(&lock);
	}
	return unused;
}

int main(void)
{
	uint64_t random = 3;
	size_t baseline = resident_bytes(), most = 0;
	pthread_t consumer;

	give_up_after(120);
	REQUIRE(pthread_create(&consumer, NULL, free_batches, NULL) == 0);
	for (unsigned i = 0; i < BATCHES; i++) {
		void **batch = malloc(BATCH_BLOCKS * sizeof(void *));
		size_t now;

		EXPECT(batch);
		for (size_t j = 0; j < BATCH_BLOCKS; j++) {
			size_t size = 16 + next_random(&random) % 500;

			EXPECT(batch[j] = malloc(size));
			memset(batch[j], 1, size);
		}
		pthread_mutex_lock(&lock);
		while (queued - taken == UNDER_WAY)
			pthread_cond_wait(&changed, &lock);
		queue[queued++ % UNDER_WAY] = batch;
		pthread_cond_signal(&changed);
		pthread_mutex_unlock(&lock);
		now = resident_bytes();
		most = now > most ? now : most;
	}
	pthread_join(consumer, NULL);
	EXPECT_AT(most < baseline + 32 * MEBIBYTE, most - baseline); /* 8 batches are 2 MiB */
	return 0;
}
