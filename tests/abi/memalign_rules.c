/* SPDX-License-Identifier: MIT
 *
 * R8: does memalign round an alignment that is no power of two up, and refuse with EINVAL what
 * cannot be rounded up?
 */
#include "expect.h"
#include <malloc.h>

int main(void)
{
	static const size_t sizes[] = { 0, 1, 100, 1000, 5000, 300001 };

	for (size_t alignment = 0; alignment < 10000; alignment += alignment < 300 ? 1 : 61) {
		size_t power = 16;

		while (power < alignment)
			power *= 2;
		for (size_t j = 0; j < COUNT_OF(sizes); j++) {
			void *block = memalign(alignment, sizes[j]);

			EXPECT_AT(block && is_aligned(block, power), alignment);
			memset(block, 1, sizes[j]);
			free(block);
		}
	}
	for (size_t j = 0; j < COUNT_OF(sizes); j++) {
		errno = 0;
		EXPECT(memalign(SIZE_MAX / 2 + 2, sizes[j]) == NULL && errno == EINVAL);
		errno = 0;
		EXPECT(memalign(SIZE_MAX, sizes[j]) == NULL && errno == EINVAL);
	}
	return 0;
}
