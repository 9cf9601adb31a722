/* SPDX-License-Identifier: MIT
 *
 * make_segment.h - a valid segment without the library: three chunks with known numbers.
 *
 * The tests of hakmem-stats's reader change what they like in it; fake_process shows it to other
 * programs.  What make_segment_core and friends write is everything that a library of format 1.0
 * would, so a reader must accept it; the sums that it must come to stand below.
 */
#ifndef HAKMEM_TESTS_MAKE_SEGMENT_H
#define HAKMEM_TESTS_MAKE_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hakmem_stats.h"

enum {
	MADE_CHUNKS = 3, /* CORE, ROWS, MAP */

	/* What a reader finds: one live thread, one that has only just begun, the orphans' row, and
	 * one live thread in the second chunk. */
	MADE_THREADS = 4,
	MADE_CLASSES = 3,
	MADE_SUPERSLABS = 2,
	MADE_FIRST_CLASS = 2, /* 32-byte blocks, in three of the rows */
	MADE_FIRST_BLOCK_BYTES = 32,
	MADE_FIRST_USED = 1000 + 50 + 500,
	MADE_FIRST_CACHED_MIN = 10 + 0 + 20,
	MADE_FIRST_CACHED_MAX = 110 + 0 + 20,
	MADE_MAILBOX_BYTES = 3200,
	MADE_LARGE_BYTES = 1 << 20,
	MADE_STARTER_BYTES = 640,
};

struct made_identity {
	uint32_t pid;
	uint64_t boottime_ns;
	uint64_t generation;
};

/* This process, from now on. */
struct made_identity made_identity_now(void);

/* Fill CHUNK, HAK_STATS_CHUNK_BYTES bytes: number 0 is CORE, 1 ROWS, 2 MAP.  The magic comes last,
 * as the format wants it. */
void make_segment_chunk(void *chunk, unsigned number, const struct made_identity *identity);

/* All three, behind each other. */
void make_segment(unsigned char *chunks, const struct made_identity *identity);

/* Nameless shared mappings with the three chunks in them; false when they cannot be had. */
bool map_segment(unsigned char *mappings[MADE_CHUNKS], const struct made_identity *identity);

/* Where things are in a chunk. */
struct hak_stats_header *made_header(void *chunk);
void *made_row(void *chunk, unsigned region_kind, unsigned row);

#endif
