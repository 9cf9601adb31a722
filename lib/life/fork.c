/* SPDX-License-Identifier: MIT
 *
 * life/fork.c - prepare, parent, child.
 *
 * Owns the notes of which locks prepare took.  A fork in a signal handler may interrupt its own
 * thread inside the allocator: a lock that this thread holds already is left alone on both
 * sides, because the interrupted code goes on, and gives it back, in both.
 *
 * In the child only the forking thread lives.  The slabs of the others become orphans; blocks in
 * their caches are given up, because their hot paths hold no lock and may have been anywhere.
 */
#include "life/fork.h"

#include <pthread.h>

#include "cache/thread.h"
#include "heap/large.h"
#include "heap/starter.h"
#include "heap/superslab.h"
#include "sys/counters.h"
#include "sys/segment.h"

/* Behind the list's lock and the heaps' in rank order. */
static struct hk_lock *const later_locks[] = {
	&hk_heap_orphans.lock,
	&hk_starter_lock,
	&hk_large_lock,
	&hk_superslab_lock,
	&hk_segment_lock,
};

enum { LATER_LOCKS = HK_COUNT_OF(later_locks) };

static bool list_taken;
static bool later_taken[LATER_LOCKS];
static bool interrupted_ourselves;

static bool take(struct hk_lock *lock)
{
	if (hk_lock_held_by_me(lock)) {
		interrupted_ourselves = true;
		return false;
	}
	hk_lock_take_any(lock);
	return true;
}

static void prepare(void)
{
	bool taken = !hk_lock_held_by_me(&hk_thread_list_lock);

	if (taken)
		hk_lock_take_any(&hk_thread_list_lock);
	/* The notes are ours only now. */
	list_taken = taken;
	interrupted_ourselves = !taken;
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next)
		thread->taken_for_fork = take(&thread->heap.lock);
	for (unsigned index = 0; index < LATER_LOCKS; index++)
		later_taken[index] = take(later_locks[index]);
}

static void parent(void)
{
	hk_counters_add(&hk_counters.forks, 1);
	for (unsigned index = LATER_LOCKS; index-- > 0;) {
		if (later_taken[index])
			hk_lock_give_any(later_locks[index]);
	}
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (thread->taken_for_fork)
			hk_lock_give_any(&thread->heap.lock);
	}
	if (list_taken)
		hk_lock_give_any(&hk_thread_list_lock);
}

static void child(void)
{
	for (unsigned index = LATER_LOCKS; index-- > 0;) {
		if (later_taken[index])
			hk_lock_reset(later_locks[index]);
	}
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (thread->taken_for_fork)
			hk_lock_reset(&thread->heap.lock);
	}
	if (list_taken)
		hk_lock_reset(&hk_thread_list_lock);
	hk_segment_begin_child();
	atomic_store_explicit(&hk_counters.forks, 0, memory_order_relaxed);
	/* Slow events without a lock look at these alone: they must not write the parent's rows. */
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		atomic_store_explicit(&thread->heap.row, NULL, memory_order_relaxed);
		atomic_store_explicit(&thread->heap.generation, 0, memory_order_relaxed);
	}
	if (hk_thread_is_attached(hk_thread_current()))
		hk_thread_current()->heap.thread_number = 0;
	if (interrupted_ourselves)
		return;
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (!thread->in_use || thread == hk_thread_current())
			continue;
		hk_heap_abandon(&thread->heap);
		hk_thread_release(thread);
	}
}

void hk_fork_register(void)
{
	pthread_atfork(prepare, parent, child);
}
