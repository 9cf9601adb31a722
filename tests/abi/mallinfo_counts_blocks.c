/* SPDX-License-Identifier: MIT
 *
 * Does mallinfo2 see blocks come and go?
 */
#include "expect.h"
#include <malloc.h>

enum { SMALL_BLOCKS = 20000, SMALL_BYTES = 100, LARGE_BLOCKS = 4 };

static void *small[SMALL_BLOCKS], *large[LARGE_BLOCKS];

static size_t bytes_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

int main(void)
{
	size_t asked = (size_t)SMALL_BLOCKS * SMALL_BYTES + LARGE_BLOCKS * 2 * MEBIBYTE;
	size_t before, during, after;

	free(malloc(1));
	before = bytes_in_use();
	for (int i = 0; i < SMALL_BLOCKS; i++)
		EXPECT(small[i] = malloc(SMALL_BYTES));
	for (int i = 0; i < LARGE_BLOCKS; i++)
		EXPECT(large[i] = malloc(2 * MEBIBYTE));
	during = bytes_in_use();
	EXPECT_AT(during >= before + asked, during - before);
	EXPECT_AT(during <= before + 3 * asked, during - before);
	for (int i = 0; i < SMALL_BLOCKS; i++)
		free(small[i]);
	for (int i = 0; i < LARGE_BLOCKS; i++)
		free(large[i]);
	after = bytes_in_use();
	EXPECT_AT(after <= before + asked / 4, after - before);
	return 0;
}
