/* SPDX-License-Identifier: MIT
 *
 * Do threads that come and go, each with blocks of its own and of ended threads, find all
 * contents whole, and leave bounded memory?
 */
#include "stress.h"

enum { TOGETHER = 4, SLOTS = 2000, OPERATIONS_PER_THREAD = 300 };

static struct stress_block *slots[SLOTS];

static void *live_shortly(void *argument)
{
	struct stress_thread *self = argument;
	struct stress_block *own[32] = { NULL };

	for (size_t i = 0; i < OPERATIONS_PER_THREAD; i++) {
		struct stress_block **mine = &own[next_random(&self->random) % COUNT_OF(own)];
		size_t place = next_random(&self->random) % SLOTS;

		if (*mine && next_random(&self->random) % 3 == 0)
			*mine = resize_block(*mine, &self->random);
		if (!*mine)
			*mine = make_block(&self->random);
		*mine = __atomic_exchange_n(&slots[place], *mine, __ATOMIC_ACQ_REL);
		if (next_random(&self->random) % 4 == 0) {
			free_block(*mine);
			*mine = NULL;
		}
	}
	for (size_t i = 0; i < COUNT_OF(own); i++)
		free_block(own[i]);
	return NULL;
}

/* One of TOGETHER lines of short lives. */
static void *start_and_join(void *argument)
{
	struct stress_thread *self = argument;

	for (size_t done = 0; done < self->operations; done += OPERATIONS_PER_THREAD) {
		struct stress_thread next = { .random = next_random(&self->random) | 1 };

		REQUIRE(pthread_create(&next.thread, NULL, live_shortly, &next) == 0);
		REQUIRE(pthread_join(next.thread, NULL) == 0);
	}
	return NULL;
}

int main(int count, char **arguments)
{
	struct stress_thread threads[TOGETHER];
	uint64_t seed = seed_from(count, arguments, 5);

	run_threads(threads, TOGETHER, start_and_join, seed, operations_from(count, arguments, 250000));
	for (size_t i = 0; i < SLOTS; i++)
		free_block(slots[i]);
	/* at most 2,000 + 128 blocks of some 6 KiB were alive */
	EXPECT_AT(resident_bytes() < 256 * MEBIBYTE, resident_bytes());
	return 0;
}
