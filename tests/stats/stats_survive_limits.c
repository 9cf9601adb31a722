/* SPDX-License-Identifier: MIT
 *
 * Under each limit that kills or starves other ways of sharing memory (no file may grow, no
 * descriptor is left, only malloc's own system calls, a small address space, everything locked):
 * does a process outgrow its first superslab alive, and are its numbers read where there may be some?
 */
#include "stats.h"
#include <stddef.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { BLOCKS = 60000, BLOCK_BYTES = 100 };

struct limit {
	const char *name;
	int (*impose)(void); /* 0, or this machine cannot */
	int must_be_shown;
};

#define ALLOW_CALL(number) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW_CALL(SYS_mmap),
	ALLOW_CALL(SYS_munmap),
	ALLOW_CALL(SYS_mprotect),
	ALLOW_CALL(SYS_mremap),
	ALLOW_CALL(SYS_madvise),
	ALLOW_CALL(SYS_brk),
	ALLOW_CALL(SYS_futex),
	ALLOW_CALL(SYS_clock_gettime),
	ALLOW_CALL(SYS_read),
	ALLOW_CALL(SYS_write),
	ALLOW_CALL(SYS_exit_group),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static int set_limit(int resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	return setrlimit(resource, &limit);
}

static int no_file_bytes(void)
{
	return set_limit(RLIMIT_FSIZE, 0);
}

static int no_descriptors(void)
{
	return set_limit(RLIMIT_NOFILE, 0);
}

static int only_malloc_calls(void)
{
	const struct sock_fprog program = { COUNT_OF(filter), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int small_address_space(void)
{
	return set_limit(RLIMIT_AS, 24 * MEBIBYTE);
}

static int everything_locked(void)
{
	return mlockall(MCL_FUTURE);
}

static int everything_locked_and_little_of_it(void)
{
	/* Root is held to no limit. */
	if (set_limit(RLIMIT_MEMLOCK, 64 * KIBIBYTE) != 0)
		return -1;
	return mlockall(MCL_FUTURE);
}

static const struct limit limits[] = {
	{ "RLIMIT_FSIZE=0", no_file_bytes, 1 },
	{ "RLIMIT_NOFILE=0", no_descriptors, 1 },
	{ "a filter that kills", only_malloc_calls, 1 },
	{ "RLIMIT_AS", small_address_space, 0 },
	{ "mlockall", everything_locked, 0 },
	{ "mlockall and RLIMIT_MEMLOCK=64K", everything_locked_and_little_of_it, 0 },
};

/* Memory may be refused under such a limit; dying is what must not happen. */
static void use_heap(void)
{
	void **head = NULL;

	for (size_t made = 0; made < BLOCKS; made++) {
		void **block = malloc(BLOCK_BYTES);

		if (!block)
			break;
		*block = (void *)head;
		head = block;
	}
	free(malloc(4 * MEBIBYTE));
}

static void be_limited(const struct limit *limit, int to_parent, int from_parent)
{
	char byte = 0;

	if (limit->impose() != 0)
		byte = 1;
	else
		use_heap();
	if (write(to_parent, &byte, 1) != 1 || read(from_parent, &byte, 1) != 0)
		_exit(99);
	_exit(0);
}

static void try_limit(const struct limit *limit)
{
	int up[2], down[2];
	char refused = 0;
	pid_t child;

	REQUIRE(pipe(up) == 0 && pipe(down) == 0);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		close(up[0]);
		close(down[1]);
		be_limited(limit, up[1], down[0]);
	}
	close(up[1]);
	close(down[0]);
	if (read(up[0], &refused, 1) != 1) {
		fprintf(stderr, "under %s:\n", limit->name);
		expect_clean_end(child);
		EXPECT(!"the child says something before it ends");
	}
	if (refused && !getenv("HAKMEM_STATS")) /* in the second round stderr may be a file */
		fprintf(stderr, "not tried: %s\n", limit->name);
	if (!refused && read_process(child) != 0 && limit->must_be_shown)
		fprintf(stderr, "under %s:\n", limit->name);
	EXPECT_AT(refused || reading.exit_code == 0 || !limit->must_be_shown, reading.exit_code);
	EXPECT(refused || reading.exit_code != 0 || !limit->must_be_shown ||
	       number_of("live_bytes") >= (size_t)BLOCKS * BLOCK_BYTES);
	close(down[1]);
	expect_clean_end(child);
	close(up[0]);
}

int main(int count, char **arguments)
{
	give_up_after(60);
	for (size_t index = 0; index < COUNT_OF(limits); index++)
		try_limit(&limits[index]);
	/* The same where the library was asked to begin with a segment, and under a limit, which
	 * programs get from their parents, with a file. */
	if (count == 1) {
		char again[] = "again", *with[] = { arguments[0], again, NULL };

		REQUIRE(no_file_bytes() == 0);
		run_again_with(with, "HAKMEM_STATS", "shm");
	}
	return 0;
}
