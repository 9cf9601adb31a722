/* SPDX-License-Identifier: MIT
 *
 * cli/segment_check.c - is this the beginning of a chunk, and may its header be used?
 *
 * Every count, size and offset is held against the chunk's size and that against what can really
 * be read, so that whoever uses the checked copy needs no further bounds.  Called by cli/discover
 * and cli/core_file for everything that begins with the magic, and by the fuzz target.
 */
#include "cli/segment.h"

#include <stdio.h>
#include <string.h>

/* The smallest rows that ever existed: those of format 1.0.  They do not grow with the
 * structures, or a newer reader would refuse an older library. */
enum {
	HEADER_BYTES_MIN = 128,
	PROCESS_BYTES_MIN = 376,
	RECORD_BYTES_MIN = 64,
	SUPERSLAB_BYTES_MIN = 120,
};

static size_t stride_min(unsigned kind)
{
	switch (kind) {
	case HAK_STATS_REGION_PROCESS:
		return PROCESS_BYTES_MIN;
	case HAK_STATS_REGION_THREADS:
		return SEGMENT_THREAD_BYTES_MIN;
	case HAK_STATS_REGION_RECORDS:
		return RECORD_BYTES_MIN;
	case HAK_STATS_REGION_SUPERSLABS:
		return SUPERSLAB_BYTES_MIN;
	default: /* of a newer minor number: its bounds are checked, its rows are not looked at */
		return 8;
	}
}

static const char *region_fault(const struct hak_stats_header *header, const struct hak_stats_region *region)
{
	if (region->offset_bytes < header->header_bytes || region->offset_bytes % 8)
		return "has a wrong offset";
	if (region->stride_bytes < stride_min(region->kind) || region->stride_bytes % 8)
		return "has a wrong stride";
	if ((uint64_t)region->rows * region->stride_bytes > header->chunk_bytes ||
	    region->offset_bytes + (uint64_t)region->rows * region->stride_bytes > header->chunk_bytes)
		return "exceeds the chunk";
	return NULL;
}

static const char *header_fault(const struct hak_stats_header *header, uint64_t limit_bytes)
{
	if (header->header_bytes < HEADER_BYTES_MIN || header->header_bytes % 8)
		return "wrong header size";
	if (header->chunk_bytes > limit_bytes || header->chunk_bytes > SEGMENT_CHUNK_BYTES_MAX)
		return "chunk exceeds its mapping";
	if (header->header_bytes > header->chunk_bytes)
		return "header exceeds the chunk";
	if (header->word_bits != 32 && header->word_bits != 64)
		return "wrong word size";
	if (header->chunk_index >= SEGMENT_CHUNKS_MAX)
		return "wrong chunk index";
	if ((header->chunk_kind == HAK_STATS_CHUNK_CORE) != (header->chunk_index == 0))
		return "chunk kind and index disagree";
	return NULL;
}

enum segment_verdict segment_check(const void *bytes, uint64_t limit_bytes, struct hak_stats_header *header,
				   char *reason, size_t reason_bytes)
{
	const char *fault;
	unsigned kinds = 0;

	memcpy(header, bytes, sizeof *header);
	if (memcmp(header->magic, HAK_STATS_MAGIC, sizeof header->magic) != 0)
		return SEGMENT_NOT_A_CHUNK;
	if (header->major != HAK_STATS_MAJOR)
		return SEGMENT_VERSION;

	fault = header_fault(header, limit_bytes);
	if (fault) {
		snprintf(reason, reason_bytes, "%s", fault);
		return SEGMENT_DAMAGED;
	}
	for (unsigned index = 0; index < HAK_STATS_REGIONS; index++) {
		const struct hak_stats_region *region = &header->regions[index];

		if (region->kind == 0)
			continue;
		fault = region_fault(header, region);
		if (!fault && region->kind < 32 && (kinds & 1u << region->kind))
			fault = "is there twice";
		if (fault) {
			snprintf(reason, reason_bytes, "region %u %s", index, fault);
			return SEGMENT_DAMAGED;
		}
		if (region->kind < 32)
			kinds |= 1u << region->kind;
	}
	if (header->chunk_index == 0) {
		const struct hak_stats_region *process = segment_region(header, HAK_STATS_REGION_PROCESS);

		if (!process || process->rows == 0) {
			snprintf(reason, reason_bytes, "no process row");
			return SEGMENT_DAMAGED;
		}
	}
	return SEGMENT_VALID;
}

const struct hak_stats_region *segment_region(const struct hak_stats_header *header, unsigned kind)
{
	for (unsigned index = 0; index < HAK_STATS_REGIONS; index++)
		if (header->regions[index].kind == kind)
			return &header->regions[index];
	return NULL;
}
