/* SPDX-License-Identifier: MIT
 *
 * make_segment.c - see make_segment.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "make_segment.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
	PROCESS_AT = 128,
	THREADS_AT = 512,
	RECORDS_AT = THREADS_AT + HAK_STATS_THREAD_ROWS * (int)sizeof(struct hak_stats_thread),
	RECORD_ROWS = (HAK_STATS_CHUNK_BYTES - RECORDS_AT) / (int)sizeof(struct hak_stats_record),
	SUPERSLAB_ROWS = (HAK_STATS_CHUNK_BYTES - 128) / (int)sizeof(struct hak_stats_superslab),
};

struct made_identity made_identity_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (struct made_identity){ (uint32_t)getpid(), (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
				       0 };
}

struct hak_stats_header *made_header(void *chunk)
{
	return chunk;
}

void *made_row(void *chunk, unsigned region_kind, unsigned row)
{
	const struct hak_stats_header *header = chunk;

	for (unsigned index = 0; index < HAK_STATS_REGIONS; index++)
		if (header->regions[index].kind == region_kind)
			return (unsigned char *)chunk + header->regions[index].offset_bytes +
			       (size_t)row * header->regions[index].stride_bytes;
	return NULL;
}

static struct hak_stats_region region(unsigned kind, size_t stride, unsigned offset, unsigned rows)
{
	return (struct hak_stats_region){ .kind = (uint16_t)kind, .stride_bytes = (uint16_t)stride,
					  .offset_bytes = offset, .rows = rows };
}

static void fill_process(struct hak_stats_process *process)
{
	*process = (struct hak_stats_process){
		.reserved_bytes = 8 << 20, .committed_bytes = 3 << 20, .committed_peak_bytes = 4 << 20,
		.dirty_bytes = 128 << 10, .purged_bytes_total = 1 << 20, .superslabs = MADE_SUPERSLABS,
		.superslabs_peak = MADE_SUPERSLABS, .slabs = 5, .slabs_peak = 6, .large_bytes = MADE_LARGE_BYTES,
		.large_peak_bytes = 2 << 20, .large_blocks = 1, .large_blocks_total = 3,
		.starter_bytes = MADE_STARTER_BYTES, .threads = 3, .threads_peak = 3, .threads_total = 5,
		.forks = 1, .map_calls_total = 12, .unmap_calls_total = 2, .refills_ended_total = 100,
		.homes_ended_total = 10, .chunks = MADE_CHUNKS, .option_values = { 1, 1, 0, 1000, 1, 0, 1, 0, 0 },
	};
}

static void fill_record(void *chunk, unsigned row, unsigned thread, unsigned class_index, unsigned block_bytes,
			unsigned slots, unsigned used, unsigned cached_min, unsigned cached_max)
{
	*(struct hak_stats_record *)made_row(chunk, HAK_STATS_REGION_RECORDS, row) = (struct hak_stats_record){
		.thread = thread, .class_index = (uint16_t)class_index, .block_bytes = block_bytes, .slabs = 1,
		.slots = slots, .used = used, .cached_min = cached_min, .cached_max = cached_max,
		.refills_total = used / 16,
	};
}

static void fill_core(void *chunk, const struct made_identity *identity)
{
	struct hak_stats_thread *threads;

	made_header(chunk)->regions[0] =
		region(HAK_STATS_REGION_PROCESS, sizeof(struct hak_stats_process), PROCESS_AT, 1);
	made_header(chunk)->regions[1] = region(HAK_STATS_REGION_THREADS, sizeof(struct hak_stats_thread), THREADS_AT,
						HAK_STATS_THREAD_ROWS);
	made_header(chunk)->regions[2] =
		region(HAK_STATS_REGION_RECORDS, sizeof(struct hak_stats_record), RECORDS_AT, RECORD_ROWS);
	fill_process(made_row(chunk, HAK_STATS_REGION_PROCESS, 0));
	threads = made_row(chunk, HAK_STATS_REGION_THREADS, 0);
	threads[0] = (struct hak_stats_thread){ .state = HAK_STATS_THREAD_LIVE, .tid = identity->pid, .sequence = 8,
						.mailbox_bytes = MADE_MAILBOX_BYTES, .refills_total = 70,
						.homes_total = 7 };
	threads[1] = (struct hak_stats_thread){ .state = HAK_STATS_THREAD_LIVE, .tid = identity->pid + 1 };
	threads[5] = (struct hak_stats_thread){ .state = HAK_STATS_THREAD_ORPHANS, .sequence = 2 };
	fill_record(chunk, 0, 0, MADE_FIRST_CLASS, MADE_FIRST_BLOCK_BYTES, 2048, 1000, 10, 110);
	fill_record(chunk, 1, 0, 64, 1024, 64, 40, 0, 8);
	fill_record(chunk, 3, 5, MADE_FIRST_CLASS, MADE_FIRST_BLOCK_BYTES, 2048, 50, 0, 0);
}

static void fill_rows(void *chunk, const struct made_identity *identity)
{
	enum { ROW = HAK_STATS_THREAD_ROWS + 3 }; /* counted over both chunks */

	made_header(chunk)->regions[0] = region(HAK_STATS_REGION_THREADS, sizeof(struct hak_stats_thread), THREADS_AT,
						HAK_STATS_THREAD_ROWS);
	made_header(chunk)->regions[1] =
		region(HAK_STATS_REGION_RECORDS, sizeof(struct hak_stats_record), RECORDS_AT, RECORD_ROWS);
	*(struct hak_stats_thread *)made_row(chunk, HAK_STATS_REGION_THREADS, 3) = (struct hak_stats_thread){
		.state = HAK_STATS_THREAD_LIVE, .tid = identity->pid + 2, .sequence = 40, .refills_total = 30
	};
	fill_record(chunk, 0, ROW, MADE_FIRST_CLASS, MADE_FIRST_BLOCK_BYTES, 2048, 500, 20, 20);
	fill_record(chunk, 1, ROW, 128, 262144, 1, 1, 0, 0);
}

