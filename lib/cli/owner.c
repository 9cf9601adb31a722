/* SPDX-License-Identifier: MIT
 *
 * cli/owner.c - choosing among the chunks that were found, and reading the chosen ones.
 *
 * Chunks of another identity are passed over in silence: a parent's remain mapped in its child.
 * A damaged chunk of the chosen identity is not: without it the sums would be wrong.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/owner.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Both halves are needed: a nested pid namespace repeats pids, and start times are rounded down to
 * ten milliseconds. */
bool owner_has(const struct hak_stats_header *header, const struct owner *owner)
{
	return !owner->known ||
	       (header->pid == owner->pid && owner->start_boottime_ns <= header->identity_boottime_ns);
}

static bool is_same_set(const struct hak_stats_header *one, const struct hak_stats_header *other)
{
	return one->pid == other->pid && one->identity_boottime_ns == other->identity_boottime_ns &&
	       one->generation == other->generation;
}

/* How much the heap of this CORE chunk holds. */
static uint64_t weight_of(const struct segment_chunk *chunk)
{
	const struct hak_stats_region *region = segment_region(&chunk->header, HAK_STATS_REGION_PROCESS);
	uint64_t committed_bytes = 0;

	if (!chunk->copy(chunk, region->offset_bytes + offsetof(struct hak_stats_process, committed_bytes),
			 &committed_bytes, sizeof committed_bytes))
		return 0;
	return committed_bytes;
}

const struct discover_chunk *owner_choose(const struct discover_result *found, const struct owner *owner)
{
	const struct discover_chunk *best = NULL;
	uint64_t best_weight = 0;

	for (size_t index = 0; index < found->count; index++) {
		const struct discover_chunk *chunk = &found->chunks[index];
		uint64_t weight;

		if (chunk->verdict != SEGMENT_VALID || chunk->chunk.header.chunk_index != 0 ||
		    !owner_has(&chunk->chunk.header, owner))
			continue;
		weight = weight_of(&chunk->chunk);
		if (!best || weight > best_weight) {
			best = chunk;
			best_weight = weight;
		}
	}
	return best;
}

enum outcome owner_collect(const struct discover_result *found, const struct discover_chunk *core,
			    struct model_process *process, char *text, size_t text_bytes)
{
	struct segment_chunk chunks[SEGMENT_CHUNKS_MAX];
	const struct hak_stats_header *header = &core->chunk.header;
	uint64_t bytes = 0;
	size_t count = 0;

	for (size_t index = 0; index < found->count; index++) {
		const struct discover_chunk *chunk = &found->chunks[index];

		if (!is_same_set(&chunk->chunk.header, header) || chunk->verdict == SEGMENT_VERSION)
			continue;
		if (chunk->verdict == SEGMENT_DAMAGED) {
			snprintf(text, text_bytes, "%s", chunk->reason);
			return OUTCOME_DAMAGED;
		}
		bytes += chunk->chunk.header.chunk_bytes;
		chunks[count++] = chunk->chunk;
	}
	if (bytes > SEGMENT_BYTES_MAX) {
		snprintf(text, text_bytes, "%" PRIu64 " bytes of chunks", bytes);
		return OUTCOME_DAMAGED;
	}
	process_info_escape(process->library_version, sizeof process->library_version, header->library_version,
			    strnlen(header->library_version, sizeof header->library_version));
	return segment_collect(chunks, count, process, text, text_bytes);
}
