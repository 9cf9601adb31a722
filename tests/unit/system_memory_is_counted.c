/* SPDX-License-Identifier: MIT
 *
 * Does the door to the system map, purge, grow, move and refuse as it says, with its counters
 * exact and errno untouched?
 */
#include "unit.h"

#include "sys/os.h"

static size_t reserved_bytes(void)
{
	return hk_counters_read(&hk_counters.reserved_bytes);
}

START_TEST(mappings_are_zero_and_counted)
{
	size_t page_bytes = hk_os_page_bytes(), before = reserved_bytes();

	EXPECT(page_bytes == (size_t)sysconf(_SC_PAGESIZE));
	errno = ERRNO_SENTINEL;

	char *block = hk_os_map(3 * page_bytes - 1);

	EXPECT(block && is_aligned(block, page_bytes) && is_zero(block, 3 * page_bytes));
	memset(block, 1, 3 * page_bytes);
	EXPECT(reserved_bytes() == before + 3 * page_bytes);
	EXPECT(hk_os_unmap(block, 3 * page_bytes - 1));
	EXPECT(reserved_bytes() == before);
	EXPECT(errno == ERRNO_SENTINEL);
}
END_TEST

START_TEST(aligned_mappings_are_aligned)
{
	size_t page_bytes = hk_os_page_bytes(), before = reserved_bytes();

	for (size_t alignment = page_bytes; alignment <= 64 * MEBIBYTE; alignment *= 2) {
		for (size_t pages = 1; pages <= 9; pages += 4) {
			char *first = hk_os_map_aligned(pages * page_bytes, alignment, NULL);
			char *second = hk_os_map_aligned(pages * page_bytes, alignment, first ? first + alignment : NULL);

			EXPECT_AT(first && second && first != second, alignment);
			EXPECT_AT(is_aligned(first, alignment) && is_aligned(second, alignment), alignment);
			memset(first, 1, pages * page_bytes);
			memset(second, 2, pages * page_bytes);
			EXPECT_AT(first[0] == 1 && first[pages * page_bytes - 1] == 1, alignment);
			EXPECT_AT(reserved_bytes() == before + 2 * pages * page_bytes, alignment);
			EXPECT_AT(hk_os_unmap(first, pages * page_bytes), alignment);
			EXPECT_AT(hk_os_unmap(second, pages * page_bytes), alignment);
		}
	}
	EXPECT(reserved_bytes() == before);
}
END_TEST

START_TEST(what_was_purged_reads_as_zeros)
{
	size_t bytes = 8 * hk_os_page_bytes(), purged = hk_counters_read(&hk_counters.purged_bytes);
	char *block = hk_os_map(bytes);

	EXPECT(block);
	memset(block, 7, bytes);
	EXPECT(hk_os_purge(block + bytes / 4, bytes / 2));
	EXPECT(is_zero(block + bytes / 4, bytes / 2));
	EXPECT(block[bytes / 4 - 1] == 7 && block[bytes / 4 * 3] == 7);
	EXPECT(hk_counters_read(&hk_counters.purged_bytes) == purged + bytes / 2);
	EXPECT(hk_os_unmap(block, bytes));
}
END_TEST

START_TEST(a_refused_purge_is_an_answer)
{
	size_t bytes = 4 * hk_os_page_bytes(), refusals = hk_counters_read(&hk_counters.purge_refusals);
	char *block = hk_os_map(bytes);

	EXPECT(block && hk_os_unmap(block, bytes));
	errno = ERRNO_SENTINEL;
	EXPECT(!hk_os_purge(block, bytes));
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT(hk_counters_read(&hk_counters.purge_refusals) == refusals + 1);
}
END_TEST

START_TEST(growing_keeps_contents)
{
	size_t bytes = 8 * hk_os_page_bytes();
	char *block = hk_os_map(2 * bytes);

	/* The upper half is free again: there is room to grow into. */
	EXPECT(block && hk_os_unmap(block + bytes, bytes));
	fill_block(block, bytes, 1);

	size_t before = reserved_bytes();

	errno = ERRNO_SENTINEL;
	EXPECT(hk_os_grow(block, bytes, 2 * bytes));
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT(reserved_bytes() == before + bytes);
	EXPECT(holds_fill(block, bytes, 1) && is_zero(block + bytes, bytes));
	EXPECT(hk_os_unmap(block, 2 * bytes));
}
END_TEST

START_TEST(growing_into_a_neighbour_is_refused)
{
	size_t bytes = 8 * hk_os_page_bytes();
	char *block = hk_os_map(2 * bytes);

	EXPECT(block);
	fill_block(block, 2 * bytes, 2);

	size_t before = reserved_bytes();

	errno = ERRNO_SENTINEL;
	EXPECT(!hk_os_grow(block, bytes, 2 * bytes));
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT(reserved_bytes() == before);
	EXPECT(holds_fill(block, 2 * bytes, 2));
	EXPECT(hk_os_unmap(block, 2 * bytes));
}
END_TEST

