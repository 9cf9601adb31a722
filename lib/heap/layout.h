/* SPDX-License-Identifier: MIT
 *
 * heap/layout.h - the nouns of the heap floor: granule, slab, superslab, heap.
 *
 *   granule    64 KiB of address space, 64 KiB aligned: the unit of the registry
 *   slab       1 to 32 granules in a row, cut into slots of one size class, owned by one heap
 *   superslab  the 32 granules of an aligned 2 MiB window, as far as they are mapped for us
 *   heap       what one thread owns: its slabs by class, and the mailbox where others leave
 *              blocks of those slabs
 *
 * All metadata lives outside the memory that programs write to.  Superslab records stand in the
 * registry's leaves, 2,112 bytes apart: a record at the start of each superslab would put all of
 * them into the same few cache sets.
 */
#ifndef HK_HEAP_LAYOUT_H
#define HK_HEAP_LAYOUT_H

#include <stdatomic.h>

#include "base/chain.h"
#include "base/lock.h"
#include "base/sizeclass.h"

enum {
	HK_GRANULE_SHIFT = 16,
	HK_GRANULE_BYTES = 1 << HK_GRANULE_SHIFT,
	HK_SUPERSLAB_SHIFT = 21,
	HK_SUPERSLAB_BYTES = 1 << HK_SUPERSLAB_SHIFT,
	HK_SUPERSLAB_GRANULES = HK_SUPERSLAB_BYTES / HK_GRANULE_BYTES,
};

struct hk_heap;

/* One per granule; that of a slab's first granule describes the slab.
 *
 * Invariant, under the owner's lock: used <= fresh <= slots, and the free list has fresh - used
 * slots.  "used" counts what is out of the slab: with the program, in caches, in mailboxes.
 *
 * owner changes only under the orphan heap's lock (to it, or from it); it cannot change to or
 * from anything else, so whoever holds a block of the slab may read it at any time. */
struct hk_slab {
	struct hk_slab *next, *previous; /* in one list of its owner */
	_Atomic(struct hk_heap *) owner;
	char *base;                      /* the first slot; or the block of a large mapping */
	union {
		struct {
			struct hk_block *free;
			uint32_t slots;
			uint32_t fresh;  /* slots from here on were never handed out */
		};
		struct {                 /* HK_CLASS_LARGE */
			size_t usable_bytes;
			size_t mapped_bytes; /* a multiple of granules, from base on */
		};
	};
	uint32_t used;
	uint32_t block_bytes;
	uint8_t class_index;
	uint8_t granules;
	uint8_t back;      /* granules from the slab's first one to this one */
	uint8_t list;      /* enum hk_slab_list */
};

_Static_assert(sizeof(void *) != 8 || sizeof(struct hk_slab) == 64, "one cache line");

enum hk_slab_list { HK_LIST_NONE, HK_LIST_PARTIAL, HK_LIST_FULL };

struct hak_stats_thread;
struct hak_stats_record;
struct hak_stats_superslab;

/* Guarded by the pool's lock (heap/superslab), except for the slabs inside.
 * Invariant: dirty and free are subsets of mapped; dirty bits matter only where free. */
struct hk_superslab {
	struct hk_superslab *next, *previous; /* in the pool's bucket of its longest free run */
	char *window;     /* the 2 MiB of address space that this is about */
	uint32_t mapped;  /* granules that are ours */
	uint32_t free;    /* granules in no slab */
	uint32_t dirty;   /* granules that may be resident */
	uint32_t young;   /* granules that became free since the last decay tick */
	uint32_t busy;    /* granules being purged just now by a thread without the lock */
	uint8_t bucket;   /* 1 + index of the pool's list, 0 in none */
	uint8_t huge;     /* huge pages were asked for */
	uint32_t row_generation;         /* of the segment that row is in */
	struct hak_stats_superslab *row; /* heap/tally's picture; NULL for none */
	_Alignas(64) struct hk_slab slabs[HK_SUPERSLAB_GRANULES];
};

/* One class of one heap, for heap/tally; counted only while there is a segment. */
struct hk_tally {
	_Atomic(struct hak_stats_record *) record; /* read by the heap's thread without the lock */
	uint32_t used, slots, slabs;
	uint32_t refills;
};

/* Guarded by lock; the mailbox may be posted to without it.
 * Every slab of the heap is in exactly one list: partial while it has a slot to give, full
 * otherwise. */
struct hk_heap {
	struct hk_lock lock;
	struct hk_mailbox mailbox;
	_Atomic size_t mailbox_bytes;  /* senders add before they post, the taker subtracts when done */
	_Atomic size_t mailbox_shown;  /* as heap/tally last told the outside */
	struct hk_class_set classes;   /* those that ever had a slab, or a record outside */
	struct hk_slab *full;
	_Atomic uint32_t generation;     /* of the segment that the rows are in; 0 without one */
	uint32_t row_index;
	_Atomic uint64_t sequence;       /* written by the heap's thread, as in the row */
	uint64_t refills, homes;         /* batches, while there is a segment */
	uint32_t thread_number;          /* of the heap's thread, by itself; 0 while unknown */
	_Atomic(struct hak_stats_thread *) row;
	struct hk_slab *partial[HK_CLASS_COUNT];
	struct hk_tally *tallies;        /* HK_CLASS_COUNT of them, apart: most processes never touch them */
};

#endif
