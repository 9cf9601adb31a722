/* SPDX-License-Identifier: MIT
 *
 * Do hak_recallocarray and hak_freezero clear what is given up, and zero what is new?
 */
#include "unit.h"

static const size_t sizes[] = { 16, 48, 100, 1000, 4000, 20000, 200000, 1 << 20, 3 << 20 };

/* The block that CALL frees is looked at afterwards: freed memory stays readable here, because
 * neither a bin nor the cache of large mappings unmaps it.  Two words belong to the free list. */
static int is_cleared(const unsigned char *freed, size_t bytes)
{
	return is_zero(freed + 16, bytes - 16);
}

START_TEST(freezero_clears_what_it_is_told)
{
	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		unsigned char *block = hak_malloc(sizes[index]);
		size_t usable = hak_usable_size(block);

		EXPECT_AT(block, index);
		memset(block, 0x5A, usable);
		errno = ERRNO_SENTINEL;
		hak_freezero(block, sizes[index]);
		EXPECT_AT(errno == ERRNO_SENTINEL, index);
		EXPECT_AT(is_cleared(block, sizes[index]), index);
		EXPECT_AT(usable == sizes[index] || block[usable - 1] == 0x5A, index);
	}
}
END_TEST

START_TEST(freezero_never_clears_beyond_the_block)
{
	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		unsigned char *blocks[8];

		for (size_t number = 0; number < COUNT_OF(blocks); number++) {
			EXPECT((blocks[number] = hak_malloc(sizes[index])));
			memset(blocks[number], 0x5A, hak_usable_size(blocks[number]));
		}
		hak_freezero(blocks[3], SIZE_MAX);
		EXPECT_AT(is_cleared(blocks[3], sizes[index]), index);
		for (size_t number = 0; number < COUNT_OF(blocks); number++) {
			if (number == 3)
				continue;
			for (size_t place = 0; place < sizes[index]; place++)
				EXPECT_AT(blocks[number][place] == 0x5A, number);
			hak_freezero(blocks[number], 0);
		}
	}
	hak_freezero(NULL, 100);
}
END_TEST

START_TEST(arrays_grow_with_zeros_and_leave_zeros)
{
	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		size_t count = sizes[index] / 4, more = count * 3 + 5;
		unsigned char *array = hak_recallocarray(NULL, 0, count, 4);

		EXPECT_AT(array && is_zero(array, count * 4), index);
		fill_block(array, count * 4, index);

		unsigned char *grown = hak_recallocarray(array, count, more, 4);

		EXPECT_AT(grown && holds_fill(grown, count * 4, index), index);
		EXPECT_AT(is_zero(grown + count * 4, (more - count) * 4), index);
		EXPECT_AT(grown == array || is_cleared(array, count * 4), index);
		hak_freezero(grown, more * 4);
	}
}
END_TEST

START_TEST(arrays_that_shrink_are_cleared_behind)
{
	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		size_t count = sizes[index] / 4;
		size_t lengths[] = { count - 1, count / 2 + 1, count / 3, count / 10, 1, 0 };
		unsigned char *array = hak_recallocarray(NULL, 0, count, 4);

		fill_block(array, count * 4, index);
		for (size_t step = 0; step < COUNT_OF(lengths); step++) {
			if (lengths[step] >= count)
				continue;

			unsigned char *shrunk = hak_recallocarray(array, count, lengths[step], 4);

			EXPECT_AT(shrunk && holds_fill(shrunk, lengths[step] * 4, index), step);
			if (shrunk == array)
				EXPECT_AT(is_zero(array + lengths[step] * 4, (count - lengths[step]) * 4), step);
			else if (count * 4 > 16)
				EXPECT_AT(is_cleared(array, count * 4), step);
			array = shrunk;
			count = lengths[step];
		}
		hak_free(array);
	}
}
END_TEST

START_TEST(a_cleared_tail_reads_as_zeros_when_it_grows_again)
{
	unsigned char *array = hak_recallocarray(NULL, 0, 100, 10);

	memset(array, 0xFF, 1000);
	array = hak_recallocarray(array, 100, 60, 10);
	array = hak_recallocarray(array, 60, 100, 10);
	EXPECT(array && array[599] == 0xFF && is_zero(array + 600, 400));
	hak_free(array);
}
END_TEST

START_TEST(wrong_counts_are_refused_and_change_nothing)
{
	unsigned char *array = hak_recallocarray(NULL, 0, 10, 10);

	EXPECT(array);
	fill_block(array, 100, 1);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_recallocarray(array, 10, SIZE_MAX / 5, 10) && errno == ENOMEM);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_recallocarray(array, SIZE_MAX / 5, 20, 10) && errno == EINVAL);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_recallocarray(array, 10, SIZE_MAX / 16, 10) && errno == ENOMEM);
	errno = ERRNO_SENTINEL;
	EXPECT(!hak_recallocarray(NULL, 0, SIZE_MAX / 5, 10) && errno == ENOMEM);
	EXPECT(holds_fill(array, 100, 1));
	hak_free(array);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, freezero_clears_what_it_is_told);
	tcase_add_test(cases, freezero_never_clears_beyond_the_block);
	tcase_add_test(cases, arrays_grow_with_zeros_and_leave_zeros);
	tcase_add_test(cases, arrays_that_shrink_are_cleared_behind);
	tcase_add_test(cases, a_cleared_tail_reads_as_zeros_when_it_grows_again);
	tcase_add_test(cases, wrong_counts_are_refused_and_change_nothing);
}

int main(void)
{
	return run_cases("secrets_are_cleared", add_cases);
}
