/* SPDX-License-Identifier: MIT
 *
 * cli/discover.c - scanning PROCFS/PID/maps and opening what looks like a chunk.
 *
 * Three ways to the bytes, tried in this order and remembered for the process:
 *   map_files  the mapping's own file, opened without its name: it can be looked at (fstat) before
 *              it is read, and pages that nobody has touched stay unallocated.  For root.
 *   process_vm_readv  for the process's owner, where the numbers of this procfs are ours.  Touching
 *              a page allocates it, at most a chunk's worth, in the process that is being read.
 *   mem        PROCFS/PID/mem, likewise: where they are not, or where a sandbox of ours refuses
 *              the call.  Slower: a page at a time, so fewer rows are of one moment.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/discover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#define NAMELESS "/dev/zero (deleted)"
#define NAMED_PREFIX "/dev/shm/hakmem."
#define LIBRARY_PREFIX "libhakmem.so"

enum {
	MAPS_LINES_MAX = 2 * 1000 * 1000, /* above every vm.max_map_count seen; keeps a scan finite */
	MAPS_BUFFER_BYTES = 64 * 1024,
	TMPFS_KEPT = 8,
};

struct mapping {
	uint64_t start, end, offset;
	dev_t device;
	uint64_t inode;
	char permissions[5];
	const char *name;
};

struct scan {
	const struct process_info *info;
	struct discover_result *result;
	dev_t nameless_device;
	bool nameless_device_known;
	bool map_files_refused;  /* once refused, always refused: do not ask 4096 times */
	bool tracing_refused;
	bool memory_refused;
	size_t room;             /* in result->chunks */
	struct {
		dev_t device;
		bool is_tmpfs;
	} named[TMPFS_KEPT];
	unsigned named_count;
};

/* ---- copying ----------------------------------------------------------------------------------- */

static bool copy_from_file(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	char *at = to;

	while (bytes > 0) {
		ssize_t got = pread(chunk->file, at, bytes, (off_t)(chunk->base + offset));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got < 0 ? errno : ESRCH; /* an ended process's mem is empty */
			return false;
		}
		at += got;
		offset += (size_t)got;
		bytes -= (size_t)got;
	}
	return true;
}

static bool copy_from_process(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	char *at = to;

	while (bytes > 0) {
		struct iovec here = { .iov_base = at, .iov_len = bytes };
		/* An address of the other process: a number to us. */
		struct iovec there = { .iov_base = (void *)(uintptr_t)(chunk->base + offset), .iov_len = bytes };
		ssize_t got = process_vm_readv(chunk->pid, &here, 1, &there, 1, 0);

		if (got <= 0) {
			errno = got < 0 ? errno : EFAULT;
			return false;
		}
		at += got;
		offset += (size_t)got;
		bytes -= (size_t)got;
	}
	return true;
}

/* ---- maps -------------------------------------------------------------------------------------- */

/* "start-end perms offset major:minor inode   name" */
static bool parse_mapping(char *line, struct mapping *mapping)
{
	unsigned device_major, device_minor;
	int name = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &mapping->start,
		   &mapping->end, mapping->permissions, &mapping->offset, &device_major, &device_minor,
		   &mapping->inode, &name) < 7 ||
	    name == 0 || mapping->end <= mapping->start)
		return false;
	mapping->device = makedev(device_major, device_minor);
	mapping->name = line + name;
	return true;
}

/* The device of nameless shared memory: that of a mapping of our own. */
static bool find_nameless_device(dev_t *device)
{
	static dev_t found;
	static bool known;
	size_t room = 0, bytes = (size_t)sysconf(_SC_PAGESIZE);
	char *line = NULL;
	void *own;
	FILE *maps;

	if (known) {
		*device = found;
		return true;
	}
	own = mmap(NULL, bytes, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (own == MAP_FAILED)
		return false;
	maps = fopen("/proc/self/maps", "re");
	while (maps && !known && getline(&line, &room, maps) > 0) {
		struct mapping mapping;

		if (parse_mapping(line, &mapping) && mapping.start <= (uintptr_t)own && (uintptr_t)own < mapping.end) {
			found = mapping.device;
			known = true;
		}
	}
	free(line);
	if (maps)
		fclose(maps);
	munmap(own, bytes);
	*device = found;
	return known;
}

/* The kernel's word, not the file system's: a FUSE file system cannot call itself "tmpfs" there,
 * and it is not asked, so it cannot keep us waiting. */
/* FILE is a mountinfo, and closed here. */
static bool lists_tmpfs(int file, dev_t device)
{
	FILE *mounts = file >= 0 ? fdopen(file, "r") : NULL;
	char *line = NULL;
	size_t room = 0;
	bool answer = false;

	while (mounts && !answer && getline(&line, &room, mounts) > 0) {
		unsigned device_major, device_minor;
		const char *type = strstr(line, " - ");

		answer = type && strncmp(type, " - tmpfs ", 9) == 0 &&
			 sscanf(line, "%*d %*d %u:%u", &device_major, &device_minor) == 2 &&
			 makedev(device_major, device_minor) == device;
	}
	free(line);
	if (mounts)
		fclose(mounts);
	else if (file >= 0)
		close(file);
	return answer;
}

static bool is_tmpfs(struct scan *scan, dev_t device)
{
	bool answer;

	for (unsigned index = 0; index < scan->named_count; index++)
		if (scan->named[index].device == device)
			return scan->named[index].is_tmpfs;
	if (scan->named_count == TMPFS_KEPT)
		return false;
	answer = lists_tmpfs(openat(scan->info->folder, "mountinfo", O_RDONLY | O_CLOEXEC), device);
	/* A process in a chroot sees only the mounts below its root, but numbers of devices are the
	 * same for all. */
	if (!answer && scan->info->own_procfs)
		answer = lists_tmpfs(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC), device);
	scan->named[scan->named_count].device = device;
	scan->named[scan->named_count++].is_tmpfs = answer;
	return answer;
}

