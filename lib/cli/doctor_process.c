/* SPDX-License-Identifier: MIT
 *
 * cli/doctor_process.c - one process: why is it not shown, and do its settings say what was meant?
 *
 * Owns nothing.  The environment is the one that the process was started with, which is also what
 * the library has read; a program may have changed its own copy since.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/format.h"
#include "cli/option_names.h"
#include "cli/process_info.h"

enum { AUXV_SECURE = 23 }; /* AT_SECURE */

static char *read_of(const struct doctor *doctor, pid_t pid, const char *name, size_t *bytes)
{
	char folder[4096];

	snprintf(folder, sizeof folder, "%s/%d", doctor->options->source.procfs, (int)pid);
	return doctor_read_file(folder, name, bytes);
}

/* Started in secure execution mode? */
static bool is_secure(const struct doctor *doctor, pid_t pid)
{
	size_t bytes;
	char *vector = read_of(doctor, pid, "auxv", &bytes);
	bool secure = false;

	/* A process of another word size does not match and counts as not secure. */
	for (size_t place = 0; vector && place + 2 * sizeof(unsigned long) <= bytes; place += 2 * sizeof(unsigned long)) {
		unsigned long pair[2];

		memcpy(pair, vector + place, sizeof pair);
		if (pair[0] == AUXV_SECURE)
			secure = pair[1] != 0;
	}
	free(vector);
	return secure;
}

/* The known name with the fewest differing letters, for "did you mean". */
static const struct option_name *nearest(const char *name, size_t name_bytes)
{
	const struct option_name *best = NULL;
	size_t best_differences = 4; /* more are no slip of the finger */

	for (size_t index = 0; index < option_name_count; index++) {
		const char *lower = option_names[index].name;
		size_t length = strlen(lower), shared = 0, tail = 0, differences;

		while (shared < length && shared < name_bytes && (name[shared] | 0x20) == (lower[shared] | 0x20))
			shared++;
		while (tail < length - shared && tail < name_bytes - shared &&
		       (name[name_bytes - 1 - tail] | 0x20) == (lower[length - 1 - tail] | 0x20))
			tail++;
		differences = (length > name_bytes ? length : name_bytes) - shared - tail;
		if (differences < best_differences) {
			best = &option_names[index];
			best_differences = differences;
		}
	}
	return best;
}

static void upper_case(const char *name, char *upper, size_t upper_bytes)
{
	size_t index = 0;

	for (; name[index] && index + 1 < upper_bytes; index++)
		upper[index] = (char)(name[index] >= 'a' && name[index] <= 'z' ? name[index] - 'a' + 'A' : name[index]);
	upper[index] = '\0';
}

static void check_variable(struct doctor *doctor, pid_t pid, const char *text)
{
	size_t name_bytes = strcspn(text, "=");
	const char *value = text + name_bytes + (text[name_bytes] == '=');
	const struct option_name *option = option_by_variable(text, name_bytes);
	char safe[256], safe_value[256], allowed[128], guess[40];
	uint64_t number;

	process_info_escape(safe, sizeof safe, text, name_bytes);
	format_safe_text(safe_value, sizeof safe_value, value);
	if (!option) {
		option = nearest(text + 7, name_bytes - 7);
		upper_case(option ? option->name : "", guess, sizeof guess);
		if (option)
			doctor_find(doctor, DOCTOR_PROBLEM, "option-unknown", pid,
				    "unknown option %s in its environment; HAKMEM_%s was perhaps meant", safe, guess);
		else
			doctor_find(doctor, DOCTOR_PROBLEM, "option-unknown", pid,
				    "unknown option %s in its environment has no effect; hakmem(7) lists those that have", safe);
		return;
	}
	if (option_parse(option, value, &number)) {
		doctor_find(doctor, DOCTOR_OK, "option", pid, "%s=%s in its environment", safe, safe_value);
		return;
	}
	if (option->words)
		snprintf(allowed, sizeof allowed, "one of %s", option->words);
	else if (option->maximum == UINT64_MAX)
		snprintf(allowed, sizeof allowed, "a number");
	else
		snprintf(allowed, sizeof allowed, "a number up to %" PRIu64, option->maximum);
	doctor_find(doctor, DOCTOR_PROBLEM, "option-value", pid, "%s=%s in its environment is ignored; give %s", safe,
		    safe_value, allowed);
}

