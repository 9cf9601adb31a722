/* SPDX-License-Identifier: MIT
 *
 * cache/thread.h - what a thread keeps: layer 0 (bins), layer 1 (overflow), its heap, and the one
 * thread-local pointer through which the hot path finds them.
 *
 * Owns struct hk_thread, the two constant instances that always refuse, and the list of all
 * thread records with its lock.  Records are never unmapped: a reader with a stale pointer to one
 * finds a record, possibly another thread's.  Included by cache/refill, life/ and front/.
 *
 * Layer 0, a bin per class: an intrusive LIFO list and how many more it takes.
 * Layer 1, an overflow per class: the bin that was full before this one.  A full bin moves there
 * as a whole and an empty bin takes it back as a whole, so neither move looks at a block, and a
 * program that swings around the boundary does not go to the slabs each time.
 *
 *     malloc pops  <--  bin [limit - room blocks]  <-->  overflow [count blocks]  <-->  slabs
 */
#ifndef HK_CACHE_THREAD_H
#define HK_CACHE_THREAD_H

#include "heap/heap.h"

/* 16 bytes: the hot path's index (size + 15) & ~15 is the bin's offset.
 * Invariant: the list has limit - room blocks.  A bin with room 0 and no head refuses both ways. */
struct hk_bin {
	struct hk_block *head;
	uint32_t room;
	uint32_t limit;
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct hk_bin) == 16, "malloc(3)'s index relies on it");

struct hk_overflow {
	struct hk_block *head;
	uint16_t count;
	uint16_t capacity;    /* of the bin when it is next filled or emptied; 0 before first use */
	uint16_t home_blocks; /* that went home since the last refill from the slabs; saturates */
	uint8_t active;       /* something happened since the caches were last aged */
};

/* What every thread touches comes first, the sizes that few programs use last: the records of
 * small processes are mostly pages that are never written. */
struct hk_thread {
	struct hk_thread *next;        /* list of all records */
	struct hk_thread *next_unused; /* stack of those that no thread has */
	uint32_t slow_events;
	uint32_t first_fetches;        /* cache/refill: blocks that came, */
	uint32_t first_frees;          /* and went home, past the unused caches */
	uint32_t exit_rounds;          /* life/attach: how often the key's destructor has run */
	bool in_use;
	bool taken_for_fork;           /* life/fork took the heap's lock */
	struct hk_class_set classes;   /* those whose bin was ever in use */
	struct hk_heap heap;
	struct hk_bin bins[HK_BIN_COUNT];
	struct hk_overflow overflows[HK_CLASS_COUNT];
	struct hk_tally tallies[HK_CLASS_COUNT]; /* of heap; written only while there is a segment */
};

/* Before a thread's first allocation, or for ever under HAKMEM_MODE=off. */
extern const struct hk_thread hk_thread_dormant;
/* After a thread's destructors: late frees go home one by one. */
extern const struct hk_thread hk_thread_exited;

/* The bins of the calling thread: the bins, not the record, because the hot path then needs no
 * further offset. */
extern __thread struct hk_bin *hk_thread_bins;

HK_INLINE struct hk_thread *hk_thread_current(void)
{
	return (struct hk_thread *)((char *)hk_thread_bins - offsetof(struct hk_thread, bins));
}

/* The calling thread's state from now on is THREAD; the constant ones are only ever read. */
HK_INLINE void hk_thread_enter(const struct hk_thread *thread)
{
	hk_thread_bins = (struct hk_bin *)(uintptr_t)thread->bins;
}

HK_INLINE bool hk_thread_is_attached(const struct hk_thread *thread)
{
	return thread != &hk_thread_dormant && thread != &hk_thread_exited;
}

extern struct hk_lock hk_thread_list_lock;

/* First of all records, in use or not; under the list's lock, or in life/fork which holds all. */
struct hk_thread *hk_thread_list(void);

/* A record for the calling thread, opened and in use; NULL when memory is refused. */
struct hk_thread *hk_thread_acquire(void);
/* Its caches are empty and its heap is abandoned: another thread may have it. */
void hk_thread_release(struct hk_thread *thread);

#endif
