/* SPDX-License-Identifier: MIT
 *
 * cli/doctor_system.c - the machine: is the library active, which copies of it run, who may look.
 *
 * Owns nothing.  With --procfs the files of /etc are those of that procfs's first process: the
 * host's, when its /proc is mounted in a container.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/format.h"
#include "hakmem.h"

enum { PATHS_MAX = 16, PIDS_BYTES = 160 };

/* A copy of the library that runs somewhere. */
struct copy {
	char path[512];
	size_t processes;
	char pids[PIDS_BYTES]; /* the first of them, for a sentence */
};

struct survey {
	struct copy copies[PATHS_MAX];
	size_t copy_count;
	size_t shown, small, off, denied, other;
	char old_version[64], old_pids[PIDS_BYTES];
	size_t old_processes;
};

static void append_pid(char *pids, pid_t pid)
{
	size_t used = strlen(pids);

	if (used + 16 < PIDS_BYTES)
		snprintf(pids + used, PIDS_BYTES - used, "%s%d", used ? " " : "", (int)pid);
	else if (used + 5 < PIDS_BYTES && strcmp(pids + used - 3, "...") != 0)
		snprintf(pids + used, PIDS_BYTES - used, " ...");
}

/* Where "/etc" of the machine is. */
static void root_of(const struct cli_options *options, char *root, size_t root_bytes)
{
	if (!strcmp(options->source.procfs, "/proc"))
		snprintf(root, root_bytes, "/");
	else
		snprintf(root, root_bytes, "%s/1/root", options->source.procfs);
}

static bool exists_below(const char *root, const char *path)
{
	char whole[8192];

	snprintf(whole, sizeof whole, "%s%s", root, path);
	return access(whole, R_OK) == 0;
}

/* One word of the preload file. */
static void check_preloaded(struct doctor *doctor, const char *root, const char *word)
{
	char safe[512];
	bool ours = strstr(word, "libhakmem.so") != NULL;

	format_safe_text(safe, sizeof safe, word);
	/* $LIB and names without a path are searched for by the dynamic linker; we cannot say where. */
	if (word[0] != '/' || strchr(word, '$')) {
		if (ours)
			doctor_find(doctor, DOCTOR_NOTE, "preload-relative", 0,
				    "/etc/ld.so.preload names %s; give a full path, set-user-ID programs accept no other", safe);
		return;
	}
	if (!exists_below(root, word))
		doctor_find(doctor, DOCTOR_PROBLEM, "preload-missing", 0,
			    "/etc/ld.so.preload names %s, which is not there: every program complains when it starts; "
			    "install it or delete the line", safe);
	else if (ours)
		doctor_find(doctor, DOCTOR_OK, "preload", 0, "/etc/ld.so.preload loads %s into every new program", safe);
}

static void check_preload_file(struct doctor *doctor)
{
	char root[4096], *content, *line, *next, *word, *rest;
	size_t bytes;

	root_of(doctor->options, root, sizeof root);
	content = doctor_read_file(root, "etc/ld.so.preload", &bytes);
	if (!content) {
		if (errno != ENOENT)
			doctor_find(doctor, DOCTOR_NOTE, "preload-unreadable", 0, "/etc/ld.so.preload cannot be read: %s",
				    strerror(errno));
		else
			doctor_find(doctor, DOCTOR_OK, "preload-none", 0,
				    "there is no /etc/ld.so.preload: programs load libhakmem when LD_PRELOAD or their linking says so");
		return;
	}
	for (line = content; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		for (word = strtok_r(line, " \t:\r", &rest); word; word = strtok_r(NULL, " \t:\r", &rest))
			check_preloaded(doctor, strcmp(root, "/") ? root : "", word);
	}
	free(content);
}

static void check_yama(struct doctor *doctor)
{
	size_t bytes;
	char *content = doctor_read_file(doctor->options->source.procfs, "sys/kernel/yama/ptrace_scope", &bytes);
	long scope = content ? strtol(content, NULL, 10) : 0;

	free(content);
	if (geteuid() == 0) {
		doctor_find(doctor, DOCTOR_OK, "permission", 0, "this is root: all processes may be read");
	} else if (scope > 0) {
		doctor_find(doctor, DOCTOR_NOTE, "yama", 0,
			    "kernel.yama.ptrace_scope=%ld: even your own processes need sudo, or a hakmem-stats with "
			    "cap_checkpoint_restore, or HAKMEM_STATS=shm (see PERMISSIONS in hakmem-stats(1))", scope);
	} else {
		doctor_find(doctor, DOCTOR_OK, "permission", 0,
			    "your own processes may be read; those of others need sudo");
	}
}

