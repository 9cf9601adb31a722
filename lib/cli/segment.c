/* SPDX-License-Identifier: MIT
 *
 * cli/segment.c - copying rows until they belong together, and adding them up.
 *
 * Three copies make a settled row: its "sequence", then the whole chunk, then "sequence" again.
 * Even and three times the same means that the records in the middle copy are one moment's,
 * whatever order the bytes were copied in.  Rows are taken one by one, each at the first try in
 * which it is settled: with many busy threads there is no try in which all of them are.  When a
 * thread comes or goes between tries its blocks may change rows, so everything begins anew.
 *
 * Sums saturate instead of wrapping: every number here was chosen by somebody else.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/segment.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	CLASSES = 256, /* "class_index" of a superslab is a byte, and the two must agree */
	RETRY_PAUSE_NS = 50 * 1000,
};

static uint64_t add(uint64_t one, uint64_t other)
{
	uint64_t sum;

	return __builtin_add_overflow(one, other, &sum) ? UINT64_MAX : sum;
}

static uint64_t multiply(uint64_t one, uint64_t other)
{
	uint64_t product;

	return __builtin_mul_overflow(one, other, &product) ? UINT64_MAX : product;
}

static uint64_t subtract(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

static uint64_t middle(uint64_t low, uint64_t high)
{
	return low + (high - low) / 2;
}

/* ---- collecting -------------------------------------------------------------------------------- */

struct collection {
	struct segment_chunk *chunks;
	size_t chunk_count;
	unsigned char **bytes;     /* the latest whole copy of each chunk */
	size_t row_count;          /* thread rows of all chunks */
	uint64_t *before, *after;  /* their sequences */
	bool *taken, *taking;
	struct model_thread *threads; /* by row */
	struct model_class classes[CLASSES];
	uint64_t mailbox_bytes;
};

/* The bytes of row ROW in the latest copy; rows may be longer than the structure, never shorter
 * than it was in 1.0. */
static void read_row(const struct collection *all, size_t chunk, const struct hak_stats_region *region, size_t row,
		     void *to, size_t bytes)
{
	size_t known = region->stride_bytes < bytes ? region->stride_bytes : bytes;

	memset(to, 0, bytes);
	memcpy(to, all->bytes[chunk] + region->offset_bytes + row * region->stride_bytes, known);
}

static int by_index(const void *one, const void *other)
{
	uint32_t first = ((const struct segment_chunk *)one)->header.chunk_index;
	uint32_t second = ((const struct segment_chunk *)other)->header.chunk_index;

	return (first > second) - (first < second);
}

static bool make_room(struct collection *all)
{
	size_t rows = all->row_count + 1; /* calloc(0) may be NULL */

	all->bytes = calloc(all->chunk_count, sizeof *all->bytes);
	all->before = calloc(rows, sizeof *all->before);
	all->after = calloc(rows, sizeof *all->after);
	all->taken = calloc(rows, sizeof *all->taken);
	all->taking = calloc(rows, sizeof *all->taking);
	all->threads = calloc(rows, sizeof *all->threads);
	if (!all->bytes || !all->before || !all->after || !all->taken || !all->taking || !all->threads)
		return false;
	for (size_t index = 0; index < all->chunk_count; index++) {
		all->bytes[index] = malloc((size_t)all->chunks[index].header.chunk_bytes);
		if (!all->bytes[index])
			return false;
	}
	return true;
}

static void clear_collection(struct collection *all)
{
	for (size_t index = 0; all->bytes && index < all->chunk_count; index++)
		free(all->bytes[index]);
	free(all->bytes);
	free(all->before);
	free(all->after);
	free(all->taken);
	free(all->taking);
	free(all->threads);
}

static bool copy_sequences(const struct collection *all, uint64_t *sequences)
{
	unsigned char rows[64 * SEGMENT_THREAD_BYTES_MIN];
	size_t base = 0;

	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct segment_chunk *chunk = &all->chunks[index];
		const struct hak_stats_region *region = segment_region(&chunk->header, HAK_STATS_REGION_THREADS);
		size_t stride, at_once;

		if (!region)
			continue;
		stride = region->stride_bytes;
		at_once = sizeof rows / stride;
		for (size_t row = 0; row < region->rows;) {
			size_t count = region->rows - row;
			struct hak_stats_thread thread;

			/* A stride larger than the buffer: only the beginning of one row. */
			if (at_once == 0) {
				if (!chunk->copy(chunk, region->offset_bytes + row * stride, &thread, SEGMENT_THREAD_BYTES_MIN))
					return false;
				sequences[base + row++] = thread.sequence;
				continue;
			}
			if (count > at_once)
				count = at_once;
			if (!chunk->copy(chunk, region->offset_bytes + row * stride, rows, count * stride))
				return false;
			for (size_t next = 0; next < count; next++) {
				memcpy(&thread, rows + next * stride, SEGMENT_THREAD_BYTES_MIN);
				sequences[base + row++] = thread.sequence;
			}
		}
		base += region->rows;
	}
	return true;
}

