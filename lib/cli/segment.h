/* SPDX-License-Identifier: MIT
 *
 * cli/segment.h - from the bytes of a process's chunks to the numbers of struct model_process.
 *
 * Owns the rules of hakmem_stats.h on the reader's side: what makes a header credible, how rows
 * are copied until they belong together, and the sums.  Knows nothing about where chunks come
 * from: a chunk brings its own function that copies bytes out of it (cli/discover for live
 * processes, cli/core_file for dead ones, the fuzz target for neither).
 *
 * Trust: none.  A header is checked once and only that checked copy is used afterwards, because
 * what lies in the chunk may change between two looks.  Called by cli/model.
 */
#ifndef HAKMEM_CLI_SEGMENT_H
#define HAKMEM_CLI_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/model.h"
#include "hakmem_stats.h"

enum {
	SEGMENT_CHUNK_BYTES_MAX = 16 * HAK_STATS_CHUNK_BYTES,
	SEGMENT_CHUNKS_MAX = 256,                   /* of one process */
	SEGMENT_BYTES_MAX = 64 * 1024 * 1024,       /* of all chunks of one process together */
	SEGMENT_THREAD_ROWS_MAX = 65536,
	SEGMENT_THREAD_BYTES_MIN = 64,              /* a thread's row in format 1.0 */
	SEGMENT_TRIES = 8,
};

enum segment_verdict {
	SEGMENT_VALID,
	SEGMENT_NOT_A_CHUNK, /* no magic: something else, or one that is being made */
	SEGMENT_VERSION,     /* another major number: nothing but major and minor may be read */
	SEGMENT_DAMAGED,
};

struct segment_chunk {
	struct hak_stats_header header; /* checked by segment_check */

	/* Copies BYTES bytes from OFFSET on; false unless all of them could be read. */
	bool (*copy)(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes);

	/* For the copying function: */
	int file;                    /* descriptor, or -1 */
	pid_t pid;                   /* whose memory it is, for process_vm_readv */
	uint64_t base;               /* where the chunk begins in the file or in the process */
	const unsigned char *memory; /* the fuzz target's */
};

/* Is this the beginning of a chunk of LIMIT_BYTES bytes at most?  BYTES are the first
 * sizeof(struct hak_stats_header) bytes of it; *HEADER is filled whatever the verdict.  REASON
 * gets what is wrong, in words that fit "segment fails check (...)". */
enum segment_verdict segment_check(const void *bytes, uint64_t limit_bytes, struct hak_stats_header *header,
				   char *reason, size_t reason_bytes);

/* Read the CHUNKS, all of one process and one identity, all checked; sorts them by index.  Fills
 * the numbers of PROCESS; OUTCOME_DAMAGED with a reason in words like segment_check's when the
 * chunks contradict each other, OUTCOME_NO_PROCESS when they cannot be copied any more. */
enum outcome segment_collect(struct segment_chunk *chunks, size_t count, struct model_process *process,
			     char *reason, size_t reason_bytes);

/* The region of this kind; NULL when the chunk has none. */
const struct hak_stats_region *segment_region(const struct hak_stats_header *header, unsigned kind);

#endif
