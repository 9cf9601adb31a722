/* SPDX-License-Identifier: MIT
 *
 * front/report.h - the heap in numbers, for malloc_stats, malloc_info, mallinfo2, hak_ctl and the
 * report at exit.
 *
 * Owns nothing.  Takes the list's lock and heap locks one by one, and holds none when it returns:
 * callers print with stdio, which allocates.
 */
#ifndef HK_FRONT_REPORT_H
#define HK_FRONT_REPORT_H

#include "heap/heap.h"

struct hk_report {
	size_t reserved_bytes;       /* mapped from the system */
	size_t committed_bytes;      /* slabs in use and large blocks */
	size_t committed_peak_bytes;
	size_t slab_bytes;           /* of committed: in slabs */
	size_t live_bytes;           /* in blocks that the program has, large ones included */
	size_t cached_bytes;         /* in blocks that threads keep for reuse */
	size_t large_bytes, large_blocks;
	size_t slabs, superslabs, threads, foreign_frees, purged_bytes;
	size_t free_blocks;          /* slots without a block */
	struct hk_heap_census classes[HK_CLASS_COUNT];
	size_t cached_blocks[HK_CLASS_COUNT];
};

/* Exact for a process whose other threads are idle; otherwise off by what they do meanwhile. */
void hk_report_collect(struct hk_report *report);

/* "1.0.0", with "-dev" in a development build. */
const char *hk_report_version(void);

/* Everything idle goes back to the system, except about KEEP_BYTES; the bytes given back. */
size_t hk_report_trim(size_t keep_bytes);

#endif
