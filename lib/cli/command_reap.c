/* SPDX-License-Identifier: MIT
 *
 * cli/command_reap.c - hakmem-stats reap: remove what killed processes left in /dev/shm.
 *
 * Only HAKMEM_STATS=shm makes files there, and a process that is killed cannot remove its own.  The
 * library never deletes files: a "delete if stale" in every process would sooner or later delete
 * a living one's.  Here it is done by hand, with these rules: a regular file of the right name,
 * owned by the caller (root: anybody's), that no process maps.  A file of the last seconds is left alone: its
 * process may be between open and mmap.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"

#define FOLDER "/dev/shm"
#define PREFIX "hakmem."

enum { YOUNG_SECONDS = 10 };

struct mapped_files {
	ino_t *inodes;
	size_t count, room;
	bool incomplete; /* a process of the same user whose maps may not be read */
};

static bool remember(struct mapped_files *files, ino_t inode)
{
	if (files->count == files->room) {
		size_t room = files->room ? files->room * 2 : 64;
		ino_t *inodes = realloc(files->inodes, room * sizeof(*inodes));

		if (!inodes)
			return false;
		files->inodes = inodes;
		files->room = room;
	}
	files->inodes[files->count++] = inode;
	return true;
}

/* The inodes of all FOLDER/PREFIX files in one process's maps. */
static bool read_maps(const char *procfs, const char *pid, struct mapped_files *files)
{
	char path[300];
	char *line = NULL;
	size_t line_room = 0;
	bool fine = true;
	FILE *maps;

	snprintf(path, sizeof(path), "%s/%s/maps", procfs, pid);
	maps = fopen(path, "re");
	if (!maps) {
		if (errno == EACCES)
			files->incomplete = true;
		return true;
	}
	while (fine && getline(&line, &line_room, maps) > 0) {
		unsigned long inode;

		if (strstr(line, " " FOLDER "/" PREFIX) && sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1)
			fine = remember(files, (ino_t)inode);
	}
	if (ferror(maps))
		files->incomplete = true;
	free(line);
	fclose(maps);
	return fine;
}

static bool read_all_maps(const char *procfs, struct mapped_files *files)
{
	DIR *folder = opendir(procfs);
	struct dirent *entry;
	bool fine = true;

	if (!folder)
		return false;
	while (fine && (entry = readdir(folder))) {
		if (isdigit((unsigned char)entry->d_name[0]))
			fine = read_maps(procfs, entry->d_name, files);
	}
	closedir(folder);
	return fine;
}

static bool is_mapped(const struct mapped_files *files, ino_t inode)
{
	for (size_t index = 0; index < files->count; index++) {
		if (files->inodes[index] == inode)
			return true;
	}
	return false;
}

/* hakmem.UID.SIXTEEN-HEX-DIGITS and nothing else. */
static bool is_our_name(const char *name)
{
	const char *at = name + strlen(PREFIX);
	size_t digits;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return false;
	digits = strspn(at, "0123456789");
	if (!digits || at[digits] != '.')
		return false;
	at += digits + 1;
	return strspn(at, "0123456789abcdef") == 16 && !at[16];
}

int command_reap(int argc, char **argv, const struct cli_options *options)
{
	struct mapped_files files = { 0 };
	struct dirent *entry;
	size_t removed = 0, kept = 0;
	int outcome = OUTCOME_OK;
	time_t started = time(NULL);
	DIR *folder;

	if (argc > 1) {
		cli_error("reap takes no arguments, not '%s'", argv[1]);
		return OUTCOME_USAGE;
	}
	folder = opendir(FOLDER);
	if (!folder)
		return OUTCOME_OK; /* nowhere to leave anything */
	if (!read_all_maps(options->source.procfs, &files)) {
		cli_error("%s cannot be read: %s", options->source.procfs, strerror(errno));
		outcome = OUTCOME_PERMISSION;
	} else if (files.incomplete && geteuid() != 0) {
		/* Another user's processes cannot map our files, but a set-user-ID one of ours can. */
		cli_note(options, "some processes may not be read; what they use is told by the owner alone");
	}
	while (outcome == OUTCOME_OK && (entry = readdir(folder))) {
		struct stat status;

		if (!is_our_name(entry->d_name) ||
		    fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
			continue;
		if ((geteuid() != 0 && status.st_uid != geteuid()) || is_mapped(&files, status.st_ino) ||
		    status.st_ctime + YOUNG_SECONDS > started) {
			kept++;
			continue;
		}
		/* A name is never used twice (64 random bits), so what we looked at is what goes. */
		if (unlinkat(dirfd(folder), entry->d_name, 0) == 0) {
			removed++;
		} else {
			cli_error("%s/%s cannot be removed: %s", FOLDER, entry->d_name, strerror(errno));
			outcome = OUTCOME_PARTIAL;
		}
	}
	closedir(folder);
	free(files.inodes);
	if (outcome != OUTCOME_PERMISSION)
		printf("%zu removed, %zu in use or another user's\n", removed, kept);
	return outcome;
}
