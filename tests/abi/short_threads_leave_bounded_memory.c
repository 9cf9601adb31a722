/* SPDX-License-Identifier: MIT
 *
 * R24: do 10,000 short threads, each of which leaves blocks for others to free, leave a bounded
 * amount of memory?
 */
#include "expect.h"
#include <pthread.h>

enum { THREADS = 10000, TOGETHER = 4, BLOCKS = 60 };

static void *allocate_and_leave(void *argument)
{
	void **left_behind = argument;
	void *own[BLOCKS];

	for (size_t i = 0; i < BLOCKS; i++) {
		size_t size = i == 0 ? 40000 : 16 + i * 50;

		EXPECT(own[i] = malloc(size));
		EXPECT(left_behind[i] = malloc(size));
		memset(own[i], 1, size);
		memset(left_behind[i], 1, size);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		free(own[i]);
	return NULL;
}

int main(void)
{
	static void *left_behind[TOGETHER][BLOCKS];
	pthread_t threads[TOGETHER];
	size_t early = 0;

	give_up_after(120);
	for (int started = 0; started < THREADS; started += TOGETHER) {
		if (started == THREADS / 10)
			early = resident_bytes();
		for (int i = 0; i < TOGETHER; i++)
			REQUIRE(pthread_create(&threads[i], NULL, allocate_and_leave, left_behind[i]) == 0);
		for (int i = 0; i < TOGETHER; i++)
			pthread_join(threads[i], NULL);
		for (int i = 0; i < TOGETHER; i++)
			for (int j = 0; j < BLOCKS; j++)
				free(left_behind[i][j]);
	}
	EXPECT_AT(resident_bytes() < early + 8 * MEBIBYTE, resident_bytes() - early);
	EXPECT_AT(resident_bytes() < 64 * MEBIBYTE, resident_bytes());
	return 0;
}
