/* SPDX-License-Identifier: MIT
 *
 * R28: may a signal handler that interrupted code outside malloc allocate and free, on an
 * alternate stack too?
 */
#include "expect.h"
#include <sys/time.h>

static volatile sig_atomic_t handled;

static void allocate_here(int signal_number)
{
	(void)signal_number;
	for (size_t size = 1; size < MEBIBYTE; size = size * 3 + 1) {
		char *block = calloc(1, size);

		EXPECT(block && is_zero(block, size));
		block = realloc(block, size * 2);
		EXPECT(block);
		memset(block, 1, size * 2);
		free(block);
	}
	handled = handled + 1;
}

int main(void)
{
	static char stack[65536];
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction action = { .sa_handler = allocate_here, .sa_flags = SA_ONSTACK };
	struct itimerval often = { { 0, 500 }, { 0, 500 } };
	volatile uint64_t work = 1;

	give_up_after(60);
	REQUIRE(sigaltstack(&alternate, NULL) == 0);
	REQUIRE(sigaction(SIGUSR1, &action, NULL) == 0);
	REQUIRE(sigaction(SIGVTALRM, &action, NULL) == 0);
	for (int i = 0; i < 500; i++)
		raise(SIGUSR1);
	EXPECT(handled == 500);
	REQUIRE(setitimer(ITIMER_VIRTUAL, &often, NULL) == 0);
	while (handled < 550)
		work = work * 3 + 1; /* no call of malloc is interrupted here */
	return 0;
}
