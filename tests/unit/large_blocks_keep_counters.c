/* SPDX-License-Identifier: MIT
 *
 * Do large blocks come, grow, move and go as they should, with every byte accounted for?
 */
#include "unit.h"

#include "heap/large.h"
#include "heap/registry.h"
#include "sys/os.h"

static size_t count_of(_Atomic size_t *field)
{
	return hk_counters_read(field);
}

/* What is mapped for blocks: the leaves of the registry stay once they are made. */
static size_t reserved_for_blocks(void)
{
	size_t leaf_bytes = hk_round_up(sizeof(struct hk_leaf), hk_os_page_bytes());
	size_t leaves = count_of(&hk_counters.leaves);

	/* The first leaf is static. */
	return count_of(&hk_counters.reserved_bytes) - (leaves ? leaves - 1 : 0) * leaf_bytes;
}

/* Nothing is out and nothing is kept; no address space has been lost on the way. */
static void expect_nothing_left(void)
{
	hk_large_purge(0, false);
	EXPECT_AT(count_of(&hk_counters.large_blocks) == 0, count_of(&hk_counters.large_blocks));
	EXPECT_AT(count_of(&hk_counters.large_bytes) == 0, count_of(&hk_counters.large_bytes));
	EXPECT_AT(count_of(&hk_counters.large_cached_bytes) == 0, count_of(&hk_counters.large_cached_bytes));
	EXPECT_AT(count_of(&hk_counters.committed_bytes) == 0, count_of(&hk_counters.committed_bytes));
	EXPECT_AT(reserved_for_blocks() == 0, reserved_for_blocks());
}

START_TEST(blocks_are_zero_counted_and_whole)
{
	static const size_t sizes[] = { 1, 65536, 65537, 300000, 1 << 20, (5 << 20) + 1 };
	size_t total = 0;
	char *blocks[COUNT_OF(sizes)];

	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		bool zeroed = false;

		blocks[index] = hk_large_allocate(sizes[index], 0, 0, &zeroed);
		EXPECT_AT(blocks[index] && zeroed, index);

		size_t usable = hk_large_usable_bytes(blocks[index]);

		EXPECT_AT(usable >= sizes[index] && usable < sizes[index] + HK_GRANULE_BYTES, index);
		EXPECT_AT(is_aligned(blocks[index], HK_GRANULE_BYTES) && is_zero(blocks[index], usable), index);
		memset(blocks[index], (int)index + 1, usable);
		EXPECT_AT(hk_registry_class(blocks[index]) == HK_CLASS_LARGE, index);
		EXPECT_AT(usable <= HK_GRANULE_BYTES ||
			  hk_registry_class(blocks[index] + usable - 1) == HK_CLASS_INSIDE, index);
		total += usable;
		EXPECT_AT(count_of(&hk_counters.large_bytes) == total, index);
		EXPECT_AT(count_of(&hk_counters.large_blocks) == index + 1, index);
		EXPECT_AT(count_of(&hk_counters.committed_bytes) == total, index);
	}
	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		EXPECT_AT(blocks[index][0] == (char)(index + 1), index);
		EXPECT_AT(blocks[index][hk_large_usable_bytes(blocks[index]) - 1] == (char)(index + 1), index);
		EXPECT_AT(hk_large_free(blocks[index]), index);
		EXPECT_AT(hk_registry_class(blocks[index]) != HK_CLASS_LARGE, index);
	}
	expect_nothing_left();
}
END_TEST

START_TEST(every_alignment_is_kept)
{
	for (size_t alignment = 16; alignment <= 256 * MEBIBYTE; alignment *= 2) {
		char *first = hk_large_allocate(100000, alignment, 0, NULL);
		char *second = hk_large_allocate(100000, alignment, 0, NULL);

		EXPECT_AT(first && second && is_aligned(first, alignment) && is_aligned(second, alignment), alignment);
		memset(first, 1, 100000);
		memset(second, 2, 100000);
		EXPECT_AT(first[0] == 1 && first[99999] == 1, alignment);
		EXPECT_AT(hk_large_free(first) && hk_large_free(second), alignment);
	}
	expect_nothing_left();
}
END_TEST

