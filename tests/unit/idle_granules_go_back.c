/* SPDX-License-Identifier: MIT
 *
 * Do free granules go back to the system when they should, and only then?  And does a heap that
 * cannot grow leave nothing behind?
 */
#include "unit.h"

#include "heap/registry.h"
#include "heap/superslab.h"

static size_t dirty_bytes(void)
{
	return hk_counters_read(&hk_counters.dirty_bytes);
}

/* COUNT single granules, touched and free again; below what the pool keeps by itself. */
static char *make_dirty(size_t count)
{
	struct hk_slab *slabs[16];
	char *address = NULL;

	REQUIRE(count <= COUNT_OF(slabs));
	for (size_t index = 0; index < count; index++) {
		slabs[index] = hk_superslab_take(1);
		EXPECT(slabs[index]);
		address = hk_superslab_address(slabs[index]);
		memset(address, 1, HK_GRANULE_BYTES);
	}
	for (size_t index = 0; index < count; index++)
		hk_superslab_give(slabs[index]);
	return address;
}

START_TEST(a_purge_gives_everything_back)
{
	char *address = make_dirty(10);

	EXPECT(dirty_bytes() == 10 * (size_t)HK_GRANULE_BYTES);
	EXPECT(hk_superslab_purge(0, false) == 10 * (size_t)HK_GRANULE_BYTES);
	EXPECT(dirty_bytes() == 0);
	EXPECT(is_zero(address, HK_GRANULE_BYTES));
	EXPECT(hk_superslab_purge(0, false) == 0);
	hk_superslab_audit();
}
END_TEST

START_TEST(a_purge_keeps_what_it_is_told_to)
{
	struct hk_slab *fence[15];
	struct hk_slab *slabs[15];

	/* Every second granule, so that each run is one granule and the purge can stop exactly. */
	for (size_t index = 0; index < COUNT_OF(slabs); index++)
		EXPECT((slabs[index] = hk_superslab_take(1)) && (fence[index] = hk_superslab_take(1)));
	for (size_t index = 0; index < COUNT_OF(slabs); index++)
		hk_superslab_give(slabs[index]);
	EXPECT(dirty_bytes() == COUNT_OF(slabs) * HK_GRANULE_BYTES);
	EXPECT(hk_superslab_purge(6 * HK_GRANULE_BYTES, false) == 9 * (size_t)HK_GRANULE_BYTES);
	EXPECT(dirty_bytes() == 6 * (size_t)HK_GRANULE_BYTES);
	EXPECT(hk_superslab_purge(6 * HK_GRANULE_BYTES, false) == 0);
	for (size_t index = 0; index < COUNT_OF(fence); index++)
		hk_superslab_give(fence[index]);
}
END_TEST

START_TEST(the_young_survive_one_tick)
{
	make_dirty(5);
	EXPECT(hk_superslab_purge(0, true) == 0);
	EXPECT(dirty_bytes() == 5 * (size_t)HK_GRANULE_BYTES);
	EXPECT(hk_superslab_purge(0, true) == 5 * (size_t)HK_GRANULE_BYTES);
	EXPECT(dirty_bytes() == 0);
}
END_TEST

START_TEST(what_was_used_between_two_ticks_is_young_again)
{
	make_dirty(5);
	EXPECT(hk_superslab_purge(0, true) == 0);
	make_dirty(5);
	EXPECT(hk_superslab_purge(0, true) == 0);
	EXPECT(hk_superslab_purge(0, true) == 5 * (size_t)HK_GRANULE_BYTES);
}
END_TEST

START_TEST(many_runs_are_purged_in_batches)
{
	enum { SLABS = 200 };
	static struct hk_slab *slabs[SLABS], *fence[SLABS];

	for (size_t index = 0; index < SLABS; index++)
		EXPECT((slabs[index] = hk_superslab_take(1)) && (fence[index] = hk_superslab_take(1)));
	for (size_t index = 0; index < SLABS; index++)
		hk_superslab_give(slabs[index]);
	hk_superslab_purge(0, false);
	EXPECT(dirty_bytes() == 0);
	hk_superslab_audit();
	for (size_t index = 0; index < SLABS; index++)
		hk_superslab_give(fence[index]);
	hk_superslab_purge(0, false);
	EXPECT(dirty_bytes() == 0);
	hk_superslab_audit();
}
END_TEST

START_TEST(the_pool_does_not_hoard)
{
	enum { SLABS = 20, KEEP_BYTES = 2 << 20 };
	struct hk_slab *slabs[SLABS];

	for (size_t index = 0; index < SLABS; index++)
		EXPECT((slabs[index] = hk_superslab_take(32)));
	for (size_t index = 0; index < SLABS; index++)
		hk_superslab_give(slabs[index]);
	EXPECT_AT(dirty_bytes() <= KEEP_BYTES, dirty_bytes());
}
END_TEST

