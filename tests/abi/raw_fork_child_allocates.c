/* SPDX-License-Identifier: MIT
 *
 * R33: does the child of _Fork, which runs no fork handlers, allocate and free without hanging
 * when its parent had one thread?
 */
#include "expect.h"

typedef pid_t raw_fork_function(void);

int main(void)
{
	raw_fork_function *raw_fork = (raw_fork_function *)dlsym(RTLD_DEFAULT, "_Fork");
	void *blocks[2000];

	if (!raw_fork)
		SKIP("this libc has no _Fork");
	for (int round = 0; round < 20; round++) {
		pid_t child;

		for (size_t i = 0; i < COUNT_OF(blocks); i++) {
			blocks[i] = malloc(i * 3 + 1);
			fill_block(blocks[i], i * 3 + 1, i);
		}
		child = raw_fork();
		REQUIRE(child >= 0);
		if (child == 0)
			give_up_after(30);
		for (size_t i = 0; i < COUNT_OF(blocks); i++) {
			EXPECT(holds_fill(blocks[i], i * 3 + 1, i));
			free(blocks[i]);
		}
		for (size_t size = 1; size < 10 * MEBIBYTE; size = size * 3 / 2 + 1)
			free(realloc(malloc(size), size * 2));
		if (child == 0)
			exit(0);
		expect_clean_end(child);
	}
	return 0;
}
