/* SPDX-License-Identifier: MIT
 *
 * Do blocks of an ended thread keep their contents, and can other threads resize and free them,
 * so that memory stays bounded over many such threads?
 */
#include "expect.h"
#include <pthread.h>

enum { BLOCKS = 4000, ROUNDS = 60 };

static size_t size_of(size_t i)
{
	return i % 97 == 0 ? 50000 + i : 1 + i * 37 % 1500;
}

static void *allocate_blocks(void *unused)
{
	void **blocks = malloc(BLOCKS * sizeof(void *));

	(void)unused;
	EXPECT(blocks);
	for (size_t i = 0; i < BLOCKS; i++) {
		EXPECT(blocks[i] = malloc(size_of(i)));
		fill_block(blocks[i], size_of(i), i);
	}
	return blocks;
}

static void *free_blocks(void *argument)
{
	void **blocks = argument;

	for (size_t i = 0; i < BLOCKS; i++) {
		EXPECT_AT(holds_fill(blocks[i], size_of(i), i), i);
		if (i % 5 == 0) {
			blocks[i] = realloc(blocks[i], size_of(i) * 2);
			EXPECT_AT(blocks[i] && holds_fill(blocks[i], size_of(i), i), i);
		}
		free(blocks[i]);
	}
	free(blocks);
	return NULL;
}

int main(void)
{
	size_t early = 0;

	give_up_after(60);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_t thread;
		void *blocks;

		REQUIRE(pthread_create(&thread, NULL, allocate_blocks, NULL) == 0);
		pthread_join(thread, &blocks);
		if (round % 2) {
			free_blocks(blocks);
		} else {
			REQUIRE(pthread_create(&thread, NULL, free_blocks, blocks) == 0);
			pthread_join(thread, NULL);
		}
		if (round == 5)
			early = resident_bytes();
	}
	EXPECT_AT(resident_bytes() < early + 24 * MEBIBYTE, resident_bytes());
	return 0;
}
