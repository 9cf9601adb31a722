/* SPDX-License-Identifier: MIT
 *
 * cli/model.c - from a pid or a core file to a filled struct model_process.
 *
 * Owns the states of a process and the one line that says why there are no numbers when there are
 * none and what to do about it.  The work is done below: process_info asks the kernel, discover
 * finds chunks, owner chooses among them, segment adds them up.  Called by the commands.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/core_file.h"
#include "cli/discover.h"
#include "cli/model.h"
#include "cli/owner.h"
#include "cli/process_info.h"
#include "cli/segment.h"

enum {
	LOOKS = 3, /* a chunk may be in the making while the maps are read */
	PAUSE_BETWEEN_LOOKS_NS = 1000 * 1000,
};

static enum outcome fail(struct model_process *process, const char *state, enum outcome outcome, const char *text)
{
	const char *name = process->comm[0] ? process->comm : "?";

	process->state = state;
	process->outcome = outcome;
	snprintf(process->reason, sizeof process->reason, "%ld (%s): %s", (long)process->pid, name, text);
	return outcome;
}

static enum outcome fail_gone(struct model_process *process, pid_t pid)
{
	process->state = "exited";
	process->outcome = OUTCOME_NO_PROCESS;
	snprintf(process->reason, sizeof process->reason, "no process %ld", (long)pid);
	return OUTCOME_NO_PROCESS;
}

static void free_numbers(struct model_process *process)
{
	free(process->classes);
	free(process->threads);
	free(process->superslabs);
	process->classes = NULL;
	process->threads = NULL;
	process->superslabs = NULL;
	process->class_count = process->thread_count = process->superslab_count = 0;
}

/* Nothing can be shown: the most telling of what was found instead. */
static enum outcome explain(const struct discover_result *found, const struct owner *owner,
			    struct model_process *process)
{
	const struct discover_chunk *damaged = NULL, *version = NULL;
	bool inherited = false;
	char text[160];

	for (size_t index = 0; index < found->count; index++) {
		const struct discover_chunk *chunk = &found->chunks[index];
		bool owned = owner_has(&chunk->chunk.header, owner);

		if (chunk->verdict == SEGMENT_VERSION)
			version = chunk;
		else if (!owned)
			inherited = true;
		else if (chunk->verdict == SEGMENT_DAMAGED)
			damaged = chunk;
	}
	if (version) {
		process->format_major = version->chunk.header.major;
		process->format_minor = version->chunk.header.minor;
		snprintf(text, sizeof text, "uses stats ABI %u.x, this hakmem-stats reads %u.x; %s",
			 process->format_major, (unsigned)HAK_STATS_MAJOR,
			 process->format_major > HAK_STATS_MAJOR ? "upgrade hakmem-stats" : "restart the process");
		return fail(process, "version", OUTCOME_VERSION, text);
	}
	if (damaged) {
		snprintf(text, sizeof text, "segment fails check (%s); not shown", damaged->reason);
		return fail(process, "damaged", OUTCOME_DAMAGED, text);
	}
	if (inherited)
		return fail(process, "inherited", OUTCOME_NO_SEGMENT,
			    "has only its parent's segment: its heap has not changed since fork");
	return fail(process, "damaged", OUTCOME_DAMAGED, "segment fails check (no first chunk); not shown");
}

/* ---- live processes ---------------------------------------------------------------------------- */

static int yama_scope(const char *procfs)
{
	char path[4096];
	int scope = 0;
	FILE *file;

	snprintf(path, sizeof path, "%s/sys/kernel/yama/ptrace_scope", procfs);
	file = fopen(path, "re");
	if (file) {
		if (fscanf(file, "%d", &scope) != 1)
			scope = 0;
		fclose(file);
	}
	return scope;
}

static enum outcome fail_denied(const char *procfs, struct model_process *process, int error)
{
	char text[160];
	int scope = yama_scope(procfs);

