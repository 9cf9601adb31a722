/* SPDX-License-Identifier: MIT
 *
 * Do bins and overflows always hold what their counts say, do capacities follow the program, and
 * does a flush bring everything home?
 */
#include "unit.h"

#include "cache/refill.h"

enum { CAPACITY_MIN = 8, CAPACITY_MAX = 1024, GROWTH_BLOCKS = 64, BLOCKS_MAX = 40000 };

static struct hk_thread *record;
static void *blocks[BLOCKS_MAX];

static size_t length_of(const struct hk_block *head)
{
	size_t length = 0;

	for (; head; head = head->next)
		length++;
	return length;
}

static void expect_consistent(unsigned class_index)
{
	const struct hk_bin *bin = &record->bins[class_index];
	const struct hk_overflow *overflow = &record->overflows[class_index];

	EXPECT_AT(bin->room <= bin->limit, class_index);
	EXPECT_AT(length_of(bin->head) == bin->limit - bin->room, class_index);
	EXPECT_AT(length_of(overflow->head) == overflow->count, class_index);
	EXPECT_AT(overflow->capacity <= CAPACITY_MAX, overflow->capacity);
	EXPECT_AT(hk_cache_count(record, class_index) == bin->limit - bin->room + overflow->count, class_index);
}

/* What malloc and free do, with a record of our choice. */
static void *allocate(unsigned class_index)
{
	struct hk_bin *bin = &record->bins[class_index];
	struct hk_block *block = bin->head;

	if (!block)
		return hk_cache_refill(record, class_index);
	bin->head = block->next;
	bin->room++;
	return block;
}

static void release(unsigned class_index, void *freed)
{
	struct hk_bin *bin = &record->bins[class_index];
	struct hk_block *block = freed;

	if (!bin->room) {
		hk_cache_spill(record, class_index, freed);
		return;
	}
	bin->room--;
	block->next = bin->head;
	bin->head = block;
}

static size_t used_blocks(unsigned class_index)
{
	struct hk_heap_census census[HK_CLASS_COUNT] = { 0 };

	hk_heap_count(&record->heap, census);
	return census[class_index].used;
}

static void allocate_many(unsigned class_index, size_t count)
{
	for (size_t index = 0; index < count; index++)
		EXPECT_AT((blocks[index] = allocate(class_index)), index);
}

static void release_many(unsigned class_index, size_t count)
{
	for (size_t index = 0; index < count; index++)
		release(class_index, blocks[index]);
}

static void begin(void)
{
	record = hk_thread_acquire();
	EXPECT(record);
}

START_TEST(counts_are_right_after_every_step)
{
	static struct {
		void *block;
		unsigned class_index;
	} live[3000];
	static size_t live_blocks[HK_CLASS_COUNT];
	uint64_t random = 4;

	begin();
	for (size_t turn = 0; turn < 30000; turn++) {
		/* Phases of growth and of shrinking, so that bins overflow and run dry. */
		size_t place = next_random(&random) % COUNT_OF(live);
		bool growing = turn / 2500 % 2 == 0;
		unsigned class_index;

		if (live[place].block && !growing) {
			class_index = live[place].class_index;
			release(class_index, live[place].block);
			live[place].block = NULL;
			live_blocks[class_index]--;
		} else if (!live[place].block && growing) {
			class_index = 1 + (unsigned)(next_random(&random) % 6) * (turn % 8 ? 1 : 21);
			live[place].block = allocate(class_index);
			EXPECT_AT(live[place].block, turn);
			memset(live[place].block, 0xEE, hk_sizeclass_bytes(class_index));
			live[place].class_index = class_index;
			live_blocks[class_index]++;
		} else {
			continue;
		}
		if (turn % 16 == 0) {
			expect_consistent(class_index);
			EXPECT_AT(used_blocks(class_index) == live_blocks[class_index] + hk_cache_count(record, class_index),
				  turn);
		}
	}
	for (size_t place = 0; place < COUNT_OF(live); place++) {
		if (live[place].block)
			release(live[place].class_index, live[place].block);
	}
	hk_cache_flush(record);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		EXPECT_AT(hk_cache_count(record, class_index) == 0, class_index);
		EXPECT_AT(used_blocks(class_index) == 0, class_index);
	}
	hk_heap_tidy(&record->heap);
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
}
END_TEST

