/* SPDX-License-Identifier: MIT
 *
 * R23: may thread destructors allocate and free after the allocator's own one may have run: keys
 * made before and after the first allocation, repeated rounds, and C++'s thread_local hook?
 */
#include "expect.h"
#include <pthread.h>

extern int __cxa_thread_atexit_impl(void (*)(void *), void *, void *);
extern void *__dso_handle __attribute__((weak));

enum { THREADS = 300, KEYS = 6 };

static pthread_key_t keys[KEYS];
static int destructor_runs, hook_runs;

static void allocate_some(void)
{
	for (size_t size = 1; size < 400000; size = size * 3 + 1) {
		char *block = calloc(1, size);

		EXPECT(block && is_zero(block, size));
		block = realloc(block, size * 2);
		EXPECT(block);
		free(block);
	}
}

static void destroy_value(void *value)
{
	static __thread int rounds;

	__atomic_add_fetch(&destructor_runs, 1, __ATOMIC_RELAXED);
	EXPECT(holds_fill(value, 300, 5));
	free(value);
	allocate_some();
	if (rounds++ < 2 * KEYS) { /* ask for another round, after everybody else's */
		char *again = malloc(300);

		EXPECT(again);
		fill_block(again, 300, 5);
		pthread_setspecific(keys[rounds % KEYS], again);
	}
}

static void free_at_thread_end(void *block)
{
	__atomic_add_fetch(&hook_runs, 1, __ATOMIC_RELAXED);
	EXPECT(holds_fill(block, 100, 6));
	free(block);
	allocate_some();
}

static void *use_everything(void *unused)
{
	char *block = malloc(100);

	fill_block(block, 100, 6);
	__cxa_thread_atexit_impl(free_at_thread_end, block, &__dso_handle);
	for (int i = 0; i < KEYS; i++) {
		char *value = malloc(300);

		EXPECT(value);
		fill_block(value, 300, 5);
		pthread_setspecific(keys[i], value);
	}
	allocate_some();
	return unused;
}

/* This thread has never allocated before its destructor does. */
static void *allocate_only_in_destructor(void *value)
{
	pthread_setspecific(keys[0], value);
	return NULL;
}

__attribute__((constructor)) static void make_early_keys(void)
{
	for (int i = 0; i < KEYS / 2; i++)
		REQUIRE(pthread_key_create(&keys[i], destroy_value) == 0);
}

int main(void)
{
	give_up_after(60);
	free(malloc(100));
	for (int i = KEYS / 2; i < KEYS; i++)
		REQUIRE(pthread_key_create(&keys[i], destroy_value) == 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;
		char *value = malloc(300);

		fill_block(value, 300, 5);
		REQUIRE(pthread_create(&thread, NULL, use_everything, NULL) == 0);
		pthread_join(thread, NULL);
		REQUIRE(pthread_create(&thread, NULL, allocate_only_in_destructor, value) == 0);
		pthread_join(thread, NULL);
	}
	EXPECT(destructor_runs > THREADS * KEYS);
	EXPECT(hook_runs == THREADS);
	return 0;
}
