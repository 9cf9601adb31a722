/* SPDX-License-Identifier: MIT
 *
 * sys/segment.c - chunks, rows, identity.
 *
 * Owns what segment.h says.  A chunk is 64 KiB, of which only the pages with rows in use are ever
 * touched.  Which rows are in use is remembered outside of the chunks.
 *
 * fork: the child forgets the segment at once (its parent's totals must not move) and makes a
 * fresh one over the inherited addresses at its own first slab event.
 */
#include "sys/segment.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fatal.h"
#include "base/text.h"
#include "hakmem.h"
#include "sys/counters.h"
#include "sys/options.h"
#include "sys/os.h"
#include "sys/segment_file.h"

enum {
	CHUNKS_MAX = 64,
	PROCESS_OFFSET = 128,
	THREADS_OFFSET = 1024,
	RECORDS_OFFSET = THREADS_OFFSET + HAK_STATS_THREAD_ROWS * sizeof(struct hak_stats_thread),
	RECORD_ROWS = (HAK_STATS_CHUNK_BYTES - RECORDS_OFFSET) / sizeof(struct hak_stats_record),
	SUPERSLABS_OFFSET = 128,
	SUPERSLAB_STRIDE = 128,
	SUPERSLAB_ROWS = (HAK_STATS_CHUNK_BYTES - SUPERSLABS_OFFSET) / SUPERSLAB_STRIDE,
	WORD_BITS = 64,
	RECORD_WORDS = (RECORD_ROWS + WORD_BITS - 1) / WORD_BITS,
};

_Static_assert(PROCESS_OFFSET + sizeof(struct hak_stats_process) <= THREADS_OFFSET, "rows overlap");
_Static_assert(sizeof(struct hak_stats_superslab) <= SUPERSLAB_STRIDE, "rows overlap");
_Static_assert(SUPERSLAB_ROWS <= RECORD_WORDS * WORD_BITS, "one set of bits serves both");

struct chunk {
	char *base;
	uint32_t kind;
	uint32_t first_thread;         /* index of its first thread row, over all chunks */
	uint64_t threads_used;
	uint64_t rows_used[RECORD_WORDS]; /* records, or superslabs */
};

struct hk_lock hk_segment_lock;
_Atomic(struct hak_stats_process *) hk_segment_process_row;
_Atomic uint32_t hk_segment_opened;

static struct {
	uint32_t pid;
	uint32_t chunk_count;     /* with an address; after a fork they wait to be made anew */
	uint32_t chunks_made;
	uint32_t thread_rows;
	uint64_t identity_boottime_ns;
	uint64_t generation;
	_Atomic size_t unlisted;
	_Atomic size_t chunks_shown; /* chunks_made, for readers without the lock */
	bool begun;
	bool refused;
	bool starting;            /* in the constructor: files may be made */
} segment;

struct chunk hk_segment_chunks[CHUNKS_MAX] HK_LAST_IN_BSS;

/* The clock is read when there is something to identify: its first use costs two page faults. */
static uint64_t boottime_ns(void)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void describe(struct hak_stats_region *region, enum hak_stats_region_kind kind, size_t stride, size_t offset,
		     size_t rows)
{
	region->kind = (uint16_t)kind;
	region->stride_bytes = (uint16_t)stride;
	region->offset_bytes = (uint32_t)offset;
	region->rows = (uint32_t)rows;
}

