/* SPDX-License-Identifier: MIT
 *
 * Does the allocator, in threads made before, live with the system calls that OpenSSH's sandbox
 * leaves: mmap of private anonymous memory, munmap, mprotect, mremap, some madvise, futex,
 * clock_gettime, write and exit?  What the filter knows with wrong arguments gets EINVAL, any
 * other system call is reported and ends the test.
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>
#include <stddef.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOW_HALF 0
#else
#define LOW_HALF 4
#endif
#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define LOAD_NUMBER LOAD(offsetof(struct seccomp_data, nr))
#define LOAD_ARGUMENT(index) LOAD(offsetof(struct seccomp_data, args) + 8 * (index) + LOW_HALF)
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define ALLOW ANSWER(SECCOMP_RET_ALLOW)
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EINVAL)
#define IF_CALL_ELSE_JUMP(number, distance) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, (distance))
#define ALLOW_CALL(number) IF_CALL_ELSE_JUMP(number, 1), ALLOW
#define ALLOW_VALUE(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), ALLOW
#define REFUSE_OTHER_BITS(bits) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, ~(unsigned)(bits), 0, 1), REFUSE

enum { THREADS = 3, FIXED_WITHOUT_REPLACING = 0x100000, ADVICE_FREE = 8 };

static struct sock_filter filter[] = {
	LOAD_NUMBER,
	IF_CALL_ELSE_JUMP(SYS_mmap, 7),
	LOAD_ARGUMENT(2),
	REFUSE_OTHER_BITS(PROT_READ | PROT_WRITE),
	LOAD_ARGUMENT(3),
	REFUSE_OTHER_BITS(MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | FIXED_WITHOUT_REPLACING),
	ALLOW,
	IF_CALL_ELSE_JUMP(SYS_mprotect, 4),
	LOAD_ARGUMENT(2),
	REFUSE_OTHER_BITS(PROT_READ | PROT_WRITE),
	ALLOW,
	IF_CALL_ELSE_JUMP(SYS_madvise, 14),
	LOAD_ARGUMENT(2),
	ALLOW_VALUE(MADV_NORMAL),
	ALLOW_VALUE(ADVICE_FREE),
	ALLOW_VALUE(MADV_DONTNEED),
	ALLOW_VALUE(MADV_DONTFORK),
	ALLOW_VALUE(MADV_DONTDUMP),
	ALLOW_VALUE(18), /* MADV_WIPEONFORK */
	REFUSE,
	ALLOW_CALL(SYS_munmap),
	ALLOW_CALL(SYS_mremap),
	ALLOW_CALL(SYS_brk),
	ALLOW_CALL(SYS_futex),
	ALLOW_CALL(SYS_clock_gettime),
	ALLOW_CALL(SYS_write),
	ALLOW_CALL(SYS_rt_sigreturn),
	ALLOW_CALL(SYS_rt_sigprocmask), /* libc's end of a thread */
	ALLOW_CALL(SYS_exit),
	ALLOW_CALL(SYS_exit_group),
	ANSWER(SECCOMP_RET_TRAP),
};

static pthread_barrier_t filter_is_there;

static void report_call(int signal_number, siginfo_t *info, void *unused)
{
	char text[80];

	(void)signal_number;
	(void)unused;
	snprintf(text, sizeof text, "forbidden system call %d was made\n", info->si_syscall);
	write_line(text);
	_exit(1);
}

static void use_the_heap(void)
{
	static __thread void *blocks[5000];
	char *large = NULL;

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT_OF(blocks); i++) {
			size_t size = i % 40 == 0 ? i * 9 : i % 2000;

			EXPECT(blocks[i] = malloc(size + 1));
			memset(blocks[i], 1, size + 1);
		}
		for (size_t i = 0; i < COUNT_OF(blocks); i++)
			free(blocks[i]);
		for (size_t size = 1; size < 70 * MEBIBYTE; size = size * 5 / 4 + 1) {
			large = realloc(large, size);
			EXPECT_AT(large, size);
			large[0] = large[size - 1] = 1;
		}
		free(large);
		large = NULL;
		for (size_t size = 16; size < 40 * MEBIBYTE; size *= 3) {
			char *block = aligned_alloc(65536, size), *zeroed = calloc(1, size);

			EXPECT_AT(block && zeroed && is_zero(zeroed, size), size);
			free(block);
			free(zeroed);
		}
		malloc_trim(0);
	}
}

/* Two of the threads have never allocated when the filter comes. */
static void *wait_and_use(void *first_allocate)
{
	if (first_allocate)
		use_the_heap();
	pthread_barrier_wait(&filter_is_there);
	pthread_barrier_wait(&filter_is_there);
	use_the_heap();
	return NULL;
}

static void live_in_sandbox(void)
{
	struct sock_fprog program = { COUNT_OF(filter), filter };
	struct sigaction action = { .sa_sigaction = report_call, .sa_flags = SA_SIGINFO };
	pthread_t threads[THREADS];

	REQUIRE(sigaction(SIGSYS, &action, NULL) == 0);
	pthread_barrier_init(&filter_is_there, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		REQUIRE(pthread_create(&threads[i], NULL, wait_and_use, i == 0 ? &filter : NULL) == 0);
	pthread_barrier_wait(&filter_is_there);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
		SKIP("this kernel takes no system call filter");
	pthread_barrier_wait(&filter_is_there);
	use_the_heap();
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	use_the_heap();
}

int main(void)
{
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		live_in_sandbox();
		_exit(0);
	}
	give_up_after(60);
	expect_clean_end(child);
	return 0;
}
