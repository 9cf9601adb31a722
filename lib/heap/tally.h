/* SPDX-License-Identifier: MIT
 *
 * heap/tally.h - what a heap shows outside: blocks, slabs and slots by class, and the picture of
 * its superslabs.
 *
 * Owns the rows of the shared segment that belong to heaps.  All functions are called with the
 * heap's lock; they are the only writers of those rows, but for "sequence" and the cached counts,
 * which the heap's own thread writes (cache/refill).  Without a segment every call is one
 * comparison.
 *
 * Counts are kept privately and stored as absolute values, so that a stray write into the segment
 * heals at the next event, and a forked child can show itself anew.
 */
#ifndef HK_HEAP_TALLY_H
#define HK_HEAP_TALLY_H

#include "heap/layout.h"
#include "sys/segment.h"

/* The heap takes part in the segment as it is now: after it was opened, or lost by a fork, all of
 * the heap is counted afresh. */
void hk_tally_sync(struct hk_heap *heap, enum hak_stats_thread_state state);

HK_INLINE bool hk_tally_is_on(const struct hk_heap *heap)
{
	return atomic_load_explicit(&heap->generation, memory_order_relaxed) != 0;
}

/* First thing under the lock of HEAP. */
HK_INLINE void hk_tally_enter(struct hk_heap *heap, enum hak_stats_thread_state state)
{
	if (HK_UNLIKELY(atomic_load_explicit(&heap->generation, memory_order_relaxed) != hk_segment_generation()))
		hk_tally_sync(heap, state);
}

void hk_tally_change(struct hk_heap *heap, unsigned class_index, int64_t used, int64_t slots, int64_t slabs);

HK_INLINE void hk_tally_add(struct hk_heap *heap, unsigned class_index, int64_t used, int64_t slots, int64_t slabs)
{
	if (hk_tally_is_on(heap))
		hk_tally_change(heap, class_index, used, slots, slabs);
}

/* One block less is out of the slabs; to be shown with hk_tally_publish when the batch is done. */
HK_INLINE void hk_tally_count_block_home(struct hk_heap *heap, unsigned class_index)
{
	if (hk_tally_is_on(heap))
		heap->tallies[class_index].used--;
}

void hk_tally_publish_class(struct hk_heap *heap, unsigned class_index);

HK_INLINE void hk_tally_publish(struct hk_heap *heap, unsigned class_index)
{
	if (hk_tally_is_on(heap))
		hk_tally_publish_class(heap, class_index);
}

/* A batch of the class goes to the cache, or has come home. */
void hk_tally_count_refill(struct hk_heap *heap, unsigned class_index);
void hk_tally_count_home(struct hk_heap *heap);

/* The mailbox has become fuller or emptier. */
void hk_tally_show_mailbox(struct hk_heap *heap);

/* Without the lock: true when what is shown is behind. */
HK_INLINE bool hk_tally_is_mailbox_behind(const struct hk_heap *heap)
{
	return hk_tally_is_on(heap) && atomic_load_explicit(&heap->mailbox_bytes, memory_order_seq_cst) !=
					       atomic_load_explicit(&heap->mailbox_shown, memory_order_seq_cst);
}

/* How many blocks of the class the cache of HEAP's thread may hold until its next slow event; by
 * that thread, without the lock. */
void hk_tally_show_cache(struct hk_heap *heap, unsigned class_index, uint32_t minimum, uint32_t maximum);

/* The slab's place in the picture: new, gone, or fuller and emptier. */
void hk_tally_show_slab(const struct hk_slab *slab);
void hk_tally_hide_slab(const struct hk_slab *slab);
void hk_tally_show_fill(const struct hk_slab *slab);

/* The heap's own thread writes its number into the row, which another one may have taken for it. */
void hk_tally_sign(struct hk_heap *heap, struct hak_stats_thread *row);

/* The heap's thread ends. */
void hk_tally_leave(struct hk_heap *heap);

/* A slow event of the heap's own thread begins or ends: readers wait for an even number. */
HK_INLINE void hk_tally_begin_event(struct hk_heap *heap)
{
	struct hak_stats_thread *row = atomic_load_explicit(&heap->row, memory_order_acquire);
	uint64_t sequence;

	if (!row || !hk_tally_is_on(heap))
		return;
	if (HK_UNLIKELY(!__atomic_load_n(&row->tid, __ATOMIC_RELAXED)))
		hk_tally_sign(heap, row);
	sequence = atomic_load_explicit(&heap->sequence, memory_order_relaxed) | 1;
	atomic_store_explicit(&heap->sequence, sequence, memory_order_relaxed);
	hk_segment_store(&row->sequence, sequence);
	HK_FENCE_RELEASE();
}

HK_INLINE void hk_tally_end_event(struct hk_heap *heap)
{
	struct hak_stats_thread *row = atomic_load_explicit(&heap->row, memory_order_acquire);
	uint64_t sequence = atomic_load_explicit(&heap->sequence, memory_order_relaxed);

	if (!row || !hk_tally_is_on(heap) || sequence % 2 == 0)
		return;
	atomic_store_explicit(&heap->sequence, sequence + 1, memory_order_relaxed);
	__atomic_store_n(&row->sequence, sequence + 1, __ATOMIC_RELEASE);
}

#endif
