/* SPDX-License-Identifier: MIT
 *
 * Are the runs that the pool hands out disjoint, inside one window, and all counted?
 */
#include "unit.h"

#include "heap/registry.h"
#include "heap/superslab.h"

struct totals {
	size_t slabs, committed_bytes;
};

static struct totals totals_now(void)
{
	return (struct totals){ hk_counters_read(&hk_counters.slabs), hk_counters_read(&hk_counters.committed_bytes) };
}

static void expect_totals(struct totals expected)
{
	struct totals now = totals_now();

	EXPECT_AT(now.slabs == expected.slabs, now.slabs);
	EXPECT_AT(now.committed_bytes == expected.committed_bytes, now.committed_bytes);
}

/* The class bytes say which granules are out, and a tag in each of them who has it. */
static void mark(const struct hk_slab *slab, uintptr_t tag)
{
	char *address = hk_superslab_address(slab);

	for (unsigned index = 0; index < slab->granules; index++) {
		EXPECT_AT(hk_registry_class(address + index * (size_t)HK_GRANULE_BYTES) == HK_CLASS_NONE, index);
		*(uintptr_t *)(address + index * (size_t)HK_GRANULE_BYTES) = tag;
	}
	hk_registry_set_class(address, slab->granules, 1);
}

static void unmark(const struct hk_slab *slab, uintptr_t tag)
{
	char *address = hk_superslab_address(slab);

	for (unsigned index = 0; index < slab->granules; index++)
		EXPECT_AT(*(uintptr_t *)(address + index * (size_t)HK_GRANULE_BYTES) == tag, index);
	hk_registry_set_class(address, slab->granules, HK_CLASS_NONE);
}

static void expect_well_placed(const struct hk_slab *slab, unsigned granules)
{
	uintptr_t first = (uintptr_t)hk_superslab_address(slab);
	uintptr_t last = first + (size_t)granules * HK_GRANULE_BYTES - 1;

	EXPECT_AT(slab->granules == granules, granules);
	EXPECT_AT(first % HK_GRANULE_BYTES == 0, granules);
	EXPECT_AT(first >> HK_SUPERSLAB_SHIFT == last >> HK_SUPERSLAB_SHIFT, granules);
	for (unsigned index = 0; index < granules; index++)
		EXPECT_AT(slab[index].back == index, granules);
}

START_TEST(runs_of_all_lengths_in_random_order)
{
	enum { RUNS = 200, TURNS = 20000 };
	static struct hk_slab *runs[RUNS];
	struct totals before = totals_now();
	uint64_t random = 20240607;

	for (size_t turn = 0; turn < TURNS; turn++) {
		size_t index = next_random(&random) % RUNS;

		if (runs[index]) {
			unmark(runs[index], index);
			hk_superslab_give(runs[index]);
			runs[index] = NULL;
		} else {
			unsigned granules = 1 + (unsigned)(next_random(&random) % HK_SUPERSLAB_GRANULES);

			/* Mostly short ones, or long ones would leave no holes to fill. */
			if (turn % 4)
				granules = 1 + granules % 4;
			runs[index] = hk_superslab_take(granules);
			EXPECT_AT(runs[index], turn);
			expect_well_placed(runs[index], granules);
			mark(runs[index], index);
		}
		if (turn % 64 == 0)
			hk_superslab_audit();
	}
	for (size_t index = 0; index < RUNS; index++) {
		if (runs[index]) {
			unmark(runs[index], index);
			hk_superslab_give(runs[index]);
		}
	}
	hk_superslab_audit();
	expect_totals(before);
}
END_TEST

START_TEST(a_given_run_is_found_again)
{
	struct hk_slab *first = hk_superslab_take(HK_SUPERSLAB_GRANULES);
	size_t maps = hk_counters_read(&hk_counters.map_calls);

	EXPECT(first);
	hk_superslab_give(first);
	for (unsigned granules = 1; granules <= HK_SUPERSLAB_GRANULES; granules++) {
		struct hk_slab *slab = hk_superslab_take(granules);

		EXPECT_AT(slab, granules);
		hk_superslab_give(slab);
	}
	/* Never more than one window out: no reason to ask the system again. */
	EXPECT(hk_counters_read(&hk_counters.map_calls) == maps);
}
END_TEST

START_TEST(holes_are_filled_before_the_heap_grows)
{
	struct hk_slab *singles[HK_SUPERSLAB_GRANULES];

	for (size_t index = 0; index < COUNT_OF(singles); index++)
		EXPECT((singles[index] = hk_superslab_take(1)));

	size_t maps = hk_counters_read(&hk_counters.map_calls);

	/* Two neighbours out of four are free: runs of two fit, whatever the order was. */
	for (size_t index = 0; index + 1 < COUNT_OF(singles); index += 4) {
		hk_superslab_give(singles[index]);
		hk_superslab_give(singles[index + 1]);
	}
	for (size_t index = 0; index + 1 < COUNT_OF(singles); index += 4)
		EXPECT_AT(hk_superslab_take(2), index);
	EXPECT(hk_counters_read(&hk_counters.map_calls) == maps);
}
END_TEST

START_TEST(the_limit_refuses_and_counts_nothing)
{
	struct hk_slab *slab = hk_superslab_take(4);
	struct totals before = totals_now();

	EXPECT(slab);
	EXPECT(hk_option_set(HK_OPTION_LIMIT, before.committed_bytes + 2 * HK_GRANULE_BYTES) == 0);
	EXPECT(!hk_superslab_take(3));
	expect_totals(before);

	struct hk_slab *within = hk_superslab_take(2);

	EXPECT(within);
	EXPECT(!hk_superslab_take(1));
	hk_superslab_give(within);
	expect_totals(before);
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 0) == 0);
	EXPECT(hk_superslab_take(32));
}
END_TEST

enum { THREADS = 4, THREAD_RUNS = 20, THREAD_TURNS = 3000 };

static void take_and_give(size_t number)
{
	struct hk_slab *runs[THREAD_RUNS] = { NULL };
	uint64_t random = number * 77 + 5;

	for (size_t turn = 0; turn < THREAD_TURNS + THREAD_RUNS; turn++) {
		size_t index = turn < THREAD_TURNS ? next_random(&random) % THREAD_RUNS : turn - THREAD_TURNS;
		uintptr_t tag = number * 1000 + index;

		if (runs[index]) {
			unmark(runs[index], tag);
			hk_superslab_give(runs[index]);
			runs[index] = NULL;
		} else if (turn < THREAD_TURNS) {
			runs[index] = hk_superslab_take(1 + (unsigned)(next_random(&random) % 8));
			EXPECT_AT(runs[index], turn);
			mark(runs[index], tag);
		}
		if (turn % 97 == 0)
			hk_superslab_purge(0, number % 2 != 0);
	}
}

START_TEST(threads_share_the_pool)
{
	struct totals before = totals_now();

	run_together(THREADS, take_and_give);
	hk_superslab_audit();
	expect_totals(before);
	hk_superslab_purge(0, false);
	EXPECT(hk_counters_read(&hk_counters.dirty_bytes) == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, runs_of_all_lengths_in_random_order);
	tcase_add_test(cases, a_given_run_is_found_again);
	tcase_add_test(cases, holes_are_filled_before_the_heap_grows);
	tcase_add_test(cases, the_limit_refuses_and_counts_nothing);
	tcase_add_test(cases, threads_share_the_pool);
}

int main(void)
{
	return run_cases("superslab_runs_are_disjoint", add_cases);
}
