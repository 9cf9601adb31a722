/* SPDX-License-Identifier: MIT
 *
 * front/slow.h - the cold twins of the hot path, and what front/block shares with them.
 *
 * Owns nothing.  Called by the files of front/ only.  They set errno to ENOMEM on failure and
 * leave it alone otherwise.
 */
#ifndef HK_FRONT_SLOW_H
#define HK_FRONT_SLOW_H

#include "base/compiler.h"

/* malloc(SIZE) when the bin had nothing, or SIZE has no bin on the hot path. */
void *hk_malloc_slow(size_t size);

/* free(BLOCK) when the bin had no room: NULL, foreign, large, or a batch is full. */
void hk_free_slow(void *block);

/* A block whose alignment is that of its class. */
void *hk_slow_allocate_aligned(unsigned class_index, size_t size);

/* A mapping of its own; see heap/large.h for the arguments. */
void *hk_slow_allocate_large(size_t size, size_t alignment, size_t reserve_bytes, bool *zeroed);

/* errno = ENOMEM, and NULL. */
void *hk_slow_refuse(void);

/* WHAT was done with ADDRESS cannot be right: one line, and the end unless HAKMEM_ABORT=0. */
void hk_slow_misuse(const char *what, const void *address);

#endif