/* The chunks that hold what belongs together, or the others: a heap map needs no retries, and
 * leaving it out makes the time shorter in which a thread must not have changed anything. */
static bool copy_chunks(const struct collection *all, bool together)
{
	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct segment_chunk *chunk = &all->chunks[index];
		bool has_rows = index == 0 || segment_region(&chunk->header, HAK_STATS_REGION_THREADS) ||
				segment_region(&chunk->header, HAK_STATS_REGION_RECORDS);

		if (has_rows != together)
			continue;
		if (!chunk->copy(chunk, 0, all->bytes[index], (size_t)chunk->header.chunk_bytes))
			return false;
	}
	return true;
}

/* Which rows the latest copy is good for.  False: a row that was taken in an earlier try belongs
 * to somebody else now. */
static bool choose_rows(struct collection *all, bool last_try, size_t *missing)
{
	size_t base = 0;

	*missing = 0;
	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct hak_stats_region *region =
			segment_region(&all->chunks[index].header, HAK_STATS_REGION_THREADS);

		for (size_t row = 0; region && row < region->rows; row++) {
			size_t number = base + row;
			struct model_thread *thread = &all->threads[number];
			struct hak_stats_thread now;
			bool settled;

			read_row(all, index, region, row, &now, sizeof now);
			settled = now.sequence % 2 == 0 && now.sequence == all->before[number] &&
				  now.sequence == all->after[number];
			if (all->taken[number]) {
				if (thread->state != now.state || thread->tid != now.tid)
					return false;
				continue;
			}
			if (!settled && !last_try) {
				++*missing;
				continue;
			}
			all->taking[number] = true;
			thread->row = (unsigned)number;
			thread->state = now.state;
			thread->tid = now.tid;
			thread->unsettled = !settled;
			if (now.state == HAK_STATS_THREAD_FREE)
				continue;
			thread->mailbox_bytes = now.mailbox_bytes;
			thread->refills_total = now.refills_total;
			thread->homes_total = now.homes_total;
			all->mailbox_bytes = add(all->mailbox_bytes, now.mailbox_bytes);
		}
		base += region ? region->rows : 0;
	}
	return true;
}

static void add_record(struct collection *all, const struct hak_stats_record *record)
{
	struct model_class *class = &all->classes[record->class_index];
	struct model_thread *thread = &all->threads[record->thread];
	uint64_t block_bytes = record->block_bytes;

	class->class_index = record->class_index;
	class->block_bytes = block_bytes;
	class->slabs = add(class->slabs, record->slabs);
	class->slots = add(class->slots, record->slots);
	class->used = add(class->used, record->used);
	class->cached_min = add(class->cached_min, record->cached_min);
	class->cached_max = add(class->cached_max, record->cached_max);
	class->refills_total = add(class->refills_total, record->refills_total);

	thread->slabs = add(thread->slabs, record->slabs);
	thread->slots = add(thread->slots, record->slots);
	thread->used_bytes = add(thread->used_bytes, multiply(record->used, block_bytes));
	thread->slab_bytes = add(thread->slab_bytes, multiply(record->slots, block_bytes));
	thread->cached_min_bytes = add(thread->cached_min_bytes, multiply(record->cached_min, block_bytes));
	thread->cached_max_bytes = add(thread->cached_max_bytes, multiply(record->cached_max, block_bytes));
}

/* The records of the rows that are being taken.  Those of no row, and those whose block size is
 * not written yet, are skipped: they may be in the making. */
static const char *take_records(struct collection *all)
{
	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct hak_stats_region *region =
			segment_region(&all->chunks[index].header, HAK_STATS_REGION_RECORDS);

		for (size_t row = 0; region && row < region->rows; row++) {
			struct hak_stats_record record;
			const struct model_class *class;
			const char *fault;

			read_row(all, index, region, row, &record, sizeof record);
			if (record.class_index == 0 || record.block_bytes == 0 || record.thread >= all->row_count ||
			    !all->taking[record.thread] ||
			    all->threads[record.thread].state == HAK_STATS_THREAD_FREE)
				continue;
			fault = NULL;
			if (record.class_index >= CLASSES) {
				fault = "a record has a wrong size class";
			} else {
				class = &all->classes[record.class_index];
				if (class->block_bytes && class->block_bytes != record.block_bytes)
					fault = "records disagree about the size of a class";
			}
			if (fault && all->threads[record.thread].unsettled)
				continue;
			if (fault)
				return fault;
			add_record(all, &record);
		}
	}
	return NULL;
}