START_TEST(unmapping_takes_whole_superslabs_only)
{
	struct hk_slab *stays = hk_superslab_take(1), *goes[4];
	size_t reserved = hk_counters_read(&hk_counters.reserved_bytes);
	char *kept = hk_superslab_address(stays), *gone;

	memset(kept, 5, HK_GRANULE_BYTES);
	for (size_t index = 0; index < COUNT_OF(goes); index++)
		EXPECT((goes[index] = hk_superslab_take(32)));
	gone = hk_superslab_address(goes[1]);
	for (size_t index = 0; index < COUNT_OF(goes); index++)
		hk_superslab_give(goes[index]);
	EXPECT(hk_registry_is_heap(gone));
	EXPECT(hk_superslab_unmap_free() == COUNT_OF(goes) * HK_SUPERSLAB_BYTES);
	EXPECT(hk_superslab_unmap_free() == 0);
	EXPECT(!hk_registry_is_heap(gone));
	EXPECT(hk_registry_is_heap(kept) && kept[0] == 5 && kept[HK_GRANULE_BYTES - 1] == 5);
	EXPECT(hk_counters_read(&hk_counters.reserved_bytes) == reserved);
	EXPECT(hk_counters_read(&hk_counters.superslabs) == 1);
	hk_superslab_audit();
	hk_superslab_give(stays);
	EXPECT(hk_superslab_unmap_free() == HK_SUPERSLAB_BYTES);
	EXPECT(hk_counters_read(&hk_counters.superslabs) == 0);
	EXPECT(dirty_bytes() == 0);
	EXPECT((stays = hk_superslab_take(32)));
	EXPECT(is_zero(hk_superslab_address(stays), HK_SUPERSLAB_BYTES));
}
END_TEST

START_TEST(a_heap_that_cannot_grow_says_so)
{
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 1) == 0);

	size_t reserved = hk_counters_read(&hk_counters.reserved_bytes);

	for (unsigned granules = 1; granules <= HK_SUPERSLAB_GRANULES; granules++)
		EXPECT_AT(!hk_superslab_take(granules), granules);
	EXPECT(hk_counters_read(&hk_counters.committed_bytes) == 0);
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
	EXPECT(hk_counters_read(&hk_counters.reserved_bytes) == reserved);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 0) == 0);
	EXPECT(hk_superslab_take(32));
}
END_TEST

/* A refused region is asked for again, no larger than needed: several such share a window. */
START_TEST(small_regions_are_a_way_out)
{
	struct hk_slab *slabs[40];

	for (size_t index = 0; index < COUNT_OF(slabs); index++) {
		EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 2) == 0);
		slabs[index] = hk_superslab_take(1 + (unsigned)index % 5);
		hk_superslab_audit();
	}
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 0) == 0);
	for (size_t index = 0; index < COUNT_OF(slabs); index++) {
		if (slabs[index]) {
			memset(hk_superslab_address(slabs[index]), 1, (size_t)slabs[index]->granules * HK_GRANULE_BYTES);
			hk_superslab_give(slabs[index]);
		}
	}
	hk_superslab_audit();
	while (hk_superslab_unmap_free() > 0) {
	}
	hk_superslab_audit();
}
END_TEST

/* The heap grows from one GiB into the next ones, each of which needs a leaf: sometimes the region
 * is to be had and its leaf is not. */
START_TEST(a_region_without_a_leaf_is_given_back)
{
	enum { WINDOWS = 3 * HK_LEAF_SUPERSLABS };
	size_t refused = 0;

	for (size_t turn = 0; turn < WINDOWS; turn++) {
		size_t reserved = hk_counters_read(&hk_counters.reserved_bytes);

		EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 2) == 0);
		if (!hk_superslab_take(HK_SUPERSLAB_GRANULES)) {
			refused++;
			EXPECT_AT(hk_counters_read(&hk_counters.reserved_bytes) == reserved, turn);
		}
	}
	EXPECT(refused > 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, a_purge_gives_everything_back);
	tcase_add_test(cases, a_purge_keeps_what_it_is_told_to);
	tcase_add_test(cases, the_young_survive_one_tick);
	tcase_add_test(cases, what_was_used_between_two_ticks_is_young_again);
	tcase_add_test(cases, many_runs_are_purged_in_batches);
	tcase_add_test(cases, the_pool_does_not_hoard);
	tcase_add_test(cases, unmapping_takes_whole_superslabs_only);
	if (hk_config_debug) {
		tcase_add_test(cases, a_heap_that_cannot_grow_says_so);
		tcase_add_test(cases, small_regions_are_a_way_out);
		tcase_add_test(cases, a_region_without_a_leaf_is_given_back);
	}
}

int main(void)
{
	return run_cases("idle_granules_go_back", add_cases);
}
