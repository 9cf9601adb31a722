/* SPDX-License-Identifier: MIT
 *
 * Does the starter give each class its share of distinct blocks, take each back once, and then
 * step aside?
 */
#include "unit.h"

#include "heap/registry.h"
#include "heap/layout.h"
#include "heap/starter.h"
#include "sys/counters.h"

enum { PAGE_BYTES = 4096, SHARE_BYTES = 4096, BLOCKS_MAX = HK_GRANULE_BYTES / HK_ALIGNMENT_BYTES };

START_TEST(shares_are_served_and_closed)
{
	static const unsigned classes[] = { 1, 2, 7, 64, HK_STARTER_CLASS_LAST };

	for (size_t index = 0; index < COUNT_OF(classes); index++) {
		size_t block_bytes = hk_sizeclass_bytes(classes[index]), count = 0;

		EXPECT_AT(hk_starter_serves(classes[index]), index);
		while (hk_starter_allocate(classes[index]))
			count++;
		/* Three at least, and no more than what a page would hold. */
		EXPECT_AT(count >= 3, count);
		EXPECT_AT(count == 3 || (count - 1) * block_bytes < SHARE_BYTES, count);
		EXPECT_AT(count * block_bytes >= SHARE_BYTES || count == 3, count);
		EXPECT_AT(!hk_starter_serves(classes[index]), index);
		EXPECT_AT(!hk_starter_allocate(classes[index]), index);
	}
	EXPECT(!hk_starter_serves(HK_STARTER_CLASS_LAST + 1));
	EXPECT(!hk_starter_serves(HK_CLASS_LAST));
}
END_TEST

struct block {
	char *address;
	unsigned class_index;
};

static struct block blocks[BLOCKS_MAX];

/* Every class in turn until the granule is used up. */
static size_t take_everything(void)
{
	size_t count = 0;

	for (bool served = true; served;) {
		served = false;
		for (unsigned class_index = 1; class_index <= HK_STARTER_CLASS_LAST; class_index++) {
			char *address = hk_starter_serves(class_index) ? hk_starter_allocate(class_index) : NULL;

			if (!address)
				continue;
			blocks[count++] = (struct block){ address, class_index };
			served = true;
		}
	}
	return count;
}

START_TEST(blocks_are_distinct_and_inside)
{
	static unsigned char taken[HK_GRANULE_BYTES];
	size_t count = take_everything(), bytes = 0;
	uintptr_t granule = (uintptr_t)blocks[0].address / HK_GRANULE_BYTES;

	EXPECT_AT(count > HK_TINY_CLASS_LAST, count);
	for (size_t index = 0; index < count; index++) {
		char *address = blocks[index].address;
		size_t block_bytes = hk_sizeclass_bytes(blocks[index].class_index);
		size_t offset = (uintptr_t)address % HK_GRANULE_BYTES;

		EXPECT_AT((uintptr_t)address / HK_GRANULE_BYTES == granule, index);
		EXPECT_AT(is_aligned(address, HK_ALIGNMENT_BYTES), index);
		EXPECT_AT(offset % PAGE_BYTES + block_bytes <= PAGE_BYTES, index);
		EXPECT_AT(is_zero(taken + offset, block_bytes), index);
		memset(taken + offset, 1, block_bytes);
		EXPECT_AT(hk_registry_class(address) == HK_CLASS_STARTER, index);
		EXPECT_AT(hk_starter_class(address) == blocks[index].class_index, index);
		fill_block(address, block_bytes, index);
		bytes += block_bytes;
	}
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == bytes);
	/* Writing to all of every block has hurt neither neighbours nor the tables. */
	for (size_t index = 0; index < count; index++) {
		size_t block_bytes = hk_sizeclass_bytes(blocks[index].class_index);

		EXPECT_AT(hk_starter_class(blocks[index].address) == blocks[index].class_index, index);
		EXPECT_AT(holds_fill(blocks[index].address, block_bytes, index), index);
	}
	for (size_t index = 0; index < count; index++)
		EXPECT_AT(hk_starter_free(blocks[index].address), index);
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 0);
}
END_TEST

