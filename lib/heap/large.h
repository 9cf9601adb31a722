/* SPDX-License-Identifier: MIT
 *
 * heap/large.h - blocks with a mapping of their own.
 *
 * Owns the cache of mappings that wait for reuse, and its lock.  A large block starts at a
 * granule; the slab record of that granule describes it, and its class is HK_CLASS_LARGE.
 * Called by the slow paths of front/ and by the purge.  System calls are made without the lock.
 */
#ifndef HK_HEAP_LARGE_H
#define HK_HEAP_LARGE_H

#include "heap/layout.h"

extern struct hk_lock hk_large_lock;

/* A block of BYTES at least, aligned to ALIGNMENT (a power of two; less than a granule is a
 * granule), with RESERVE_BYTES of address space behind it to grow into if that is to be had.
 * ZEROED, when not NULL, tells whether it reads as zeros.  NULL when memory is refused. */
void *hk_large_allocate(size_t bytes, size_t alignment, size_t reserve_bytes, bool *zeroed);

/* BLOCK is what hk_large_allocate returned; false when it is not (a bad pointer into it). */
bool hk_large_free(void *block);

/* Bytes that may be used at BLOCK. */
size_t hk_large_usable_bytes(const void *block);

/* Grow or shrink without moving the block; false when it cannot be done. */
bool hk_large_resize(void *block, size_t bytes);

/* Move the pages of BLOCK into a new block of BYTES; NULL when only copying will do. */
void *hk_large_move(void *block, size_t bytes, size_t reserve_bytes);

/* Unmap cached mappings until no more than KEEP_BYTES are left; with OLD_ONLY, those that were
 * there at the last call of that kind.  Returns the bytes unmapped. */
size_t hk_large_purge(size_t keep_bytes, bool old_only);

#endif
