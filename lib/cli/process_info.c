/* SPDX-License-Identifier: MIT
 *
 * cli/process_info.c - reading PROCFS/PID/{status,stat,statm,comm,cgroup,exe,task}.
 *
 * All of these are text of the kernel with parts that the process chose: the name in "stat" may
 * hold blanks and brackets, so it is skipped from its end; "status" escapes it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/process_info.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	THREAD_NAMES_MAX = 4096, /* each costs an open; the count comes from the segment */
	USER_NAMES_KEPT = 32,
};

/* ---- texts ------------------------------------------------------------------------------------- */

/* Length of the UTF-8 character at FROM, 0 when there is none. */
static size_t utf8_length(const unsigned char *from, size_t bytes, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = from[0] < 0x80 ? 1 : from[0] >> 5 == 6 ? 2 : from[0] >> 4 == 14 ? 3 : from[0] >> 3 == 30 ? 4 : 0;

	if (length == 0 || length > bytes)
		return 0;
	*character = length == 1 ? from[0] : from[0] & (0x7Fu >> length);
	for (size_t index = 1; index < length; index++) {
		if (from[index] >> 6 != 2)
			return 0;
		*character = *character << 6 | (from[index] & 0x3F);
	}
	if (*character < smallest[length] || *character > 0x10FFFF || (*character >= 0xD800 && *character < 0xE000))
		return 0;
	return length;
}

static bool is_printable(uint32_t character)
{
	return character >= 0x20 && !(character >= 0x7F && character < 0xA0) &&
	       !(character >= 0x200B && character <= 0x200F) && !(character >= 0x2028 && character <= 0x202E) &&
	       !(character >= 0x2060 && character <= 0x206F) && character != 0xFEFF;
}

void process_info_escape(char *to, size_t to_bytes, const char *from, size_t from_bytes)
{
	const unsigned char *at = (const unsigned char *)from;
	size_t used = 0;

	while (from_bytes > 0) {
		uint32_t character = 0;
		size_t length = utf8_length(at, from_bytes, &character);
		bool whole = length > 0 && is_printable(character);
		size_t step = length > 0 ? length : 1;
		size_t wanted = whole ? step : step * 4;

		if (used + wanted + 1 > to_bytes)
			break;
		if (whole)
			memcpy(to + used, at, step);
		else
			for (size_t index = 0; index < step; index++)
				snprintf(to + used + index * 4, 5, "\\x%02x", at[index]);
		used += wanted;
		at += step;
		from_bytes -= step;
	}
	to[used] = '\0';
}

/* ---- files ------------------------------------------------------------------------------------- */

ssize_t process_info_slurp(const struct process_info *info, const char *path, char *to, size_t to_bytes)
{
	int file = openat(info->folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t used = 0;

	to[0] = '\0';
	if (file < 0)
		return -1;
	while (used + 1 < to_bytes) {
		ssize_t got = read(file, to + used, to_bytes - 1 - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && used == 0) {
			int error = errno;

			close(file);
			errno = error;
			return -1;
		}
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	close(file);
	to[used] = '\0';
	return (ssize_t)used;
}

/* The text behind "NAME:" in the lines of "status". */
static const char *status_field(const char *status, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = status; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) == 0 && line[length] == ':')
			return line + length + 1;
	}
	return NULL;
}

int process_info_open(struct process_info *info, const char *procfs, pid_t pid)
{
	struct stat ours, given;
	char path[4096];

	*info = (struct process_info){ .folder = -1, .pid = pid, .innermost_pid = (uint32_t)pid, .group_pid = pid };
	info->own_procfs = stat("/proc", &ours) == 0 && stat(procfs, &given) == 0 && ours.st_dev == given.st_dev;
	if (snprintf(path, sizeof path, "%s/%ld", procfs, (long)pid) >= (int)sizeof path)
		return ENAMETOOLONG;
	info->folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return info->folder < 0 ? errno : 0;
}

void process_info_close(struct process_info *info)
{
	if (info->folder >= 0)
		close(info->folder);
	info->folder = -1;
}

bool process_info_alive(const struct process_info *info)
{
	struct stat seen;

	return fstatat(info->folder, "stat", &seen, 0) == 0;
}

/* ---- fields ------------------------------------------------------------------------------------ */

