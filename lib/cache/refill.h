/* SPDX-License-Identifier: MIT
 *
 * cache/refill.h - batches between layers: slabs -> bin when malloc finds nothing, bin ->
 * overflow -> slabs when free finds no room.
 *
 * Owns the capacities.  Every function works on the calling thread's own record (or, from
 * life/, on one whose thread has ended) and is called without a lock.
 */
#ifndef HK_CACHE_REFILL_H
#define HK_CACHE_REFILL_H

#include "cache/thread.h"

/* One block of CLASS_INDEX, with a batch behind it in the bin; NULL when memory is refused. */
void *hk_cache_refill(struct hk_thread *thread, unsigned class_index);

/* BLOCK of CLASS_INDEX found its bin full. */
void hk_cache_spill(struct hk_thread *thread, unsigned class_index, void *block);

/* Everything goes home. */
void hk_cache_flush(struct hk_thread *thread);

/* Let the bin of CLASS_INDEX grow to its limit, and fill it with a batch. */
void hk_cache_prewarm(struct hk_thread *thread, unsigned class_index);

/* Blocks in both layers, by their class; exact for the calling thread. */
size_t hk_cache_count(const struct hk_thread *thread, unsigned class_index);

/* After anything that may have opened the shared segment: heaps whose threads sleep are shown too.
 * No lock is held.  A comparison, when there is nothing to do. */
void hk_cache_show_everyone(void);

#endif
