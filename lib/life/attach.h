/* SPDX-License-Identifier: MIT
 *
 * life/attach.h - a thread's first and last moment.
 *
 * Owns the pthread key whose destructor tells that a thread ends.  Called by the slow paths of
 * front/ and by life/process.
 */
#ifndef HK_LIFE_ATTACH_H
#define HK_LIFE_ATTACH_H

#include "cache/thread.h"

/* From the constructor: thread ends are noticed from now on; in MODE=off caches are given up. */
void hk_attach_start(void);

/* The calling thread's record, made if need be; NULL when it has none and gets none: it has
 * ended, memory is refused, or the mode is off. */
struct hk_thread *hk_attach_thread(void);

#endif
