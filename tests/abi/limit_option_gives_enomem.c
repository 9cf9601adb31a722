/* SPDX-License-Identifier: MIT
 *
 * With HAKMEM_LIMIT of 64 MiB, does the heap end there with NULL and ENOMEM, for large and small
 * blocks, and work again after frees?
 */
#include "expect.h"

enum { LIMIT_BYTES = 64 * 1024 * 1024 };

static size_t fill_and_free(size_t size)
{
	void **list = NULL, **block;
	size_t count = 0;

	errno = 0;
	while (count * size < 4 * (size_t)LIMIT_BYTES && (block = malloc(size))) {
		*block = list;
		list = block;
		count++;
		errno = 0;
	}
	EXPECT_AT(errno == ENOMEM, size);
	while (list) {
		void **next = *list;

		free(list);
		list = next;
	}
	return count * size;
}

int main(int count, char **arguments)
{
	static const size_t sizes[] = { MEBIBYTE, 5000, 100, 10 * MEBIBYTE };

	(void)count;
	run_again_with(arguments, "HAKMEM_LIMIT", "67108864");
	give_up_after(60);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t bytes = fill_and_free(sizes[i]);

		EXPECT_AT(bytes <= LIMIT_BYTES, bytes);
		EXPECT_AT(bytes >= LIMIT_BYTES / 2, bytes);
		errno = 0;
		EXPECT(malloc(2 * (size_t)LIMIT_BYTES) == NULL && errno == ENOMEM);
	}
	return 0;
}
