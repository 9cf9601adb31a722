/* SPDX-License-Identifier: MIT
 *
 * Do hak_usable_size, hak_malloc_sized, hak_good_size and hak_expand tell the same story, and may
 * all of it be used?
 */
#include "unit.h"

#include "base/sizeclass.h"

/* Sizes around every class and every power of two up to 8 MiB. */
static size_t next_size(size_t size)
{
	if (size < 2100)
		return size + 1;
	return size + size / 97 + 1;
}

enum { SIZE_MAX_TRIED = 8 << 20 };

START_TEST(usable_bytes_are_enough_and_usable)
{
	for (size_t size = 0; size < SIZE_MAX_TRIED; size = next_size(size)) {
		unsigned char *block = hak_malloc(size);
		size_t usable = hak_usable_size(block);

		EXPECT_AT(block && usable >= size && usable > 0, size);
		memset(block, 0xA5, usable);
		EXPECT_AT(hak_usable_size(block) == usable, size);
		hak_free(block);
	}
	EXPECT(hak_usable_size(NULL) == 0);
}
END_TEST

START_TEST(sized_blocks_tell_their_usable_size)
{
	for (size_t size = 0; size < SIZE_MAX_TRIED; size = next_size(size)) {
		struct hak_sized_block sized = hak_malloc_sized(size);

		EXPECT_AT(sized.block && sized.bytes == hak_usable_size(sized.block), size);
		EXPECT_AT(sized.bytes >= size, size);
		memset(sized.block, 1, sized.bytes);
		hak_free(sized.block);
	}
	errno = ERRNO_SENTINEL;

	struct hak_sized_block refused = hak_malloc_sized(SIZE_MAX);

	EXPECT(!refused.block && refused.bytes == 0 && errno == ENOMEM);
}
END_TEST

START_TEST(good_sizes_are_what_malloc_gives)
{
	for (size_t size = 0; size < SIZE_MAX_TRIED; size = next_size(size)) {
		void *block = hak_malloc(size);

		EXPECT_AT(hak_usable_size(block) == hak_good_size(size), size);
		hak_free(block);
	}
}
END_TEST

START_TEST(good_sizes_stay_good_after_any_history)
{
	uint64_t random = 8;
	void *blocks[64] = { NULL };

	for (size_t turn = 0; turn < 30000; turn++) {
		size_t place = next_random(&random) % COUNT_OF(blocks), size = next_random(&random) % 2000;

		hak_free(blocks[place]);
		blocks[place] = hak_malloc(size);
		EXPECT_AT(hak_usable_size(blocks[place]) == hak_good_size(size), size);
	}
	for (size_t place = 0; place < COUNT_OF(blocks); place++)
		hak_free(blocks[place]);
}
END_TEST

START_TEST(a_good_size_is_its_own_good_size)
{
	for (size_t size = 0; size < SIZE_MAX_TRIED; size = next_size(size)) {
		size_t good = hak_good_size(size);

		EXPECT_AT(good >= size && good >= HK_ALIGNMENT_BYTES, size);
		EXPECT_AT(hak_good_size(good) == good, size);
	}
	EXPECT(hak_good_size(SIZE_MAX) == SIZE_MAX);
	EXPECT(hak_good_size((size_t)PTRDIFF_MAX + 1) == (size_t)PTRDIFF_MAX + 1);
}
END_TEST

START_TEST(expanding_within_the_block_always_works)
{
	for (size_t size = 0; size < SIZE_MAX_TRIED; size = next_size(size)) {
		void *block = hak_malloc(size);
		size_t usable = hak_usable_size(block);

		errno = ERRNO_SENTINEL;
		EXPECT_AT(hak_expand(block, usable) == block && hak_expand(block, 0) == block, size);
		EXPECT_AT(hak_usable_size(block) == usable, size);
		/* A block that shares its mapping has neighbours. */
		if (usable <= HK_MEDIUM_MAX_BYTES)
			EXPECT_AT(!hak_expand(block, usable + 1), size);
		EXPECT_AT(!hak_expand(block, SIZE_MAX) && !hak_expand(block, PTRDIFF_MAX), size);
		EXPECT_AT(hak_usable_size(block) == usable && errno == ERRNO_SENTINEL, size);
		hak_free(block);
	}
	EXPECT(!hak_expand(NULL, 10));
}
END_TEST

START_TEST(an_expanded_block_keeps_its_contents)
{
	unsigned char *block = hak_malloc(MEBIBYTE);
	size_t bytes = hak_usable_size(block);

	fill_block(block, bytes, 1);
	for (size_t wanted = 2 * MEBIBYTE; wanted <= 64 * MEBIBYTE; wanted *= 2) {
		if (!hak_expand(block, wanted)) {
			EXPECT_AT(hak_usable_size(block) == bytes, wanted);
			break;
		}
		EXPECT_AT(hak_usable_size(block) >= wanted, wanted);
		EXPECT_AT(holds_fill(block, bytes, 1), wanted);
		bytes = hak_usable_size(block);
		fill_block(block, bytes, 1);
	}
	EXPECT(holds_fill(block, bytes, 1));
	hak_free(block);
}
END_TEST

START_TEST(aligned_blocks_are_aligned_and_usable)
{
	for (size_t alignment = 1; alignment <= 4 * MEBIBYTE; alignment *= 2) {
		for (size_t size = 0; size < 400000; size = size * 3 + 7) {
			unsigned char *first = hak_aligned_alloc(alignment, size), *second = hak_aligned_alloc(alignment, size);

			EXPECT_AT(first && second && first != second, size);
			EXPECT_AT(is_aligned(first, alignment) && is_aligned(second, alignment), alignment);
			EXPECT_AT(is_aligned(first, HK_ALIGNMENT_BYTES) && hak_usable_size(first) >= size, size);
			memset(first, 1, hak_usable_size(first));
			memset(second, 2, hak_usable_size(second));
			EXPECT_AT(size == 0 || (first[0] == 1 && first[size - 1] == 1), size);
			hak_free(first);
			hak_free_sized(second, size);
		}
	}
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_aligned_alloc(0, 10) && errno == EINVAL);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_aligned_alloc(48, 10) && errno == EINVAL);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_aligned_alloc(SIZE_MAX / 2 + 1, 10) && errno == ENOMEM);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_aligned_alloc(4096, SIZE_MAX - 100) && errno == ENOMEM);
}
END_TEST

static void *too_small;

START_TEST(a_wrong_size_at_the_end_dies)
{
	too_small = hak_malloc(100);
	EXPECT(too_small);
	hak_free_sized(too_small, 100000);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, usable_bytes_are_enough_and_usable);
	tcase_add_test(cases, sized_blocks_tell_their_usable_size);
	tcase_add_test(cases, good_sizes_are_what_malloc_gives);
	tcase_add_test(cases, good_sizes_stay_good_after_any_history);
	tcase_add_test(cases, a_good_size_is_its_own_good_size);
	tcase_add_test(cases, expanding_within_the_block_always_works);
	tcase_add_test(cases, an_expanded_block_keeps_its_contents);
	tcase_add_test(cases, aligned_blocks_are_aligned_and_usable);
	if (hk_config_debug)
		tcase_add_test_raise_signal(cases, a_wrong_size_at_the_end_dies, SIGABRT);
}

int main(void)
{
	return run_cases("sizes_told_are_sizes_given", add_cases);
}
