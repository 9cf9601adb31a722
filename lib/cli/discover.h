/* SPDX-License-Identifier: MIT
 *
 * cli/discover.h - which mappings of a live process are chunks, and how to copy from them.
 *
 * Owns every decision about what of a foreign process is opened.  A mapping is a candidate only
 * when the kernel says that it is a nameless shared one (of the same internal file system as one
 * that the reader makes itself), or a file of the named mode on a tmpfs; no driver's and no
 * network file system's code is ever asked for anything, because it could keep the reader for
 * ever.  Nothing is mapped: a file that shrinks would end the reader with SIGBUS.
 *
 * Called by cli/model.
 */
#ifndef HAKMEM_CLI_DISCOVER_H
#define HAKMEM_CLI_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/process_info.h"
#include "cli/segment.h"

enum {
	DISCOVER_CANDIDATES_MAX = 4096, /* mappings that are opened; a hostile process has many more */
};

/* Something that begins with the magic. */
struct discover_chunk {
	struct segment_chunk chunk;
	enum segment_verdict verdict;
	char reason[80];
};

struct discover_result {
	struct discover_chunk *chunks;
	size_t count;
	size_t candidates;       /* that were looked at */
	bool cut;                /* there were more than are looked at */
	size_t unreadable;       /* candidates that the kernel did not let us copy from */
	int unreadable_error;
	bool library_mapped;     /* libhakmem.so is */
	bool program_mapped;     /* anything is: not a kernel thread */
	int memory_file;         /* PROCFS/PID/mem, or -1 */
};

/* Look through the maps of a process.  0, or the errno that says why its maps cannot be read. */
int discover_chunks(const struct process_info *info, struct discover_result *result);
void discover_clear(struct discover_result *result);

#endif
