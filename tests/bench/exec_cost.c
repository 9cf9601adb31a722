/* SPDX-License-Identifier: MIT
 *
 * exec_cost: what an allocator costs a whole process, seen from its parent.
 *
 *     exec_cost exec ROUNDS NAME=LIBRARY... -- COMMAND [ARGUMENT...]
 *     exec_cost idle ROUNDS NAME=LIBRARY... -- COMMAND [ARGUMENT...]
 *     exec_cost run [--stdin FILE] NAME=LIBRARY -- COMMAND [ARGUMENT...]
 *
 * An empty LIBRARY means the allocator of libc; exec and idle compare with the
 * first one given.  Allocators take turns within each round, so a change of the
 * machine's load hits all of them alike, and the extra time is the median of the
 * differences within a round, not a difference of medians.
 *
 * In C and small on purpose: posix_spawn shares the parent's memory until exec,
 * and ru_maxrss of the child starts at the parent's.  A Python parent would hide
 * every peak below 10 MiB; this one hides what is below about 1.4 MiB.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALLOCATORS_MAX 16
#define ROUNDS_MAX 1000
#define DEADLINE_NS 20000000000u

extern char **environ;

struct allocator {
	const char *name;
	char **environment;
	double first[ROUNDS_MAX];  /* exec: microseconds; idle: Private_Dirty KiB */
	double second[ROUNDS_MAX]; /* exec: minor faults;  idle: Pss KiB */
	double third[ROUNDS_MAX];  /* exec: peak RSS KiB;  idle: Rss KiB */
};

static struct allocator allocators[ALLOCATORS_MAX];
static size_t allocator_count;

static _Noreturn void
fail(const char *what, const char *which)
{
	fprintf(stderr, "exec_cost: %s: %s\n", what, which);
	exit(1);
}

static uint64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The environment of the child: ours, with LD_PRELOAD replaced.  Built once, so
 * that nothing is allocated between the clock readings. */
static void
allocator_add(char *argument)
{
	char *equals = strchr(argument, '=');
	if (equals == NULL || allocator_count == ALLOCATORS_MAX)
		fail("expected NAME=LIBRARY, 16 at most", argument);
	*equals = '\0';
	size_t count = 0;
	while (environ[count] != NULL)
		count++;
	char **environment = calloc(count + 2, sizeof(*environment));
	if (environment == NULL)
		fail("out of memory", argument);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0)
			environment[kept++] = environ[i];
	if (equals[1] != '\0') {
		char *preload = malloc(sizeof("LD_PRELOAD=") + strlen(equals + 1));
		if (preload == NULL)
			fail("out of memory", argument);
		strcpy(preload, "LD_PRELOAD=");
		strcat(preload, equals + 1);
		environment[kept++] = preload;
	}
	allocators[allocator_count].name = argument;
	allocators[allocator_count].environment = environment;
	allocator_count++;
}

static pid_t
spawn(char **command, char **environment, posix_spawn_file_actions_t *actions)
{
	pid_t child;
	const int error = posix_spawnp(&child, command[0], actions, NULL, command, environment);
	if (error != 0)
		fail(command[0], strerror(error));
	return child;
}

static int
wait_child(pid_t child, struct rusage *usage)
{
	int status;
	while (wait4(child, &status, 0, usage) < 0)
		if (errno != EINTR)
			fail("wait4", strerror(errno));
	return status;
}

