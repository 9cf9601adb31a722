/* SPDX-License-Identifier: MIT
 *
 * R12: may the stream that malloc_info writes to allocate, in this thread and in another one it
 * waits for?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>

static int writes;

static void *allocate_everything(void *unused)
{
	for (size_t size = 1; size < 10 * MEBIBYTE; size = size * 3 / 2 + 1)
		free(realloc(malloc(size), size * 2));
	malloc_trim(0);
	return unused;
}

static ssize_t write_and_allocate(void *cookie, const char *text, size_t bytes)
{
	pthread_t thread;

	(void)cookie;
	(void)text;
	writes++;
	allocate_everything(NULL);
	REQUIRE(pthread_create(&thread, NULL, allocate_everything, NULL) == 0);
	pthread_join(thread, NULL);
	return (ssize_t)bytes;
}

int main(void)
{
	cookie_io_functions_t functions = { .write = write_and_allocate };
	FILE *file = fopencookie(NULL, "w", functions);

	REQUIRE(file);
	give_up_after(30);
	setvbuf(file, NULL, _IONBF, 0);
	EXPECT(malloc_info(0, file) == 0);
	EXPECT(writes > 0);
	return 0;
}
