/* SPDX-License-Identifier: MIT
 *
 * unit.h - what the unit tests share: how a program of Check cases runs, threads that start
 * together, and numbers of the heap by name.
 *
 * Failures go through EXPECT of expect.h instead of ck_assert: it works in threads and in
 * children too, and costs nothing in a loop of a million turns.  Check runs each case in a
 * process of its own, so every case finds the library as it is at the start of a program.
 */
#ifndef HAKMEM_TESTS_UNIT_H
#define HAKMEM_TESTS_UNIT_H

#include "../abi/expect.h"
#include <check.h>
#include <pthread.h>

#include "base/compiler.h"
#include "hakmem.h"
#include "sys/counters.h"
#include "sys/options.h"

/* A block of the harness's own malloc: ours hands foreign blocks to libc by names that a sanitizer
 * does not know about. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { UNIT_SANITIZED = 1 };
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { UNIT_SANITIZED = 1 };
#else
enum { UNIT_SANITIZED = 0 };
#endif
#else
enum { UNIT_SANITIZED = 0 };
#endif

static inline int run_cases(const char *question, void (*add_cases)(TCase *cases))
{
	Suite *suite = suite_create(question);
	TCase *cases = tcase_create(question);

	add_cases(cases);
	suite_add_tcase(suite, cases);

	SRunner *runner = srunner_create(suite);

	srunner_run_all(runner, CK_ENV);

	int failed = srunner_ntests_failed(runner);

	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

struct unit_thread {
	pthread_t thread;
	pthread_barrier_t *start;
	void (*body)(size_t number);
	size_t number;
};

static inline void *unit_thread_main(void *argument)
{
	struct unit_thread *thread = argument;

	pthread_barrier_wait(thread->start);
	thread->body(thread->number);
	return NULL;
}

enum { UNIT_THREADS_MAX = 16 };

/* BODY(0) .. BODY(COUNT - 1), each in a thread of its own; all have begun before one goes on. */
static inline void run_together(size_t count, void (*body)(size_t number))
{
	struct unit_thread threads[UNIT_THREADS_MAX];
	pthread_barrier_t start;

	REQUIRE(count <= UNIT_THREADS_MAX && pthread_barrier_init(&start, NULL, (unsigned)count) == 0);
	for (size_t number = 0; number < count; number++) {
		threads[number] = (struct unit_thread){ .start = &start, .body = body, .number = number };
		REQUIRE(pthread_create(&threads[number].thread, NULL, unit_thread_main, &threads[number]) == 0);
	}
	for (size_t number = 0; number < count; number++)
		REQUIRE(pthread_join(threads[number].thread, NULL) == 0);
	pthread_barrier_destroy(&start);
}

/* The counter or option NAME; fails for a name that is not there. */
static inline unsigned long long number_of(const char *name)
{
	unsigned long long number = 0;
	size_t bytes = sizeof(number);

	EXPECT(hak_ctl(name, &number, &bytes, NULL, 0) == 0);
	EXPECT(bytes == sizeof(number));
	return number;
}

static inline void set_number(const char *name, unsigned long long number)
{
	EXPECT(hak_ctl(name, NULL, NULL, &number, sizeof(number)) == 0);
}

/* Options as a user would set them, those that may not change later included. */
static inline void set_environment(const char *text)
{
	char copy[128];
	char *environment[] = { copy, NULL };

	REQUIRE(strlen(text) < sizeof(copy));
	strcpy(copy, text);
	hk_options_read(environment);
}

#endif