START_TEST(moving_takes_the_pages_along)
{
	size_t bytes = 8 * hk_os_page_bytes(), before = reserved_bytes();
	char *source = hk_os_map(bytes), *target = hk_os_map(2 * bytes);

	EXPECT(source && target);
	fill_block(source, bytes, 3);
	memset(target, 9, 2 * bytes);
	errno = ERRNO_SENTINEL;
	EXPECT(hk_os_move(source, bytes, target, 2 * bytes) == HK_OS_MOVED);
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT(holds_fill(target, bytes, 3) && is_zero(target + bytes, bytes));
	EXPECT(reserved_bytes() == before + 2 * bytes);
	EXPECT(!hk_os_purge(source, bytes));
	EXPECT(hk_os_unmap(target, 2 * bytes));
	EXPECT(reserved_bytes() == before);
}
END_TEST

START_TEST(impossible_mappings_are_refused)
{
	size_t before = reserved_bytes(), failures = hk_counters_read(&hk_counters.map_failures);

	errno = ERRNO_SENTINEL;
	EXPECT(!hk_os_map(SIZE_MAX / 2));
	EXPECT(!hk_os_map_aligned(SIZE_MAX / 2, 2 * MEBIBYTE, NULL));
	EXPECT(!hk_os_map_aligned(64 * KIBIBYTE, SIZE_MAX / 2 + 1, NULL));
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT(reserved_bytes() == before);
	EXPECT(hk_counters_read(&hk_counters.map_failures) >= failures + 3);
}
END_TEST

START_TEST(the_clock_never_goes_back)
{
	uint64_t before = hk_os_clock_ms();

	EXPECT(before > 0);
	for (size_t turn = 0; turn < 100000; turn++) {
		uint64_t now = hk_os_clock_ms();

		EXPECT_AT(now >= before, turn);
		before = now;
	}
}
END_TEST

START_TEST(every_third_mapping_fails_on_demand)
{
	size_t failures = hk_counters_read(&hk_counters.map_failures), before = reserved_bytes(), refused = 0;
	char *blocks[30];

	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 3) == 0);
	errno = ERRNO_SENTINEL;
	for (size_t index = 0; index < COUNT_OF(blocks); index++) {
		blocks[index] = hk_os_map(1);
		refused += !blocks[index];
	}
	EXPECT(errno == ERRNO_SENTINEL);
	EXPECT_AT(refused == COUNT_OF(blocks) / 3, refused);
	EXPECT(hk_counters_read(&hk_counters.map_failures) == failures + refused);
	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		EXPECT(!blocks[index] || hk_os_unmap(blocks[index], 1));
	EXPECT(reserved_bytes() == before);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 0) == 0);
	for (size_t turn = 0; turn < 10; turn++) {
		char *block = hk_os_map(1);

		EXPECT(block && hk_os_unmap(block, 1));
	}
}
END_TEST

START_TEST(growing_and_moving_fail_on_demand)
{
	size_t page_bytes = hk_os_page_bytes();
	char *block = hk_os_map(page_bytes), *target = hk_os_map(page_bytes);

	EXPECT(block && target);
	fill_block(block, page_bytes, 4);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 1) == 0);
	EXPECT(!hk_os_grow(block, page_bytes, 2 * page_bytes));
	EXPECT(hk_os_move(block, page_bytes, target, page_bytes) == HK_OS_REFUSED);
	EXPECT(holds_fill(block, page_bytes, 4) && is_zero(target, page_bytes));
	EXPECT(hk_os_unmap(block, page_bytes) && hk_os_unmap(target, page_bytes));
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, mappings_are_zero_and_counted);
	tcase_add_test(cases, aligned_mappings_are_aligned);
	tcase_add_test(cases, what_was_purged_reads_as_zeros);
	tcase_add_test(cases, a_refused_purge_is_an_answer);
	tcase_add_test(cases, growing_keeps_contents);
	tcase_add_test(cases, growing_into_a_neighbour_is_refused);
	tcase_add_test(cases, moving_takes_the_pages_along);
	tcase_add_test(cases, impossible_mappings_are_refused);
	tcase_add_test(cases, the_clock_never_goes_back);
	if (hk_config_debug) {
		tcase_add_test(cases, every_third_mapping_fails_on_demand);
		tcase_add_test(cases, growing_and_moving_fail_on_demand);
	}
}

int main(void)
{
	return run_cases("system_memory_is_counted", add_cases);
}