START_TEST(a_second_free_is_refused)
{
	char *first = hk_starter_allocate(4), *second = hk_starter_allocate(4);

	EXPECT(first && second && first != second);
	EXPECT(hk_starter_free(first));
	EXPECT(!hk_starter_free(first));
	EXPECT(hk_starter_class(first) == 0);
	EXPECT(hk_starter_free(second));
	EXPECT(!hk_starter_free(second) && !hk_starter_free(first));
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 0);
}
END_TEST

START_TEST(addresses_inside_a_block_are_refused)
{
	char *block = hk_starter_allocate(10), *page = (char *)((uintptr_t)block & ~(uintptr_t)(PAGE_BYTES - 1));

	EXPECT(block);
	EXPECT(!hk_starter_free(block + 1) && !hk_starter_free(block + 8));
	EXPECT(!hk_starter_free(block + 16) && !hk_starter_free(block + 144));
	EXPECT(!hk_starter_free(block + 160)); /* never handed out */
	EXPECT(!hk_starter_free(page) && !hk_starter_free(page + 16)); /* the table */
	EXPECT(!hk_starter_free(page + 8 * PAGE_BYTES + 2048));
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 160);
	EXPECT(hk_starter_free(block));
}
END_TEST

START_TEST(freed_blocks_are_used_again_within_the_share)
{
	char *first = hk_starter_allocate(8);

	EXPECT(first && hk_starter_free(first));
	EXPECT(hk_starter_allocate(8) == first);
	EXPECT(hk_starter_free(first));
	/* A class that goes on asking gets its slab, even if it frees each time. */
	while (hk_starter_allocate(8) == first)
		EXPECT(hk_starter_free(first));
	EXPECT(!hk_starter_serves(8));
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 0);
}
END_TEST

START_TEST(without_memory_there_is_no_starter)
{
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 1) == 0);
	for (unsigned class_index = 1; class_index <= HK_STARTER_CLASS_LAST; class_index++) {
		EXPECT_AT(!hk_starter_allocate(class_index), class_index);
		EXPECT_AT(!hk_starter_serves(class_index), class_index);
	}
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 0);
}
END_TEST

enum { THREADS = 4 };

static _Atomic size_t served;

static void take_write_and_free(size_t number)
{
	for (unsigned class_index = 1; class_index <= HK_STARTER_CLASS_LAST; class_index++) {
		for (size_t turn = 0; turn < 20; turn++) {
			char *block = hk_starter_allocate(class_index);

			if (!block)
				break;
			atomic_fetch_add(&served, 1);

			/* What another thread has freed may be a little larger. */
			unsigned given = hk_starter_class(block);
			size_t block_bytes = hk_sizeclass_bytes(given), tag = number * 100 + turn;

			EXPECT_AT(given >= class_index && given <= class_index + class_index / 4, class_index);
			fill_block(block, block_bytes, tag);
			EXPECT(hk_starter_class(block) == given);
			EXPECT(holds_fill(block, block_bytes, tag));
			EXPECT(hk_starter_free(block));
		}
	}
}

START_TEST(threads_share_the_starter)
{
	run_together(THREADS, take_write_and_free);
	EXPECT(atomic_load(&served) >= HK_STARTER_CLASS_LAST);
	EXPECT(hk_counters_read(&hk_counters.starter_bytes) == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, shares_are_served_and_closed);
	tcase_add_test(cases, blocks_are_distinct_and_inside);
	tcase_add_test(cases, a_second_free_is_refused);
	tcase_add_test(cases, addresses_inside_a_block_are_refused);
	tcase_add_test(cases, freed_blocks_are_used_again_within_the_share);
	tcase_add_test(cases, without_memory_there_is_no_starter);
	tcase_add_test(cases, threads_share_the_starter);
}

int main(void)
{
	return run_cases("starter_serves_first_blocks", add_cases);
}