static void write_header(const struct chunk *chunk, uint32_t index)
{
	static const char version[] = HK_VERSION_TEXT;
	static const char magic[8] = HAK_STATS_MAGIC;
	struct hak_stats_header *header = (struct hak_stats_header *)chunk->base;
	uint64_t magic_word;

	header->major = HAK_STATS_MAJOR;
	header->minor = HAK_STATS_MINOR;
	header->header_bytes = sizeof(*header);
	header->chunk_kind = chunk->kind;
	header->chunk_index = index;
	header->chunk_bytes = HAK_STATS_CHUNK_BYTES;
	header->word_bits = sizeof(void *) * 8;
	header->pid = segment.pid;
	header->identity_boottime_ns = segment.identity_boottime_ns;
	header->generation = segment.generation;
	for (size_t at = 0; at < sizeof(version) && at < sizeof(header->library_version) - 1; at++)
		header->library_version[at] = version[at];
	if (chunk->kind == HAK_STATS_CHUNK_MAP) {
		describe(&header->regions[0], HAK_STATS_REGION_SUPERSLABS, SUPERSLAB_STRIDE, SUPERSLABS_OFFSET,
			 SUPERSLAB_ROWS);
	} else {
		describe(&header->regions[0], HAK_STATS_REGION_THREADS, sizeof(struct hak_stats_thread), THREADS_OFFSET,
			 HAK_STATS_THREAD_ROWS);
		describe(&header->regions[1], HAK_STATS_REGION_RECORDS, sizeof(struct hak_stats_record), RECORDS_OFFSET,
			 RECORD_ROWS);
	}
	if (chunk->kind == HAK_STATS_CHUNK_CORE)
		describe(&header->regions[2], HAK_STATS_REGION_PROCESS, sizeof(struct hak_stats_process),
			 PROCESS_OFFSET, 1);
	__builtin_memcpy(&magic_word, magic, sizeof(magic_word));
	__atomic_store_n((uint64_t *)(void *)header->magic, magic_word, __ATOMIC_RELEASE);
}

/* Under the lock.  The address of an earlier chunk that a fork has made useless is used again, so
 * that the child maps its parent's memory no longer. */
static struct chunk *make_chunk(enum hak_stats_chunk_kind kind)
{
	uint32_t index = segment.chunks_made;
	struct chunk *chunk = &hk_segment_chunks[index];

	if (index == CHUNKS_MAX || segment.refused)
		return NULL;

	char *base = NULL;

	if (segment.starting && kind == HAK_STATS_CHUNK_CORE && hk_option_value(HK_OPTION_STATS) == HK_STATS_SHM)
		base = hk_segment_file_map(HAK_STATS_CHUNK_BYTES);
	if (!base)
		base = hk_os_map_shared(HAK_STATS_CHUNK_BYTES, index < segment.chunk_count ? chunk->base : NULL);

	if (!base) {
		segment.refused = true; /* until the next fork: a full machine is not asked again and again */
		return NULL;
	}
	*chunk = (struct chunk){ .base = base, .kind = kind, .first_thread = segment.thread_rows };
	if (kind != HAK_STATS_CHUNK_MAP)
		segment.thread_rows += HAK_STATS_THREAD_ROWS;
	segment.chunks_made++;
	if (segment.chunk_count < segment.chunks_made)
		segment.chunk_count = segment.chunks_made;
	atomic_store_explicit(&segment.chunks_shown, segment.chunks_made, memory_order_relaxed);
	write_header(chunk, index);
	return chunk;
}

void hk_segment_open(void)
{
	size_t wanted = hk_option_value(HK_OPTION_STATS);

	if (hk_segment_is_open() || !segment.begun || wanted == HK_STATS_OFF ||
	    hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF)
		return;
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);
	if (!hk_segment_is_open()) {
		segment.identity_boottime_ns = boottime_ns();

		struct chunk *core = make_chunk(HAK_STATS_CHUNK_CORE);

		if (core) {
			atomic_store_explicit(&hk_segment_process_row,
					      (struct hak_stats_process *)(void *)(core->base + PROCESS_OFFSET),
					      memory_order_release);
			atomic_store_explicit(&hk_segment_opened, (uint32_t)segment.generation + 1,
					      memory_order_release);
		}
	}
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
	hk_segment_publish_process();
	hk_segment_publish_options();
}

void hk_segment_begin_process(void)
{
	segment.pid = (uint32_t)syscall(SYS_getpid);
	segment.begun = true;
	segment.starting = true;
	if (hk_option_value(HK_OPTION_STATS) >= HK_STATS_ON)
		hk_segment_open();
	segment.starting = false;
}