/* getpwuid may ask a server each time; a list has few owners.  Not for threads. */
static void read_user(uid_t uid, char *to, size_t to_bytes)
{
	static struct {
		uid_t uid;
		char name[64];
	} kept[USER_NAMES_KEPT];
	static unsigned count;
	struct passwd *entry;
	char digits[16];

	for (unsigned index = 0; index < count && index < USER_NAMES_KEPT; index++)
		if (kept[index].uid == uid) {
			snprintf(to, to_bytes, "%s", kept[index].name);
			return;
		}
	entry = getpwuid(uid);
	snprintf(digits, sizeof digits, "%lu", (unsigned long)uid);
	if (entry && entry->pw_name && entry->pw_name[0])
		process_info_escape(to, to_bytes, entry->pw_name, strlen(entry->pw_name));
	else
		snprintf(to, to_bytes, "%s", digits);
	kept[count % USER_NAMES_KEPT].uid = uid;
	snprintf(kept[count % USER_NAMES_KEPT].name, sizeof kept[0].name, "%s", to);
	count = count + 1 < 2 * USER_NAMES_KEPT ? count + 1 : USER_NAMES_KEPT;
}

/* The innermost part of a control group's path that systemd calls a service or a scope. */
static void unit_of(const char *path, char *to, size_t to_bytes)
{
	const char *end = path + strlen(path);

	to[0] = '\0';
	while (end > path) {
		const char *start = end;
		size_t length;

		while (start > path && start[-1] != '/')
			start--;
		length = (size_t)(end - start);
		if ((length > 8 && memcmp(end - 8, ".service", 8) == 0) ||
		    (length > 6 && memcmp(end - 6, ".scope", 6) == 0)) {
			process_info_escape(to, to_bytes, start, length);
			return;
		}
		end = start > path ? start - 1 : path;
	}
}

/* "0::/path" is the unified hierarchy; where an older one is mounted too and the unified path is
 * "/", systemd's own says more. */
static void read_cgroup(const struct process_info *info, struct model_process *process)
{
	char text[8192], *rest = text;
	const char *chosen = NULL;

	if (process_info_slurp(info, "cgroup", text, sizeof text) < 0)
		return;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char *first = strchr(line, ':'), *path = first ? strchr(first + 1, ':') : NULL;
		bool unified = path && path == first + 1, by_systemd = path && strncmp(first, ":name=systemd:", 14) == 0;

		if (!unified && !by_systemd)
			continue;
		if (!chosen || strcmp(chosen, "/") == 0)
			chosen = path + 1;
	}
	if (!chosen)
		return;
	process_info_escape(process->cgroup, sizeof process->cgroup, chosen, strlen(chosen));
	unit_of(chosen, process->unit, sizeof process->unit);
}

static void read_times_and_sizes(struct process_info *info, struct model_process *process)
{
	char text[1024], *field;
	unsigned long long pages;

	if (process_info_slurp(info, "stat", text, sizeof text) > 0 && (field = strrchr(text, ')')) != NULL) {
		unsigned long long ticks = 0;
		int number = 2;

		/* Field 3 is the state, 22 the start; blanks separate. */
		for (field = strchr(field, ' '); field && number < 22; field = strchr(field + 1, ' ')) {
			number++;
			if (number == 3)
				info->gone = field[1] == 'Z' || field[1] == 'X';
			if (number == 22)
				ticks = strtoull(field + 1, NULL, 10);
		}
		process->start_boottime_ns = ticks * (1000000000ull / (unsigned long long)sysconf(_SC_CLK_TCK));
	}
	if (process_info_slurp(info, "statm", text, sizeof text) > 0 && sscanf(text, "%*u %llu", &pages) == 1)
		process->rss_bytes = pages * (unsigned long long)sysconf(_SC_PAGESIZE);
}

static void read_status(struct process_info *info, struct model_process *process)
{
	char text[8192];
	const char *field;

	if (process_info_slurp(info, "status", text, sizeof text) < 0)
		return;
	/* Real, effective: the second is what the process may do now. */
	if ((field = status_field(text, "Uid")) != NULL) {
		char *next;

		strtoul(field, &next, 10);
		process->uid = (uid_t)strtoul(next, NULL, 10);
	}
	if ((field = status_field(text, "Tgid")) != NULL)
		info->group_pid = (pid_t)strtol(field, NULL, 10);
	if ((field = status_field(text, "NSpid")) != NULL) {
		int levels = 0;

		/* One number for each namespace below the one of this procfs; the last is its own. */
		while (*field == '\t' || *field == ' ') {
			char *next;
			unsigned long value = strtoul(field, &next, 10);

			if (next == field)
				break;
			info->innermost_pid = (uint32_t)value;
			levels++;
			field = next;
		}
		info->nested = levels > 1;
	}
}

