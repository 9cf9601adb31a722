/* SPDX-License-Identifier: MIT
 *
 * heap/heap.h - the slabs of one thread, and of no thread: batches of blocks out, batches home.
 *
 * Owns struct hk_heap and the orphan heap, which has the slabs of ended threads.  The functions
 * take the heap's own lock; the orphan heap's lock and the pool's are taken inside it, in rank
 * order.  Called by cache/ (refill, spill), life/ (attach, fork) and the reports.
 *
 * Who may do what:        own heap             another thread's heap      orphan heap
 *   fetch blocks          its thread           never                      threads without a heap
 *   bring blocks home     its thread           by its mailbox, any time   anyone, under its lock
 *   empty the mailbox     its thread           anyone, under its lock     (it has none)
 */
#ifndef HK_HEAP_HEAP_H
#define HK_HEAP_HEAP_H

#include "heap/layout.h"

extern struct hk_heap hk_heap_orphans;

/* HEAP, zeroed memory or one that was abandoned, is in use from now on. */
void hk_heap_open(struct hk_heap *heap);

/* Up to WANTED blocks of CLASS_INDEX for the thread of HEAP (or for one without a heap, with the
 * orphan heap); none when memory is refused.  May return more than WANTED when another thread
 * has sent a whole chain of that class.  When the count is 1, the block's "next" is undefined. */
struct hk_chain hk_heap_fetch(struct hk_heap *heap, unsigned class_index, uint32_t wanted);

/* Every block of CHAIN goes home to its slab: those of SELF at once, those of other threads by
 * one message per owner.  SELF is NULL for a thread without a heap.  No heap lock is held.  The
 * "next" of the last block is not looked at. */
void hk_heap_bring_home(struct hk_heap *self, struct hk_chain chain);

/* The heap is shown in the shared segment, whether its thread does anything or not. */
void hk_heap_show(struct hk_heap *heap);

/* What others have sent goes into the slabs, and slabs that are unused go to the pool. */
void hk_heap_tidy(struct hk_heap *heap);

/* The thread has ended, its caches are empty: every slab becomes an orphan. */
void hk_heap_abandon(struct hk_heap *heap);

/* For the reports: what HEAP has is added to CENSUS, one entry a class, HK_CLASS_COUNT of them. */
struct hk_heap_census {
	size_t slabs, slots, used;
};
void hk_heap_count(struct hk_heap *heap, struct hk_heap_census *census);

/* Development build: every list of HEAP keeps its invariants, or the process dies. */
void hk_heap_audit(struct hk_heap *heap);

#endif
