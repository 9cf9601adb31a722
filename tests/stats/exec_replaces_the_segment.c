/* SPDX-License-Identifier: MIT
 *
 * After exec, is nothing of the old program's heap shown, and then the new one's?
 */
#include "stats.h"

enum { OLD_BLOCKS = 100000, NEW_BLOCKS = 30000, BLOCK_BYTES = 100 };

int main(int count, char **arguments)
{
	void *blocks;

	give_up_after(60);
	if (count == 1) {
		char word[] = "again", *const with[] = { arguments[0], word, NULL };

		hold_blocks(OLD_BLOCKS, BLOCK_BYTES);
		EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
		EXPECT(number_of("live_bytes") >= (size_t)OLD_BLOCKS * BLOCK_BYTES);
		execv("/proc/self/exe", with);
		REQUIRE(!"execv of this program");
	}
	EXPECT_AT(read_process(getpid()) == EXIT_NO_SEGMENT, reading.exit_code);
	EXPECT(state_is("small"));
	blocks = hold_blocks(NEW_BLOCKS, BLOCK_BYTES);
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	EXPECT(number_of("live_bytes") >= (size_t)NEW_BLOCKS * BLOCK_BYTES);
	EXPECT(number_of("live_bytes") < (size_t)OLD_BLOCKS * BLOCK_BYTES);
	drop_blocks(blocks);
	return 0;
}