START_TEST(every_class_is_cached_and_flushed)
{
	begin();
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		allocate_many(class_index, 40);
		expect_consistent(class_index);
		EXPECT_AT(used_blocks(class_index) == 40 + hk_cache_count(record, class_index), class_index);
		release_many(class_index, 40);
		expect_consistent(class_index);
		/* No class may hold more than bytes allow, whatever the number of blocks. */
		EXPECT_AT(hk_cache_count(record, class_index) * hk_sizeclass_bytes(class_index) <=
			  2 * 128 * KIBIBYTE + 2 * hk_sizeclass_bytes(class_index), class_index);
		hk_cache_flush(record);
		EXPECT_AT(hk_cache_count(record, class_index) == 0 && used_blocks(class_index) == 0, class_index);
	}
}
END_TEST

START_TEST(a_flushed_cache_can_be_used_again)
{
	begin();
	for (size_t turn = 0; turn < 5; turn++) {
		allocate_many(5, 200);
		release_many(5, 100);
		hk_cache_flush(record);
		EXPECT_AT(used_blocks(5) == 100, used_blocks(5));
		for (size_t index = 100; index < 200; index++)
			release(5, blocks[index]);
		expect_consistent(5);
		hk_cache_flush(record);
		EXPECT(used_blocks(5) == 0);
	}
}
END_TEST

START_TEST(capacity_grows_a_little_with_refills)
{
	begin();
	EXPECT(record->overflows[2].capacity == 0);
	/* The very first ones may come alone. */
	allocate_many(2, 40);

	unsigned first = record->overflows[2].capacity;

	EXPECT_AT(first >= CAPACITY_MIN && first < GROWTH_BLOCKS, first);
	allocate_many(2, 5000);
	EXPECT_AT(record->overflows[2].capacity >= GROWTH_BLOCKS, record->overflows[2].capacity);
	EXPECT_AT(record->overflows[2].capacity < 2 * GROWTH_BLOCKS, record->overflows[2].capacity);
}
END_TEST

START_TEST(capacity_follows_a_swinging_working_set)
{
	enum { SWING_BLOCKS = CAPACITY_MAX * 3 / 2 }; /* more than a cache, less than two */

	begin();
	for (size_t swing = 0; swing < 12; swing++) {
		allocate_many(1, SWING_BLOCKS);
		release_many(1, SWING_BLOCKS);
		expect_consistent(1);
	}

	unsigned swinging = record->overflows[1].capacity;

	EXPECT_AT(swinging > GROWTH_BLOCKS, swinging);
	/* Only frees from now on: no use for a cache. */
	allocate_many(1, BLOCKS_MAX);
	release_many(1, BLOCKS_MAX);
	EXPECT_AT(record->overflows[1].capacity <= swinging, record->overflows[1].capacity);
	EXPECT_AT(record->overflows[1].capacity == CAPACITY_MIN, record->overflows[1].capacity);
	EXPECT_AT(hk_cache_count(record, 1) <= 2 * CAPACITY_MIN + 1, hk_cache_count(record, 1));
}
END_TEST

START_TEST(a_small_swing_stays_inside_the_cache)
{
	size_t homecomings;

	begin();
	for (size_t warm = 0; warm < 20; warm++) {
		allocate_many(3, 60);
		release_many(3, 60);
	}
	homecomings = hk_counters_read(&hk_counters.homecomings);
	for (size_t turn = 0; turn < 1000; turn++) {
		allocate_many(3, 60);
		release_many(3, 60);
	}
	EXPECT(hk_counters_read(&hk_counters.homecomings) == homecomings);
}
END_TEST

START_TEST(without_layer_one_there_is_no_overflow)
{
	set_environment("HAKMEM_TINY_UNIFIED_ONLY=1");
	begin();
	for (size_t swing = 0; swing < 5; swing++) {
		allocate_many(4, 3000);
		for (size_t index = 0; index < 3000; index++) {
			release(4, blocks[index]);
			EXPECT_AT(!record->overflows[4].head && record->overflows[4].count == 0, index);
		}
		expect_consistent(4);
	}
	/* The class whose bin has one place. */
	for (size_t turn = 0; turn < 20; turn++) {
		allocate_many(HK_CLASS_LAST, 3);
		release_many(HK_CLASS_LAST, 3);
		expect_consistent(HK_CLASS_LAST);
	}
	hk_cache_flush(record);
	EXPECT(used_blocks(4) == 0 && used_blocks(HK_CLASS_LAST) == 0);
}
END_TEST