START_TEST(a_freed_mapping_is_used_again)
{
	size_t maps;
	bool zeroed = true;
	char *block = hk_large_allocate(MEBIBYTE, 0, 0, NULL), *again;

	EXPECT(block);
	memset(block, 1, MEBIBYTE);
	EXPECT(hk_large_free(block));
	EXPECT(count_of(&hk_counters.large_cached_bytes) == MEBIBYTE);
	maps = count_of(&hk_counters.map_calls);
	again = hk_large_allocate(MEBIBYTE - 70000, 0, 0, &zeroed);
	EXPECT(again == block && !zeroed);
	EXPECT(count_of(&hk_counters.map_calls) == maps);
	EXPECT(count_of(&hk_counters.large_cached_bytes) == 0);
	EXPECT(hk_large_usable_bytes(again) < MEBIBYTE);
	EXPECT(hk_large_free(again));
	EXPECT(count_of(&hk_counters.large_cached_bytes) == MEBIBYTE);
	/* Too large by far, or not aligned enough: a mapping of its own. */
	char *other = hk_large_allocate(300000, 0, 0, NULL);

	EXPECT(other && other != block);
	EXPECT(hk_large_free(other));
}
END_TEST

START_TEST(the_cache_does_not_hoard)
{
	enum { CACHE_BYTES = 8 << 20, BLOCKS = 60 };
	char *blocks[BLOCKS];

	for (size_t index = 0; index < BLOCKS; index++)
		EXPECT((blocks[index] = hk_large_allocate(MEBIBYTE, 0, 0, NULL)));
	for (size_t index = 0; index < BLOCKS; index++)
		EXPECT(hk_large_free(blocks[index]));
	EXPECT_AT(count_of(&hk_counters.large_cached_bytes) <= CACHE_BYTES, count_of(&hk_counters.large_cached_bytes));
	/* One that is larger than the cache goes at once. */
	char *large = hk_large_allocate(2 * CACHE_BYTES, 0, 0, NULL);

	EXPECT(large && hk_large_free(large));
	EXPECT(count_of(&hk_counters.large_cached_bytes) <= CACHE_BYTES);
	EXPECT(hk_registry_class(large) == HK_CLASS_NONE);
	/* Many small ones: the number of entries is limited, too. */
	for (size_t index = 0; index < BLOCKS; index++)
		EXPECT((blocks[index] = hk_large_allocate(65536, 0, 0, NULL)));
	for (size_t index = 0; index < BLOCKS; index++)
		EXPECT(hk_large_free(blocks[index]));
	EXPECT(hk_large_purge(0, false) > 0);
	EXPECT(count_of(&hk_counters.large_cached_bytes) == 0);
}
END_TEST

START_TEST(purging_keeps_what_it_is_told_and_spares_the_young)
{
	char *blocks[4];

	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		EXPECT((blocks[index] = hk_large_allocate(MEBIBYTE, 0, 0, NULL)));
	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		EXPECT(hk_large_free(blocks[index]));
	EXPECT(hk_large_purge(3 * MEBIBYTE, false) == MEBIBYTE);
	/* The oldest went. */
	EXPECT(hk_registry_class(blocks[0]) == HK_CLASS_NONE && hk_registry_class(blocks[1]) == HK_CLASS_INSIDE);
	EXPECT(hk_large_purge(0, true) == 0);
	EXPECT(hk_large_purge(0, true) == 3 * MEBIBYTE);
	EXPECT(hk_large_purge(0, true) == 0);
}
END_TEST

START_TEST(a_reserve_is_grown_into_in_place)
{
	char *block = hk_large_allocate(MEBIBYTE, 0, MEBIBYTE, NULL);

	EXPECT(block && hk_large_usable_bytes(block) == MEBIBYTE);
	EXPECT(count_of(&hk_counters.committed_bytes) == MEBIBYTE);
	fill_block(block, MEBIBYTE, 1);

	size_t maps = count_of(&hk_counters.map_calls);

	EXPECT(hk_large_resize(block, MEBIBYTE + 1));
	EXPECT(hk_large_usable_bytes(block) == MEBIBYTE + HK_GRANULE_BYTES);
	EXPECT(hk_large_resize(block, 2 * MEBIBYTE));
	EXPECT(hk_large_usable_bytes(block) == 2 * MEBIBYTE);
	EXPECT(count_of(&hk_counters.map_calls) == maps);
	EXPECT(count_of(&hk_counters.committed_bytes) == 2 * MEBIBYTE);
	EXPECT(count_of(&hk_counters.large_bytes) == 2 * MEBIBYTE);
	EXPECT(holds_fill(block, MEBIBYTE, 1));
	memset(block + MEBIBYTE, 2, MEBIBYTE);
	EXPECT(hk_large_free(block));
	expect_nothing_left();
}
END_TEST

