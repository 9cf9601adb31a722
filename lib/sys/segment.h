/* SPDX-License-Identifier: MIT
 *
 * sys/segment.h - the shared-memory segment in which a process shows its heap: the writer's side
 * of hakmem_stats.h.
 *
 * Owns the chunks, which rows in them are in use, and the segment's lock (the highest rank: rows
 * are asked for under any other lock).  The rooms that own an event fill the rows they were given,
 * by plain stores of absolute values; nothing here is ever read back.  Creation needs nothing but
 * mmap, so it is allowed wherever malloc is; refused means no statistics, silently.
 */
#ifndef HK_SYS_SEGMENT_H
#define HK_SYS_SEGMENT_H

#include <stdatomic.h>

#include "base/lock.h"
#include "hakmem_stats.h"

extern struct hk_lock hk_segment_lock;
extern _Atomic(struct hak_stats_process *) hk_segment_process_row;

/* Relaxed: a thread that has not seen it yet starts to publish one event later. */
HK_INLINE bool hk_segment_is_open(void)
{
	return atomic_load_explicit(&hk_segment_process_row, memory_order_relaxed) != NULL;
}

/* 0 without a segment; another number for each one that this line of processes has had. */
extern _Atomic uint32_t hk_segment_opened;

HK_INLINE uint32_t hk_segment_generation(void)
{
	return atomic_load_explicit(&hk_segment_opened, memory_order_acquire);
}

/* A 64-bit field, whole on 64-bit machines. */
HK_INLINE void hk_segment_store(uint64_t *field, uint64_t value)
{
	__atomic_store_n(field, value, __ATOMIC_RELAXED);
}

/* In the constructor, and in the child of a fork: who this process is.  Makes no mapping, except
 * with STATS=on and STATS=shm at the start. */
void hk_segment_begin_process(void);
void hk_segment_begin_child(void);

/* The heap has outgrown what most processes need: the segment is made, if that is wanted. */
void hk_segment_open(void);

/* Rows; NULL when there is no segment or no room (which is counted).  The caller is their only
 * writer until it gives them back. */
struct hak_stats_thread *hk_segment_take_thread(enum hak_stats_thread_state state, uint32_t *index);
void hk_segment_give_thread(uint32_t index);
/* The calling thread's number, as /proc/PID/task shows it. */
uint32_t hk_segment_thread_number(void);
struct hak_stats_record *hk_segment_take_record(uint32_t thread_index, unsigned class_index, size_t block_bytes);
void hk_segment_give_record(struct hak_stats_record *record);
struct hak_stats_superslab *hk_segment_take_superslab(void);
void hk_segment_give_superslab(struct hak_stats_superslab *row);

/* The counters are copied into the process row; at the end of every event that changed them. */
void hk_segment_publish_process(void);
/* Likewise the options, when one has been set. */
void hk_segment_publish_options(void);

#endif
