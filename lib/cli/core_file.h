/* SPDX-License-Identifier: MIT
 *
 * cli/core_file.h - chunks in an ELF core file: statistics after death.
 *
 * Linux writes each mapping as a segment of its own, so a chunk is a PT_LOAD that begins with the
 * magic; the default coredump filter includes shared nameless memory.  The file is as little
 * trusted as a living process: every offset and count in it is checked against its size, and
 * nothing is mapped.  Called by cli/model.
 */
#ifndef HAKMEM_CLI_CORE_FILE_H
#define HAKMEM_CLI_CORE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/discover.h"
#include "cli/model.h"

struct core_file {
	int file;                 /* -1 when not open */
	struct discover_result found;
	bool process_known;       /* the core says whose it is: */
	uint32_t pid;
};

/* Open PATH, find its chunks, and fill in what its notes say of the process (pid, uid, comm).  On
 * failure another outcome than OUTCOME_OK, and a reason. */
enum outcome core_file_open(struct core_file *core, const char *path, struct model_process *process,
			    char *reason, size_t reason_bytes);
void core_file_close(struct core_file *core);

#endif