/* ---- opening ----------------------------------------------------------------------------------- */

/* FOLDER/PATH, only if it is the regular file that the maps spoke of and has a chunk's size;
 * nothing is opened for reading before that is known.  -1 with errno. */
static int open_if_chunk(int folder, const char *path, int flags, const struct mapping *mapping, uint64_t *bytes)
{
	int handle = openat(folder, path, O_PATH | O_CLOEXEC | flags), file, error;
	struct stat found;
	char link[40];

	if (handle < 0)
		return -1;
	error = ENOENT;
	file = -1;
	if (fstat(handle, &found) == 0 && S_ISREG(found.st_mode) && found.st_dev == mapping->device &&
	    found.st_ino == mapping->inode && found.st_size >= (off_t)sizeof(struct hak_stats_header) &&
	    found.st_size <= SEGMENT_CHUNK_BYTES_MAX) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
		file = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		error = errno;
		*bytes = (uint64_t)found.st_size;
	}
	close(handle);
	errno = error;
	return file;
}

static bool is_refusal(int error)
{
	return error == EPERM || error == EACCES || error == ENOSYS;
}

/* Read the header of CHUNK; true when it could be read. */
static bool try_header(struct segment_chunk *chunk, unsigned char *header)
{
	return chunk->copy(chunk, 0, header, sizeof(struct hak_stats_header));
}

/* The header's bytes and how to copy the rest; false with errno when there is no way. */
static bool open_chunk(struct scan *scan, const struct mapping *mapping, bool named, struct segment_chunk *chunk,
		       unsigned char *header, uint64_t *limit_bytes)
{
	int error = ENOENT, file;

	*chunk = (struct segment_chunk){ .file = -1, .pid = scan->info->pid };
	*limit_bytes = mapping->end - mapping->start;
	if (!scan->map_files_refused || named) {
		char path[64];
		uint64_t bytes = 0;

		chunk->copy = copy_from_file;
		file = -1;
		if (!scan->map_files_refused) {
			snprintf(path, sizeof path, "map_files/%" PRIx64 "-%" PRIx64, mapping->start, mapping->end);
			file = open_if_chunk(scan->info->folder, path, 0, mapping, &bytes);
			error = errno;
			scan->map_files_refused = file < 0 && is_refusal(error);
		}
		/* A named file may be open to those who may not look into the process. */
		if (file < 0 && named) {
			file = open_if_chunk(AT_FDCWD, mapping->name, O_NOFOLLOW, mapping, &bytes);
			error = file < 0 && errno == ENOENT ? EPERM : errno; /* unlinked, or of another root */
		}
		chunk->file = file;
		if (file >= 0) {
			*limit_bytes = bytes;
			if (try_header(chunk, header))
				return true;
			error = errno;
			close(file);
		}
		/* The mapping is gone, say: what lies at its address now was not asked for. */
		if (file >= 0 || !is_refusal(error))
			goto refused;
	}
	chunk->base = mapping->start;
	if (scan->info->own_procfs && !scan->tracing_refused) {
		chunk->copy = copy_from_process;
		if (try_header(chunk, header))
			return true;
		error = errno;
		scan->tracing_refused = is_refusal(error);
		if (!scan->tracing_refused)
			goto refused;
	}
	if (scan->result->memory_file < 0 && !scan->memory_refused) {
		scan->result->memory_file = openat(scan->info->folder, "mem", O_RDONLY | O_CLOEXEC);
		scan->memory_refused = scan->result->memory_file < 0;
	}
	if (scan->memory_refused) {
		error = EPERM;
		goto refused;
	}
	chunk->copy = copy_from_file;
	chunk->file = scan->result->memory_file;
	if (try_header(chunk, header))
		return true;
	error = errno;
refused:
	chunk->file = -1;
	errno = error;
	return false;
}

