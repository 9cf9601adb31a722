/* SPDX-License-Identifier: MIT
 *
 * heap/slab.h - one run of granules, one size class, one owner.
 *
 * Owns nothing itself: every function is called with the lock of the heap that owns the slab (or
 * is about to).  Called by heap/heap only.
 */
#ifndef HK_HEAP_SLAB_H
#define HK_HEAP_SLAB_H

#include "heap/layout.h"

/* A new slab for CLASS_INDEX, owned by HEAP, in no list; NULL when memory is refused. */
struct hk_slab *hk_slab_make(struct hk_heap *heap, unsigned class_index);

/* An unused slab goes back to the pool; in no list. */
void hk_slab_destroy(struct hk_slab *slab);

/* Up to WANTED free slots; 0 only when the slab is full.  Slots that were used before come first:
 * their pages are resident.  A single slot that was never used comes untouched: when the count is 1,
 * the block's "next" is undefined. */
struct hk_chain hk_slab_take(struct hk_slab *slab, uint32_t wanted);

/* BLOCK, a slot of SLAB, is free.  The last one that comes back is not written to: the slab is as
 * new, its slots go out in the order of their addresses again, and a page that the program asked
 * for but never used stays untouched. */
HK_INLINE void hk_slab_give(struct hk_slab *slab, struct hk_block *block)
{
	if (--slab->used == 0) {
		slab->free = NULL;
		slab->fresh = 0;
		return;
	}
	block->next = slab->free;
	slab->free = block;
}

HK_INLINE bool hk_slab_is_full(const struct hk_slab *slab)
{
	return slab->used == slab->slots;
}

/* True when BLOCK is the start of a slot that was handed out at some time. */
bool hk_slab_has_slot(const struct hk_slab *slab, const void *block);

/* How many granules a slab of CLASS_INDEX has. */
unsigned hk_slab_granules(unsigned class_index);

#endif
