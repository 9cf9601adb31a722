/* SPDX-License-Identifier: MIT
 *
 * Does a thread get a record at its first need, give it back at its end, and does the next thread
 * take it over?
 */
#include "unit.h"

#include "cache/refill.h"
#include "front/hot.h"
#include "life/attach.h"

static size_t records_ever(void)
{
	size_t records = 0;

	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next)
		records++;
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	return records;
}

static size_t threads_now(void)
{
	return hk_counters_read(&hk_counters.threads);
}

START_TEST(records_are_distinct_and_reused)
{
	enum { RECORDS = 40 };
	struct hk_thread *records[RECORDS];

	for (size_t index = 0; index < RECORDS; index++) {
		records[index] = hk_thread_acquire();
		EXPECT_AT(records[index] && records[index]->in_use, index);
		for (size_t other = 0; other < index; other++)
			EXPECT_AT(records[index] != records[other], index);
		EXPECT_AT(threads_now() == index + 1 && records_ever() == index + 1, index);
	}
	for (size_t index = 0; index < RECORDS; index++) {
		EXPECT(hk_cache_refill(records[index], 3));
		hk_cache_flush(records[index]);
		hk_heap_abandon(&records[index]->heap);
		hk_thread_release(records[index]);
		EXPECT_AT(!records[index]->in_use && threads_now() == RECORDS - 1 - index, index);
	}
	for (size_t index = 0; index < RECORDS; index++) {
		struct hk_thread *record = hk_thread_acquire();

		EXPECT_AT(record && record->in_use, index);
		for (unsigned bin = 0; bin < HK_BIN_COUNT; bin++)
			EXPECT_AT(!record->bins[bin].head && !record->bins[bin].room && !record->bins[bin].limit, bin);
		EXPECT_AT(hk_cache_refill(record, 3), index);
	}
	EXPECT(records_ever() == RECORDS && threads_now() == RECORDS);
}
END_TEST

START_TEST(bins_without_a_size_refuse_always)
{
	struct hk_thread *record = hk_thread_acquire();
	static const unsigned special[] = { HK_CLASS_NONE, HK_CLASS_LARGE, HK_CLASS_INSIDE, HK_CLASS_STARTER };

	EXPECT(record);
	hk_thread_enter(record);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++)
		hk_free(hk_cache_refill(record, class_index));
	for (size_t index = 0; index < COUNT_OF(special); index++) {
		EXPECT_AT(!record->bins[special[index]].head && !record->bins[special[index]].room, index);
		EXPECT_AT(!hk_thread_dormant.bins[special[index]].room, index);
		EXPECT_AT(!hk_thread_exited.bins[special[index]].room, index);
	}
}
END_TEST

START_TEST(without_memory_there_is_no_record)
{
	struct hk_thread *first = hk_thread_acquire(); /* static: needs no memory */

	EXPECT(first);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 1) == 0);
	EXPECT(!hk_thread_acquire());
	EXPECT(threads_now() == 1 && records_ever() == 1);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 0) == 0);
	EXPECT(hk_thread_acquire());
	EXPECT(threads_now() == 2 && records_ever() == 2);
}
END_TEST

static void *use_the_heap(void *argument)
{
	void *block = hak_malloc(100), *other = hak_malloc(5000);

	(void)argument;
	EXPECT(hk_thread_is_attached(hk_thread_current()));
	EXPECT(hk_thread_current() == hk_attach_thread());
	EXPECT(block && other);
	hak_free(block);
	return other;
}

START_TEST(threads_come_and_go)
{
	size_t records = 0;

	EXPECT(!hk_thread_is_attached(hk_thread_current()));
	for (size_t turn = 0; turn < 200; turn++) {
		pthread_t thread;
		void *block;

		REQUIRE(pthread_create(&thread, NULL, use_the_heap, NULL) == 0);
		REQUIRE(pthread_join(thread, &block) == 0);
		EXPECT_AT(threads_now() <= 1, threads_now());
		hak_free(block);
		if (turn == 10)
			records = records_ever();
	}
	EXPECT_AT(records_ever() == records, records_ever());
	hak_trim(0);
	EXPECT_AT(number_of("stats.live_bytes") == 0, number_of("stats.live_bytes"));
}
END_TEST

static pthread_key_t late_key;
static _Atomic size_t late_runs;

/* Later than ours in every round: the cache of the thread may be gone already. */
static void free_late(void *value)
{
	size_t run = atomic_fetch_add(&late_runs, 1);

	hak_free(value);
	value = hak_malloc(48);
	EXPECT(value);
	if (run % 6 != 5)
		EXPECT(pthread_setspecific(late_key, value) == 0);
	else
		hak_free(value);
}

static void *leave_a_late_value(void *argument)
{
	(void)argument;
	EXPECT(pthread_setspecific(late_key, hak_malloc(48)) == 0);
	return NULL;
}

START_TEST(destructors_may_use_the_heap)
{
	REQUIRE(pthread_key_create(&late_key, free_late) == 0);
	for (size_t turn = 0; turn < 20; turn++) {
		pthread_t thread;

		REQUIRE(pthread_create(&thread, NULL, leave_a_late_value, NULL) == 0);
		REQUIRE(pthread_join(thread, NULL) == 0);
	}
	EXPECT(atomic_load(&late_runs) >= 20);
	EXPECT_AT(threads_now() <= 1, threads_now());
}
END_TEST

enum { THREADS = 8, TURNS = 300 };

static void attach_and_leave(size_t number)
{
	for (size_t turn = 0; turn < TURNS; turn++) {
		struct hk_thread *record = hk_thread_acquire();
		void *block;

		EXPECT(record && record->in_use);
		block = hk_cache_refill(record, 1 + (unsigned)number);
		EXPECT(block);
		hk_cache_flush(record);
		((struct hk_block *)block)->next = NULL;
		hk_heap_bring_home(&record->heap, (struct hk_chain){ block, 1 });
		hk_heap_abandon(&record->heap);
		hk_thread_release(record);
	}
}

START_TEST(many_threads_take_records_at_once)
{
	run_together(THREADS, attach_and_leave);
	EXPECT_AT(records_ever() <= THREADS, records_ever());
	EXPECT(threads_now() == 0);
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, records_are_distinct_and_reused);
	tcase_add_test(cases, bins_without_a_size_refuse_always);
	if (hk_config_debug)
		tcase_add_test(cases, without_memory_there_is_no_record);
	tcase_add_test(cases, threads_come_and_go);
	tcase_add_test(cases, destructors_may_use_the_heap);
	tcase_add_test(cases, many_threads_take_records_at_once);
}

int main(void)
{
	return run_cases("thread_records_are_reused", add_cases);
}
