/* SPDX-License-Identifier: MIT
 *
 * base/lock.h - a small lock with a rank: one futex word that names its holder, no allocation,
 * no system call unless two threads meet.
 *
 * Ranks are taken in ascending order; the development build dies on a descent.  fork takes all
 * of them in that order.  Zero-initialised memory is a free lock, so static locks work before
 * any constructor; the rank is an argument instead of a field: a lock is four bytes.
 *
 * The word holds the holder's identity because fork may run in a signal handler that interrupted
 * this very thread inside the lock: a second word would leave a moment in which it is not known.
 *
 * Waiting: a bounded spin, then futex.  Never sched_yield: sandboxes kill for it, and a
 * low-priority holder would never run.
 */
#ifndef HK_BASE_LOCK_H
#define HK_BASE_LOCK_H

#include <stdatomic.h>

#include "base/compiler.h"

enum hk_lock_rank {
	HK_RANK_THREADS = 1,  /* cache: the list of thread records               */
	HK_RANK_HEAP,         /* heap: the slabs of one thread                   */
	HK_RANK_ORPHAN,       /* heap: the slabs of no thread                    */
	HK_RANK_STARTER,      /* heap: the first kilobytes of the process        */
	HK_RANK_LARGE,        /* heap: reusable single mappings                  */
	HK_RANK_POOL,         /* heap: superslabs, registry, metadata            */
	HK_RANK_SEGMENT,      /* sys: rows of the shared segment                 */
};

struct hk_lock {
	_Atomic uint32_t word; /* 0 free, else the holder's identity, bit 0 set when somebody waits */
};

/* One word a thread, so that its address is an identity without a system call. */
extern __thread uint32_t hk_lock_ranks_held;

/* Never 0, bit 0 clear.  Unique while all thread areas lie within 128 GiB; if ever not, only a
 * fork that meets its twin at a lock would be misled. */
HK_INLINE uint32_t hk_lock_identity(void)
{
	uint32_t identity = (uint32_t)((uintptr_t)&hk_lock_ranks_held >> 6) << 1;

	return identity ? identity : 2;
}

void hk_lock_take_contended(struct hk_lock *lock);
void hk_lock_wake(struct hk_lock *lock);
void hk_lock_check_taken(enum hk_lock_rank rank, bool ordered);
void hk_lock_check_given(const struct hk_lock *lock, enum hk_lock_rank rank);

HK_INLINE bool hk_lock_try(struct hk_lock *lock, enum hk_lock_rank rank)
{
	uint32_t unlocked = 0;

	if (!atomic_compare_exchange_strong_explicit(&lock->word, &unlocked, hk_lock_identity(), memory_order_acquire,
						     memory_order_relaxed))
		return false;
	if (hk_config_debug)
		hk_lock_check_taken(rank, false);
	return true;
}

HK_INLINE void hk_lock_take(struct hk_lock *lock, enum hk_lock_rank rank)
{
	uint32_t unlocked = 0;

	if (HK_UNLIKELY(!atomic_compare_exchange_strong_explicit(&lock->word, &unlocked, hk_lock_identity(),
								 memory_order_acquire, memory_order_relaxed)))
		hk_lock_take_contended(lock);
	if (hk_config_debug)
		hk_lock_check_taken(rank, true);
}

HK_INLINE void hk_lock_give(struct hk_lock *lock, enum hk_lock_rank rank)
{
	if (hk_config_debug)
		hk_lock_check_given(lock, rank);
	if (HK_UNLIKELY(atomic_exchange_explicit(&lock->word, 0, memory_order_release) & 1))
		hk_lock_wake(lock);
}

bool hk_lock_held_by_me(const struct hk_lock *lock);
/* For fork, which takes every lock: without the order check.  See life/fork. */
void hk_lock_take_any(struct hk_lock *lock);
void hk_lock_give_any(struct hk_lock *lock);
/* In the child of a fork: whatever it was, it is free now. */
void hk_lock_reset(struct hk_lock *lock);

#endif
