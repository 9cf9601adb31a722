/* SPDX-License-Identifier: MIT
 *
 * front/slow.h - the cold twins of the hot path, and the workers behind the other entry points.
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

void *hk_calloc(size_t count, size_t size);
void *hk_realloc(void *block, size_t size);

/* ALIGNMENT: a power of two. */
void *hk_memalign(size_t alignment, size_t size);

/* What may be used at BLOCK; 0 for NULL. */
size_t hk_usable_bytes(const void *block);

/* In place, or false. */
bool hk_expand(void *block, size_t size);

#endif
