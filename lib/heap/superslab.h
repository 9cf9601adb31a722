/* SPDX-License-Identifier: MIT
 *
 * heap/superslab.h - the pool of granules that slabs are cut from.
 *
 * Owns all superslabs, their granule masks and the pool's lock.  Called by heap/slab for runs of
 * granules, by heap/purge and the reports.  System calls that give memory back are made without
 * the lock.
 */
#ifndef HK_HEAP_SUPERSLAB_H
#define HK_HEAP_SUPERSLAB_H

#include "heap/layout.h"

extern struct hk_lock hk_superslab_lock;

/* GRANULES (1 to 32) in a row: the slab record of the first one, with granules and back set;
 * NULL when the system or HAKMEM_LIMIT refuses. */
struct hk_slab *hk_superslab_take(unsigned granules);

/* The run is free again; its class bytes are 0 already. */
void hk_superslab_give(struct hk_slab *slab);

/* The superslab that SLAB is in, and the index of its first granule there. */
struct hk_superslab *hk_superslab_of(const struct hk_slab *slab, unsigned *first);

/* SUPERSLAB's row in the shared segment, taken if need be; NULL for none. */
struct hak_stats_superslab *hk_superslab_row(struct hk_superslab *superslab);

/* The address of the first granule of SLAB. */
char *hk_superslab_address(const struct hk_slab *slab);

/* Give free granules that may be resident back to the system until no more than KEEP_BYTES of
 * them are left; with OLD_ONLY, those that have been free since before the last call of that
 * kind.  Returns the bytes given back. */
size_t hk_superslab_purge(size_t keep_bytes, bool old_only);

/* Unmap superslabs that are wholly free, because address space has run out. */
size_t hk_superslab_unmap_free(void);

/* Development build: every superslab of the pool keeps its invariant, or the process dies. */
void hk_superslab_audit(void);

#endif
