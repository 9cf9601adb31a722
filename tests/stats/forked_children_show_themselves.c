/* SPDX-License-Identifier: MIT
 *
 * Does a forked child that has not allocated own nothing, and one that has show its own numbers,
 * with its parent's blocks that it still has, while the parent's stay as they were?  The same of a
 * grandchild whose parent has ended, and after many forks at once.
 */
#include "stats.h"
#include <malloc.h>

enum { BLOCKS = 50000, MORE = 20000, BLOCK_BYTES = 100, OTHER_BYTES = 400, STORM = 30 };

static int up[2], down[2];
static size_t block_bytes, other_bytes;

static int holds(size_t usable_bytes, uint64_t blocks)
{
	uint64_t live = number_of_class(usable_bytes, "live_blocks");
	uint64_t bound = number_of_class(usable_bytes, "live_bound_blocks");

	if (live != unknown && live + bound >= blocks && live <= blocks + bound + 16)
		return 1;
	fprintf(stderr, "%llu +- %llu is shown, %llu are there\n", (unsigned long long)live,
		(unsigned long long)bound, (unsigned long long)blocks);
	return 0;
}

static void be_the_child(int twice)
{
	pid_t grandchild = twice ? fork() : 0;
	void *more;

	if (grandchild)
		_exit(grandchild > 0 ? 0 : 99);
	close(up[0]);
	close(down[1]);
	REQUIRE(write(up[1], &(pid_t){ getpid() }, sizeof(pid_t)) == sizeof(pid_t));
	hear(down[0]);
	more = hold_blocks(MORE, OTHER_BYTES);
	say(up[1]);
	hear(down[0]);
	drop_blocks(more);
	_exit(0);
}

static void fork_one(int twice)
{
	pid_t child, shown = 0;
	uint64_t chunks;

	REQUIRE(pipe(up) == 0 && pipe(down) == 0);
	EXPECT(read_process(getpid()) == 0);
	chunks = number_of("chunks");
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0)
		be_the_child(twice);
	close(up[1]);
	close(down[0]);
	if (twice)
		expect_clean_end(child);
	REQUIRE(read(up[0], &shown, sizeof shown) == sizeof shown);

	EXPECT_AT(read_process(shown) == EXIT_NO_SEGMENT, reading.exit_code);
	EXPECT(state_is("inherited"));
	say(down[1]);
	hear(up[0]);
	EXPECT_AT(read_process(shown) == 0, reading.exit_code);
	EXPECT(holds(block_bytes, BLOCKS) && holds(other_bytes, MORE));
	EXPECT(number_of("threads") == 1 && number_of("forks_total") == 0);

	EXPECT(read_process(getpid()) == 0);
	EXPECT(holds(block_bytes, BLOCKS) && holds(other_bytes, 0));
	EXPECT(number_of("chunks") == chunks);
	say(down[1]);
	if (!twice)
		expect_clean_end(child);
	close(up[0]);
	close(down[1]);
}

/* All of them alive at once, each in its own memory. */
static void fork_many(void)
{
	pid_t children[STORM];

	REQUIRE(pipe(up) == 0 && pipe(down) == 0);
	for (size_t index = 0; index < STORM; index++) {
		children[index] = fork();
		REQUIRE(children[index] >= 0);
		if (children[index] == 0) {
			char byte;

			close(down[1]);
			hold_blocks(1000 + 100 * index, OTHER_BYTES);
			say(up[1]);
			_exit(read(down[0], &byte, 1) == 0 ? 0 : 99);
		}
	}
	for (size_t index = 0; index < STORM; index++)
		hear(up[0]);
	for (size_t index = 0; index < STORM; index++) {
		EXPECT_AT(read_process(children[index]) == 0, reading.exit_code);
		EXPECT_AT(holds(other_bytes, 1000 + 100 * index), index);
	}
	EXPECT(read_process(getpid()) == 0);
	EXPECT(holds(block_bytes, BLOCKS) && holds(other_bytes, 0));
	close(down[1]);
	for (size_t index = 0; index < STORM; index++)
		expect_clean_end(children[index]);
}

int main(void)
{
	void *blocks;

	give_up_after(60);
	/* The first kilobytes of a process are in no class. */
	blocks = hold_blocks(100, OTHER_BYTES);
	other_bytes = malloc_usable_size(blocks);
	drop_blocks(blocks);
	drop_blocks(hold_blocks(100, BLOCK_BYTES));
	blocks = hold_blocks(BLOCKS, BLOCK_BYTES);
	block_bytes = malloc_usable_size(blocks);

	fork_one(0);
	fork_one(1);
	fork_many();
	drop_blocks(blocks);
	return 0;
}
