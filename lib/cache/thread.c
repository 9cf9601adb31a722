/* SPDX-License-Identifier: MIT
 *
 * cache/thread.c - where thread records come from and go.
 *
 * Owns the records: the first is static (most processes have one thread), the others are cut
 * from small mappings.  The list and the in_use flags are guarded by hk_thread_list_lock.
 */
#include "cache/thread.h"

#include "base/fatal.h"
#include "sys/counters.h"
#include "sys/os.h"
#include "sys/segment.h"

enum { RECORDS_AT_ONCE = 8 };

const struct hk_thread hk_thread_dormant;
const struct hk_thread hk_thread_exited;

/* A constant behind a writable pointer: the hot path only reads where room is 0. */
__thread struct hk_bin *hk_thread_bins = (struct hk_bin *)hk_thread_dormant.bins;

struct hk_lock hk_thread_list_lock;

static struct hk_thread first_record;
static struct hk_thread *all_records;
static struct hk_thread *unused_records;
static struct hk_thread *unused_block;
static unsigned unused_left;

struct hk_thread *hk_thread_list(void)
{
	return all_records;
}

static struct hk_thread *make_record(void)
{
	struct hk_thread *record;

	if (!all_records) {
		record = &first_record;
	} else {
		/* cache/refill saves pages for processes with one thread; the others go straight ahead. */
		if (!unused_left) {
			unused_block = hk_os_map(RECORDS_AT_ONCE * sizeof(*unused_block));
			if (!unused_block)
				return NULL;
			unused_left = RECORDS_AT_ONCE;
		}
		record = &unused_block[--unused_left];
		record->first_fetches = record->first_frees = UINT32_MAX;
	}
	record->next = all_records;
	all_records = record;
	return record;
}

struct hk_thread *hk_thread_acquire(void)
{
	struct hk_thread *record;

	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	record = unused_records;
	if (record)
		unused_records = record->next_unused;
	else
		record = make_record();
	if (record) {
		record->in_use = true;
		record->heap.tallies = record->tallies;
		hk_heap_open(&record->heap);
		hk_counters_add_peak(&hk_counters.threads, &hk_counters.threads_peak, 1);
		hk_counters_add(&hk_counters.threads_total, 1);
	}
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	hk_segment_publish_process();
	return record;
}

void hk_thread_release(struct hk_thread *thread)
{
	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	HK_FOR_EACH_CLASS (class_index, &thread->classes) {
		thread->bins[class_index] = (struct hk_bin){ NULL, 0, 0 };
		thread->overflows[class_index] = (struct hk_overflow){ .head = NULL };
	}
	thread->classes = (struct hk_class_set){ { 0 } };
	thread->slow_events = 0;
	thread->exit_rounds = 0;
	thread->in_use = false;
	thread->next_unused = unused_records;
	unused_records = thread;
	hk_counters_subtract(&hk_counters.threads, 1);
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	hk_segment_publish_process();
}
