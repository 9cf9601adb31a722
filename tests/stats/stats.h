/* SPDX-License-Identifier: MIT
 *
 * stats.h - what the tests of the statistics share: a reading of a process by hakmem-stats, taken
 * without malloc, so that the process that is read may be the one that asks.
 */
#ifndef HAKMEM_TESTS_STATS_H
#define HAKMEM_TESTS_STATS_H

#include "../abi/expect.h"

#include <spawn.h>
#include <sys/prctl.h>

enum { EXIT_PERMISSION = 4, EXIT_NO_SEGMENT = 5 };

/* Absent numbers are this. */
static const uint64_t unknown = UINT64_MAX;

struct reading {
	int exit_code;
	char text[1 << 20];
};

/* The latest one. */
static struct reading reading;

static inline void find_program(char *path, size_t bytes)
{
	const char *folder = getenv("HAK_BUILDDIR"), *program = getenv("HAK_STATS_PROGRAM");

	snprintf(path, bytes, program ? "%s" : "%s/hakmem-stats", program ? program : folder ? folder : ".");
	if (access(path, X_OK) != 0)
		SKIP("hakmem-stats is not built");
}

static inline void collect_output(int file)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = read(file, reading.text + length, sizeof reading.text - 1 - length);
		length += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	REQUIRE(length < sizeof reading.text - 1);
	reading.text[length] = '\0';
	close(file);
}

/* "show --json PID" into "reading", whatever it answers. */
static inline int read_process(pid_t pid)
{
	char path[4096], number[16], show[] = "show", json[] = "--json", plain[] = "LC_ALL=C";
	char *const environment[] = { plain, NULL };
	char *const arguments[] = { path, show, json, number, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status = 0;
	pid_t child;

	find_program(path, sizeof path);
	snprintf(number, sizeof number, "%d", (int)pid);
	REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	REQUIRE(posix_spawn_file_actions_init(&actions) == 0);
	REQUIRE(posix_spawn_file_actions_adddup2(&actions, ends[1], 1) == 0);
	REQUIRE(posix_spawn(&child, path, &actions, NULL, arguments, environment) == 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	collect_output(ends[0]);
	REQUIRE(waitpid(child, &status, 0) == child && WIFEXITED(status));
	reading.exit_code = WEXITSTATUS(status);
	if (reading.exit_code == EXIT_PERMISSION)
		SKIP("this process may not be looked at");
	return reading.exit_code;
}

/* The number behind "NAME": after AT, in the object that AT is in. */
static inline uint64_t number_after(const char *at, const char *name)
{
	char key[80];
	const char *found;

	snprintf(key, sizeof key, "\"%s\":", name);
	found = at ? strstr(at, key) : NULL;
	if (!found)
		return unknown;
	found += strlen(key);
	while (*found == ' ')
		found++;
	return *found >= '0' && *found <= '9' ? strtoull(found, NULL, 10) : unknown;
}

/* Of the process as a whole; every such name comes before the classes. */
static inline uint64_t number_of(const char *name)
{
	return number_after(reading.text, name);
}

/* Of the class with blocks of that many bytes; 0 where there is no such class. */
static inline uint64_t number_of_class(size_t block_bytes, const char *name)
{
	const char *at = strstr(reading.text, "\"classes\":");
	uint64_t bytes = 0;

	while (at && (at = strstr(at, "\"class\":"))) {
		bytes = number_after(at, "block_bytes");
		if (bytes == block_bytes)
			return number_after(at, name);
		at++;
	}
	return 0;
}

static inline int state_is(const char *state)
{
	char text[80];
	const char *found = strstr(reading.text, "\"state\":");

	snprintf(text, sizeof text, "\"%s\"", state);
	return found && strncmp(found + 8 + strspn(found + 8, " "), text, strlen(text)) == 0;
}

/* Blocks that make the heap outgrow its first superslab; the last is the chain's head. */
static inline void *hold_blocks(size_t count, size_t bytes)
{
	void **head = NULL;

	for (size_t made = 0; made < count; made++) {
		void **block = malloc(bytes);

		EXPECT_AT(block, made);
		*block = (void *)head;
		head = block;
	}
	return (void *)head;
}

static inline void drop_blocks(void *head)
{
	while (head) {
		void *next = *(void **)head;

		free(head);
		head = next;
	}
}

/* One byte either way is the only synchronisation there is between processes. */
static inline void say(int file)
{
	REQUIRE(write(file, "", 1) == 1);
}

static inline void hear(int file)
{
	char byte;
	ssize_t got;

	do
		got = read(file, &byte, 1);
	while (got < 0 && errno == EINTR);
	EXPECT(got == 1); /* else the other side has died */
}

#endif
