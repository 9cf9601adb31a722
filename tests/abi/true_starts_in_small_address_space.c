/* SPDX-License-Identifier: MIT
 *
 * R38: does a small program start and end well in 12 MiB of address space?
 */
#include "expect.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit limit = { 12 * MEBIBYTE, 12 * MEBIBYTE };
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
		execl("/bin/true", "true", (char *)NULL);
		_exit(99);
	}
	expect_clean_end(child);
	return 0;
}