void doctor_check_settings(struct doctor *doctor)
{
	check_preload_file(doctor);
	check_yama(doctor);
}

static void add_copy(struct survey *survey, const char *path, pid_t pid)
{
	size_t index = 0;

	while (index < survey->copy_count && strcmp(survey->copies[index].path, path) != 0)
		index++;
	if (index == PATHS_MAX)
		return;
	if (index == survey->copy_count)
		snprintf(survey->copies[survey->copy_count++].path, sizeof survey->copies->path, "%s", path);
	survey->copies[index].processes++;
	append_pid(survey->copies[index].pids, pid);
}

/* Below 0 when A is the older version; parts that are no numbers count as 0. */
static int compare_versions(const char *a, const char *b)
{
	for (int part = 0; part < 3; part++) {
		long number_a = strtol(a, (char **)&a, 10), number_b = strtol(b, (char **)&b, 10);

		if (number_a != number_b)
			return number_a < number_b ? -1 : 1;
		a += *a == '.';
		b += *b == '.';
	}
	return 0;
}

static void survey_process(struct doctor *doctor, struct survey *survey, const struct model_process *process)
{
	char path[512], own_version[32];

	if (doctor_library_of(doctor->options, process->pid, path, sizeof path) == 1)
		add_copy(survey, path, process->pid);
	if (process->outcome == OUTCOME_OK)
		survey->shown++;
	else if (!strcmp(process->state, "small"))
		survey->small++;
	else if (!strcmp(process->state, "off"))
		survey->off++;
	else if (process->outcome == OUTCOME_PERMISSION)
		survey->denied++;
	else
		survey->other++;
	if (process->outcome == OUTCOME_DAMAGED || process->outcome == OUTCOME_VERSION)
		doctor_find(doctor, DOCTOR_PROBLEM, process->outcome == OUTCOME_DAMAGED ? "damaged" : "version", process->pid,
			    "%s", process->reason);
	snprintf(own_version, sizeof own_version, "%d.%d.%d", HAK_VERSION_MAJOR, HAK_VERSION_MINOR, HAK_VERSION_PATCH);
	if (process->library_version[0] && compare_versions(process->library_version, own_version) < 0) {
		snprintf(survey->old_version, sizeof survey->old_version, "%s", process->library_version);
		survey->old_processes++;
		append_pid(survey->old_pids, process->pid);
	}
}

static void report_copies(struct doctor *doctor, const struct survey *survey)
{
	for (size_t index = 0; index < survey->copy_count; index++) {
		const struct copy *copy = &survey->copies[index];

		if (doctor_is_deleted(copy->path))
			doctor_find(doctor, DOCTOR_PROBLEM, "library-deleted", 0,
				    "the replaced %s still runs; restart %zu: %s", copy->path, copy->processes, copy->pids);
		else
			doctor_find(doctor, DOCTOR_OK, "library", 0, "%s runs, processes: %zu", copy->path, copy->processes);
	}
	if (!survey->copy_count)
		doctor_find(doctor, DOCTOR_NOTE, "library-nowhere", 0,
			    "no readable process has loaded libhakmem (see ACTIVATION in hakmem(7))");
	if (survey->old_processes)
		doctor_find(doctor, DOCTOR_NOTE, "library-old", 0,
			    "libhakmem %s runs, older than this hakmem-stats; to be up to date restart %zu: %s",
			    survey->old_version, survey->old_processes, survey->old_pids);
}

int doctor_check_system(struct doctor *doctor)
{
	struct model_process *processes = NULL;
	struct survey survey = { 0 };
	size_t count = 0, denied = 0;

	if (model_read_all(&doctor->options->source, false, &processes, &count, &denied) != 0)
		return cli_report_source(doctor->options);
	doctor_check_settings(doctor);
	for (size_t index = 0; index < count; index++)
		survey_process(doctor, &survey, &processes[index]);
	model_free_all(processes, count);
	report_copies(doctor, &survey);
	doctor_find(doctor, DOCTOR_OK, "processes", 0, "processes with numbers: %zu, small: %zu, off: %zu, without for "
		    "other reasons: %zu (hakmem-stats list --all)", survey.shown, survey.small, survey.off, survey.other);
	if (survey.denied + denied)
		doctor_find(doctor, DOCTOR_NOTE, "denied", 0, "processes not readable: %zu%s", survey.denied + denied,
			    geteuid() ? "; run as root to see all" : "");
	return OUTCOME_OK;
}