static int
compare_doubles(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

/* Sorts the values: call it last. */
static double
quantile(double *values, size_t count, double position)
{
	qsort(values, count, sizeof(*values), compare_doubles);
	const double place = position * (double)(count - 1);
	const size_t below = (size_t)place;
	const size_t above = below + 1 < count ? below + 1 : below;
	return values[below] + (values[above] - values[below]) * (place - (double)below);
}

static void
exec_mode(size_t rounds, char **command)
{
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	/* Round 0 fills the page cache and is not counted. */
	for (size_t round = 0; round <= rounds; round++) {
		for (size_t turn = 0; turn < allocator_count; turn++) {
			struct allocator *current = &allocators[(turn + round) % allocator_count];
			struct rusage usage;
			const uint64_t start_ns = now_ns();
			const pid_t child = spawn(command, current->environment, &quiet);
			const int status = wait_child(child, &usage);
			const uint64_t stop_ns = now_ns();
			if (status != 0)
				fail("the command did not end with 0 under", current->name);
			if (round == 0)
				continue;
			current->first[round - 1] = (double)(stop_ns - start_ns) / 1000.0;
			current->second[round - 1] = (double)usage.ru_minflt;
			current->third[round - 1] = (double)usage.ru_maxrss;
		}
	}
	posix_spawn_file_actions_destroy(&quiet);
	/* Differences first: quantile() sorts the pairs apart. */
	static double differences[ALLOCATORS_MAX][ROUNDS_MAX];
	for (size_t i = 0; i < allocator_count; i++)
		for (size_t round = 0; round < rounds; round++)
			differences[i][round] = allocators[i].first[round] - allocators[0].first[round];
	for (size_t i = 0; i < allocator_count; i++) {
		struct allocator *current = &allocators[i];
		printf("exec allocator=%s rounds=%zu us=%.1f extra_us=%.1f extra_low_us=%.1f "
		       "extra_high_us=%.1f faults=%.0f rss_kib=%.0f\n",
		    current->name, rounds, quantile(current->first, rounds, 0.5),
		    quantile(differences[i], rounds, 0.5), quantile(differences[i], rounds, 0.25),
		    quantile(differences[i], rounds, 0.75), quantile(current->second, rounds, 0.5),
		    quantile(current->third, rounds, 0.5));
	}
}

/* State letter of /proc/PID/stat; it follows the last ')', as a name may hold one. */
static char
process_state(pid_t child)
{
	char path[64], text[512];
	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)child);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return 'X';
	text[length] = '\0';
	const char *bracket = strrchr(text, ')');
	return bracket != NULL && bracket[1] == ' ' ? bracket[2] : 'X';
}

static double
rollup_field(const char *text, const char *field)
{
	const char *line = strstr(text, field);
	return line == NULL ? -1 : strtod(line + strlen(field), NULL);
}

static void
rollup_read(pid_t child, struct allocator *current, size_t round)
{
	char path[64], text[4096];
	size_t length = 0;
	snprintf(path, sizeof(path), "/proc/%ld/smaps_rollup", (long)child);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(path, strerror(errno));
	for (ssize_t part; length < sizeof(text) - 1; length += (size_t)part)
		if ((part = read(fd, text + length, sizeof(text) - 1 - length)) <= 0)
			break;
	close(fd);
	text[length] = '\0';
	current->first[round] = rollup_field(text, "\nPrivate_Dirty:");
	current->second[round] = rollup_field(text, "\nPss:");
	current->third[round] = rollup_field(text, "\nRss:");
}

/* The command must send its first line back.  When the line is here all start-up
 * work is done; what is left is the way into the second read, and that the child is
 * asleep in it is asked of the kernel: no waiting by the clock. */