static void begin_anew(struct collection *all)
{
	memset(all->taken, 0, all->row_count * sizeof *all->taken);
	memset(all->taking, 0, all->row_count * sizeof *all->taking);
	memset(all->threads, 0, all->row_count * sizeof *all->threads);
	memset(all->classes, 0, sizeof all->classes);
	all->mailbox_bytes = 0;
}

static enum outcome copy_until_settled(struct collection *all, char *reason, size_t reason_bytes)
{
	bool narrow = all->chunks[0].header.word_bits == 32;
	struct hak_stats_process process_before, process_now;
	const struct hak_stats_region *process_region =
		segment_region(&all->chunks[0].header, HAK_STATS_REGION_PROCESS);

	memset(&process_before, 0, sizeof process_before);
	if (!copy_chunks(all, false) || !copy_sequences(all, all->before))
		return OUTCOME_NO_PROCESS;
	for (int attempt = 1; attempt <= SEGMENT_TRIES; attempt++) {
		bool last_try = attempt == SEGMENT_TRIES;
		size_t missing;
		const char *fault;

		atomic_thread_fence(memory_order_seq_cst);
		if (!copy_chunks(all, true))
			return OUTCOME_NO_PROCESS;
		atomic_thread_fence(memory_order_seq_cst);
		if (!copy_sequences(all, all->after))
			return OUTCOME_NO_PROCESS;

		if (!choose_rows(all, last_try, &missing)) {
			begin_anew(all);
			choose_rows(all, last_try, &missing);
		}
		fault = take_records(all);
		if (fault) {
			snprintf(reason, reason_bytes, "%s", fault);
			return OUTCOME_DAMAGED;
		}
		for (size_t row = 0; row < all->row_count; row++)
			all->taken[row] |= all->taking[row];
		memset(all->taking, 0, all->row_count * sizeof *all->taking);

		/* Where a 64-bit field is two stores, one copy may show half of a number. */
		read_row(all, 0, process_region, 0, &process_now, sizeof process_now);
		if (missing == 0 && (!narrow || memcmp(&process_before, &process_now, sizeof process_now) == 0))
			break;
		process_before = process_now;
		memcpy(all->before, all->after, all->row_count * sizeof *all->before);
		/* Stay out of the way of a writer that shares this processor. */
		if (!last_try)
			nanosleep(&(struct timespec){ .tv_nsec = RETRY_PAUSE_NS }, NULL);
	}
	return OUTCOME_OK;
}

/* ---- results ----------------------------------------------------------------------------------- */

/* What a list of all processes keeps is what is in use, not what there was room for. */
static void *cut_to_size(void *rows, size_t count, size_t row_bytes)
{
	void *smaller = realloc(rows, (count + 1) * row_bytes);

	if (smaller)
		rows = smaller;
	return rows;
}

static bool publish_classes(const struct collection *all, struct model_process *process)
{
	uint64_t low_bytes = 0, high_bytes = 0, cached_min_bytes = 0, cached_max_bytes = 0;

	process->classes = calloc(CLASSES, sizeof *process->classes);
	if (!process->classes)
		return false;
	for (unsigned index = 1; index < CLASSES; index++) {
		struct model_class class = all->classes[index];
		uint64_t low, high;

		if (class.block_bytes == 0)
			continue;
		/* Bounds that contradict each other are a moment's, not a fact. */
		if (class.cached_max < class.cached_min)
			class.cached_max = class.cached_min;
		high = subtract(class.used, class.cached_min);
		low = subtract(class.used, class.cached_max);
		low_bytes = add(low_bytes, multiply(low, class.block_bytes));
		high_bytes = add(high_bytes, multiply(high, class.block_bytes));
		cached_min_bytes = add(cached_min_bytes, multiply(class.cached_min, class.block_bytes));
		cached_max_bytes = add(cached_max_bytes, multiply(class.cached_max, class.block_bytes));
		/* The mailboxes do not say which classes they hold: any of it may be of this one. */
		low = subtract(low, all->mailbox_bytes / class.block_bytes);
		class.live_blocks = middle(low, high);
		class.live_bound_blocks = high - class.live_blocks;
		process->classes[process->class_count++] = class;
	}
	process->classes = cut_to_size(process->classes, process->class_count, sizeof *process->classes);
	low_bytes = subtract(low_bytes, all->mailbox_bytes);
	process->live_bytes = middle(low_bytes, high_bytes);
	process->live_bound_bytes = high_bytes - process->live_bytes;
	process->live_bytes = add(process->live_bytes, process->numbers.large_bytes);
	process->live_bytes = add(process->live_bytes, process->numbers.starter_bytes);
	process->cached_bytes = middle(cached_min_bytes, cached_max_bytes);
	return true;
}

