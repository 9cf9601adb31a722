/* SPDX-License-Identifier: MIT
 *
 * heap/purge.h - when idle memory goes back to the system.
 *
 * Owns the decay clock.  No thread of our own: slow events tick, and a tick that finds the delay
 * gone by purges what has been idle for all of it.  Holds no lock while it calls superslab and
 * large.  Called by cache/ (ticks) and by the public trim.
 */
#ifndef HK_HEAP_PURGE_H
#define HK_HEAP_PURGE_H

#include "base/compiler.h"

/* A slow event.  True when a whole delay has gone by: the caller then ages its own caches too. */
bool hk_purge_tick(void);

/* Everything idle but KEEP_BYTES goes back now.  Returns the bytes given back. */
size_t hk_purge_now(size_t keep_bytes);

/* The system has refused memory: give back what could make room, address space included. */
bool hk_purge_for_room(void);

#endif