static void fill_map(void *chunk)
{
	made_header(chunk)->regions[0] = region(HAK_STATS_REGION_SUPERSLABS, sizeof(struct hak_stats_superslab), 128,
						SUPERSLAB_ROWS);
	for (unsigned row = 0; row <= 2; row += 2) {
		struct hak_stats_superslab *superslab = made_row(chunk, HAK_STATS_REGION_SUPERSLABS, row);

		superslab->state = 1;
		superslab->mapped = UINT32_MAX;
		superslab->free = UINT32_MAX << 3;
		for (unsigned granule = 0; granule < 3; granule++) {
			superslab->class_index[granule] = granule == 0 ? MADE_FIRST_CLASS : 64;
			superslab->fill[granule] = (uint8_t)(100 + granule * 50);
			superslab->back[granule] = granule == 2;
		}
	}
}

void make_segment_chunk(void *chunk, unsigned number, const struct made_identity *identity)
{
	struct hak_stats_header *header = chunk;

	memset(chunk, 0, HAK_STATS_CHUNK_BYTES);
	header->major = HAK_STATS_MAJOR;
	header->minor = HAK_STATS_MINOR;
	header->header_bytes = sizeof *header;
	header->chunk_kind = number == 0 ? HAK_STATS_CHUNK_CORE : number == 1 ? HAK_STATS_CHUNK_ROWS : HAK_STATS_CHUNK_MAP;
	header->chunk_index = number;
	header->chunk_bytes = HAK_STATS_CHUNK_BYTES;
	header->word_bits = 8 * sizeof(void *);
	header->pid = identity->pid;
	header->identity_boottime_ns = identity->boottime_ns;
	header->generation = identity->generation;
	memcpy(header->library_version, "1.0.0-made", sizeof "1.0.0-made");
	if (number == 0)
		fill_core(chunk, identity);
	else if (number == 1)
		fill_rows(chunk, identity);
	else
		fill_map(chunk);
	atomic_thread_fence(memory_order_release);
	memcpy(header->magic, HAK_STATS_MAGIC, sizeof header->magic);
}

void make_segment(unsigned char *chunks, const struct made_identity *identity)
{
	for (unsigned number = 0; number < MADE_CHUNKS; number++)
		make_segment_chunk(chunks + (size_t)number * HAK_STATS_CHUNK_BYTES, number, identity);
}

bool map_segment(unsigned char *mappings[MADE_CHUNKS], const struct made_identity *identity)
{
	for (unsigned number = 0; number < MADE_CHUNKS; number++) {
		mappings[number] = mmap(NULL, HAK_STATS_CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
					-1, 0);
		if (mappings[number] == MAP_FAILED)
			return false;
		make_segment_chunk(mappings[number], number, identity);
	}
	return true;
}
