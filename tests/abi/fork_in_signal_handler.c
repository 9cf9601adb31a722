/* SPDX-License-Identifier: MIT
 *
 * Can a signal handler fork while malloc was running in the only thread?  Two of three peers
 * hang here.  A timer that is set again at each handler's end gives the moments.
 */
#include "expect.h"
#include <sys/prctl.h>
#include <sys/time.h>

enum { FORKS = 400 };

static volatile sig_atomic_t forks;

static void set_timer(void)
{
	struct itimerval once = { .it_value = { .tv_usec = 200 + (forks * 37) % 500 } };

	setitimer(ITIMER_REAL, &once, NULL);
}

static void fork_here(int signal_number)
{
	pid_t child = fork();
	int saved = errno;

	(void)signal_number;
	if (child == 0)
		_exit(0);
	expect_clean_end(child);
	forks = forks + 1;
	errno = saved;
	set_timer();
}

int main(void)
{
	static void *blocks[512];
	pid_t tester = fork();
	uint64_t random = 7;

	REQUIRE(tester >= 0);
	if (tester > 0) { /* the tester needs SIGALRM for itself, so the parent watches */
		give_up_after(30);
		expect_clean_end(tester);
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* should it hang, it goes with its parent */
	signal(SIGALRM, fork_here);
	set_timer();
	while (forks < FORKS) {
		uint64_t value = next_random(&random);
		void **slot = &blocks[value % COUNT_OF(blocks)];

		free(*slot);
		*slot = malloc((value >> 20) % ((value & 0xf000) == 0 ? 300000 : 2000));
		EXPECT(*slot);
	}
	signal(SIGALRM, SIG_IGN);
	return 0;
}
