/* SPDX-License-Identifier: MIT
 *
 * heap/tally.c - rows for heaps, records for their classes, cells for their slabs.
 *
 * Owns nothing but the counts in the heaps; see tally.h for who holds which lock.
 */
#include "heap/tally.h"

#include "base/fatal.h"
#include "heap/registry.h"
#include "heap/superslab.h"
#include "sys/counters.h"

static void publish(struct hk_tally *tally)
{
	struct hak_stats_record *record = atomic_load_explicit(&tally->record, memory_order_relaxed);

	if (!record)
		return;
	hk_segment_store(&record->used, tally->used);
	hk_segment_store(&record->slots, tally->slots);
	hk_segment_store(&record->slabs, tally->slabs);
}

static void find_record(struct hk_heap *heap, unsigned class_index)
{
	struct hk_tally *tally = &heap->tallies[class_index];

	if (!atomic_load_explicit(&heap->row, memory_order_relaxed))
		return;
	atomic_store_explicit(&tally->record,
			      hk_segment_take_record(heap->row_index, class_index, hk_sizeclass_bytes(class_index)),
			      memory_order_release);
}

void hk_tally_change(struct hk_heap *heap, unsigned class_index, int64_t used, int64_t slots, int64_t slabs)
{
	struct hk_tally *tally = &heap->tallies[class_index];

	tally->used = (uint32_t)(tally->used + used);
	tally->slots = (uint32_t)(tally->slots + slots);
	tally->slabs = (uint32_t)(tally->slabs + slabs);
	hk_tally_publish_class(heap, class_index);
}

void hk_tally_publish_class(struct hk_heap *heap, unsigned class_index)
{
	struct hk_tally *tally = &heap->tallies[class_index];

	if (HK_UNLIKELY(!atomic_load_explicit(&tally->record, memory_order_relaxed)))
		find_record(heap, class_index);
	publish(tally);
}

void hk_tally_count_refill(struct hk_heap *heap, unsigned class_index)
{
	struct hk_tally *tally = &heap->tallies[class_index];
	struct hak_stats_thread *row = atomic_load_explicit(&heap->row, memory_order_relaxed);
	struct hak_stats_record *record = atomic_load_explicit(&tally->record, memory_order_relaxed);

	if (!row)
		return;
	hk_segment_store(&row->refills_total, ++heap->refills);
	tally->refills++;
	if (record)
		hk_segment_store(&record->refills_total, tally->refills);
}

void hk_tally_count_home(struct hk_heap *heap)
{
	struct hak_stats_thread *row = atomic_load_explicit(&heap->row, memory_order_relaxed);

	if (row)
		hk_segment_store(&row->homes_total, ++heap->homes);
}

/* A thread that only frees has blocks of classes of which it has no slab. */
static struct hak_stats_record *make_record(struct hk_heap *heap, unsigned class_index)
{
	hk_lock_take(&heap->lock, HK_RANK_HEAP);
	hk_class_set_add(&heap->classes, class_index);
	if (hk_tally_is_on(heap) && !atomic_load_explicit(&heap->tallies[class_index].record, memory_order_relaxed))
		find_record(heap, class_index);
	hk_lock_give(&heap->lock, HK_RANK_HEAP);
	return atomic_load_explicit(&heap->tallies[class_index].record, memory_order_acquire);
}

void hk_tally_show_cache(struct hk_heap *heap, unsigned class_index, uint32_t minimum, uint32_t maximum)
{
	struct hak_stats_record *record;

	if (!hk_tally_is_on(heap))
		return;
	record = atomic_load_explicit(&heap->tallies[class_index].record, memory_order_acquire);
	if (!record && maximum)
		record = make_record(heap, class_index);
	if (record) {
		hk_segment_store(&record->cached_min, minimum);
		hk_segment_store(&record->cached_max, maximum);
	}
}

static void forget(struct hk_tally *tally)
{
	atomic_store_explicit(&tally->record, NULL, memory_order_relaxed);
	tally->used = tally->slots = tally->slabs = tally->refills = 0;
}

static void count_list(struct hk_heap *heap, const struct hk_slab *slab)
{
	for (; slab; slab = slab->next) {
		struct hk_tally *tally = &heap->tallies[slab->class_index];

		tally->used += slab->used;
		tally->slots += slab->slots;
		tally->slabs++;
		hk_tally_show_slab(slab);
	}
}

