/* SPDX-License-Identifier: MIT
 *
 * In 256 MiB of address space, filled with blocks of one size: is most of it usable, is the end
 * NULL with ENOMEM, are all contents whole, and does everything work again once it was freed?
 */
#include "expect.h"
#include <sys/resource.h>

struct link {
	struct link *next;
	size_t number;
};

static struct link *fill_the_heap(size_t size, size_t *count)
{
	struct link *list = NULL, *block;

	*count = 0;
	errno = 0;
	while ((block = malloc(size))) {
		memset(block, 0x77, size < 4096 ? size : 4096);
		block->next = list;
		block->number = (*count)++;
		list = block;
		errno = 0;
	}
	EXPECT_AT(errno == ENOMEM, size);
	return list;
}

static void free_all(struct link *list, size_t count, size_t size)
{
	while (list) {
		struct link *next = list->next;

		EXPECT_AT(list->number == --count, size);
		EXPECT_AT(((unsigned char *)list)[size - 1] == 0x77 || size > 4096, size);
		free(list);
		list = next;
	}
	EXPECT_AT(count == 0, size);
}

static void exhaust(size_t size)
{
	struct rlimit limit = { 256 * MEBIBYTE, 256 * MEBIBYTE };
	size_t first, second;
	struct link *list;

	give_up_after(60);
	REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	list = fill_the_heap(size, &first);
	EXPECT_AT(first * size >= 128 * MEBIBYTE, first);
	errno = 0;
	EXPECT_AT(calloc(200, MEBIBYTE) == NULL && errno == ENOMEM, size);
	free_all(list, first, size);

	list = fill_the_heap(size, &second);
	EXPECT_AT(second >= first - first / 8, second);
	free_all(list, second, size);
	for (size_t other = 16; other < 10 * MEBIBYTE; other = other * 3 / 2) {
		void *block = malloc(other);

		EXPECT_AT(block, other);
		memset(block, 1, other);
		free(block);
	}
}

int main(void)
{
	static const size_t sizes[] = { MEBIBYTE, 100000, 4000, 64 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		pid_t child = fork();

		REQUIRE(child >= 0);
		if (child == 0) {
			exhaust(sizes[i]);
			_exit(0);
		}
		expect_clean_end(child);
	}
	return 0;
}
