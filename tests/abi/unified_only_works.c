/* SPDX-License-Identifier: MIT
 *
 * With HAKMEM_TINY_UNIFIED_ONLY=1, the overflow layer off, does a small stress of two threads
 * that free each other's blocks keep all contents?
 */
#include "expect.h"
#include <pthread.h>

enum { SLOTS = 3000, OPERATIONS = 400000 };

static void *slots[SLOTS];

static void free_checked(size_t *block)
{
	if (!block)
		return;
	EXPECT(holds_fill(block + 1, block[0], block[0]));
	free(block);
}

static void *exchange_blocks(void *argument)
{
	uint64_t random = (uintptr_t)argument;

	for (int i = 0; i < OPERATIONS; i++) {
		uint64_t value = next_random(&random);
		size_t size = value % 64 == 0 ? (value >> 8) % 9000 : (value >> 8) % 300;
		size_t *block = malloc(sizeof(size_t) + size);

		EXPECT(block);
		block[0] = size;
		fill_block(block + 1, size, size);
		free_checked(__atomic_exchange_n(&slots[(value >> 32) % SLOTS], (void *)block, __ATOMIC_ACQ_REL));
	}
	return NULL;
}

int main(int count, char **arguments)
{
	pthread_t threads[2];
	uint64_t seed;

	run_again_with(arguments, "HAKMEM_TINY_UNIFIED_ONLY", "1");
	seed = seed_from(count, arguments, 11);
	if (hak_function("hak_owns"))
		EXPECT(is_ours(malloc(10)));
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, exchange_blocks, (void *)(uintptr_t)(seed + i)) == 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < SLOTS; i++)
		free_checked(slots[i]);
	return 0;
}