void hk_segment_begin_child(void)
{
	atomic_store_explicit(&hk_segment_process_row, NULL, memory_order_relaxed);
	atomic_store_explicit(&hk_segment_opened, 0, memory_order_relaxed);
	segment.chunks_made = 0;
	segment.thread_rows = 0;
	segment.unlisted = 0;
	segment.chunks_shown = 0;
	segment.refused = false;
	segment.generation++;
	segment.pid = (uint32_t)syscall(SYS_getpid);
}

/* The lowest clear bit below LIMIT, now set; -1 when there is none. */
static int take_bit(uint64_t *words, unsigned limit)
{
	for (unsigned word = 0; word * WORD_BITS < limit; word++) {
		if (words[word] == UINT64_MAX)
			continue;

		unsigned bit = word * WORD_BITS + (unsigned)__builtin_ctzll(~words[word]);

		if (bit >= limit)
			return -1;
		words[word] |= 1ull << (bit % WORD_BITS);
		return (int)bit;
	}
	return -1;
}

/* A row of the first chunk of KIND (or CORE for ROWS) that has one, else of a new chunk. */
static struct chunk *take_row(bool map, bool thread, int *row)
{
	for (;;) {
		for (uint32_t index = 0; index < segment.chunks_made; index++) {
			struct chunk *chunk = &hk_segment_chunks[index];

			if ((chunk->kind == HAK_STATS_CHUNK_MAP) != map)
				continue;
			*row = thread ? take_bit(&chunk->threads_used, HAK_STATS_THREAD_ROWS) :
					take_bit(chunk->rows_used, map ? SUPERSLAB_ROWS : RECORD_ROWS);
			if (*row >= 0)
				return chunk;
		}
		if (!make_chunk(map ? HAK_STATS_CHUNK_MAP : HAK_STATS_CHUNK_ROWS)) {
			hk_counters_add(&segment.unlisted, 1);
			return NULL;
		}
	}
}

struct hak_stats_thread *hk_segment_take_thread(enum hak_stats_thread_state state, uint32_t *index)
{
	struct hak_stats_thread *row = NULL;
	int at;

	if (!hk_segment_is_open())
		return NULL;
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);

	struct chunk *chunk = take_row(false, true, &at);

	if (chunk) {
		row = (struct hak_stats_thread *)(void *)(chunk->base + THREADS_OFFSET) + at;
		*row = (struct hak_stats_thread){ .state = HAK_STATS_THREAD_FREE };
		*index = chunk->first_thread + (uint32_t)at;
		__atomic_store_n(&row->state, (uint32_t)state, __ATOMIC_RELEASE);
	}
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
	return row;
}

void hk_segment_give_thread(uint32_t index)
{
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);
	for (uint32_t at = 0; at < segment.chunks_made; at++) {
		struct chunk *chunk = &hk_segment_chunks[at];
		uint32_t row = index - chunk->first_thread;

		if (chunk->kind == HAK_STATS_CHUNK_MAP || row >= HAK_STATS_THREAD_ROWS)
			continue;
		__atomic_store_n(&((struct hak_stats_thread *)(void *)(chunk->base + THREADS_OFFSET))[row].state,
				 HAK_STATS_THREAD_FREE, __ATOMIC_RELEASE);
		chunk->threads_used &= ~(1ull << row);
	}
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
}

/* gettid is a call that older sandboxes kill for.  The thread's CPU clock says the same without a
 * call: the kernel defines a clock's number as the complement of the thread's, above three bits. */
uint32_t hk_segment_thread_number(void)
{
	clockid_t clock;

	return pthread_getcpuclockid(pthread_self(), &clock) == 0 ? (uint32_t)~(clock >> 3) : 0;
}

struct hak_stats_record *hk_segment_take_record(uint32_t thread_index, unsigned class_index, size_t block_bytes)
{
	struct hak_stats_record *record = NULL;
	int at;

	if (!hk_segment_is_open())
		return NULL;
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);

	struct chunk *chunk = take_row(false, false, &at);

	if (chunk) {
		record = (struct hak_stats_record *)(void *)(chunk->base + RECORDS_OFFSET) + at;
		*record = (struct hak_stats_record){ .thread = thread_index, .block_bytes = block_bytes };
		__atomic_store_n(&record->class_index, (uint16_t)class_index, __ATOMIC_RELEASE);
	}
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
	return record;
}

