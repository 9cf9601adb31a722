/* SPDX-License-Identifier: MIT
 *
 * front/foreign.h - libc's own allocator, for blocks that are not ours and for MODE=off.
 *
 * Owns nothing.  Never reads a foreign block.  Called by the slow paths only.
 */
#ifndef HK_FRONT_FOREIGN_H
#define HK_FRONT_FOREIGN_H

#include "base/compiler.h"

void *hk_foreign_malloc(size_t size);
void *hk_foreign_memalign(size_t alignment, size_t size);
void *hk_foreign_realloc(void *block, size_t size);
void hk_foreign_free(void *block);
size_t hk_foreign_usable_bytes(void *block);

/* libc's own function NAME, for what has no other name; NULL in a static program. */
void *hk_foreign_function(const char *name);

#endif