START_TEST(prewarming_fills_the_bin)
{
	begin();
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index += 9) {
		hk_cache_prewarm(record, class_index);
		expect_consistent(class_index);
		EXPECT_AT(record->bins[class_index].head, class_index);

		size_t count = hk_cache_count(record, class_index);

		hk_cache_prewarm(record, class_index);
		EXPECT_AT(hk_cache_count(record, class_index) >= count, class_index);
		expect_consistent(class_index);
		EXPECT_AT(used_blocks(class_index) == hk_cache_count(record, class_index), class_index);
	}
	hk_cache_flush(record);
	hk_heap_tidy(&record->heap);
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
}
END_TEST

START_TEST(what_is_idle_for_a_delay_goes_home)
{
	enum { IDLE_CLASS = 10, BUSY_CLASS = 20 };

	EXPECT(hk_option_set(HK_OPTION_PURGE_DELAY_MS, 0) == 0);
	begin();
	allocate_many(IDLE_CLASS, 1000);
	release_many(IDLE_CLASS, 1000);
	EXPECT(hk_cache_count(record, IDLE_CLASS) > 0);
	/* Slow events of another class are what makes the clock tick. */
	for (size_t turn = 0; turn < 40; turn++) {
		allocate_many(BUSY_CLASS, 2000);
		release_many(BUSY_CLASS, 2000);
	}
	EXPECT_AT(hk_cache_count(record, IDLE_CLASS) <= CAPACITY_MIN, hk_cache_count(record, IDLE_CLASS));
	expect_consistent(IDLE_CLASS);
	expect_consistent(BUSY_CLASS);
	allocate_many(IDLE_CLASS, 100);
	release_many(IDLE_CLASS, 100);
	expect_consistent(IDLE_CLASS);
}
END_TEST

/* Another thread may send a whole chain while this one still takes its first blocks one by one. */
START_TEST(a_chain_that_comes_by_mail_is_kept_whole)
{
	for (size_t before = 1; before <= 8; before++) {
		struct hk_chain chain = { NULL, 0 };
		unsigned class_index = hk_sizeclass_of(100 * before);

		begin();
		allocate_many(class_index, before);
		for (size_t index = 0; index < before; index++)
			hk_chain_push(&chain, blocks[index]);
		hk_heap_bring_home(NULL, chain);

		size_t cached = hk_cache_count(record, class_index);

		/* Those in the cache first; the next one meets the mail. */
		allocate_many(class_index, cached + 1);
		EXPECT_AT(used_blocks(class_index) == cached + 1 + hk_cache_count(record, class_index), before);
		release_many(class_index, cached + 1);
		hk_cache_flush(record);
		EXPECT_AT(used_blocks(class_index) == 0, before);
	}
}
END_TEST

START_TEST(a_refused_refill_changes_nothing)
{
	begin();
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 1) == 0);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		EXPECT_AT(!allocate(class_index), class_index);
		expect_consistent(class_index);
		EXPECT_AT(hk_cache_count(record, class_index) == 0, class_index);
	}
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 0) == 0);
	allocate_many(7, 100);
	release_many(7, 100);
	expect_consistent(7);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, counts_are_right_after_every_step);
	tcase_add_test(cases, every_class_is_cached_and_flushed);
	tcase_add_test(cases, a_flushed_cache_can_be_used_again);
	tcase_add_test(cases, capacity_grows_a_little_with_refills);
	tcase_add_test(cases, capacity_follows_a_swinging_working_set);
	if (hk_config_debug)
		tcase_add_test(cases, a_small_swing_stays_inside_the_cache);
	tcase_add_test(cases, without_layer_one_there_is_no_overflow);
	tcase_add_test(cases, prewarming_fills_the_bin);
	tcase_add_test(cases, what_is_idle_for_a_delay_goes_home);
	tcase_add_test(cases, a_chain_that_comes_by_mail_is_kept_whole);
	tcase_add_test(cases, a_refused_refill_changes_nothing);
}

int main(void)
{
	return run_cases("cache_batches_stay_consistent", add_cases);
}
