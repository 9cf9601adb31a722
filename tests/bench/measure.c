/* SPDX-License-Identifier: MIT
 *
 * measure.c: clock, hardware counters, page faults and RSS for the micro program.
 *
 * The counters are user space only (allowed up to perf_event_paranoid 2) and
 * opened one by one: a group cannot be read back together with inherit=1, which
 * we need for the threads that a test makes.  Five counters fit the six of common
 * processors; when the kernel multiplexes them anyway the value is scaled.  Each
 * counter may be missing by itself (virtual machines, containers): its field is
 * then "-" and the clock still counts.
 *
 * Nothing here calls malloc: the output is composed on the stack.
 */
#include "measure.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CACHE_READ_MISS(cache)                                                \
	((cache) | (PERF_COUNT_HW_CACHE_OP_READ << 8) |                       \
	 (PERF_COUNT_HW_CACHE_RESULT_MISS << 16))

static const struct {
	const char *name;
	uint32_t type;
	uint64_t config;
} counter_kinds[] = {
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ "l1d_misses", PERF_TYPE_HW_CACHE, CACHE_READ_MISS(PERF_COUNT_HW_CACHE_L1D) },
	{ "l1i_misses", PERF_TYPE_HW_CACHE, CACHE_READ_MISS(PERF_COUNT_HW_CACHE_L1I) },
	{ "dtlb_misses", PERF_TYPE_HW_CACHE, CACHE_READ_MISS(PERF_COUNT_HW_CACHE_DTLB) },
};
#define COUNTER_COUNT (sizeof(counter_kinds) / sizeof(counter_kinds[0]))

struct snapshot {
	uint64_t wall_ns;
	uint64_t cpu_ns;
	uint64_t faults;
};

static int counter_fds[COUNTER_COUNT];
static struct snapshot snapshot_start, snapshot_stop;
static double rss_peak_result_mib = -1, rss_after_result_mib = -1;

void
fail(const char *what)
{
	dprintf(STDERR_FILENO, "micro: %s\n", what);
	_exit(1);
}

static int
counter_open(uint32_t type, uint64_t config)
{
	struct perf_event_attr attributes;
	memset(&attributes, 0, sizeof(attributes));
	attributes.size = sizeof(attributes);
	attributes.type = type;
	attributes.config = config;
	attributes.disabled = 1;
	attributes.inherit = 1;
	attributes.exclude_kernel = 1;
	attributes.exclude_hv = 1;
	attributes.read_format =
	    PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
	return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Before the first thread: inherit covers only threads that are born later. */
void
measure_open(void)
{
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		counter_fds[i] = counter_open(counter_kinds[i].type, counter_kinds[i].config);
}

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct snapshot
snapshot_take(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (struct snapshot){
		.faults = (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt,
		.cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID),
		.wall_ns = clock_ns(CLOCK_MONOTONIC),
	};
}

/* Callable again after measure_stop(): counters accumulate, the clock is added up
 * by moving the start back, so a test may leave a pause out (footprint's shuffle). */
void
measure_start(void)
{
	const struct snapshot done = {
		.wall_ns = snapshot_stop.wall_ns - snapshot_start.wall_ns,
		.cpu_ns = snapshot_stop.cpu_ns - snapshot_start.cpu_ns,
		.faults = snapshot_stop.faults - snapshot_start.faults,
	};
	snapshot_start = snapshot_take();
	snapshot_start.wall_ns -= done.wall_ns;
	snapshot_start.cpu_ns -= done.cpu_ns;
	snapshot_start.faults -= done.faults;
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		if (counter_fds[i] >= 0)
			ioctl(counter_fds[i], PERF_EVENT_IOC_ENABLE, 0);
}

void
measure_stop(void)
{
	for (size_t i = 0; i < COUNTER_COUNT; i++)
		if (counter_fds[i] >= 0)
			ioctl(counter_fds[i], PERF_EVENT_IOC_DISABLE, 0);
	snapshot_stop = snapshot_take();
}

void
measure_set_rss(double peak_mib, double after_mib)
{
	rss_peak_result_mib = peak_mib;
	rss_after_result_mib = after_mib;
}

/* Total count, scaled for multiplexing; -1 where the counter never ran. */
static double
counter_value(int fd)
{
	struct {
		uint64_t value, enabled_ns, running_ns;
	} sample;
	if (fd < 0 || read(fd, &sample, sizeof(sample)) != (ssize_t)sizeof(sample) ||
	    sample.running_ns == 0)
		return -1;
	return (double)sample.value * (double)sample.enabled_ns / (double)sample.running_ns;
}

static void
field_print(const char *name, double value, int digits)
{
	if (value < 0)
		dprintf(STDOUT_FILENO, " %s=-", name);
	else
		dprintf(STDOUT_FILENO, " %s=%.*f", name, digits, value);
}

/* All fields but the RSS are per operation.  ns is wall time over all operations of
 * all threads, cpu_ns the CPU time (user and system) of all threads over the same. */
void
measure_print(const char *test_name, uint64_t operations)
{
	const double count = (double)operations;
	dprintf(STDOUT_FILENO, "micro test=%s operations=%llu", test_name,
	    (unsigned long long)operations);
	field_print("ns", (double)(snapshot_stop.wall_ns - snapshot_start.wall_ns) / count, 3);
	field_print("cpu_ns", (double)(snapshot_stop.cpu_ns - snapshot_start.cpu_ns) / count, 3);
	for (size_t i = 0; i < COUNTER_COUNT; i++) {
		const double value = counter_value(counter_fds[i]);
		field_print(counter_kinds[i].name, value < 0 ? value : value / count, 4);
	}
	field_print("faults", (double)(snapshot_stop.faults - snapshot_start.faults) / count, 6);
	field_print("rss_peak_mib", rss_peak_result_mib, 2);
	field_print("rss_after_mib", rss_after_result_mib, 2);
	dprintf(STDOUT_FILENO, "\n");
}

double
rss_mib(void)
{
	char text[128];
	unsigned long total_pages = 0, resident_pages = 0;
	const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	const ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (length <= 0)
		return -1;
	close(fd);
	text[length] = '\0';
	if (sscanf(text, "%lu %lu", &total_pages, &resident_pages) != 2)
		return -1;
	return (double)resident_pages * (double)sysconf(_SC_PAGESIZE) / (1024.0 * 1024.0);
}

void *
pages_map(size_t size_bytes)
{
	void *pages = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pages == MAP_FAILED)
		fail("mmap of a bench table failed");
	return pages;
}

/* At least as long as there are slots, or the "cold" slots would never be visited. */
size_t
step_count_for(size_t slot_count)
{
	return slot_count > (1u << 16) ? 1u << 20 : 1u << 16;
}

uint32_t *
steps_make(uint64_t seed, size_t slot_count, size_t step_count)
{
	uint32_t *steps = pages_map(step_count * sizeof(*steps));
	for (size_t i = 0; i < step_count; i++) {
		const uint64_t value = random_next(&seed);
		const uint32_t slot = (uint32_t)((value >> 32) % slot_count);
		const uint32_t size_bytes = 16 + (uint32_t)((value & 0xffffffffu) % 1009);
		steps[i] = slot << STEP_SIZE_BITS | (size_bytes - 1);
	}
	return steps;
}
