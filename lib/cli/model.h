/* SPDX-License-Identifier: MIT
 *
 * cli/model.h - what hakmem-stats knows about processes, whatever it was read from.
 *
 * The commands work on these structures only; cli/segment fills them from a live process, a core
 * file or a foreign /proc.  All texts are already safe to print (control characters and invalid
 * UTF-8 are escaped).  Memory: model_process_clear frees what a process owns.
 */
#ifndef HAKMEM_CLI_MODEL_H
#define HAKMEM_CLI_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "hakmem_stats.h"

/* Exit codes of hakmem-stats, and why a process could not be shown. */
enum outcome {
	OUTCOME_OK = 0,
	OUTCOME_PARTIAL = 1,    /* some of the named processes failed; diff or doctor found problems */
	OUTCOME_USAGE = 2,
	OUTCOME_NO_PROCESS = 3,
	OUTCOME_PERMISSION = 4,
	OUTCOME_NO_SEGMENT = 5, /* not loaded, below the threshold, off, or inherited */
	OUTCOME_VERSION = 6,
	OUTCOME_DAMAGED = 7,
};

/* One size class, summed over threads. */
struct model_class {
	unsigned class_index;
	uint64_t block_bytes;
	uint64_t slabs, slots, used;
	uint64_t cached_min, cached_max;
	uint64_t live_blocks, live_bound_blocks; /* the middle of the possible range, and half of it */
	uint64_t refills_total;
};

struct model_thread {
	unsigned row;            /* index of the thread row */
	uint32_t state;          /* enum hak_stats_thread_state */
	uint32_t tid;            /* as the process sees it */
	char name[64];           /* of the thread, "" when unknown */
	bool unsettled;          /* its numbers kept changing while they were read */
	uint64_t slabs, slots;
	uint64_t used_bytes;     /* outside of this thread's slabs */
	uint64_t slab_bytes;     /* slots times block size */
	uint64_t cached_min_bytes, cached_max_bytes, mailbox_bytes;
	uint64_t refills_total, homes_total;
};

struct model_process {
	pid_t pid;               /* as the reader sees it */
	uid_t uid;
	char user[64], comm[64], unit[256], cgroup[512], executable[512];
	char library_version[64]; /* as the segment says */
	const char *state;       /* "live", "idle" (no slow event between two reads), "inherited", "denied", "small",
	                            "off", "unloaded", "exited", "damaged", "version" */
	enum outcome outcome;    /* OUTCOME_OK: the numbers below are there */
	char reason[256];        /* one line that says what to do, when they are not */
	unsigned format_major, format_minor;
	unsigned newer_fields;   /* 1 when the segment's minor number is newer than this reader */
	uint64_t start_boottime_ns;
	uint64_t rss_bytes;      /* from /proc/PID/statm */

	struct hak_stats_process numbers; /* fields that the segment lacks are 0 and not in known_bytes */
	size_t known_bytes;      /* how much of "numbers" the segment has */
	uint64_t live_bytes, live_bound_bytes; /* live = live_bytes +- live_bound_bytes, large ones included */
	uint64_t cached_bytes;   /* middle of the possible range */
	uint64_t refills_total, homes_total;

	struct model_class *classes;
	size_t class_count;
	struct model_thread *threads;
	size_t thread_count;
	struct hak_stats_superslab *superslabs;
	size_t superslab_count;
};

/* Where processes are read from. */
struct model_source {
	const char *procfs;      /* "/proc" unless --procfs */
	const char *core_file;   /* NULL unless --core */
};

/* Fill PROCESS with everything about PID, or with outcome and reason.  Returns the outcome. */
enum outcome model_read(const struct model_source *source, pid_t pid, struct model_process *process);

/* All processes that map the library or a segment (with ALL also those of whom nothing can be
 * said), sorted by pid; *PROCESSES is malloc'ed, free it with model_free_all.  Processes whose
 * maps may not be read count in *DENIED.  -1 with errno when the source itself cannot be read. */
int model_read_all(const struct model_source *source, bool all, struct model_process **processes, size_t *count,
		   size_t *denied);

void model_process_clear(struct model_process *process);
void model_free_all(struct model_process *processes, size_t count);

/* RSS and friends that need more than statm; false when not readable. */
struct model_resident {
	uint64_t rss_bytes, pss_bytes, private_dirty_bytes, anonymous_huge_bytes;
};
bool model_read_resident(const struct model_source *source, pid_t pid, struct model_resident *resident);

#endif
