/* SPDX-License-Identifier: MIT
 *
 * When the thread that allocated 256 MiB of small blocks sleeps, and another frees them all and
 * calls malloc_trim, does the memory go back to the system without the owner's help?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>

static void *free_list(void *list)
{
	while (list) {
		void *next = *(void **)list;

		free(list);
		list = next;
	}
	malloc_trim(0);
	EXPECT_AT(resident_bytes() < 64 * MEBIBYTE, resident_bytes());
	return NULL;
}

int main(void)
{
	static const size_t sizes[] = { 128, 700, 16 };

	give_up_after(120);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		void **list = NULL;
		pthread_t thread;

		for (size_t bytes = 0; bytes < 256 * MEBIBYTE; bytes += sizes[i]) {
			void **block = malloc(sizes[i]);

			EXPECT(block);
			memset(block, 1, sizes[i]);
			*block = list;
			list = block;
		}
		EXPECT(resident_bytes() > 200 * MEBIBYTE);
		REQUIRE(pthread_create(&thread, NULL, free_list, list) == 0);
		pthread_join(thread, NULL);
	}
	return 0;
}
