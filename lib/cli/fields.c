/* SPDX-License-Identifier: MIT
 *
 * cli/fields.c - the numbers of a process by name.
 *
 * Owns the table.  Called by cli/json, command_metrics, and by the columns of command_list.
 */
#include "cli/fields.h"

#include <string.h>

#define NUMBER(field) offsetof(struct model_process, numbers.field)
#define DERIVED(field) offsetof(struct model_process, field)

/* A gauge "x" and a counter "x_total" may not stand side by side: OpenMetrics takes both for one
 * family "x".  Hence threads_started_total and large_blocks_made_total. */
const struct cli_field cli_fields[] = {
	{ "live_bytes", DERIVED(live_bytes), "Bytes of the blocks that the program has, plus or minus live_bound_bytes." },
	{ "live_bound_bytes", DERIVED(live_bound_bytes), "How far live_bytes may be off in either direction." },
	{ "cached_bytes", DERIVED(cached_bytes), "Bytes of free blocks in thread caches, about." },
	{ "committed_bytes", NUMBER(committed_bytes), "Slabs in use and large blocks." },
	{ "committed_peak_bytes", NUMBER(committed_peak_bytes), "The highest committed_bytes." },
	{ "reserved_bytes", NUMBER(reserved_bytes), "Address space that the library has mapped." },
	{ "dirty_bytes", NUMBER(dirty_bytes), "Free, perhaps still resident, kept for reuse." },
	{ "purged_bytes_total", NUMBER(purged_bytes_total), "Ever given back to the system while mapped." },
	{ "superslabs", NUMBER(superslabs), "Regions of 2 MiB that slabs are cut from." },
	{ "superslabs_peak", NUMBER(superslabs_peak), "The highest number of superslabs." },
	{ "slabs", NUMBER(slabs), "Runs of blocks of one size." },
	{ "slabs_peak", NUMBER(slabs_peak), "The highest number of slabs." },
	{ "large_bytes", NUMBER(large_bytes), "Blocks with a mapping of their own." },
	{ "large_peak_bytes", NUMBER(large_peak_bytes), "The highest large_bytes." },
	{ "large_blocks", NUMBER(large_blocks), "Number of blocks with a mapping of their own." },
	{ "large_blocks_made_total", NUMBER(large_blocks_total), "Large blocks ever made." },
	{ "large_cached_bytes", NUMBER(large_cached_bytes), "Mappings of freed large blocks, kept for reuse." },
	{ "starter_bytes", NUMBER(starter_bytes), "Live among the first kilobytes of the process." },
	{ "threads", NUMBER(threads), "Threads that have allocated and live." },
	{ "threads_peak", NUMBER(threads_peak), "The highest number of threads." },
	{ "threads_started_total", NUMBER(threads_total), "Threads that have ever allocated." },
	{ "forks_total", NUMBER(forks), "Children made by this process since it began." },
	{ "foreign_frees_total", NUMBER(foreign_frees_total), "Blocks of other allocators, handed on to the C library." },
	{ "zero_reallocs_total", NUMBER(zero_reallocs_total), "Calls of realloc with size 0." },
	{ "map_calls_total", NUMBER(map_calls_total), "Calls of mmap." },
	{ "unmap_calls_total", NUMBER(unmap_calls_total), "Calls of munmap." },
	{ "map_failures_total", NUMBER(map_failures_total), "Refusals of mmap." },
	{ "purge_refusals_total", NUMBER(purge_refusals_total), "Refusals of madvise." },
	{ "refills_total", DERIVED(refills_total), "Batches from slabs to thread caches." },
	{ "homes_total", DERIVED(homes_total), "Batches from thread caches back to slabs." },
	{ "chunks", NUMBER(chunks), "Mappings that the statistics take." },
	{ "unlisted", NUMBER(unlisted), "Rows for which there was no room; what they would hold is missing." },
};

const size_t cli_field_count = sizeof cli_fields / sizeof *cli_fields;

bool cli_number_at(size_t offset, const struct model_process *process, uint64_t *value)
{
	size_t first = offsetof(struct model_process, numbers);

	*value = 0;
	if (process->outcome != OUTCOME_OK)
		return false;
	if (offset >= first && offset < first + sizeof process->numbers &&
	    offset + sizeof *value - first > process->known_bytes)
		return false;
	memcpy(value, (const char *)process + offset, sizeof *value);
	return true;
}

bool cli_field_get(const struct cli_field *field, const struct model_process *process, uint64_t *value)
{
	return cli_number_at(field->offset, process, value);
}

void cli_field_set(const struct cli_field *field, struct model_process *process, uint64_t value)
{
	memcpy((char *)process + field->offset, &value, sizeof value);
}

bool cli_field_is_counter(const struct cli_field *field)
{
	size_t length = strlen(field->name);

	return length > 6 && !strcmp(field->name + length - 6, "_total");
}

bool cli_field_is_bytes(const struct cli_field *field)
{
	return strstr(field->name, "_bytes") != NULL;
}
