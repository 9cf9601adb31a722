/* SPDX-License-Identifier: MIT
 *
 * life/attach.c - a thread gets its record at its first slow event and leaves it at its end.
 *
 * Owns the key.  glibc runs the destructors of keys in up to PTHREAD_DESTRUCTOR_ITERATIONS
 * rounds; ours asks for another round until the last, so that other destructors mostly find the
 * thread's cache still there.  What is freed even later (libc's own per-thread data) meets the
 * "exited" state: no cache, one lock a block, nothing revived.
 */
#include "life/attach.h"

#include <limits.h>
#include <pthread.h>

#include "cache/refill.h"
#include "sys/options.h"

/* Nobody calls the constructor by name: a static program would do without it. */
HK_LINK_WITH(hk_process_start);

/* The thread sanitizer leaves a thread in the last round, and may not be called after that. */
enum { EXIT_ROUNDS = HK_THREAD_SANITIZED ? PTHREAD_DESTRUCTOR_ITERATIONS - 2 : PTHREAD_DESTRUCTOR_ITERATIONS };

static pthread_key_t exit_key;
static _Atomic bool exit_key_made;

static void end_of_thread(void *argument)
{
	struct hk_thread *thread = argument;

	if (++thread->exit_rounds < EXIT_ROUNDS && pthread_setspecific(exit_key, thread) == 0)
		return;
	hk_thread_enter(&hk_thread_exited);
	hk_cache_flush(thread);
	hk_heap_abandon(&thread->heap);
	hk_thread_release(thread);
}

/* May allocate (glibc keeps the values of its 33rd and later keys in malloc'ed memory), so the
 * record is in place before. */
static void expect_end(struct hk_thread *thread)
{
	if (atomic_load_explicit(&exit_key_made, memory_order_acquire))
		pthread_setspecific(exit_key, thread);
}

void hk_attach_start(void)
{
	struct hk_thread *thread = hk_thread_current();

	if (pthread_key_create(&exit_key, end_of_thread) == 0)
		atomic_store_explicit(&exit_key_made, true, memory_order_release);
	if (!hk_thread_is_attached(thread))
		return;
	if (hk_option_value(HK_OPTION_MODE) == HK_MODE_ON) {
		expect_end(thread);
		return;
	}
	/* Blocks from before stay ours; from now on the dormant state sends every call to libc. */
	hk_thread_enter(&hk_thread_dormant);
	hk_cache_flush(thread);
	hk_heap_abandon(&thread->heap);
	hk_thread_release(thread);
}

struct hk_thread *hk_attach_thread(void)
{
	struct hk_thread *thread = hk_thread_current();

	if (hk_thread_is_attached(thread))
		return thread;
	if (thread == &hk_thread_exited || hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF)
		return NULL;
	thread = hk_thread_acquire();
	if (thread) {
		hk_thread_enter(thread);
		expect_end(thread);
	}
	return thread;
}
