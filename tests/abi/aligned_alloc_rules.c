/* SPDX-License-Identifier: MIT
 *
 * R8: does aligned_alloc refuse what is no power of two with EINVAL, and take any size?
 */
#include "expect.h"

int main(void)
{
	static const size_t wrong[] = { 0, 3, 5, 6, 7, 12, 24, 48, 100, 4095, 4097, 65537, SIZE_MAX, SIZE_MAX - 1,
	                                SIZE_MAX / 2, SIZE_MAX / 2 + 2 };
	static const size_t sizes[] = { 0, 1, 7, 8, 17, 100, 1000, 1025, 4097, 30001, 300001 };

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		for (size_t j = 0; j < COUNT_OF(sizes); j++) {
			errno = 0;
			EXPECT_AT(aligned_alloc(wrong[i], sizes[j]) == NULL, wrong[i]);
			EXPECT_AT(errno == EINVAL, wrong[i]);
		}
	for (size_t alignment = 1; alignment <= MEBIBYTE; alignment *= 2)
		for (size_t j = 0; j < COUNT_OF(sizes); j++) {
			void *block = aligned_alloc(alignment, sizes[j]);

			EXPECT_AT(block && is_aligned(block, alignment), alignment);
			memset(block, 1, sizes[j]);
			free(block);
		}
	return 0;
}
