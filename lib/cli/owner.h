/* SPDX-License-Identifier: MIT
 *
 * cli/owner.h - which of the chunks that a process maps are its own.
 *
 * A process maps chunks that are not its own when it was forked and has not allocated since, and
 * two sets of its own when two copies of the library were loaded.  Sets are told apart by pid,
 * generation and the moment that their headers name; of two sets the larger heap is shown.
 * Called by cli/model, for live processes and for core files alike.
 */
#ifndef HAKMEM_CLI_OWNER_H
#define HAKMEM_CLI_OWNER_H

#include "cli/discover.h"
#include "cli/model.h"

/* Who the process is, as far as its headers can be held against it. */
struct owner {
	bool known;
	uint32_t pid;              /* innermost */
	uint64_t start_boottime_ns; /* 0: cannot be compared */
};

/* May the process that is described be the one that made this header? */
bool owner_has(const struct hak_stats_header *header, const struct owner *owner);

/* The CORE chunk of the set to show; NULL when there is none. */
const struct discover_chunk *owner_choose(const struct discover_result *found, const struct owner *owner);

/* Read the set of chunks that begins with CORE.  PROCESS gets numbers, or TEXT the reason. */
enum outcome owner_collect(const struct discover_result *found, const struct discover_chunk *core,
			   struct model_process *process, char *text, size_t text_bytes);

#endif