	if (error != EPERM && error != EACCES)
		snprintf(text, sizeof text, "cannot be read: %s", strerror(error));
	else if (geteuid() == 0)
		snprintf(text, sizeof text, "permission denied even to root (CAP_SYS_PTRACE is missing, or a security module objects)");
	else if (process->uid != geteuid())
		snprintf(text, sizeof text, "permission denied; owned by %s. Use sudo", process->user);
	else if (scope > 0)
		snprintf(text, sizeof text,
			 "permission denied (kernel.yama.ptrace_scope=%d). Use sudo, or start it with HAKMEM_STATS=shm",
			 scope);
	else
		snprintf(text, sizeof text, "permission denied; protected although yours (set-user-ID?). Use sudo");
	return fail(process, "denied", OUTCOME_PERMISSION, text);
}

static enum outcome explain_no_chunk(const struct process_info *info, const struct discover_result *found,
				     const char *procfs, struct model_process *process)
{
	char text[128];

	if (found->unreadable > 0 && found->unreadable == found->candidates)
		return fail_denied(procfs, process, found->unreadable_error);
	if (found->cut) {
		snprintf(text, sizeof text, "no segment among its first %u shared mappings; there are more",
			 (unsigned)DISCOVER_CANDIDATES_MAX);
		return fail(process, found->library_mapped ? "small" : "unloaded", OUTCOME_NO_SEGMENT, text);
	}
	if (!found->program_mapped)
		return fail(process, "unloaded", OUTCOME_NO_SEGMENT, "has no memory of its own (kernel thread?)");
	if (!found->library_mapped)
		return fail(process, "unloaded", OUTCOME_NO_SEGMENT, "libhakmem is not loaded");
	if (process_info_has_environment(info, "HAKMEM_MODE=off"))
		return fail(process, "off", OUTCOME_NO_SEGMENT, "libhakmem is switched off (HAKMEM_MODE=off)");
	if (process_info_has_environment(info, "HAKMEM_STATS=off"))
		return fail(process, "off", OUTCOME_NO_SEGMENT, "statistics are switched off (HAKMEM_STATS=off)");
	return fail(process, "small", OUTCOME_NO_SEGMENT,
		    "libhakmem loaded, heap below 1 superslab (HAKMEM_STATS=on to force)");
}

/* Look and look again while chunks contradict each other: one may be in the making. */
static enum outcome read_open(const struct model_source *source, const struct process_info *info,
			      struct model_process *process, struct discover_result *found)
{
	struct owner owner = { .known = true,
				     .pid = info->innermost_pid,
				     .start_boottime_ns = info->same_time_namespace ? process->start_boottime_ns : 0 };
	enum outcome outcome = OUTCOME_DAMAGED;
	char text[96] = "", sentence[160];

	for (int look = 0; look < LOOKS; look++) {
		const struct discover_chunk *core;
		int error;

		if (look > 0) {
			discover_clear(found);
			nanosleep(&(struct timespec){ .tv_nsec = PAUSE_BETWEEN_LOOKS_NS }, NULL);
		}
		error = discover_chunks(info, found);
		if (error == EACCES || error == EPERM)
			return fail_denied(source->procfs, process, error);
		if (error || info->gone)
			return fail_gone(process, info->pid);
		if (found->count == 0)
			return process_info_alive(info) ? explain_no_chunk(info, found, source->procfs, process) :
							  fail_gone(process, info->pid);
		core = owner_choose(found, &owner);
		if (!core)
			return explain(found, &owner, process);

		free_numbers(process);
		outcome = owner_collect(found, core, process, text, sizeof text);
		/* Alive now: then the number was never another process's while memory was read by it. */
		if (outcome == OUTCOME_OK && process_info_alive(info)) {
			process_info_name_threads(info, process);
			process->state = "live";
			process->outcome = OUTCOME_OK;
			return OUTCOME_OK;
		}
		free_numbers(process);
		if (!process_info_alive(info))
			return fail_gone(process, info->pid);
	}
	if (outcome == OUTCOME_DAMAGED) {
		snprintf(sentence, sizeof sentence, "segment fails check (%s); not shown", text);
		return fail(process, "damaged", outcome, sentence);
	}
	/* Alive, but what was mapped at the first look is not mapped now: exec, or a hostile one. */
	return fail(process, "small", OUTCOME_NO_SEGMENT, text[0] ? text : "its segment went away while it was read");
}