static void look_at(struct scan *scan, const struct mapping *mapping, bool named)
{
	struct discover_result *result = scan->result;
	struct discover_chunk found = { .verdict = SEGMENT_NOT_A_CHUNK };
	unsigned char header[sizeof(struct hak_stats_header)];
	uint64_t limit_bytes;

	if (result->candidates == DISCOVER_CANDIDATES_MAX || result->count == SEGMENT_CHUNKS_MAX) {
		result->cut = true;
		return;
	}
	result->candidates++;
	if (!open_chunk(scan, mapping, named, &found.chunk, header, &limit_bytes)) {
		if (errno != ENOENT) {
			result->unreadable++;
			result->unreadable_error = errno;
		}
		return;
	}
	found.verdict = segment_check(header, limit_bytes, &found.chunk.header, found.reason, sizeof found.reason);
	if (found.verdict != SEGMENT_NOT_A_CHUNK) {
		if (result->count == scan->room) {
			size_t room = scan->room ? scan->room * 2 : 8;
			struct discover_chunk *chunks = realloc(result->chunks, room * sizeof *chunks);

			if (chunks) {
				result->chunks = chunks;
				scan->room = room;
			}
		}
		if (result->count < scan->room) {
			result->chunks[result->count++] = found;
			return;
		}
	}
	if (found.chunk.file >= 0 && found.chunk.file != result->memory_file)
		close(found.chunk.file);
}

int discover_chunks(const struct process_info *info, struct discover_result *result)
{
	struct scan scan = { .info = info, .result = result };
	int file = openat(info->folder, "maps", O_RDONLY | O_CLOEXEC), error = 0;
	FILE *maps = file >= 0 ? fdopen(file, "r") : NULL;
	size_t room = 0, lines = 0;
	char *line = NULL;

	*result = (struct discover_result){ .memory_file = -1 };
	if (!maps) {
		error = errno;
		if (file >= 0)
			close(file);
		return error;
	}
	setvbuf(maps, NULL, _IOFBF, MAPS_BUFFER_BYTES); /* a system call each 64 KiB instead of each 1 KiB */
	scan.nameless_device_known = find_nameless_device(&scan.nameless_device);
	errno = 0;
	while (lines++ < MAPS_LINES_MAX && getline(&line, &room, maps) > 0) {
		struct mapping mapping;
		const char *last_part;
		bool named;

		/* Taking a line apart is what a scan of all processes costs: most lines are neither. */
		if (result->program_mapped && !strstr(line, " rw-s ") && !strstr(line, LIBRARY_PREFIX))
			continue;
		if (!parse_mapping(line, &mapping))
			continue;
		result->program_mapped = true;
		line[strcspn(line, "\n")] = '\0';
		last_part = strrchr(mapping.name, '/');
		if (last_part && strncmp(last_part + 1, LIBRARY_PREFIX, sizeof LIBRARY_PREFIX - 1) == 0)
			result->library_mapped = true;

		/* A chunk's beginning, in a mapping that is no larger than a chunk may be.  The rest of
		 * a mapping that was split has an offset. */
		if (strcmp(mapping.permissions, "rw-s") != 0 || mapping.offset != 0 ||
		    mapping.end - mapping.start > SEGMENT_CHUNK_BYTES_MAX ||
		    mapping.end - mapping.start < sizeof(struct hak_stats_header))
			continue;
		/* No folder below: walking there could follow a link of the process's choice. */
		named = strncmp(mapping.name, NAMED_PREFIX, sizeof NAMED_PREFIX - 1) == 0 &&
			!strchr(mapping.name + sizeof NAMED_PREFIX - 1, '/') && is_tmpfs(&scan, mapping.device);
		if (named || (scan.nameless_device_known && mapping.device == scan.nameless_device &&
			      strcmp(mapping.name, NAMELESS) == 0))
			look_at(&scan, &mapping, named);
		errno = 0;
	}
	/* Permission may also be refused, or the process end, while reading. */
	if (ferror(maps))
		error = errno ? errno : EIO;
	free(line);
	fclose(maps);
	if (error)
		discover_clear(result);
	return error;
}

void discover_clear(struct discover_result *result)
{
	for (size_t index = 0; index < result->count; index++) {
		int file = result->chunks[index].chunk.file;

		if (file >= 0 && file != result->memory_file)
			close(file);
	}
	if (result->memory_file >= 0)
		close(result->memory_file);
	free(result->chunks);
	result->chunks = NULL;
	result->count = 0;
	result->memory_file = -1;
}
