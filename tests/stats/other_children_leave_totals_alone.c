/* SPDX-License-Identifier: MIT
 *
 * Children that no fork handler sees (vfork, posix_spawn, a raw clone or fork that only ends): does
 * the parent show the same numbers as before?
 */
#include "stats.h"
#include <malloc.h>
#include <sys/syscall.h>

enum { BLOCKS = 50000, BLOCK_BYTES = 100, ROUNDS = 5 };

static const char *const steady[] = { "live_bytes",  "live_bound_bytes", "committed_bytes", "reserved_bytes",
				      "slabs",       "large_bytes",      "threads",         "threads_started_total",
				      "chunks",      "refills_total",    "forks_total",     "starter_bytes" };

static uint64_t before[COUNT_OF(steady)];

static void remember(void)
{
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	for (size_t index = 0; index < COUNT_OF(steady); index++)
		EXPECT_AT((before[index] = number_of(steady[index])) != unknown, index);
}

static void expect_same(void)
{
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	for (size_t index = 0; index < COUNT_OF(steady); index++)
		EXPECT_AT(number_of(steady[index]) == before[index], index);
}

static void with_vfork(void)
{
	char path[] = "/proc/self/exe", word[] = "nothing", *const arguments[] = { path, word, NULL };
	pid_t child = vfork();

	if (child == 0) {
		execv(path, arguments);
		_exit(99);
	}
	REQUIRE(child > 0);
	expect_clean_end(child);
}

static void with_spawn(void)
{
	char path[] = "/proc/self/exe", word[] = "nothing", *const arguments[] = { path, word, NULL };
	pid_t child;

	REQUIRE(posix_spawn(&child, path, NULL, NULL, arguments, environ) == 0);
	expect_clean_end(child);
}

static void with_clone(void)
{
	pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L);

	if (child == 0)
		_exit(0);
	REQUIRE(child > 0);
	expect_clean_end(child);
}

int main(int count, char **arguments)
{
	void *blocks;

	(void)arguments;
	if (count > 1)
		return 0;
	give_up_after(60);
	blocks = hold_blocks(BLOCKS, BLOCK_BYTES);
	remember();
	for (int round = 0; round < ROUNDS; round++) {
		with_vfork();
		with_spawn();
		with_clone();
	}
	expect_same();
	drop_blocks(blocks);
	return 0;
}
