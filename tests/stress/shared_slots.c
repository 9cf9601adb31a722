/* SPDX-License-Identifier: MIT
 *
 * Do blocks that threads hand over through shared slots, so that anybody resizes and frees
 * anybody's blocks, keep their contents?
 */
#include "stress.h"

enum { THREADS = 4, SLOTS = 4000 };

static struct stress_block *slots[SLOTS];

static void *exchange_blocks(void *argument)
{
	struct stress_thread *self = argument;

	for (size_t i = 0; i < self->operations; i++) {
		size_t place = next_random(&self->random) % SLOTS;
		struct stress_block *mine = next_random(&self->random) % 10 ? make_block(&self->random) : NULL;
		struct stress_block *other = __atomic_exchange_n(&slots[place], mine, __ATOMIC_ACQ_REL);

		if (other && next_random(&self->random) % 8 == 0)
			other = resize_block(other, &self->random);
		free_block(other);
	}
	return NULL;
}

int main(int count, char **arguments)
{
	struct stress_thread threads[THREADS];
	uint64_t seed = seed_from(count, arguments, 2);

	run_threads(threads, THREADS, exchange_blocks, seed, operations_from(count, arguments, 250000));
	for (size_t i = 0; i < SLOTS; i++)
		free_block(slots[i]);
	return 0;
}