struct hak_stats_superslab *hk_segment_take_superslab(void)
{
	struct hak_stats_superslab *row = NULL;
	int at;

	if (!hk_segment_is_open())
		return NULL;
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);

	struct chunk *chunk = take_row(true, false, &at);

	if (chunk)
		row = (struct hak_stats_superslab *)(void *)(chunk->base + SUPERSLABS_OFFSET +
							     (size_t)at * SUPERSLAB_STRIDE);
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
	return row;
}

/* The chunk that ADDRESS lies in gets its row back. */
static void give_row(const void *address, size_t offset, size_t stride)
{
	hk_lock_take(&hk_segment_lock, HK_RANK_SEGMENT);
	for (uint32_t index = 0; index < segment.chunks_made; index++) {
		struct chunk *chunk = &hk_segment_chunks[index];
		size_t distance = (size_t)((const char *)address - chunk->base);

		if (distance < HAK_STATS_CHUNK_BYTES && distance >= offset) {
			size_t row = (distance - offset) / stride;

			chunk->rows_used[row / WORD_BITS] &= ~(1ull << (row % WORD_BITS));
		}
	}
	hk_lock_give(&hk_segment_lock, HK_RANK_SEGMENT);
}

void hk_segment_give_record(struct hak_stats_record *record)
{
	__atomic_store_n(&record->class_index, 0, __ATOMIC_RELEASE);
	give_row(record, RECORDS_OFFSET, sizeof(*record));
}

void hk_segment_give_superslab(struct hak_stats_superslab *row)
{
	__atomic_store_n(&row->state, 0, __ATOMIC_RELEASE);
	give_row(row, SUPERSLABS_OFFSET, SUPERSLAB_STRIDE);
}

void hk_segment_publish_process(void)
{
	struct hak_stats_process *row = atomic_load_explicit(&hk_segment_process_row, memory_order_acquire);

	if (!row)
		return;
#define COPY(field, counter) hk_segment_store(&row->field, hk_counters_read(&hk_counters.counter))
	COPY(reserved_bytes, reserved_bytes);
	COPY(committed_bytes, committed_bytes);
	COPY(committed_peak_bytes, committed_peak_bytes);
	COPY(dirty_bytes, dirty_bytes);
	COPY(purged_bytes_total, purged_bytes);
	COPY(superslabs, superslabs);
	COPY(superslabs_peak, superslabs_peak);
	COPY(slabs, slabs);
	COPY(slabs_peak, slabs_peak);
	COPY(large_bytes, large_bytes);
	COPY(large_peak_bytes, large_peak_bytes);
	COPY(large_blocks, large_blocks);
	COPY(large_blocks_total, large_blocks_total);
	COPY(large_cached_bytes, large_cached_bytes);
	COPY(starter_bytes, starter_bytes);
	COPY(threads, threads);
	COPY(threads_peak, threads_peak);
	COPY(threads_total, threads_total);
	COPY(forks, forks);
	COPY(foreign_frees_total, foreign_frees);
	COPY(zero_reallocs_total, zero_reallocs);
	COPY(map_calls_total, map_calls);
	COPY(unmap_calls_total, unmap_calls);
	COPY(map_failures_total, map_failures);
	COPY(purge_refusals_total, purge_refusals);
	COPY(refills_ended_total, refills_ended);
	COPY(homes_ended_total, homes_ended);
#undef COPY
	hk_segment_store(&row->chunks, hk_counters_read(&segment.chunks_shown));
	hk_segment_store(&row->unlisted, hk_counters_read(&segment.unlisted));
}

void hk_segment_publish_options(void)
{
	struct hak_stats_process *row = atomic_load_explicit(&hk_segment_process_row, memory_order_acquire);

	if (!row)
		return;
	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		hk_segment_store(&row->option_values[option], hk_option_value(option));
		__atomic_store_n(&row->option_origins[option], hk_option_origins[option], __ATOMIC_RELAXED);
	}
}
