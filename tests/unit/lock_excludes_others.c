/* SPDX-License-Identifier: MIT
 *
 * Does a lock let one thread in at a time, does it know that thread, and does the development
 * build die when ranks are taken downwards?
 */
#include "unit.h"

#include <sched.h>

#include "base/lock.h"

enum { THREADS = 8, TURNS = 20000 };

static struct hk_lock outer, inner;
static size_t counted, counted_inside; /* plain on purpose: only the locks protect them */
static _Atomic size_t errno_lost;

static void count_up(size_t number)
{
	(void)number;
	errno = ERRNO_SENTINEL;
	for (size_t turn = 0; turn < TURNS; turn++) {
		hk_lock_take(&outer, HK_RANK_HEAP);
		counted++;
		if (turn % 4 == 0) {
			hk_lock_take(&inner, HK_RANK_POOL);
			counted_inside++;
			hk_lock_give(&inner, HK_RANK_POOL);
		}
		hk_lock_give(&outer, HK_RANK_HEAP);
		if (turn % 4 == 1) {
			hk_lock_take(&inner, HK_RANK_POOL);
			counted_inside++;
			hk_lock_give(&inner, HK_RANK_POOL);
		}
	}
	if (errno != ERRNO_SENTINEL)
		atomic_fetch_add(&errno_lost, 1);
}

START_TEST(one_thread_at_a_time)
{
	run_together(THREADS, count_up);
	EXPECT(counted == (size_t)THREADS * TURNS);
	EXPECT(counted_inside == (size_t)THREADS * TURNS / 2);
	EXPECT(atomic_load(&outer.word) == 0 && atomic_load(&inner.word) == 0);
	EXPECT(atomic_load(&errno_lost) == 0);
}
END_TEST

static void try_and_count(size_t number)
{
	(void)number;
	for (size_t done = 0; done < TURNS / 4;) {
		if (!hk_lock_try(&outer, HK_RANK_HEAP)) {
			sched_yield();
			continue;
		}
		counted++;
		done++;
		hk_lock_give(&outer, HK_RANK_HEAP);
	}
}

START_TEST(trying_excludes_too)
{
	run_together(THREADS, try_and_count);
	EXPECT(counted == (size_t)THREADS * (TURNS / 4));
}
END_TEST

static uint32_t identities[THREADS];
static pthread_barrier_t all_alive;

static void note_identity(size_t number)
{
	identities[number] = hk_lock_identity();
	pthread_barrier_wait(&all_alive);
}

START_TEST(identities_of_living_threads_differ)
{
	REQUIRE(pthread_barrier_init(&all_alive, NULL, THREADS) == 0);
	run_together(THREADS, note_identity);
	for (size_t number = 0; number < THREADS; number++) {
		EXPECT_AT(identities[number] != 0 && (identities[number] & 1) == 0, number);
		for (size_t other = 0; other < number; other++)
			EXPECT_AT(identities[number] != identities[other], number);
	}
}
END_TEST

static void look_at_taken_lock(size_t number)
{
	(void)number;
	EXPECT(!hk_lock_held_by_me(&outer));
	EXPECT(!hk_lock_try(&outer, HK_RANK_HEAP));
}

START_TEST(a_lock_knows_its_holder)
{
	EXPECT(!hk_lock_held_by_me(&outer));
	hk_lock_take(&outer, HK_RANK_HEAP);
	EXPECT(hk_lock_held_by_me(&outer));
	EXPECT(!hk_lock_try(&outer, HK_RANK_HEAP));
	run_together(2, look_at_taken_lock);
	hk_lock_give(&outer, HK_RANK_HEAP);
	EXPECT(!hk_lock_held_by_me(&outer));
	EXPECT(hk_lock_try(&outer, HK_RANK_HEAP));
	hk_lock_give(&outer, HK_RANK_HEAP);
}
END_TEST

/* fork takes the locks in an order of its own, and its child opens what the parent took. */
START_TEST(fork_takes_locks_without_the_order_check)
{
	hk_lock_take_any(&inner);
	hk_lock_take_any(&outer);
	EXPECT(hk_lock_held_by_me(&inner) && hk_lock_held_by_me(&outer));
	hk_lock_give_any(&inner);
	EXPECT(!hk_lock_held_by_me(&inner));
	hk_lock_reset(&outer);
	EXPECT(hk_lock_try(&outer, HK_RANK_HEAP));
	hk_lock_give(&outer, HK_RANK_HEAP);
}
END_TEST

START_TEST(the_order_check_forgets_what_was_given)
{
	for (size_t turn = 0; turn < 3; turn++) {
		hk_lock_take(&outer, HK_RANK_HEAP);
		hk_lock_take(&inner, HK_RANK_POOL);
		hk_lock_give(&outer, HK_RANK_HEAP);
		hk_lock_give(&inner, HK_RANK_POOL);
		hk_lock_take(&inner, HK_RANK_POOL);
		hk_lock_give(&inner, HK_RANK_POOL);
	}
	EXPECT(hk_lock_ranks_held == 0);
}
END_TEST

START_TEST(a_descent_dies)
{
	hk_lock_take(&inner, HK_RANK_POOL);
	hk_lock_take(&outer, HK_RANK_HEAP);
}
END_TEST

START_TEST(a_second_lock_of_one_rank_dies)
{
	hk_lock_take(&inner, HK_RANK_HEAP);
	hk_lock_take(&outer, HK_RANK_HEAP);
}
END_TEST

START_TEST(giving_a_lock_that_is_not_held_dies)
{
	hk_lock_give(&outer, HK_RANK_HEAP);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, one_thread_at_a_time);
	tcase_add_test(cases, trying_excludes_too);
	tcase_add_test(cases, identities_of_living_threads_differ);
	tcase_add_test(cases, a_lock_knows_its_holder);
	tcase_add_test(cases, fork_takes_locks_without_the_order_check);
	tcase_add_test(cases, the_order_check_forgets_what_was_given);
	if (hk_config_debug) {
		tcase_add_test_raise_signal(cases, a_descent_dies, SIGABRT);
		tcase_add_test_raise_signal(cases, a_second_lock_of_one_rank_dies, SIGABRT);
		tcase_add_test_raise_signal(cases, giving_a_lock_that_is_not_held_dies, SIGABRT);
	}
}

int main(void)
{
	return run_cases("lock_excludes_others", add_cases);
}
