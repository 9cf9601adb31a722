/* SPDX-License-Identifier: MIT
 *
 * Does the reader come to the sums and bounds that hakmem_stats.h promises, and never below zero?
 */
#include "reader.h"

static void read_made(unsigned char *chunks, struct model_process *process)
{
	char reason[96] = "";

	EXPECT(read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, process, reason) == OUTCOME_OK);
}

static void expect_sums(void)
{
	enum {
		HIGH = MADE_FIRST_USED - MADE_FIRST_CACHED_MIN,
		LOW = MADE_FIRST_USED - MADE_FIRST_CACHED_MAX - MADE_MAILBOX_BYTES / MADE_FIRST_BLOCK_BYTES,
		LOW_BYTES = (MADE_FIRST_USED - MADE_FIRST_CACHED_MAX) * 32 + (40 - 8) * 1024 + 262144 -
			    MADE_MAILBOX_BYTES,
		HIGH_BYTES = HIGH * 32 + 40 * 1024 + 262144,
		EXACT_BYTES = MADE_LARGE_BYTES + MADE_STARTER_BYTES,
	};
	unsigned char *chunks = made_segment();
	struct model_process process;
	const struct model_class *first;

	read_made(chunks, &process);
	EXPECT(process.known_bytes == sizeof process.numbers && process.newer_fields == 0);
	EXPECT(strcmp(process.library_version, "1.0.0-made") == 0);
	EXPECT(process.class_count == MADE_CLASSES && process.thread_count == MADE_THREADS);
	EXPECT(process.superslab_count == MADE_SUPERSLABS);
	first = &process.classes[0];
	EXPECT(first->class_index == MADE_FIRST_CLASS && first->block_bytes == MADE_FIRST_BLOCK_BYTES);
	EXPECT(first->used == MADE_FIRST_USED && first->slots == 3 * 2048 && first->slabs == 3);
	EXPECT(first->live_blocks + first->live_bound_blocks == HIGH);
	EXPECT(first->live_blocks - first->live_bound_blocks <= LOW);
	EXPECT(first->live_blocks - first->live_bound_blocks + 1 >= LOW);
	EXPECT(process.live_bytes + process.live_bound_bytes == HIGH_BYTES + EXACT_BYTES);
	EXPECT(process.live_bytes - process.live_bound_bytes <= LOW_BYTES + EXACT_BYTES);
	EXPECT(process.live_bytes - process.live_bound_bytes + 1 >= LOW_BYTES + EXACT_BYTES);
	EXPECT(process.refills_total == 100 + 70 + 30 && process.homes_total == 10 + 7);
	EXPECT(process.threads[3].row == HAK_STATS_THREAD_ROWS + 3);
	EXPECT(process.threads[3].used_bytes == 500 * 32 + 262144);
	for (size_t index = 0; index < process.thread_count; index++)
		EXPECT(!process.threads[index].unsettled);
	model_process_clear(&process);
	free(chunks);
}

/* More in caches and mailboxes than in use: a moment's contradiction, and no huge number. */
static void expect_no_negatives(void)
{
	unsigned char *chunks = made_segment();
	struct hak_stats_record *record = made_row(chunks, HAK_STATS_REGION_RECORDS, 0);
	struct hak_stats_thread *thread = made_row(chunks, HAK_STATS_REGION_THREADS, 0);
	struct model_process process;

	record->used = 0;
	record->cached_min = 5000;
	thread->mailbox_bytes = UINT64_MAX / 2;
	read_made(chunks, &process);
	for (size_t index = 0; index < process.class_count; index++) {
		const struct model_class *class = &process.classes[index];

		EXPECT(class->live_blocks + class->live_bound_blocks <= class->used);
		EXPECT(class->live_bound_blocks <= class->live_blocks + 1);
	}
	EXPECT(process.live_bytes + process.live_bound_bytes < 8u << 20);
	model_process_clear(&process);
	free(chunks);
}

/* Rows that have grown: the new fields are stepped over. */
static void expect_longer_rows(void)
{
	unsigned char *chunks = made_segment();
	struct hak_stats_region *region = &made_header(chunks)->regions[1];
	struct hak_stats_thread old[3];
	struct model_process process;

	for (unsigned row = 0; row < 3; row++)
		old[row] = *(struct hak_stats_thread *)made_row(chunks, HAK_STATS_REGION_THREADS, row);
	region->stride_bytes = 128;
	region->rows = 3;
	for (unsigned row = 0; row < 3; row++) {
		unsigned char *at = made_row(chunks, HAK_STATS_REGION_THREADS, row);

		memset(at, 0xEE, 128);
		memcpy(at, &old[row], sizeof old[row]);
	}
	made_header(chunks)->minor = HAK_STATS_MINOR + 1;
	read_made(chunks, &process);
	EXPECT(process.newer_fields == 1 && process.format_minor == HAK_STATS_MINOR + 1);
	/* The rows of the second chunk are counted from three now, so its record finds no row. */
	EXPECT(process.thread_count == 3 && process.threads[0].used_bytes == 1000 * 32 + 40 * 1024);
	model_process_clear(&process);
	free(chunks);
}

int main(void)
{
	expect_sums();
	expect_no_negatives();
	expect_longer_rows();
	return 0;
}
