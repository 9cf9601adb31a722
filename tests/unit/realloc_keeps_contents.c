/* SPDX-License-Identifier: MIT
 *
 * Does a block keep its contents however it is resized, and is what calloc gives always zero?
 */
#include "unit.h"

#include "heap/layout.h"

/* Grow from one byte to LIMIT, byte pattern checked at each step. */
static void grow(size_t limit, size_t multiplier, size_t divisor, size_t step)
{
	unsigned char *block = hak_malloc(1);
	size_t bytes = 1;

	EXPECT(block);
	fill_block(block, 1, 9);
	while (bytes < limit) {
		size_t wanted = bytes * multiplier / divisor + step;

		block = hak_realloc(block, wanted);
		EXPECT_AT(block && hak_usable_size(block) >= wanted, wanted);
		EXPECT_AT(holds_fill(block, bytes, 9), wanted);
		/* Only the new part: a fill of everything at each step takes long. */
		for (size_t place = bytes; place < wanted; place++)
			block[place] = byte_at(9, place);
		bytes = wanted;
	}
	hak_free(block);
	EXPECT_AT(number_of("stats.live_bytes") == 0, limit);
}

START_TEST(blocks_grow_in_many_ways)
{
	grow(3000, 1, 1, 1);
	grow(200000, 1, 1, 997);
	grow(3 * MEBIBYTE, 1, 1, 65536);
	grow(16 * MEBIBYTE, 3, 2, 1);
	grow(32 * MEBIBYTE, 2, 1, 0);
}
END_TEST

/* The same beyond the size where huge pages are asked for, which the kernel treats as mappings of
 * different kinds; at the end no address space may be missing. */
START_TEST(growing_and_freeing_loses_no_address_space)
{
	unsigned long long reserved = 0;

	for (size_t turn = 0; turn < 4; turn++) {
		unsigned char *block = NULL;

		for (size_t bytes = 5 * MEBIBYTE; bytes <= 60 * MEBIBYTE; bytes += 1500000) {
			block = hak_realloc(block, bytes);
			EXPECT_AT(block, bytes);
			EXPECT_AT(bytes == 5 * MEBIBYTE || block[0] == 77, bytes);
			block[0] = 77;
			block[bytes - 1] = 78;
		}
		hak_free(block);
		hak_trim(0);
		if (turn == 0)
			reserved = number_of("stats.reserved_bytes");
	}
	EXPECT_AT(number_of("stats.reserved_bytes") == reserved, number_of("stats.reserved_bytes") - reserved);
}
END_TEST

