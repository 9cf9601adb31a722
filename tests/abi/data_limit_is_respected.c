/* SPDX-License-Identifier: MIT
 *
 * R38: with RLIMIT_DATA of 64 MiB, can most of it be used, and is the end NULL with ENOMEM?
 */
#include "expect.h"
#include <sys/resource.h>

int main(void)
{
	struct rlimit limit = { 64 * MEBIBYTE, 64 * MEBIBYTE };
	void *blocks[100];
	size_t count = 0;

	REQUIRE(setrlimit(RLIMIT_DATA, &limit) == 0);
	errno = 0;
	while (count < COUNT_OF(blocks) && (blocks[count] = malloc(MEBIBYTE)))
		memset(blocks[count++], 1, MEBIBYTE);
	EXPECT_AT(count >= 40, count);
	EXPECT_AT(count <= 64, count);
	EXPECT(errno == ENOMEM);
	while (count > 0)
		free(blocks[--count]);
	for (size_t i = 0; i < 40; i++)
		EXPECT_AT(blocks[i] = malloc(MEBIBYTE), i);
	return 0;
}