void hk_tally_sync(struct hk_heap *heap, enum hak_stats_thread_state state)
{
	uint32_t generation = hk_segment_generation();

	if (!heap->tallies) /* a heap of the unit tests, which nobody looks at */
		return;
	/* What rows it had are in a mapping that is gone, or the parent's. */
	atomic_store_explicit(&heap->row, NULL, memory_order_relaxed);
	atomic_store_explicit(&heap->generation, generation, memory_order_relaxed);
	heap->refills = heap->homes = 0;
	HK_FOR_EACH_CLASS (class_index, &heap->classes)
		forget(&heap->tallies[class_index]);
	if (!generation)
		return;
	HK_FOR_EACH_CLASS (class_index, &heap->classes)
		count_list(heap, heap->partial[class_index]);
	count_list(heap, heap->full);
	atomic_store_explicit(&heap->row, hk_segment_take_thread(state, &heap->row_index), memory_order_release);
	HK_FOR_EACH_CLASS (class_index, &heap->classes) {
		find_record(heap, class_index);
		publish(&heap->tallies[class_index]);
	}
	hk_tally_show_mailbox(heap);
}

void hk_tally_show_mailbox(struct hk_heap *heap)
{
	struct hak_stats_thread *row = atomic_load_explicit(&heap->row, memory_order_relaxed);
	size_t bytes = atomic_load_explicit(&heap->mailbox_bytes, memory_order_seq_cst);

	atomic_store_explicit(&heap->mailbox_shown, bytes, memory_order_seq_cst);
	if (row && hk_tally_is_on(heap))
		hk_segment_store(&row->mailbox_bytes, bytes);
}

void hk_tally_sign(struct hk_heap *heap, struct hak_stats_thread *row)
{
	if (!heap->thread_number)
		heap->thread_number = hk_segment_thread_number();
	__atomic_store_n(&row->tid, heap->thread_number, __ATOMIC_RELAXED);
}

void hk_tally_leave(struct hk_heap *heap)
{
	bool shown = atomic_load_explicit(&heap->generation, memory_order_relaxed) == hk_segment_generation();

	if (!hk_tally_is_on(heap))
		return;
	hk_counters_add(&hk_counters.refills_ended, heap->refills);
	hk_counters_add(&hk_counters.homes_ended, heap->homes);
	heap->refills = heap->homes = 0;
	HK_FOR_EACH_CLASS (class_index, &heap->classes) {
		struct hak_stats_record *record =
			atomic_load_explicit(&heap->tallies[class_index].record, memory_order_relaxed);

		if (shown && record)
			hk_segment_give_record(record);
		forget(&heap->tallies[class_index]);
	}
	if (shown && atomic_load_explicit(&heap->row, memory_order_relaxed))
		hk_segment_give_thread(heap->row_index);
	atomic_store_explicit(&heap->row, NULL, memory_order_release);
	atomic_store_explicit(&heap->generation, 0, memory_order_relaxed);
}

static struct hak_stats_superslab *row_of(const struct hk_slab *slab, unsigned *first)
{
	struct hk_superslab *superslab = hk_superslab_of(slab, first);

	return hk_superslab_row(superslab);
}

void hk_tally_show_slab(const struct hk_slab *slab)
{
	unsigned first;
	struct hak_stats_superslab *row = hk_segment_is_open() ? row_of(slab, &first) : NULL;

	for (unsigned index = 0; row && index < slab->granules; index++) {
		__atomic_store_n(&row->class_index[first + index], slab->class_index, __ATOMIC_RELAXED);
		__atomic_store_n(&row->back[first + index], (uint8_t)index, __ATOMIC_RELAXED);
	}
	hk_tally_show_fill(slab);
}

void hk_tally_hide_slab(const struct hk_slab *slab)
{
	unsigned first;
	struct hak_stats_superslab *row = hk_segment_is_open() ? row_of(slab, &first) : NULL;

	for (unsigned index = 0; row && index < slab->granules; index++) {
		__atomic_store_n(&row->class_index[first + index], 0, __ATOMIC_RELAXED);
		__atomic_store_n(&row->fill[first + index], 0, __ATOMIC_RELAXED);
	}
}

void hk_tally_show_fill(const struct hk_slab *slab)
{
	unsigned first;
	struct hak_stats_superslab *row = hk_segment_is_open() ? row_of(slab, &first) : NULL;
	uint8_t fill = (uint8_t)((uint64_t)slab->used * 255 / slab->slots);

	for (unsigned index = 0; row && index < slab->granules; index++)
		__atomic_store_n(&row->fill[first + index], fill, __ATOMIC_RELAXED);
}
