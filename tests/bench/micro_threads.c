/* SPDX-License-Identifier: MIT
 *
 * micro_threads.c: the tests of micro that need a second thread.
 *
 * The counters are inherited by every thread made after measure_open(), so
 * instructions and cycles are sums over all threads, kernel time excluded: a
 * thread that waits in a futex costs none of them.  Wall time (ns) does include
 * the waiting, and means little where the machine has fewer idle cores than the
 * test has threads.
 */
#include "measure.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>

#define THREAD_COUNT 2
#define BATCH_COUNT 1000
#define RING_COUNT 4
#define PAIRS_PER_THREAD 100

struct replace_worker {
	pthread_t thread;
	uint64_t seed;
	uint64_t operations;
	size_t slot_count;
	pthread_barrier_t *barrier;
};

static void *
replace_worker_main(void *argument)
{
	struct replace_worker *worker = argument;
	const size_t step_count = step_count_for(worker->slot_count);
	uint32_t *steps = steps_make(worker->seed, worker->slot_count, step_count);
	void **slots = replace_fill(steps, step_count, worker->slot_count);
	replace_loop(slots, steps, step_count, step_count);
	pthread_barrier_wait(worker->barrier); /* all are warm */
	pthread_barrier_wait(worker->barrier); /* the counters run */
	replace_loop(slots, steps, step_count, worker->operations);
	pthread_barrier_wait(worker->barrier); /* all are done */
	replace_empty(slots, worker->slot_count);
	return NULL;
}

/* No object crosses a thread here: this shows locks and false sharing only. */
void
run_threads_replace(const struct test_case *test, uint64_t operations)
{
	static struct replace_worker workers[THREAD_COUNT];
	pthread_barrier_t barrier;
	pthread_barrier_init(&barrier, NULL, THREAD_COUNT + 1);
	for (size_t i = 0; i < THREAD_COUNT; i++) {
		workers[i].seed = 0x9e3779b97f4a7c15 + 2 * i;
		workers[i].operations = operations / THREAD_COUNT;
		workers[i].slot_count = test->argument;
		workers[i].barrier = &barrier;
		if (pthread_create(&workers[i].thread, NULL, replace_worker_main, &workers[i]) != 0)
			fail("pthread_create failed");
	}
	pthread_barrier_wait(&barrier);
	measure_start();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	measure_stop();
	for (size_t i = 0; i < THREAD_COUNT; i++)
		pthread_join(workers[i].thread, NULL);
	pthread_barrier_destroy(&barrier);
}

/* The producer fills batches, the consumer frees them in the same order.  Four
 * batches are under way, so that on two free cores neither side waits for long;
 * one semaphore call per 1000 objects is all the synchronisation that is counted. */
static struct {
	alignas(64) void *objects[RING_COUNT][BATCH_COUNT];
	uint16_t sizes[RING_COUNT][BATCH_COUNT];
	alignas(64) sem_t empty;
	alignas(64) sem_t full;
	bool stop;
} ring;

static void
wait_for(sem_t *semaphore)
{
	while (sem_wait(semaphore) != 0)
		; /* interrupted by a signal */
}

static void *
consumer_main(void *unused)
{
	(void)unused;
	for (size_t turn = 0;; turn = (turn + 1) % RING_COUNT) {
		wait_for(&ring.full);
		if (ring.stop)
			return NULL;
		for (size_t i = 0; i < BATCH_COUNT; i++)
			free(ring.objects[turn][i]);
		sem_post(&ring.empty);
	}
}

static size_t
produce(size_t turn, uint64_t batches)
{
	while (batches-- != 0) {
		wait_for(&ring.empty);
		const uint16_t *sizes = ring.sizes[turn];
		for (size_t i = 0; i < BATCH_COUNT; i++)
			ring.objects[turn][i] = malloc(sizes[i]);
		sem_post(&ring.full);
		turn = (turn + 1) % RING_COUNT;
	}
	/* All four places empty again means that the last object has been freed. */
	for (size_t i = 0; i < RING_COUNT; i++)
		wait_for(&ring.empty);
	for (size_t i = 0; i < RING_COUNT; i++)
		sem_post(&ring.empty);
	return turn;
}

/* argument = size in bytes, 0 = mixed 16..1024.  Both read the size from a list. */
void
run_handover(const struct test_case *test, uint64_t operations)
{
	pthread_t consumer;
	uint64_t seed = 0xbf58476d1ce4e5b9;
	for (size_t turn = 0; turn < RING_COUNT; turn++)
		for (size_t i = 0; i < BATCH_COUNT; i++)
			ring.sizes[turn][i] = (uint16_t)(test->argument != 0
			        ? test->argument
			        : 16 + (random_next(&seed) >> 20) % 1009);
	sem_init(&ring.empty, 0, RING_COUNT);
	sem_init(&ring.full, 0, 0);
	if (pthread_create(&consumer, NULL, consumer_main, NULL) != 0)
		fail("pthread_create failed");
	const uint64_t batches = operations / BATCH_COUNT;
	const size_t turn = produce(0, batches / 10 + 10);
	measure_start();
	produce(turn, batches);
	measure_stop();
	ring.stop = true;
	sem_post(&ring.full);
	pthread_join(consumer, NULL);
}

static void *
short_thread_main(void *argument)
{
	const size_t size_bytes = *(const size_t *)argument;
	for (int i = 0; i < PAIRS_PER_THREAD; i++) {
		void *object = malloc(size_bytes);
		KEEP(object);
		free(object);
	}
	return NULL;
}

/* One operation = one thread: create, 100 pairs, join.  glibc keeps the stacks of
 * dead threads, so after the first thread no stack is mapped. */
void
run_thread_create(const struct test_case *test, uint64_t operations)
{
	size_t size_bytes = test->argument;
	measure_start();
	while (operations-- != 0) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, short_thread_main, &size_bytes) != 0)
			fail("pthread_create failed");
		pthread_join(thread, NULL);
	}
	measure_stop();
}
