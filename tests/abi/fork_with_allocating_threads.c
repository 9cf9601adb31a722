/* SPDX-License-Identifier: MIT
 *
 * R30, R31: while other threads allocate, can a forked child allocate every size, free blocks of
 * the parent's threads, which it has not got, and start threads of its own?
 */
#include "expect.h"
#include <pthread.h>

enum { THREADS = 3, SLOTS = 600, FORKS = 60 };

static void *slots[SLOTS];
static int stop;

static void free_checked(size_t *block)
{
	if (!block)
		return;
	EXPECT(block[0] >= 2 * sizeof(size_t) && block[0] < 40000);
	EXPECT(holds_fill(block + 1, block[0] - sizeof(size_t), block[0]));
	free(block);
}

static size_t *make_block(uint64_t random)
{
	size_t size = 2 * sizeof(size_t) + (random % 50 == 0 ? random % 39000 : random % 1200);
	size_t *block = malloc(size);

	EXPECT(block);
	block[0] = size;
	fill_block(block + 1, size - sizeof(size_t), size);
	return block;
}

static void *exchange_blocks(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		size_t *block = make_block(next_random(&random));

		free_checked(__atomic_exchange_n(&slots[next_random(&random) % SLOTS], (void *)block, __ATOMIC_ACQ_REL));
	}
	return NULL;
}

static void *allocate_all_sizes(void *unused)
{
	for (size_t size = 1; size < 5 * MEBIBYTE; size = size * 3 / 2 + 1) {
		char *block = malloc(size);

		EXPECT(block);
		memset(block, 1, size);
		block = realloc(block, size * 2);
		EXPECT(block && block[size - 1] == 1);
		free(block);
	}
	return unused;
}

static void be_the_child(void)
{
	pthread_t thread;

	give_up_after(30);
	allocate_all_sizes(NULL);
	for (int i = 0; i < SLOTS; i++)
		free_checked(slots[i]);
	allocate_all_sizes(NULL);
	REQUIRE(pthread_create(&thread, NULL, allocate_all_sizes, NULL) == 0);
	pthread_join(thread, NULL);
	exit(0);
}

int main(int count, char **arguments)
{
	uint64_t seed = seed_from(count, arguments, 20240601);
	pthread_t threads[THREADS];

	give_up_after(120);
	for (int i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&threads[i], NULL, exchange_blocks, (void *)(uintptr_t)(seed + i)) == 0);
	for (int i = 0; i < FORKS; i++) {
		pid_t child;

		free(make_block(next_random(&seed)));
		child = fork();
		REQUIRE(child >= 0);
		if (child == 0)
			be_the_child();
		expect_clean_end(child);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SLOTS; i++)
		free_checked(slots[i]);
	return 0;
}