START_TEST(blocks_shrink_and_keep_the_front)
{
	static const size_t from[] = { 100, 1024, 5000, 262144, 300000, 1 << 20, 6 << 20 };

	for (size_t index = 0; index < COUNT_OF(from); index++) {
		size_t bytes = from[index];
		unsigned char *block = hak_malloc(bytes);

		fill_block(block, bytes, index);
		while (bytes > 1) {
			bytes = bytes * 2 / 3;
			block = hak_realloc(block, bytes);
			EXPECT_AT(block && holds_fill(block, bytes, index), bytes);
			/* Memory is given back on the way, as far as sizes have classes. */
			EXPECT_AT(hak_usable_size(block) <= 2 * hak_good_size(bytes) + 16, bytes);
		}
		hak_free(block);
	}
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

START_TEST(random_resizing_keeps_what_fits)
{
	enum { SLOTS = 40 };
	static struct {
		unsigned char *block;
		size_t bytes;
	} slots[SLOTS];
	uint64_t random = 17;

	for (size_t turn = 0; turn < 6000; turn++) {
		size_t index = next_random(&random) % SLOTS;
		size_t wanted = 1 + next_random(&random) % (turn % 50 == 0 ? 2000000 : turn % 5 == 0 ? 60000 : 900);
		size_t kept = slots[index].bytes < wanted ? slots[index].bytes : wanted;

		slots[index].block = hak_realloc(slots[index].block, wanted);
		EXPECT_AT(slots[index].block && holds_fill(slots[index].block, kept, index), wanted);
		fill_block(slots[index].block, wanted, index);
		slots[index].bytes = wanted;
	}
	for (size_t index = 0; index < SLOTS; index++) {
		EXPECT_AT(!slots[index].block || holds_fill(slots[index].block, slots[index].bytes, index), index);
		hak_free(slots[index].block);
	}
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

START_TEST(zero_and_null_have_their_meaning)
{
	errno = ERRNO_SENTINEL;

	void *block = hak_realloc(NULL, 50);

	EXPECT(block);
	EXPECT(!hak_realloc(block, 0) && errno == ERRNO_SENTINEL);
	EXPECT(number_of("stats.live_bytes") == 0);
	block = hak_realloc(NULL, 0);
	EXPECT(block);
	hak_free(block);
}
END_TEST

START_TEST(a_refused_growth_keeps_the_block)
{
	static const size_t sizes[] = { 100, 5000, 300000, 1 << 20 };

	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		unsigned char *block = hak_malloc(sizes[index]);

		fill_block(block, sizes[index], index);
		errno = ERRNO_SENTINEL;
		EXPECT_AT(!hak_realloc(block, SIZE_MAX) && errno == ENOMEM, index);
		errno = ERRNO_SENTINEL;
		EXPECT_AT(!hak_realloc(block, PTRDIFF_MAX) && errno == ENOMEM, index);
		set_number("option.limit", number_of("stats.committed_bytes"));
		errno = ERRNO_SENTINEL;
		EXPECT_AT(!hak_realloc(block, 4 * MEBIBYTE) && errno == ENOMEM, index);
		set_number("option.limit", 0);
		EXPECT_AT(holds_fill(block, sizes[index], index), index);
		hak_free(block);
	}
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

/* The smaller block cannot be had, and the old one is large enough: that is success. */
START_TEST(shrinking_never_fails)
{
	unsigned char *block = hak_malloc(200000);

	fill_block(block, 200000, 4);
	set_number("option.limit", number_of("stats.committed_bytes"));
	block = hak_realloc(block, 50000);
	EXPECT(block && holds_fill(block, 50000, 4));
	hak_free(block);
}
END_TEST

START_TEST(shrinking_without_memory_keeps_errno)
{
	unsigned char *block = hak_malloc(200000);

	EXPECT(block);
	set_number("option.limit", number_of("stats.committed_bytes"));
	errno = ERRNO_SENTINEL;
	block = hak_realloc(block, 50000);
	EXPECT(block);
	EXPECT_AT(errno == ERRNO_SENTINEL, errno);
}
END_TEST

START_TEST(calloc_is_zero_whatever_was_there)
{
	static const size_t sizes[] = { 1, 16, 24, 100, 1000, 1025, 5000, 60000, 262144, 262145, 1 << 20, 5 << 20 };

	for (size_t turn = 0; turn < 4; turn++) {
		for (size_t index = 0; index < COUNT_OF(sizes); index++) {
			unsigned char *blocks[6];

			for (size_t number = 0; number < COUNT_OF(blocks); number++) {
				size_t usable;

				blocks[number] = hak_calloc(1, sizes[index]);
				EXPECT_AT(blocks[number] && is_zero(blocks[number], sizes[index]), sizes[index]);
				usable = hak_usable_size(blocks[number]);
				memset(blocks[number], 0xDD, usable);
			}
			for (size_t number = 0; number < COUNT_OF(blocks); number++)
				hak_free(blocks[number]);
		}
		if (turn == 2)
			hak_trim(0);
	}
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_calloc(SIZE_MAX / 2, 3) && errno == ENOMEM);
	EXPECT(!hak_calloc(3, SIZE_MAX / 2) && !hak_calloc(1, SIZE_MAX));

	void *first = hak_calloc(0, 10), *second = hak_calloc(10, 0);

	EXPECT(first && second && first != second);
	hak_free(first);
	hak_free(second);
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, blocks_grow_in_many_ways);
	tcase_add_test(cases, growing_and_freeing_loses_no_address_space);
	tcase_add_test(cases, blocks_shrink_and_keep_the_front);
	tcase_add_test(cases, random_resizing_keeps_what_fits);
	tcase_add_test(cases, zero_and_null_have_their_meaning);
	tcase_add_test(cases, a_refused_growth_keeps_the_block);
	tcase_add_test(cases, shrinking_never_fails);
	tcase_add_test(cases, shrinking_without_memory_keeps_errno);
	tcase_add_test(cases, calloc_is_zero_whatever_was_there);
}

int main(void)
{
	return run_cases("realloc_keeps_contents", add_cases);
}
