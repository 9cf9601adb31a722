/* SPDX-License-Identifier: MIT
 *
 * Does mallopt accept every parameter that <malloc.h> names, and does malloc work after it?
 */
#include "expect.h"
#include <malloc.h>

int main(void)
{
	EXPECT(mallopt(M_MXFAST, 64) == 1);
	EXPECT(mallopt(M_TRIM_THRESHOLD, 128 * 1024) == 1);
	EXPECT(mallopt(M_TOP_PAD, 64 * 1024) == 1);
	EXPECT(mallopt(M_MMAP_THRESHOLD, 256 * 1024) == 1);
	EXPECT(mallopt(M_MMAP_MAX, 1000) == 1);
	EXPECT(mallopt(M_CHECK_ACTION, 3) == 1);
	EXPECT(mallopt(M_PERTURB, 0) == 1);
	EXPECT(mallopt(M_ARENA_TEST, 2) == 1);
	EXPECT(mallopt(M_ARENA_MAX, 2) == 1);
	for (size_t size = 0; size < 2 * MEBIBYTE; size = size * 2 + 1) {
		void *block = malloc(size);

		EXPECT(block);
		memset(block, 1, size);
		free(block);
	}
	return 0;
}
