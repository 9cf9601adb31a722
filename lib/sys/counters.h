/* SPDX-License-Identifier: MIT
 *
 * sys/counters.h - what the process's heap adds up to, written at slow events only.
 *
 * Owns struct hk_counters.  Writers are the rooms that own the events; readers are the reports.
 * All fields are relaxed atomics: exact each by itself, not a consistent set.
 */
#ifndef HK_SYS_COUNTERS_H
#define HK_SYS_COUNTERS_H

#include <stdatomic.h>

#include "base/compiler.h"

struct hk_counters {
	_Atomic size_t reserved_bytes;       /* mapped from the system, metadata included */
	_Atomic size_t committed_bytes;      /* slabs in use and large blocks */
	_Atomic size_t committed_peak_bytes;
	_Atomic size_t dirty_bytes;          /* free granules that may still be resident */
	_Atomic size_t large_bytes, large_peak_bytes;
	_Atomic size_t large_blocks, large_blocks_total;
	_Atomic size_t large_cached_bytes;
	_Atomic size_t starter_bytes;        /* live in heap/starter */
	_Atomic size_t slabs, slabs_peak;
	_Atomic size_t superslabs, superslabs_peak;
	_Atomic size_t leaves;               /* of the registry */
	_Atomic size_t threads, threads_peak, threads_total;
	_Atomic size_t forks;
	_Atomic size_t refills_ended, homes_ended; /* batches of threads that have ended */
	_Atomic size_t foreign_frees;        /* blocks handed on to libc's free */
	_Atomic size_t zero_reallocs;        /* realloc(p, 0) */
	_Atomic size_t purged_bytes;         /* ever given back by madvise */
	_Atomic size_t purge_refusals;       /* madvise said no */
	_Atomic size_t map_calls, unmap_calls, map_failures;
	_Atomic size_t refills, homecomings; /* development build: cache batches in and out */
};

extern struct hk_counters hk_counters;

HK_INLINE void hk_counters_add(_Atomic size_t *field, size_t amount)
{
	atomic_fetch_add_explicit(field, amount, memory_order_relaxed);
}

HK_INLINE void hk_counters_subtract(_Atomic size_t *field, size_t amount)
{
	atomic_fetch_sub_explicit(field, amount, memory_order_relaxed);
}

/* PEAK follows FIELD upwards. */
void hk_counters_add_peak(_Atomic size_t *field, _Atomic size_t *peak, size_t amount);

HK_INLINE size_t hk_counters_read(_Atomic size_t *field)
{
	return atomic_load_explicit(field, memory_order_relaxed);
}

/* False when HAKMEM_LIMIT does not allow BYTES more; otherwise they are counted as committed. */
bool hk_counters_commit(size_t bytes);
void hk_counters_decommit(size_t bytes);

#endif
