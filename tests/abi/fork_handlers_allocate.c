/* SPDX-License-Identifier: MIT
 *
 * R30: may other people's fork handlers, registered before and after the first allocation,
 * allocate and free in prepare, parent and child, while threads allocate?
 */
#include "expect.h"
#include <pthread.h>

enum { FORKS = 60 };

static void *kept;
static int stop, handler_runs;

static void allocate_here(void)
{
	handler_runs++;
	free(kept);
	kept = malloc(1000 + handler_runs % 100 * 3000);
	EXPECT(kept);
	for (size_t size = 1; size < MEBIBYTE; size *= 4)
		free(realloc(calloc(1, size), size * 3));
}

static void *allocate_and_free(void *unused)
{
	uint64_t random = 5;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		free(malloc(next_random(&random) % 5000));
	return unused;
}

__attribute__((constructor)) static void register_early(void)
{
	REQUIRE(pthread_atfork(allocate_here, allocate_here, allocate_here) == 0);
}

int main(void)
{
	pthread_t threads[2];

	give_up_after(60);
	REQUIRE(pthread_atfork(allocate_here, allocate_here, allocate_here) == 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		REQUIRE(pthread_create(&threads[i], NULL, allocate_and_free, NULL) == 0);
	for (int i = 0; i < FORKS; i++) {
		pid_t child = fork();

		REQUIRE(child >= 0);
		if (child == 0) {
			give_up_after(30);
			allocate_here();
			exit(0);
		}
		expect_clean_end(child);
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	EXPECT(handler_runs == FORKS * 4);
	return 0;
}
