/* SPDX-License-Identifier: MIT
 *
 * R35: does the heap stay whole when children are started by posix_spawn and vfork, from several
 * threads, while others allocate?
 */
#include "expect.h"
#include <pthread.h>
#include <spawn.h>

enum { CHILDREN = 40 };

static int stop;

static void *allocate_and_free(void *unused)
{
	void *blocks[100] = { NULL };
	uint64_t random = 99;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		size_t i = next_random(&random) % COUNT_OF(blocks);

		EXPECT(!blocks[i] || holds_fill(blocks[i], 50, i));
		free(blocks[i]);
		blocks[i] = malloc(50 + next_random(&random) % 3000);
		EXPECT(blocks[i]);
		fill_block(blocks[i], 50, i);
	}
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		free(blocks[i]);
	return unused;
}

static void *spawn_children(void *unused)
{
	char *arguments[] = { (char *)"true", NULL };

	for (int i = 0; i < CHILDREN; i++) {
		pid_t child;
		char *environment[] = { strdup("A=B"), NULL };

		REQUIRE(posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environment) == 0);
		expect_clean_end(child);
		free(environment[0]);
	}
	return unused;
}

int main(void)
{
	pthread_t allocating, spawning;

	give_up_after(60);
	REQUIRE(pthread_create(&allocating, NULL, allocate_and_free, NULL) == 0);
	REQUIRE(pthread_create(&spawning, NULL, spawn_children, NULL) == 0);
	for (int i = 0; i < CHILDREN; i++) {
		char *path = strdup("/bin/true");
		pid_t child = vfork();

		if (child == 0) {
			execl(path, "true", (char *)NULL);
			_exit(99);
		}
		REQUIRE(child > 0);
		expect_clean_end(child);
		EXPECT(strcmp(path, "/bin/true") == 0);
		free(path);
	}
	pthread_join(spawning, NULL);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(allocating, NULL);
	return 0;
}