bool process_info_read(struct process_info *info, struct model_process *process)
{
	char text[4096], theirs[64], ours[64];
	ssize_t length;

	process->pid = info->pid;
	read_status(info, process);
	read_user(process->uid, process->user, sizeof process->user);
	read_times_and_sizes(info, process);
	read_cgroup(info, process);

	length = process_info_slurp(info, "comm", text, sizeof text);
	if (length > 0)
		process_info_escape(process->comm, sizeof process->comm, text,
				    (size_t)length - (text[length - 1] == '\n'));
	length = readlinkat(info->folder, "exe", text, sizeof text);
	if (length > 0)
		process_info_escape(process->executable, sizeof process->executable, text, (size_t)length);

	/* A time namespace moves the clock that the library stamps its segment with. */
	length = readlinkat(info->folder, "ns/time", theirs, sizeof theirs - 1);
	theirs[length > 0 ? length : 0] = '\0';
	length = readlink("/proc/self/ns/time", ours, sizeof ours - 1);
	ours[length > 0 ? length : 0] = '\0';
	info->same_time_namespace = strcmp(theirs, ours) == 0;
	return process_info_alive(info);
}

bool process_info_has_environment(const struct process_info *info, const char *name_and_value)
{
	size_t bytes = 128 * 1024;
	char *text = malloc(bytes);
	ssize_t length = text ? process_info_slurp(info, "environ", text, bytes) : -1;
	bool found = false;

	for (ssize_t at = 0; at < length && !found; at += (ssize_t)strlen(text + at) + 1)
		found = strcmp(text + at, name_and_value) == 0;
	free(text);
	return found;
}

/* ---- threads ----------------------------------------------------------------------------------- */

static void name_one(const struct process_info *info, const char *tid, struct model_thread *thread)
{
	char path[64], text[64];
	ssize_t length;

	snprintf(path, sizeof path, "task/%.20s/comm", tid);
	length = process_info_slurp(info, path, text, sizeof text);
	if (length > 0)
		process_info_escape(thread->name, sizeof thread->name, text,
				    (size_t)length - (text[length - 1] == '\n'));
}

/* In a pid namespace the segment's thread ids are not the ones of our procfs: look through all. */
static void name_nested(const struct process_info *info, struct model_process *process)
{
	int file = openat(info->folder, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = file >= 0 ? fdopendir(file) : NULL;
	const struct dirent *entry;
	unsigned seen = 0;

	if (!tasks) {
		if (file >= 0)
			close(file);
		return;
	}
	while ((entry = readdir(tasks)) != NULL && seen++ < THREAD_NAMES_MAX) {
		char path[64], text[8192];
		const char *field, *last;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "task/%.20s/status", entry->d_name);
		if (process_info_slurp(info, path, text, sizeof text) < 0)
			continue;
		field = status_field(text, "NSpid");
		if (!field)
			continue;
		last = field + strcspn(field, "\n");
		while (last > field && last[-1] != '\t' && last[-1] != ' ')
			last--;
		for (size_t index = 0; index < process->thread_count; index++)
			if (process->threads[index].state == HAK_STATS_THREAD_LIVE &&
			    process->threads[index].tid == strtoul(last, NULL, 10))
				name_one(info, entry->d_name, &process->threads[index]);
	}
	closedir(tasks);
}

void process_info_name_threads(const struct process_info *info, struct model_process *process)
{
	if (info->nested) {
		name_nested(info, process);
		return;
	}
	for (size_t index = 0; index < process->thread_count && index < THREAD_NAMES_MAX; index++) {
		char tid[16];

		if (process->threads[index].state != HAK_STATS_THREAD_LIVE)
			continue;
		snprintf(tid, sizeof tid, "%" PRIu32, process->threads[index].tid);
		name_one(info, tid, &process->threads[index]);
	}
}
