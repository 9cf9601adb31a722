/* SPDX-License-Identifier: MIT
 *
 * A child of a raw clone, which no fork handler has seen, allocates: it writes where its parent's
 * numbers are.  Are they right again after the parent's next batch of that class?
 */
#include "stats.h"
#include <malloc.h>
#include <sys/syscall.h>

enum { BLOCKS = 50000, MORE = 20000, BLOCK_BYTES = 100 };

int main(void)
{
	uint64_t live, bound;
	size_t bytes;
	void *blocks, *again;
	pid_t child;

	give_up_after(60);
	drop_blocks(hold_blocks(100, BLOCK_BYTES));
	blocks = hold_blocks(BLOCKS, BLOCK_BYTES);
	bytes = malloc_usable_size(blocks);
	child = (pid_t)syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L);
	REQUIRE(child >= 0);
	if (child == 0) {
		hold_blocks(MORE, BLOCK_BYTES);
		_exit(0);
	}
	expect_clean_end(child);
	again = hold_blocks(2000, BLOCK_BYTES);
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	live = number_of_class(bytes, "live_blocks");
	bound = number_of_class(bytes, "live_bound_blocks");
	EXPECT_AT(live != unknown && live + bound >= BLOCKS + 2000, live);
	EXPECT_AT(live <= BLOCKS + 2000 + bound + 16, live);
	drop_blocks(again);
	drop_blocks(blocks);
	return 0;
}
