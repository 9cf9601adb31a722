/* SPDX-License-Identifier: MIT
 *
 * R24: do threads that only allocate and end, and a main thread that only frees, keep memory
 * bounded?
 */
#include "expect.h"
#include <pthread.h>

enum { BLOCKS = 60000, ROUNDS = 30 };

static void *blocks[BLOCKS];

static void *only_allocate(void *unused)
{
	for (size_t i = 0; i < BLOCKS; i++) {
		EXPECT(blocks[i] = malloc(32 + i % 400));
		memset(blocks[i], 1, 32 + i % 400);
	}
	return unused;
}

int main(void)
{
	size_t early = 0;

	give_up_after(120);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_t thread;

		REQUIRE(pthread_create(&thread, NULL, only_allocate, NULL) == 0);
		pthread_join(thread, NULL);
		if (round == 3)
			early = resident_bytes();
		for (size_t i = 0; i < BLOCKS; i++)
			free(blocks[(i * 7919) % BLOCKS]);
	}
	EXPECT_AT(resident_bytes() < early + 16 * MEBIBYTE, resident_bytes());
	return 0;
}
