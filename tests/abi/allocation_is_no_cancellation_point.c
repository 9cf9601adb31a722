/* SPDX-License-Identifier: MIT
 *
 * R27: does a thread with a pending cancellation pass through malloc, free and their relatives
 * without ending there?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>

static int passed;

static void *allocate_while_cancelled(void *unused)
{
	pthread_cancel(pthread_self());
	for (size_t size = 1; size < 50 * MEBIBYTE; size = size * 3 / 2 + 1) {
		void *block = calloc(1, size);

		block = realloc(block, size * 2);
		free(block);
		free(memalign(4096, size));
	}
	malloc_trim(0);
	mallinfo2();
	passed = 1;
	pthread_testcancel();
	passed = 2;
	return unused;
}

int main(void)
{
	pthread_t thread;
	void *result;

	REQUIRE(pthread_create(&thread, NULL, allocate_while_cancelled, NULL) == 0);
	REQUIRE(pthread_join(thread, &result) == 0);
	EXPECT_AT(passed == 1, passed);
	EXPECT(result == PTHREAD_CANCELED);
	return 0;
}
