/* SPDX-License-Identifier: MIT
 *
 * R8: do valloc and pvalloc give whole pages' alignment, and pvalloc whole pages, one at least?
 */
#include "expect.h"
#include <malloc.h>

int main(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	volatile size_t almost_all = SIZE_MAX - page + 2;

	for (size_t size = 0; size < 5 * MEBIBYTE; size = size * 2 + 1) {
		size_t whole_pages = size == 0 ? page : (size + page - 1) / page * page;
		void *block = valloc(size);

		EXPECT_AT(block && is_aligned(block, page), size);
		memset(block, 1, size);
		free(block);
		block = pvalloc(size);
		EXPECT_AT(block && is_aligned(block, page), size);
		EXPECT_AT(malloc_usable_size(block) >= whole_pages, size);
		memset(block, 1, whole_pages);
		free(block);
	}
	errno = 0;
	EXPECT(pvalloc(almost_all) == NULL && errno == ENOMEM);
	errno = 0;
	EXPECT(pvalloc(SIZE_MAX) == NULL && errno == ENOMEM);
	errno = 0;
	EXPECT(valloc(almost_all) == NULL && errno == ENOMEM);
	return 0;
}