static bool publish_threads(const struct collection *all, struct model_process *process)
{
	uint64_t refills = process->numbers.refills_ended_total, homes = process->numbers.homes_ended_total;
	size_t live = 0;

	for (size_t row = 0; row < all->row_count; row++)
		live += all->threads[row].state != HAK_STATS_THREAD_FREE;
	process->threads = calloc(live + 1, sizeof *process->threads);
	if (!process->threads)
		return false;
	for (size_t row = 0; row < all->row_count; row++) {
		if (all->threads[row].state == HAK_STATS_THREAD_FREE)
			continue;
		process->threads[process->thread_count++] = all->threads[row];
		refills = add(refills, all->threads[row].refills_total);
		homes = add(homes, all->threads[row].homes_total);
	}
	process->refills_total = refills;
	process->homes_total = homes;
	return true;
}

static bool publish_superslabs(const struct collection *all, struct model_process *process)
{
	size_t rows = 0;

	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct hak_stats_region *region =
			segment_region(&all->chunks[index].header, HAK_STATS_REGION_SUPERSLABS);

		rows += region ? region->rows : 0;
	}
	process->superslabs = calloc(rows + 1, sizeof *process->superslabs);
	if (!process->superslabs)
		return false;
	for (size_t index = 0; index < all->chunk_count; index++) {
		const struct hak_stats_region *region =
			segment_region(&all->chunks[index].header, HAK_STATS_REGION_SUPERSLABS);

		for (size_t row = 0; region && row < region->rows; row++) {
			struct hak_stats_superslab *superslab = &process->superslabs[process->superslab_count];

			read_row(all, index, region, row, superslab, sizeof *superslab);
			process->superslab_count += superslab->state == 1;
		}
	}
	process->superslabs = cut_to_size(process->superslabs, process->superslab_count, sizeof *process->superslabs);
	return true;
}

enum outcome segment_collect(struct segment_chunk *chunks, size_t count, struct model_process *process,
			     char *reason, size_t reason_bytes)
{
	struct collection all = { .chunks = chunks, .chunk_count = count };
	const struct hak_stats_region *region;
	enum outcome outcome;

	reason[0] = '\0';
	if (count == 0 || count > SEGMENT_CHUNKS_MAX)
		return OUTCOME_NO_SEGMENT;
	qsort(chunks, count, sizeof *chunks, by_index);
	for (size_t index = 0; index < count; index++) {
		/* Records count thread rows over all chunks, so one that is missing changes them all. */
		if (chunks[index].header.chunk_index != index) {
			snprintf(reason, reason_bytes, "chunk %zu is %s", index,
				 chunks[index].header.chunk_index < index ? "there twice" : "missing");
			return OUTCOME_DAMAGED;
		}
		region = segment_region(&chunks[index].header, HAK_STATS_REGION_THREADS);
		all.row_count += region ? region->rows : 0;
	}
	if (all.row_count > SEGMENT_THREAD_ROWS_MAX) {
		snprintf(reason, reason_bytes, "%zu thread rows", all.row_count);
		return OUTCOME_DAMAGED;
	}

	outcome = OUTCOME_NO_SEGMENT;
	if (!make_room(&all))
		goto no_memory;
	outcome = copy_until_settled(&all, reason, reason_bytes);
	if (outcome != OUTCOME_OK)
		goto done;

	region = segment_region(&chunks[0].header, HAK_STATS_REGION_PROCESS);
	read_row(&all, 0, region, 0, &process->numbers, sizeof process->numbers);
	process->known_bytes = region->stride_bytes < sizeof process->numbers ? region->stride_bytes :
										 sizeof process->numbers;
	process->format_major = chunks[0].header.major;
	process->format_minor = chunks[0].header.minor;
	process->newer_fields = chunks[0].header.minor > HAK_STATS_MINOR;
	if (publish_classes(&all, process) && publish_threads(&all, process) && publish_superslabs(&all, process))
		goto done;
	outcome = OUTCOME_NO_SEGMENT;
no_memory:
	snprintf(reason, reason_bytes, "out of memory");
done:
	clear_collection(&all);
	return outcome;
}
