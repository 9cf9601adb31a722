/* SPDX-License-Identifier: MIT
 *
 * Can the heap grow to a gibibyte of blocks of one size, and shrink, without running into the
 * number of mappings that the kernel allows?
 */
#include "expect.h"

enum { MOST_BLOCKS = 1 << 20 };

static char *blocks[MOST_BLOCKS];

static size_t count_mappings(void)
{
	char text[65536];
	size_t lines = 0;
	ssize_t length;
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	REQUIRE(file >= 0);
	while ((length = read(file, text, sizeof text)) > 0)
		for (ssize_t i = 0; i < length; i++)
			lines += text[i] == '\n';
	close(file);
	return lines;
}

int main(void)
{
	static const size_t sizes[] = { 1024, 30000, 200000, 2 * MEBIBYTE, 1024 * MEBIBYTE };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t count = 1024 * MEBIBYTE / sizes[i];

		for (size_t j = 0; j < count; j++) {
			EXPECT_AT(blocks[j] = malloc(sizes[i]), sizes[i]);
			blocks[j][0] = (char)j;
			blocks[j][sizes[i] - 1] = (char)(j + 1);
		}
		EXPECT_AT(count_mappings() < 20000, sizes[i]);
		for (size_t j = 0; j < count; j += 2) { /* every other one: the worst for mappings */
			EXPECT_AT(blocks[j][0] == (char)j, sizes[i]);
			free(blocks[j]);
		}
		EXPECT_AT(count_mappings() < 20000, sizes[i]);
		for (size_t j = 1; j < count; j += 2) {
			EXPECT_AT(blocks[j][0] == (char)j && blocks[j][sizes[i] - 1] == (char)(j + 1), sizes[i]);
			free(blocks[j]);
		}
	}
	return 0;
}