static void
idle_once(char **command, struct allocator *current, size_t round)
{
	static const char line[] = "ready\n";
	char answer[sizeof(line)];
	size_t received = 0;
	int to_child[2], from_child[2];
	if (pipe2(to_child, O_CLOEXEC) != 0 || pipe2(from_child, O_CLOEXEC) != 0)
		fail("pipe2", strerror(errno));
	posix_spawn_file_actions_t piped;
	posix_spawn_file_actions_init(&piped);
	posix_spawn_file_actions_adddup2(&piped, to_child[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&piped, from_child[1], STDOUT_FILENO);
	const pid_t child = spawn(command, current->environment, &piped);
	posix_spawn_file_actions_destroy(&piped);
	close(to_child[0]);
	close(from_child[1]);
	if (write(to_child[1], line, sizeof(line) - 1) != (ssize_t)sizeof(line) - 1)
		fail("write to the child", strerror(errno));
	while (received < sizeof(line) - 1) {
		struct pollfd readable = { .fd = from_child[0], .events = POLLIN };
		if (poll(&readable, 1, (int)(DEADLINE_NS / 1000000)) <= 0)
			fail("the child never answered under", current->name);
		const ssize_t part = read(from_child[0], answer + received, sizeof(answer) - received);
		if (part <= 0)
			fail("the child closed its output under", current->name);
		received += (size_t)part;
	}
	const uint64_t deadline_ns = now_ns() + DEADLINE_NS;
	while (process_state(child) != 'S') {
		if (now_ns() > deadline_ns)
			fail("the child never came to rest under", current->name);
		sched_yield();
	}
	rollup_read(child, current, round);
	close(to_child[1]); /* end of file ends both cat and bash's read */
	close(from_child[0]);
	struct rusage usage;
	(void)wait_child(child, &usage);
}

static void
idle_mode(size_t rounds, char **command)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t round = 0; round < rounds; round++)
		for (size_t turn = 0; turn < allocator_count; turn++)
			idle_once(command, &allocators[(turn + round) % allocator_count], round);
	for (size_t i = 0; i < allocator_count; i++) {
		struct allocator *current = &allocators[i];
		printf("idle allocator=%s rounds=%zu private_dirty_kib=%.0f pss_kib=%.0f "
		       "rss_kib=%.0f\n",
		    current->name, rounds, quantile(current->first, rounds, 0.5),
		    quantile(current->second, rounds, 0.5), quantile(current->third, rounds, 0.5));
	}
}

static double
timeval_us(struct timeval value)
{
	return (double)value.tv_sec * 1e6 + (double)value.tv_usec;
}

/* Times and faults are sums over the command and the children it waited for; the
 * peak is that of the largest one. */
static int
run_mode(const char *input, char **command)
{
	posix_spawn_file_actions_t quiet;
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDIN_FILENO, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	struct rusage usage;
	const uint64_t start_ns = now_ns();
	const int status = wait_child(spawn(command, allocators[0].environment, &quiet), &usage);
	const uint64_t stop_ns = now_ns();
	posix_spawn_file_actions_destroy(&quiet);
	printf("run allocator=%s status=%d wall_us=%.0f user_us=%.0f sys_us=%.0f rss_kib=%ld "
	       "faults=%ld\n",
	    allocators[0].name, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	    (double)(stop_ns - start_ns) / 1000.0, timeval_us(usage.ru_utime),
	    timeval_us(usage.ru_stime), usage.ru_maxrss, usage.ru_minflt);
	return 0;
}

int
main(int argc, char **argv)
{
	static const char usage[] =
	    "(exec|idle) ROUNDS NAME=LIBRARY... -- COMMAND..., or "
	    "run [--stdin FILE] NAME=LIBRARY -- COMMAND...";
	const char *input = "/dev/null";
	size_t rounds = 1;
	int next = 2;
	if (argc < 4)
		fail("usage", usage);
	const bool is_run = strcmp(argv[1], "run") == 0;
	if (!is_run) {
		rounds = (size_t)strtoul(argv[next++], NULL, 10);
		if (rounds < 1 || rounds > ROUNDS_MAX)
			fail("ROUNDS must be 1 to 1000", argv[2]);
	} else if (strcmp(argv[next], "--stdin") == 0) {
		input = argv[next + 1];
		next += 2;
	}
	for (; next < argc && strcmp(argv[next], "--") != 0; next++)
		allocator_add(argv[next]);
	if (next + 1 >= argc || allocator_count == 0)
		fail("usage", usage);
	char **command = argv + next + 1;
	if (is_run)
		return run_mode(input, command);
	if (strcmp(argv[1], "exec") == 0)
		exec_mode(rounds, command);
	else if (strcmp(argv[1], "idle") == 0)
		idle_mode(rounds, command);
	else
		fail("usage", usage);
	return 0;
}
