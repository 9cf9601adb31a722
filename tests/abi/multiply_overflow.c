/* SPDX-License-Identifier: MIT
 *
 * R6: do calloc and reallocarray notice that count times size does not fit, before they do
 * anything else?
 */
#include "expect.h"

static void expect_overflow(size_t count, size_t size)
{
	char *block = malloc(200);

	EXPECT(block);
	fill_block(block, 200, 3);
	errno = 0;
	EXPECT_AT(calloc(count, size) == NULL && errno == ENOMEM, count);
	errno = 0;
	EXPECT_AT(reallocarray(NULL, count, size) == NULL && errno == ENOMEM, count);
	errno = 0;
	EXPECT_AT(reallocarray(block, count, size) == NULL && errno == ENOMEM, count);
	EXPECT_AT(holds_fill(block, 200, 3), count);
	free(block);
}

int main(void)
{
	size_t half_bits = (size_t)1 << (sizeof(size_t) * 4);

	expect_overflow(SIZE_MAX, 2);
	expect_overflow(2, SIZE_MAX);
	expect_overflow(SIZE_MAX, SIZE_MAX);
	expect_overflow(SIZE_MAX / 2 + 1, 2);  /* the product is 0 */
	expect_overflow(half_bits, half_bits); /* the product is 0 */
	expect_overflow(half_bits + 1, half_bits);
	expect_overflow(SIZE_MAX / 16 + 2, 16); /* the product is 16 */
	expect_overflow(16, SIZE_MAX / 16 + 2);
	expect_overflow(SIZE_MAX / 3 + 1, 3);
	for (size_t size = 2; size < 3000; size++) {
		expect_overflow(SIZE_MAX / size + 1, size);
		expect_overflow(size, SIZE_MAX / size + 1);
	}
	return 0;
}
