/* SPDX-License-Identifier: MIT
 *
 * front/block.h - the workers behind calloc, realloc, memalign and malloc_usable_size.
 *
 * Owns nothing.  Called by the doors of front/: malloc.c, memalign.c, api.c.  They set errno to
 * ENOMEM on failure and leave it alone otherwise.
 */
#ifndef HK_FRONT_BLOCK_H
#define HK_FRONT_BLOCK_H

#include "base/compiler.h"

void *hk_calloc(size_t count, size_t size);
void *hk_realloc(void *block, size_t size);

/* ALIGNMENT: a power of two. */
void *hk_memalign(size_t alignment, size_t size);

/* What may be used at BLOCK; 0 for NULL. */
size_t hk_usable_bytes(const void *block);

/* In place, or false. */
bool hk_expand(void *block, size_t size);

#endif
