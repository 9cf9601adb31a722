/* SPDX-License-Identifier: MIT
 *
 * Can the child of a fork use the heap, whatever the other threads were doing just then?
 */
#include "unit.h"

#include "cache/refill.h"
#include "heap/large.h"
#include "heap/starter.h"
#include "heap/superslab.h"

/* Every floor once: tiny, medium, large, and blocks that the parent has left. */
static void use_everything(void)
{
	for (size_t turn = 0; turn < 50; turn++) {
		for (size_t size = 1; size < 600000; size = size * 3 + 1) {
			char *block = hak_malloc(size);

			EXPECT_AT(block, size);
			block[0] = block[size - 1] = 1;
			block = hak_realloc(block, size + 100);
			EXPECT_AT(block && block[0] == 1, size);
			hak_free(block);
		}
	}
	hak_trim(0);
}

static void fork_and_use(void)
{
	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		give_up_after(60);
		use_everything();
		_exit(0);
	}
	expect_clean_end(child);
	use_everything();
}

START_TEST(a_single_thread_can_fork)
{
	use_everything();
	fork_and_use();
}
END_TEST

START_TEST(no_lock_is_left_behind)
{
	use_everything();

	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		EXPECT(atomic_load(&hk_thread_list_lock.word) == 0);
		EXPECT(atomic_load(&hk_heap_orphans.lock.word) == 0);
		EXPECT(atomic_load(&hk_starter_lock.word) == 0);
		EXPECT(atomic_load(&hk_large_lock.word) == 0);
		EXPECT(atomic_load(&hk_superslab_lock.word) == 0);
		for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next)
			EXPECT(atomic_load(&thread->heap.lock.word) == 0);
		_exit(0);
	}
	expect_clean_end(child);
	EXPECT(atomic_load(&hk_superslab_lock.word) == 0 && atomic_load(&hk_thread_list_lock.word) == 0);
}
END_TEST

enum { WORKERS = 3, FORKS = 15 };

static _Atomic bool enough;

static void work_or_fork(size_t number)
{
	if (number == 0) {
		for (size_t turn = 0; turn < FORKS; turn++)
			fork_and_use();
		atomic_store(&enough, true);
		return;
	}
	uint64_t random = number;
	void *blocks[100] = { NULL };

	while (!atomic_load(&enough)) {
		size_t place = next_random(&random) % COUNT_OF(blocks);

		hak_free(blocks[place]);
		blocks[place] = hak_malloc(next_random(&random) % 3000 * (place % 50 == 0 ? 200 : 1));
		EXPECT(blocks[place]);
	}
	for (size_t place = 0; place < COUNT_OF(blocks); place++)
		hak_free(blocks[place]);
}

START_TEST(a_fork_among_busy_threads)
{
	run_together(WORKERS + 1, work_or_fork);
}
END_TEST

static void *idle_thread_block;
static pthread_barrier_t forked;

static void *wait_with_a_block(void *argument)
{
	(void)argument;
	for (size_t turn = 0; turn < 1000; turn++) {
		hak_free(idle_thread_block);
		idle_thread_block = hak_malloc(200);
		EXPECT(idle_thread_block);
		memset(idle_thread_block, 7, 200);
		if (turn % 2)
			idle_thread_block = NULL; /* leaked, so that slabs are in use */
	}
	idle_thread_block = hak_malloc(200);
	EXPECT(idle_thread_block);
	memset(idle_thread_block, 7, 200);
	pthread_barrier_wait(&forked);
	pthread_barrier_wait(&forked);
	return NULL;
}

START_TEST(blocks_of_other_threads_live_on_in_the_child)
{
	pthread_t thread;

	REQUIRE(pthread_barrier_init(&forked, NULL, 2) == 0);
	REQUIRE(pthread_create(&thread, NULL, wait_with_a_block, NULL) == 0);
	pthread_barrier_wait(&forked);
	hak_tiny_init();

	pid_t child = fork();

	REQUIRE(child >= 0);
	if (child == 0) {
		EXPECT(number_of("stats.threads") == 1);
		for (size_t index = 0; index < 200; index++)
			EXPECT(((unsigned char *)idle_thread_block)[index] == 7);
		hak_free(idle_thread_block);
		use_everything();
		_exit(0);
	}
	expect_clean_end(child);
	EXPECT(number_of("stats.threads") == 2);
	pthread_barrier_wait(&forked);
	REQUIRE(pthread_join(thread, NULL) == 0);
}
END_TEST

/* The heap of an ending thread is abandoned a moment before its record is given back. */
START_TEST(a_fork_meets_a_thread_at_its_very_end)
{
	struct hk_thread *ending;

	use_everything();
	ending = hk_thread_acquire();
	EXPECT(ending && hk_cache_refill(ending, 5));
	hk_cache_flush(ending);
	hk_heap_abandon(&ending->heap);
	fork_and_use();
	hk_thread_release(ending);
	use_everything();
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, a_single_thread_can_fork);
	tcase_add_test(cases, no_lock_is_left_behind);
	tcase_add_test(cases, a_fork_among_busy_threads);
	tcase_add_test(cases, blocks_of_other_threads_live_on_in_the_child);
	tcase_add_test(cases, a_fork_meets_a_thread_at_its_very_end);
}

int main(void)
{
	return run_cases("fork_child_can_allocate", add_cases);
}