/* What model_read knows beyond the model: whether anything speaks of libhakmem at all. */
static enum outcome read_live(const struct model_source *source, pid_t pid, struct model_process *process,
			      bool *maps_denied, bool *ours)
{
	struct process_info info;
	struct discover_result found = { .memory_file = -1 };
	int error = process_info_open(&info, source->procfs, pid);

	*maps_denied = *ours = false;
	memset(process, 0, sizeof *process);
	process->pid = pid;
	if (error == EACCES || error == EPERM)
		return fail_denied(source->procfs, process, error);
	if (error || !process_info_read(&info, process)) {
		process_info_close(&info);
		return fail_gone(process, pid);
	}
	if (info.group_pid != pid) {
		process_info_close(&info);
		fail_gone(process, pid);
		snprintf(process->reason, sizeof process->reason, "no process %ld (a thread of process %ld)", (long)pid,
			 (long)info.group_pid);
		return process->outcome;
	}
	read_open(source, &info, process, &found);
	*ours = found.library_mapped || found.count > 0;
	*maps_denied = process->outcome == OUTCOME_PERMISSION && !found.program_mapped;
	discover_clear(&found);
	process_info_close(&info);
	return process->outcome;
}

/* ---- core files -------------------------------------------------------------------------------- */

static enum outcome read_core(const struct model_source *source, struct model_process *process)
{
	struct core_file core;
	struct owner owner = { .known = false };
	const struct discover_chunk *chosen;
	enum outcome outcome;
	char text[96] = "", sentence[160];

	memset(process, 0, sizeof *process);
	outcome = core_file_open(&core, source->core_file, process, process->reason, sizeof process->reason);
	if (outcome != OUTCOME_OK) {
		process->state = outcome == OUTCOME_PERMISSION ? "denied" :
				 outcome == OUTCOME_NO_PROCESS ? "exited" :
								 "damaged";
		process->outcome = outcome;
		return outcome;
	}
	/* Its notes have no start time; the pid alone tells a forked child's core. */
	if (core.process_known)
		owner = (struct owner){ .known = true, .pid = core.pid };
	chosen = owner_choose(&core.found, &owner);
	if (chosen && !core.process_known)
		process->pid = (pid_t)chosen->chunk.header.pid;
	if (!chosen) {
		outcome = core.found.count > 0 ?
				  explain(&core.found, &owner, process) :
				  fail(process, "unloaded", OUTCOME_NO_SEGMENT,
				       "no segment in the core file (coredump_filter must include shared memory)");
	} else {
		outcome = owner_collect(&core.found, chosen, process, text, sizeof text);
		if (outcome != OUTCOME_OK) {
			free_numbers(process);
			snprintf(sentence, sizeof sentence, "segment fails check (%s); not shown",
				 text[0] ? text : "the core file is cut off");
			outcome = fail(process, "damaged", OUTCOME_DAMAGED, sentence);
		}
	}
	if (outcome == OUTCOME_OK) {
		process->state = "exited";
		process->outcome = OUTCOME_OK;
	}
	core_file_close(&core);
	return outcome;
}

/* ---- the interface ----------------------------------------------------------------------------- */

enum outcome model_read(const struct model_source *source, pid_t pid, struct model_process *process)
{
	bool maps_denied, ours;

	if (source->core_file)
		return read_core(source, process);
	return read_live(source, pid, process, &maps_denied, &ours);
}

