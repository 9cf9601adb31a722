/* SPDX-License-Identifier: MIT
 *
 * Is the interposition really active: does every entry point that a program calls give memory of
 * libhakmem?  A wrong symbol version would leave libc's malloc in place without a word.
 */
#include "expect.h"
#include <malloc.h>

static void expect_ours(void *block)
{
	EXPECT(block);
	EXPECT(is_ours(block));
	free(block);
}

int main(void)
{
	static const size_t sizes[] = { 0, 1, 100, 1024, 1025, 5000, 70000, 300000, 4000000, 50000000 };
	int on_stack;
	static int in_data;

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		void *block = NULL;

		expect_ours(malloc(sizes[i]));
		expect_ours(calloc(1, sizes[i]));
		expect_ours(realloc(NULL, sizes[i]));
		expect_ours(reallocarray(NULL, 1, sizes[i]));
		expect_ours(realloc(malloc(10), sizes[i] + 1));
		expect_ours(aligned_alloc(256, sizes[i]));
		expect_ours(memalign(64, sizes[i]));
		expect_ours(valloc(sizes[i]));
		expect_ours(pvalloc(sizes[i]));
		EXPECT(posix_memalign(&block, 128, sizes[i]) == 0);
		expect_ours(block);
	}
	EXPECT(!is_ours(NULL));
	EXPECT(!is_ours(&on_stack));
	EXPECT(!is_ours(&in_data));
	EXPECT(!is_ours((void *)(uintptr_t)16));
	EXPECT(!is_ours((void *)(UINTPTR_MAX - 15)));
	return 0;
}
