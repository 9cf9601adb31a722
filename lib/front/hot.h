/* SPDX-License-Identifier: MIT
 *
 * front/hot.h - the one malloc and the one free of the whole library.
 *
 * Owns nothing.  Every entry point that allocates or frees calls these two, or tail-calls them;
 * their bodies exist once, in front/hot.c, side by side.  No lock: they touch the calling
 * thread's bins and, read-only, the registry.
 *
 * What the hit path does not test, and who does instead:
 *   - thread not attached, mode off, out of blocks   the bin is empty            malloc's slow twin
 *   - NULL, foreign, large, starter, other state     the bin has room 0          free's slow twin
 */
#ifndef HK_FRONT_HOT_H
#define HK_FRONT_HOT_H

#include "base/compiler.h"

void *hk_malloc(size_t size);
void hk_free(void *block);

#endif
