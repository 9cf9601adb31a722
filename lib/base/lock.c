/* SPDX-License-Identifier: MIT
 *
 * base/lock.c - what happens when two threads meet at a lock, and the order check of the
 * development build.
 *
 * Owns one thread-local word: its address is the thread's identity in both builds, its value
 * (the ranks held) is used by the development build only.  Called from every floor above.
 */
#include "base/lock.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fatal.h"

enum { SPIN_LIMIT = 100 };

__thread uint32_t hk_lock_ranks_held;

static void pause_briefly(void)
{
#if defined __x86_64__ || defined __i386__
	__builtin_ia32_pause();
#elif defined __aarch64__
	__asm__ volatile("yield");
#endif
}

static bool try_word(struct hk_lock *lock, uint32_t word)
{
	uint32_t unlocked = 0;

	return atomic_load_explicit(&lock->word, memory_order_relaxed) == 0 &&
	       atomic_compare_exchange_strong_explicit(&lock->word, &unlocked, word, memory_order_acquire,
						       memory_order_relaxed);
}

void hk_lock_take_contended(struct hk_lock *lock)
{
	uint32_t identity = hk_lock_identity();
	int saved = errno;

	for (int spins = 0; spins < SPIN_LIMIT; spins++) {
		if (try_word(lock, identity))
			return;
		pause_briefly();
	}
	/* From here the waiting bit goes with us: others may still sleep when we get the lock. */
	while (!try_word(lock, identity | 1)) {
		uint32_t seen = atomic_load_explicit(&lock->word, memory_order_relaxed);

		if (!seen)
			continue;
		if (!(seen & 1) && !atomic_compare_exchange_strong_explicit(&lock->word, &seen, seen | 1,
									    memory_order_relaxed, memory_order_relaxed))
			continue;
		syscall(SYS_futex, &lock->word, FUTEX_WAIT_PRIVATE, seen | 1, NULL, NULL, 0);
	}
	errno = saved;
}

void hk_lock_wake(struct hk_lock *lock)
{
	int saved = errno;

	syscall(SYS_futex, &lock->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	errno = saved;
}

void hk_lock_check_taken(enum hk_lock_rank rank, bool ordered)
{
	/* Any held rank at or above this one means a descent, or a second lock of one rank. */
	if (ordered && (hk_lock_ranks_held >> rank) != 0)
		hk_fatal("locks taken out of rank order", NULL);
	hk_lock_ranks_held |= 1u << rank;
}

void hk_lock_check_given(const struct hk_lock *lock, enum hk_lock_rank rank)
{
	if (!hk_lock_held_by_me(lock))
		hk_fatal("a lock is given back that is not held", lock);
	hk_lock_ranks_held &= ~(1u << rank);
}

bool hk_lock_held_by_me(const struct hk_lock *lock)
{
	return (atomic_load_explicit(&lock->word, memory_order_relaxed) & ~1u) == hk_lock_identity();
}

void hk_lock_take_any(struct hk_lock *lock)
{
	if (!try_word(lock, hk_lock_identity()))
		hk_lock_take_contended(lock);
}

void hk_lock_give_any(struct hk_lock *lock)
{
	if (atomic_exchange_explicit(&lock->word, 0, memory_order_release) & 1)
		hk_lock_wake(lock);
}

void hk_lock_reset(struct hk_lock *lock)
{
	atomic_store_explicit(&lock->word, 0, memory_order_release);
}