START_TEST(shrinking_gives_pages_back_and_can_be_undone)
{
	char *block = hk_large_allocate(4 * MEBIBYTE, 0, 0, NULL);

	fill_block(block, 4 * MEBIBYTE, 3);
	EXPECT(hk_large_resize(block, MEBIBYTE));
	EXPECT(hk_large_usable_bytes(block) == MEBIBYTE);
	EXPECT(count_of(&hk_counters.committed_bytes) == MEBIBYTE);
	EXPECT(count_of(&hk_counters.large_bytes) == MEBIBYTE);
	EXPECT(holds_fill(block, MEBIBYTE, 3));
	EXPECT(hk_large_resize(block, 4 * MEBIBYTE));
	EXPECT(holds_fill(block, MEBIBYTE, 3) && is_zero(block + MEBIBYTE, 3 * MEBIBYTE));
	EXPECT(!hk_large_resize(block, 0) && !hk_large_resize(block, SIZE_MAX) && !hk_large_resize(block, PTRDIFF_MAX));
	EXPECT(hk_large_usable_bytes(block) == 4 * MEBIBYTE);
	EXPECT(hk_large_free(block));
	expect_nothing_left();
}
END_TEST

START_TEST(moving_keeps_contents_and_counts)
{
	char *block = hk_large_allocate(MEBIBYTE, 0, 0, NULL);

	for (size_t bytes = MEBIBYTE; bytes < 16 * MEBIBYTE; bytes *= 2) {
		fill_block(block, bytes, bytes);

		char *moved = hk_large_move(block, 2 * bytes, 0);

		EXPECT_AT(moved && moved != block, bytes);
		EXPECT_AT(hk_registry_class(moved) == HK_CLASS_LARGE, bytes);
		EXPECT_AT(hk_registry_class(block) == HK_CLASS_NONE || (block > moved && block < moved + 2 * bytes), bytes);
		EXPECT_AT(hk_large_usable_bytes(moved) == 2 * bytes, bytes);
		EXPECT_AT(holds_fill(moved, bytes, bytes) && is_zero(moved + bytes, bytes), bytes);
		EXPECT_AT(count_of(&hk_counters.large_blocks) == 1, bytes);
		EXPECT_AT(count_of(&hk_counters.large_bytes) == 2 * bytes, bytes);
		EXPECT_AT(count_of(&hk_counters.committed_bytes) == 2 * bytes, bytes);
		block = moved;
	}
	EXPECT(hk_large_free(block));
	expect_nothing_left();
}
END_TEST

/* Huge pages are asked for where the block is, and later it grows into its reserve, behind it,
 * and then somewhere else: to the kernel those may be mappings of different kinds. */
static char *grown_into_reserve(void)
{
	char *block = hk_large_allocate(5 * MEBIBYTE, 0, 5 * MEBIBYTE, NULL);

	EXPECT(block && hk_large_resize(block, 9 * MEBIBYTE));
	fill_block(block, 9 * MEBIBYTE, 5);
	return block;
}

START_TEST(a_block_that_has_grown_into_its_reserve_can_move)
{
	char *moved = hk_large_move(grown_into_reserve(), 20 * MEBIBYTE, 10 * MEBIBYTE);

	EXPECT(moved && holds_fill(moved, 9 * MEBIBYTE, 5));
	EXPECT(hk_large_resize(moved, 29 * MEBIBYTE));
	EXPECT(hk_large_free(moved));
	expect_nothing_left();
}
END_TEST

START_TEST(whether_it_moves_or_not_no_address_space_is_lost)
{
	char *block = grown_into_reserve();
	char *moved = hk_large_move(block, 20 * MEBIBYTE, 0);

	EXPECT(holds_fill(moved ? moved : block, 9 * MEBIBYTE, 5));
	EXPECT(hk_large_free(moved ? moved : block));
	expect_nothing_left();
}
END_TEST

START_TEST(bad_addresses_are_refused)
{
	char *block = hk_large_allocate(MEBIBYTE, 0, 0, NULL);

	EXPECT(block);
	EXPECT(!hk_large_free(block + 1) && !hk_large_free(block + 16) && !hk_large_free(block + 4096));
	EXPECT(hk_registry_class(block) == HK_CLASS_LARGE);
	EXPECT(count_of(&hk_counters.large_blocks) == 1);
	EXPECT(hk_registry_class(block + HK_GRANULE_BYTES) == HK_CLASS_INSIDE);
	EXPECT(hk_large_free(block));
}
END_TEST

