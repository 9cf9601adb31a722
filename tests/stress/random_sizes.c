/* SPDX-License-Identifier: MIT
 *
 * Do threads that each allocate, resize, align and free blocks of random sizes find all contents
 * whole?
 */
#include "stress.h"

enum { THREADS = 4, SLOTS = 1500 };

static void *use_own_blocks(void *argument)
{
	struct stress_thread *self = argument;
	struct stress_block **slots = allocate_zeroed(SLOTS, sizeof *slots);

	EXPECT(slots);
	for (size_t i = 0; i < self->operations; i++) {
		struct stress_block **slot = &slots[next_random(&self->random) % SLOTS];

		if (*slot && next_random(&self->random) % 4 == 0) {
			*slot = resize_block(*slot, &self->random);
		} else {
			free_block(*slot);
			*slot = next_random(&self->random) % 8 ? make_block(&self->random) : NULL;
		}
	}
	for (size_t i = 0; i < SLOTS; i++)
		free_block(slots[i]);
	release(slots);
	return NULL;
}

int main(int count, char **arguments)
{
	struct stress_thread threads[THREADS];
	uint64_t seed = seed_from(count, arguments, 1);

	run_threads(threads, THREADS, use_own_blocks, seed, operations_from(count, arguments, 300000));
	return 0;
}
