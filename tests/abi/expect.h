/* SPDX-License-Identifier: MIT
 *
 * expect.h - what the tests of this folder, of misuse/ and of stress/ share: one way to fail, to
 * skip, to look at the process from outside malloc, and to make numbers that can be repeated.
 * Nothing here allocates, so nothing here disturbs the heap that is being watched.
 *
 * Exit codes: 0 passed, 1 failed (one line on stderr), 77 skipped (reason on stderr), 99 the test
 * itself could not be carried out.
 */
#ifndef HAKMEM_TESTS_EXPECT_H
#define HAKMEM_TESTS_EXPECT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define KIBIBYTE ((size_t)1024)
#define MEBIBYTE ((size_t)1024 * 1024)
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ERRNO_SENTINEL 4711

static inline void write_line(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

__attribute__((noreturn)) static inline void finish(int code, const char *file, int line, const char *text)
{
	char message[512];

	snprintf(message, sizeof message, "%s:%d: %s\n", file, line, text);
	write_line(message);
	_exit(code);
}

/* The condition must hold, or the test has failed. */
#define EXPECT(condition) \
	do { \
		if (!(condition)) \
			finish(1, __FILE__, __LINE__, "expected: " #condition); \
	} while (0)

/* As EXPECT, with the number that was being tried. */
#define EXPECT_AT(condition, number) \
	do { \
		if (!(condition)) { \
			char expect_text[256]; \
			snprintf(expect_text, sizeof expect_text, "expected: %s (at %llu)", #condition, \
			         (unsigned long long)(number)); \
			finish(1, __FILE__, __LINE__, expect_text); \
		} \
	} while (0)

/* The machine must allow this, or the test says nothing. */
#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
			finish(99, __FILE__, __LINE__, "cannot test without: " #condition); \
	} while (0)

#define SKIP(reason) finish(77, __FILE__, __LINE__, "skipped: " reason)

static inline void report_hang(int signal_number)
{
	(void)signal_number;
	write_line("the test hangs: no end after its generous time limit\n");
	_exit(1);
}

/* Turn a hang into a failure; not inherited by fork, so children call it again. */
static inline void give_up_after(unsigned seconds)
{
	signal(SIGALRM, report_hang);
	alarm(seconds);
}

/* Start this program again with NAME=VALUE in the environment, unless it is already there. */
static inline void run_again_with(char **arguments, const char *name, const char *value)
{
	const char *now = getenv(name);

	if (now && strcmp(now, value) == 0)
		return;
	REQUIRE(setenv(name, value, 1) == 0);
	execv("/proc/self/exe", arguments);
	REQUIRE(!"execv of this program");
}

/* A function of the public interface by its name; NULL when another allocator is being tested. */
static inline void *hak_function(const char *name)
{
	return dlsym(RTLD_DEFAULT, name);
}

typedef int hak_owns_function(const void *);

static inline int is_ours(const void *block)
{
	hak_owns_function *hak_owns = (hak_owns_function *)hak_function("hak_owns");

	if (!hak_owns)
		finish(1, __FILE__, __LINE__, "hak_owns is not there: libhakmem is not loaded");
	return hak_owns(block);
}

/* Resident memory of this process in bytes, as the kernel counts it. */
static inline size_t resident_bytes(void)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
	return 0; /* the memory of the sanitizer would be counted too */
#else
	char text[128];
	unsigned long total_pages, resident_pages;
	int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);

	if (file >= 0)
		close(file);
	REQUIRE(length > 0);
	text[length] = 0;
	REQUIRE(sscanf(text, "%lu %lu", &total_pages, &resident_pages) == 2);
	return resident_pages * (size_t)sysconf(_SC_PAGESIZE);
#endif
}

/* The child must end by itself with code 0 (77 and 99 are handed on). */
static inline void expect_clean_end(pid_t child)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(child, &status, 0);
	while (got < 0 && errno == EINTR);
	REQUIRE(got == child);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 99))
		_exit(WEXITSTATUS(status));
	if (WIFSIGNALED(status))
		EXPECT_AT(!"the child was killed by a signal", WTERMSIG(status));
	EXPECT_AT(WIFEXITED(status) && WEXITSTATUS(status) == 0, WEXITSTATUS(status));
}

/* xorshift64*: numbers that a seed repeats. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ULL;
}

/* The seed of a random test: its first argument or the given one; printed first of all. */
static inline uint64_t seed_from(int count, char **arguments, uint64_t otherwise)
{
	uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 0) : otherwise;

	if (seed == 0)
		seed = 1;
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

/* Contents that follow from a tag and the place in the block. */
static inline unsigned char byte_at(size_t tag, size_t place)
{
	return (unsigned char)(tag * 131 + place * 7 + (place >> 8) + 1);
}

static inline void fill_block(void *block, size_t bytes, size_t tag)
{
	unsigned char *at = block;

	for (size_t place = 0; place < bytes; place++)
		at[place] = byte_at(tag, place);
}

static inline int holds_fill(const void *block, size_t bytes, size_t tag)
{
	const unsigned char *at = block;

	for (size_t place = 0; place < bytes; place++)
		if (at[place] != byte_at(tag, place))
			return 0;
	return 1;
}

static inline int is_aligned(const void *block, size_t alignment)
{
	return ((uintptr_t)block & (alignment - 1)) == 0;
}

static inline int is_zero(const void *block, size_t bytes)
{
	const unsigned char *at = block;

	return bytes == 0 || (at[0] == 0 && memcmp(at, at + 1, bytes - 1) == 0);
}

#endif
