/* SPDX-License-Identifier: MIT
 *
 * Does a tick do something once the delay has gone by, and only then?  Do requests and need give
 * back what is idle?
 */
#include "unit.h"

#include "heap/large.h"
#include "heap/purge.h"
#include "heap/superslab.h"

static size_t idle_bytes(void)
{
	return hk_counters_read(&hk_counters.dirty_bytes) + hk_counters_read(&hk_counters.large_cached_bytes);
}

/* A free granule and a cached large mapping. */
static void make_idle(void)
{
	struct hk_slab *slab = hk_superslab_take(1);
	char *block = hk_large_allocate(MEBIBYTE, 0, 0, NULL);

	EXPECT(slab && block);
	memset(hk_superslab_address(slab), 1, HK_GRANULE_BYTES);
	hk_superslab_give(slab);
	EXPECT(hk_large_free(block));
	EXPECT(idle_bytes() == HK_GRANULE_BYTES + MEBIBYTE);
}

START_TEST(before_the_delay_a_tick_does_nothing)
{
	EXPECT(hk_option_set(HK_OPTION_PURGE_DELAY_MS, hk_option_table[HK_OPTION_PURGE_DELAY_MS].maximum) == 0);
	make_idle();
	/* The first one may find that the clock has run for longer than the delay: it sets the time. */
	hk_purge_tick();
	for (size_t turn = 0; turn < 1000; turn++)
		EXPECT_AT(!hk_purge_tick(), turn);
	EXPECT(idle_bytes() == HK_GRANULE_BYTES + MEBIBYTE);
}
END_TEST

START_TEST(without_a_delay_the_second_tick_takes_what_the_first_one_saw)
{
	EXPECT(hk_option_set(HK_OPTION_PURGE_DELAY_MS, 0) == 0);
	EXPECT(hk_purge_tick());
	make_idle();
	EXPECT(hk_purge_tick());
	EXPECT(idle_bytes() == HK_GRANULE_BYTES + MEBIBYTE);
	EXPECT(hk_purge_tick());
	EXPECT(idle_bytes() == 0);
}
END_TEST

START_TEST(a_request_takes_everything_at_once)
{
	make_idle();
	EXPECT(hk_purge_now(0) == HK_GRANULE_BYTES + MEBIBYTE);
	EXPECT(idle_bytes() == 0);
	EXPECT(hk_purge_now(0) == 0);
}
END_TEST

START_TEST(a_request_keeps_what_it_is_told)
{
	make_idle();
	EXPECT(hk_purge_now(SIZE_MAX) == 0);
	EXPECT(idle_bytes() == HK_GRANULE_BYTES + MEBIBYTE);
}
END_TEST

START_TEST(need_gives_address_space_back)
{
	make_idle();
	EXPECT(hk_purge_for_room());
	EXPECT(idle_bytes() == 0);
	EXPECT(hk_counters_read(&hk_counters.superslabs) == 0);
	EXPECT(!hk_purge_for_room());
}
END_TEST

enum { THREADS = 4, TURNS = 2000 };

static void tick_and_use(size_t number)
{
	for (size_t turn = 0; turn < TURNS; turn++) {
		struct hk_slab *slab = hk_superslab_take(1 + (unsigned)(turn + number) % 4);

		EXPECT(slab);
		*(size_t *)hk_superslab_address(slab) = number;
		hk_purge_tick();
		EXPECT(*(size_t *)hk_superslab_address(slab) == number);
		hk_superslab_give(slab);
		if (turn % 500 == 0)
			hk_purge_for_room();
	}
}

START_TEST(threads_may_tick_together)
{
	EXPECT(hk_option_set(HK_OPTION_PURGE_DELAY_MS, 0) == 0);
	run_together(THREADS, tick_and_use);
	hk_superslab_audit();
	hk_purge_now(0);
	EXPECT_AT(idle_bytes() == 0, idle_bytes());
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, before_the_delay_a_tick_does_nothing);
	tcase_add_test(cases, without_a_delay_the_second_tick_takes_what_the_first_one_saw);
	tcase_add_test(cases, a_request_takes_everything_at_once);
	tcase_add_test(cases, a_request_keeps_what_it_is_told);
	tcase_add_test(cases, need_gives_address_space_back);
	tcase_add_test(cases, threads_may_tick_together);
}

int main(void)
{
	return run_cases("idle_memory_is_purged_on_time", add_cases);
}