START_TEST(impossible_sizes_are_refused)
{
	EXPECT(!hk_large_allocate(SIZE_MAX, 0, 0, NULL));
	EXPECT(!hk_large_allocate(SIZE_MAX - 65536, 0, 0, NULL));
	EXPECT(!hk_large_allocate(PTRDIFF_MAX, 0, 0, NULL));
	EXPECT(!hk_large_allocate(PTRDIFF_MAX / 2, 0, MEBIBYTE, NULL));
	EXPECT(!hk_large_allocate(MEBIBYTE, (size_t)PTRDIFF_MAX / 2 + 1, 0, NULL));
	EXPECT(count_of(&hk_counters.committed_bytes) == 0 && count_of(&hk_counters.large_blocks) == 0);
}
END_TEST

START_TEST(the_limit_is_kept)
{
	char *block = hk_large_allocate(MEBIBYTE, 0, MEBIBYTE, NULL);

	EXPECT(block && hk_option_set(HK_OPTION_LIMIT, 2 * MEBIBYTE) == 0);
	EXPECT(!hk_large_allocate(MEBIBYTE + 1, 0, 0, NULL));
	EXPECT(hk_large_resize(block, 2 * MEBIBYTE));
	EXPECT(!hk_large_resize(block, 2 * MEBIBYTE + 1));
	EXPECT(!hk_large_move(block, 3 * MEBIBYTE, 0));
	EXPECT(hk_large_usable_bytes(block) == 2 * MEBIBYTE);
	EXPECT(count_of(&hk_counters.committed_bytes) == 2 * MEBIBYTE);
	EXPECT(hk_large_free(block));
	EXPECT(count_of(&hk_counters.committed_bytes) == 0);
}
END_TEST

enum { THREADS = 4, TURNS = 150 };

static void use_large_blocks(size_t number)
{
	uint64_t random = number + 1;
	char *block = NULL;
	size_t bytes = 0;

	for (size_t turn = 0; turn < TURNS; turn++) {
		size_t wanted = 300000 + next_random(&random) % (2 * MEBIBYTE);

		if (block) {
			EXPECT(block[0] == (char)number && block[bytes - 1] == (char)number);
			if (hk_large_resize(block, wanted)) {
				bytes = wanted;
			} else {
				char *moved = hk_large_move(block, wanted, 0);

				EXPECT(!moved || (moved[0] == (char)number && moved[bytes - 1] == (char)number));
				EXPECT(hk_large_free(moved ? moved : block));
				block = NULL;
			}
		}
		if (!block) {
			block = hk_large_allocate(wanted, 0, turn % 2 ? MEBIBYTE : 0, NULL);
			EXPECT(block);
			bytes = wanted;
		}
		block[0] = block[bytes - 1] = (char)number;
		if (turn % 50 == 0)
			hk_large_purge(MEBIBYTE, turn % 100 == 0);
	}
	EXPECT(hk_large_free(block));
}

START_TEST(threads_share_the_cache)
{
	run_together(THREADS, use_large_blocks);
	expect_nothing_left();
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, blocks_are_zero_counted_and_whole);
	tcase_add_test(cases, every_alignment_is_kept);
	tcase_add_test(cases, a_freed_mapping_is_used_again);
	tcase_add_test(cases, the_cache_does_not_hoard);
	tcase_add_test(cases, purging_keeps_what_it_is_told_and_spares_the_young);
	tcase_add_test(cases, a_reserve_is_grown_into_in_place);
	tcase_add_test(cases, shrinking_gives_pages_back_and_can_be_undone);
	tcase_add_test(cases, moving_keeps_contents_and_counts);
	tcase_add_test(cases, a_block_that_has_grown_into_its_reserve_can_move);
	tcase_add_test(cases, whether_it_moves_or_not_no_address_space_is_lost);
	tcase_add_test(cases, bad_addresses_are_refused);
	tcase_add_test(cases, impossible_sizes_are_refused);
	tcase_add_test(cases, the_limit_is_kept);
	tcase_add_test(cases, threads_share_the_cache);
}

int main(void)
{
	return run_cases("large_blocks_keep_counters", add_cases);
}