static int by_pid(const void *one, const void *other)
{
	pid_t first = *(const pid_t *)one, second = *(const pid_t *)other;

	return (first > second) - (first < second);
}

/* All pids of the source, sorted; -1 with errno. */
static int list_pids(const char *procfs, pid_t **pids, size_t *count)
{
	DIR *folder = opendir(procfs);
	const struct dirent *entry;
	size_t room = 0;

	*pids = NULL;
	*count = 0;
	if (!folder)
		return -1;
	while ((entry = readdir(folder)) != NULL) {
		char *end;
		long value;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		value = strtol(entry->d_name, &end, 10);
		if (*end != '\0' || value <= 0 || (pid_t)value != value)
			continue;
		if (*count == room) {
			pid_t *more = realloc(*pids, (room = room ? room * 2 : 256) * sizeof *more);

			if (!more) {
				free(*pids);
				closedir(folder);
				errno = ENOMEM;
				return -1;
			}
			*pids = more;
		}
		(*pids)[(*count)++] = (pid_t)value;
	}
	closedir(folder);
	if (*count > 0)
		qsort(*pids, *count, sizeof **pids, by_pid);
	return 0;
}

int model_read_all(const struct model_source *source, bool all, struct model_process **processes, size_t *count,
		   size_t *denied)
{
	size_t pid_count = 0, room = 0;
	pid_t *pids = NULL;

	*processes = NULL;
	*count = *denied = 0;
	if (!source->core_file && list_pids(source->procfs, &pids, &pid_count) != 0)
		return -1;
	if (source->core_file)
		pid_count = 1;
	for (size_t index = 0; index < pid_count; index++) {
		struct model_process *process;
		bool maps_denied = false, ours = true;

		if (*count == room) {
			size_t more_room = room ? room * 2 : 16;
			struct model_process *more = realloc(*processes, more_room * sizeof *more);

			if (!more) {
				model_free_all(*processes, *count);
				free(pids);
				*processes = NULL;
				*count = 0;
				errno = ENOMEM;
				return -1;
			}
			*processes = more;
			room = more_room;
		}
		process = &(*processes)[*count];
		if (source->core_file)
			read_core(source, process);
		else
			read_live(source, pids[index], process, &maps_denied, &ours);
		*denied += maps_denied;
		/* What ended while we looked is not even "all". */
		if (ours || (all && process->outcome != OUTCOME_NO_PROCESS))
			++*count;
		else
			model_process_clear(process);
	}
	free(pids);
	return 0;
}

void model_process_clear(struct model_process *process)
{
	free_numbers(process);
	memset(process, 0, sizeof *process);
}

void model_free_all(struct model_process *processes, size_t count)
{
	for (size_t index = 0; index < count; index++)
		model_process_clear(&processes[index]);
	free(processes);
}

bool model_read_resident(const struct model_source *source, pid_t pid, struct model_resident *resident)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "Rss:", offsetof(struct model_resident, rss_bytes) },
		{ "Pss:", offsetof(struct model_resident, pss_bytes) },
		{ "Private_Dirty:", offsetof(struct model_resident, private_dirty_bytes) },
		{ "AnonHugePages:", offsetof(struct model_resident, anonymous_huge_bytes) },
	};
	struct process_info info;
	char text[4096];
	ssize_t length = -1;

	memset(resident, 0, sizeof *resident);
	if (source->core_file)
		return false;
	if (process_info_open(&info, source->procfs, pid) == 0)
		length = process_info_slurp(&info, "smaps_rollup", text, sizeof text);
	process_info_close(&info);
	for (size_t index = 0; length > 0 && index < sizeof fields / sizeof fields[0]; index++) {
		const char *line = strstr(text, fields[index].name);
		uint64_t bytes = line ? strtoull(line + strlen(fields[index].name), NULL, 10) * 1024 : 0;

		memcpy((char *)resident + fields[index].offset, &bytes, sizeof bytes);
	}
	return length > 0;
}
