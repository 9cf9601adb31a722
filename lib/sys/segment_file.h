/* SPDX-License-Identifier: MIT
 *
 * sys/segment_file.h - HAKMEM_STATS=shm: the first chunk of the segment as a file in /dev/shm.
 *
 * Owns nothing: no descriptor is kept.  Called by sys/segment in the constructor only, because
 * what is needed here is what sandboxes forbid later.
 */
#ifndef HK_SYS_SEGMENT_FILE_H
#define HK_SYS_SEGMENT_FILE_H

#include "base/compiler.h"

/* BYTES of a new file /dev/shm/hakmem.UID.RANDOM, mapped; NULL when that cannot be had safely. */
void *hk_segment_file_map(size_t bytes);

#endif
