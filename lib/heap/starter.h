/* SPDX-License-Identifier: MIT
 *
 * heap/starter.h - the first kilobytes of a process, where sizes share pages.
 *
 * Owns one granule and its lock.  Slabs keep each size class on pages of its own, which is right
 * for a program that allocates much and dear for one that allocates little: `cat` uses a few
 * blocks of twenty classes, and would touch twenty pages.  So the first small blocks of each class
 * come from here, one after another as they are asked for; a class that goes on asking gets its
 * slab.  Blocks of the starter never enter a cache: their class in the registry is
 * HK_CLASS_STARTER, whose bin refuses them.
 *
 * Called by the slow paths of front/ from any thread.
 */
#ifndef HK_HEAP_STARTER_H
#define HK_HEAP_STARTER_H

#include <stdatomic.h>

#include "base/lock.h"
#include "base/sizeclass.h"

enum { HK_STARTER_CLASS_LAST = HK_TINY_CLASS_LAST + 15 }; /* 3,584 bytes */

extern struct hk_lock hk_starter_lock;
extern _Atomic uint8_t hk_starter_closed[HK_STARTER_CLASS_LAST + 1];

/* True while CLASS_INDEX may still have blocks from here. */
HK_INLINE bool hk_starter_serves(unsigned class_index)
{
	return class_index <= HK_STARTER_CLASS_LAST &&
	       !atomic_load_explicit(&hk_starter_closed[class_index], memory_order_relaxed);
}

/* A block, or NULL: the class has had its share, or the starter is used up. */
void *hk_starter_allocate(unsigned class_index);

/* False when BLOCK, an address in the starter, is not an allocated block. */
bool hk_starter_free(void *block);

/* The size class of BLOCK; 0 when it is not an allocated block. */
unsigned hk_starter_class(const void *block);

#endif
