/* SPDX-License-Identifier: MIT
 *
 * R8: does posix_memalign return its error code, and leave both the result and errno alone when
 * it fails?
 */
#include "expect.h"

static void expect_refused(size_t alignment, size_t size, int code)
{
	void *untouched = &untouched;

	errno = ERRNO_SENTINEL;
	EXPECT_AT(posix_memalign(&untouched, alignment, size) == code, alignment);
	EXPECT_AT(untouched == &untouched, alignment);
	EXPECT_AT(errno == ERRNO_SENTINEL, alignment);
}

int main(void)
{
	static const size_t wrong[] = { 0, 1, 2, 3, 4, 5, 7, 9, 12, 24, 40, 100, 4104, SIZE_MAX, SIZE_MAX / 2 };
	volatile size_t largest = PTRDIFF_MAX;

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		if (wrong[i] == sizeof(void *))
			continue;
		expect_refused(wrong[i], 0, EINVAL);
		expect_refused(wrong[i], 100, EINVAL);
		expect_refused(wrong[i], 100000, EINVAL);
	}
	expect_refused(16, largest + 1, ENOMEM);
	expect_refused(4096, SIZE_MAX - 100, ENOMEM);
	expect_refused(SIZE_MAX / 2 + 1, 1, ENOMEM);
	for (size_t alignment = sizeof(void *); alignment <= MEBIBYTE; alignment *= 2)
		for (size_t size = 0; size < 200000; size = size * 3 + 1) {
			void *block = NULL;

			errno = ERRNO_SENTINEL;
			EXPECT_AT(posix_memalign(&block, alignment, size) == 0, alignment);
			EXPECT_AT(block && is_aligned(block, alignment), alignment);
			EXPECT_AT(errno == ERRNO_SENTINEL, alignment);
			memset(block, 1, size);
			free(block);
		}
	return 0;
}