/* Returns whether LD_PRELOAD names the library. */
static bool check_environment(struct doctor *doctor, pid_t pid)
{
	bool preloaded = false, any = false;
	size_t bytes;
	char *environment = read_of(doctor, pid, "environ", &bytes);

	if (!environment) {
		doctor_find(doctor, DOCTOR_NOTE, "environment-unreadable", pid, "its environment cannot be read: %s",
			    strerror(errno));
		return false;
	}
	for (const char *text = environment; text < environment + bytes; text += strlen(text) + 1) {
		if (!strncmp(text, "LD_PRELOAD=", 11))
			preloaded = strstr(text, "libhakmem") != NULL;
		if (strncmp(text, "HAKMEM_", 7) != 0)
			continue;
		any = true;
		check_variable(doctor, pid, text);
	}
	free(environment);
	if (any && is_secure(doctor, pid))
		doctor_find(doctor, DOCTOR_NOTE, "secure", pid,
			    "it was started in secure mode (set-user-ID): its HAKMEM_ variables have no effect");
	return preloaded;
}

static void check_library(struct doctor *doctor, const struct model_process *process, int mapped, const char *path,
			  bool preloaded)
{
	if (mapped < 0)
		return; /* the reason why it is not shown says it all */
	if (mapped && doctor_is_deleted(path))
		doctor_find(doctor, DOCTOR_PROBLEM, "library-deleted", process->pid,
			    "it still runs the replaced %s; restart it", path);
	else if (mapped)
		doctor_find(doctor, DOCTOR_OK, "library", process->pid, "libhakmem is active, from %s", path);
	else if (process->outcome == OUTCOME_OK)
		doctor_find(doctor, DOCTOR_OK, "library-static", process->pid, "libhakmem is linked into the program");
	else if (preloaded)
		doctor_find(doctor, DOCTOR_PROBLEM, "library-not-loaded", process->pid,
			    "LD_PRELOAD names libhakmem but it is not loaded: is the path right, the program not linked "
			    "statically, and not set-user-ID?");
	else
		doctor_find(doctor, DOCTOR_PROBLEM, "library-not-loaded", process->pid,
			    "libhakmem is not loaded: the process began before it was set up, is linked statically, or was "
			    "not told to load it; restart it with LD_PRELOAD=libhakmem.so.1");
}

static void check_numbers(struct doctor *doctor, const struct model_process *process)
{
	const struct hak_stats_process *numbers = &process->numbers;

	doctor_find(doctor, DOCTOR_OK, "shown", process->pid, "%d (%s) has numbers: library %s, format %u.%u",
		    (int)process->pid, process->comm, process->library_version[0] ? process->library_version : "unknown",
		    process->format_major, process->format_minor);
	if (process->newer_fields)
		doctor_find(doctor, DOCTOR_NOTE, "newer-fields", process->pid,
			    "its library is newer than this hakmem-stats; upgrade hakmem-stats to see all fields");
	if (numbers->unlisted)
		doctor_find(doctor, DOCTOR_NOTE, "unlisted", process->pid,
			    "%" PRIu64 " rows had no room: threads and classes are incomplete, live may be higher than shown",
			    numbers->unlisted);
	if (numbers->map_failures_total)
		doctor_find(doctor, DOCTOR_NOTE, "map-failures", process->pid,
			    "the system refused it memory %" PRIu64 " times; look at its limits and control group",
			    numbers->map_failures_total);
	if (numbers->purge_refusals_total)
		doctor_find(doctor, DOCTOR_NOTE, "purge-refusals", process->pid,
			    "madvise was refused %" PRIu64 " times (sandbox, mlock?): idle memory does not go back",
			    numbers->purge_refusals_total);
}

int doctor_check_process(struct doctor *doctor, pid_t pid)
{
	struct model_process process = { 0 };
	enum outcome outcome = model_read(&doctor->options->source, pid, &process);
	char path[512] = "";
	bool preloaded;
	int mapped;

	if (outcome == OUTCOME_NO_PROCESS) {
		cli_report_failure(&process);
		model_process_clear(&process);
		return OUTCOME_NO_PROCESS;
	}
	mapped = doctor_library_of(doctor->options, pid, path, sizeof path);
	preloaded = outcome != OUTCOME_PERMISSION && check_environment(doctor, pid);
	check_library(doctor, &process, mapped, path, preloaded);
	if (outcome == OUTCOME_OK)
		check_numbers(doctor, &process);
	else if (outcome == OUTCOME_NO_SEGMENT && mapped == 1)
		doctor_find(doctor, DOCTOR_NOTE, process.state, pid, "%s", process.reason);
	else if (outcome != OUTCOME_NO_SEGMENT)
		doctor_find(doctor, DOCTOR_PROBLEM, process.state, pid, "%s", process.reason);
	doctor_check_settings(doctor);
	model_process_clear(&process);
	return OUTCOME_OK;
}
