/* SPDX-License-Identifier: MIT
 *
 * R36, R49: does the library keep no file descriptor, at its start, in threads, and over fork?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>

/* Nothing above the three standard ones; they were closed before this program started. */
static void expect_nothing_open(void)
{
	for (int number = 3; number < 1024; number++)
		EXPECT_AT(fcntl(number, F_GETFD) < 0, number);
}

static void *allocate_all_sizes(void *unused)
{
	for (size_t size = 1; size < 10 * MEBIBYTE; size = size * 3 / 2 + 1)
		free(realloc(malloc(size), size * 2));
	malloc_trim(0);
	return unused;
}

int main(int count, char **arguments)
{
	pthread_t thread;
	pid_t child;

	(void)count;
	if (!getenv("DESCRIPTORS_ARE_CLOSED"))
		for (int number = 3; number < 1024; number++)
			close(number);
	run_again_with(arguments, "DESCRIPTORS_ARE_CLOSED", "1");
	expect_nothing_open();
	allocate_all_sizes(NULL);
	REQUIRE(pthread_create(&thread, NULL, allocate_all_sizes, NULL) == 0);
	pthread_join(thread, NULL);
	expect_nothing_open();
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		allocate_all_sizes(NULL);
		expect_nothing_open();
		exit(0);
	}
	expect_clean_end(child);
	return 0;
}
