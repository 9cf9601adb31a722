/* SPDX-License-Identifier: MIT
 *
 * Do children forked by several threads, while all of them allocate, find every block of the
 * parent whole, and a heap that works?
 */
#include "stress.h"

enum { THREADS = 3, SLOTS = 800, OPERATIONS_PER_FORK = 2000 };

static struct stress_block *slots[SLOTS];

static void be_the_child(uint64_t random)
{
	give_up_after(60);
	for (int i = 0; i < 2000; i++)
		free_block(make_block(&random));
	for (size_t i = 0; i < SLOTS; i++)
		free_block(slots[i]);
	for (int i = 0; i < 2000; i++)
		free_block(make_block(&random));
	_exit(0);
}

static void *exchange_and_fork(void *argument)
{
	struct stress_thread *self = argument;

	for (size_t i = 0; i < self->operations; i++) {
		size_t place = next_random(&self->random) % SLOTS;
		struct stress_block *mine = make_block(&self->random);

		free_block(__atomic_exchange_n(&slots[place], mine, __ATOMIC_ACQ_REL));
		if (i % OPERATIONS_PER_FORK == OPERATIONS_PER_FORK - 1) {
			pid_t child = fork();

			REQUIRE(child >= 0);
			if (child == 0)
				be_the_child(self->random);
			expect_clean_end(child);
		}
	}
	return NULL;
}

int main(int count, char **arguments)
{
	struct stress_thread threads[THREADS];
	uint64_t seed = seed_from(count, arguments, 4);

	run_threads(threads, THREADS, exchange_and_fork, seed, operations_from(count, arguments, 60000));
	for (size_t i = 0; i < SLOTS; i++)
		free_block(slots[i]);
	return 0;
}
