/* SPDX-License-Identifier: MIT
 *
 * cli/top_sampler.c - the list of processes, and whose turn it is to be read.
 *
 * One reading takes some 80 microseconds, mostly the kernel's for maps; all decisions here are
 * about not taking one.  Called by cli/command_top.
 */
#include "cli/top_sampler.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long nothing is asked of a process that had no numbers: a new program in the same process
 * shows up that late.  Spread by pid, so that they do not all come due in the same refresh. */
static double barren_seconds(pid_t pid)
{
	return 3 + (unsigned)pid % 16 / 8.0;
}

static double seconds_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double top_clock(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

static int compare_entries(const void *left, const void *right)
{
	pid_t a = ((const struct top_process *)left)->pid, b = ((const struct top_process *)right)->pid;

	return a < b ? -1 : a > b;
}

static int compare_pid(const void *pid, const void *entry)
{
	pid_t a = *(const pid_t *)pid, b = ((const struct top_process *)entry)->pid;

	return a < b ? -1 : a > b;
}

static struct top_process *find(const struct top_sampler *sampler, size_t count, pid_t pid)
{
	return count ? bsearch(&pid, sampler->entries, count, sizeof(struct top_process), compare_pid) : NULL;
}

const struct top_process *top_sampler_find(const struct top_sampler *sampler, pid_t pid)
{
	return find(sampler, sampler->count, pid);
}

static void forget(struct top_process *entry)
{
	if (entry->process)
		model_process_clear(entry->process);
	free(entry->process);
	entry->process = NULL;
}

static bool add(struct top_sampler *sampler, pid_t pid)
{
	if (sampler->count == sampler->capacity) {
		size_t capacity = sampler->capacity ? sampler->capacity * 2 : 256;
		void *entries = realloc(sampler->entries, capacity * sizeof(struct top_process));

		if (!entries) {
			errno = ENOMEM;
			return false;
		}
		sampler->entries = entries;
		sampler->capacity = capacity;
	}
	sampler->entries[sampler->count++] = (struct top_process){ .pid = pid, .present = true };
	return true;
}

/* Note PID; the first KNOWN entries are those of the last refresh, in order. */
static bool note(struct top_sampler *sampler, size_t known, pid_t pid)
{
	struct top_process *entry = find(sampler, known, pid);

	if (!entry)
		return add(sampler, pid);
	entry->present = true;
	return true;
}

static bool note_all(struct top_sampler *sampler, size_t known)
{
	DIR *directory;
	const struct dirent *item;
	bool done = true;

	if (sampler->only_count) {
		for (size_t i = 0; done && i < sampler->only_count; i++)
			done = note(sampler, known, sampler->only[i]);
		return done;
	}
	directory = opendir(sampler->options->source.procfs);
	if (!directory)
		return false;
	while (done && (item = readdir(directory)) != NULL) {
		char *end;
		long pid;

		if (item->d_name[0] < '1' || item->d_name[0] > '9')
			continue;
		pid = strtol(item->d_name, &end, 10);
		if (!*end && pid <= INT_MAX)
			done = note(sampler, known, (pid_t)pid);
	}
	closedir(directory);
	return done;
}

static bool list_processes(struct top_sampler *sampler)
{
	size_t known = sampler->count, kept = 0;

	for (size_t i = 0; i < known; i++)
		sampler->entries[i].present = false;
	if (!note_all(sampler, known)) {
		/* The new ones are not in order yet. */
		sampler->count = known;
		return false;
	}
	for (size_t i = 0; i < sampler->count; i++) {
		if (sampler->entries[i].present)
			sampler->entries[kept++] = sampler->entries[i];
		else
			forget(&sampler->entries[i]);
	}
	sampler->count = kept;
	if (kept > 1)
		qsort(sampler->entries, kept, sizeof(struct top_process), compare_entries);
	return true;
}

static void read_entry(const struct top_sampler *sampler, struct top_process *entry)
{
	struct model_process *now = calloc(1, sizeof(*now));
	double seconds = top_clock();

	if (!now)
		return;
	model_read(&sampler->options->source, entry->pid, now);
	entry->rate_known = false;
	if (now->outcome == OUTCOME_OK && entry->process && entry->process->outcome == OUTCOME_OK &&
	    entry->process->start_boottime_ns == now->start_boottime_ns && seconds > entry->read_seconds) {
		uint64_t before = entry->process->refills_total, after = now->refills_total;

		entry->rate_known = true;
		entry->refills_per_second =
			after > before ? (double)(after - before) / (seconds - entry->read_seconds) : 0;
	}
	forget(entry);
	entry->process = now;
	entry->read_seconds = seconds;
	entry->due_seconds = now->outcome == OUTCOME_OK ? 0 : seconds + barren_seconds(entry->pid);
}

static void count_barren(struct top_sampler *sampler)
{
	sampler->small = sampler->off = sampler->denied = sampler->inherited = 0;
	for (size_t i = 0; i < sampler->count; i++) {
		const struct model_process *process = sampler->entries[i].process;
		const char *state = process ? process->state : NULL;

		if (!state || process->outcome == OUTCOME_OK)
			continue;
		sampler->small += strcmp(state, "small") == 0;
		sampler->off += strcmp(state, "off") == 0;
		sampler->denied += strcmp(state, "denied") == 0;
		sampler->inherited += strcmp(state, "inherited") == 0;
	}
}

bool top_sampler_refresh(struct top_sampler *sampler, double delay_seconds)
{
	double start = seconds_of(CLOCK_THREAD_CPUTIME_ID), now = top_clock();
	double share = delay_seconds * sampler->cpu_share;
	bool first_time = sampler->count == 0;

	if (!list_processes(sampler))
		return false;
	sampler->behind = false;
	if (sampler->first >= sampler->count)
		sampler->first = 0;
	for (size_t i = 0; i < sampler->count; i++) {
		size_t place = (sampler->first + i) % sampler->count;

		if (sampler->entries[place].process && sampler->entries[place].due_seconds > now)
			continue;
		if (!first_time && seconds_of(CLOCK_THREAD_CPUTIME_ID) - start > share) {
			sampler->first = place;
			sampler->behind = true;
			break;
		}
		read_entry(sampler, &sampler->entries[place]);
	}
	count_barren(sampler);
	return true;
}

bool top_sampler_shows(const struct top_sampler *sampler, const struct top_process *entry)
{
	const struct model_process *process = entry->process;

	if (!process || process->outcome == OUTCOME_NO_PROCESS || !cli_matches_filters(sampler->options, process))
		return false;
	return process->outcome == OUTCOME_OK || process->outcome == OUTCOME_VERSION ||
	       process->outcome == OUTCOME_DAMAGED || sampler->options->all || sampler->only_count > 0;
}

void top_sampler_clear(struct top_sampler *sampler)
{
	for (size_t i = 0; i < sampler->count; i++)
		forget(&sampler->entries[i]);
	free(sampler->entries);
	sampler->entries = NULL;
	sampler->count = sampler->capacity = 0;
}
