/* SPDX-License-Identifier: MIT
 *
 * A segment that changes while it is read: are rows that are called settled of one moment, does
 * the reader give up after its tries, and does it never look at a header twice?
 */
#include "reader.h"

#include <stdatomic.h>

/* What happens to the segment at each whole copy of the first chunk. */
static void (*happens)(unsigned char *core, unsigned copies);
static unsigned whole_copies;

static bool copy_and_change(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	if (offset == 0 && bytes == HAK_STATS_CHUNK_BYTES && chunk->header.chunk_index == 0)
		happens((unsigned char *)(uintptr_t)chunk->memory, ++whole_copies);
	memcpy(to, chunk->memory + offset, bytes);
	return true;
}

static enum outcome read_changing(unsigned char *chunks, void (*change)(unsigned char *, unsigned),
				  bool (*copy)(const struct segment_chunk *, size_t, void *, size_t),
				  struct model_process *process)
{
	struct segment_chunk list[MADE_CHUNKS];
	char reason[96];

	memset(process, 0, sizeof *process);
	happens = change;
	whole_copies = 0;
	for (unsigned number = 0; number < MADE_CHUNKS; number++) {
		list[number] = (struct segment_chunk){ .file = -1, .memory = chunk_of(chunks, number), .copy = copy };
		EXPECT(segment_check(list[number].memory, HAK_STATS_CHUNK_BYTES, &list[number].header, reason,
				     sizeof reason) == SEGMENT_VALID);
	}
	return segment_collect(list, MADE_CHUNKS, process, reason, sizeof reason);
}

static struct hak_stats_thread *thread_of(unsigned char *core, unsigned row)
{
	return made_row(core, HAK_STATS_REGION_THREADS, row);
}

static void always_busy(unsigned char *core, unsigned copies)
{
	(void)copies;
	thread_of(core, 0)->sequence += 2;
}

static void dies_while_odd(unsigned char *core, unsigned copies)
{
	(void)copies;
	thread_of(core, 0)->sequence |= 1;
}

static void busy_for_three(unsigned char *core, unsigned copies)
{
	if (copies <= 3)
		thread_of(core, 0)->sequence += 2;
}

/* What was checked is gone or absurd at the next look. */
static void header_turns_hostile(unsigned char *core, unsigned copies)
{
	if (copies > 1)
		return; /* the row cannot be found any more, and the header stays as it is */
	thread_of(core, 0)->sequence |= 1;
	memset(core, 0xFF, sizeof(struct hak_stats_header));
}

/* The thread of row 0 ends after it was taken, and the orphans' row gets what it had. */
static void thread_ends(unsigned char *core, unsigned copies)
{
	struct hak_stats_record *records = made_row(core, HAK_STATS_REGION_RECORDS, 0);

	if (copies < 3)
		thread_of(core, 5)->sequence += 2;
	if (copies == 2) {
		thread_of(core, 0)->state = HAK_STATS_THREAD_FREE;
		thread_of(core, 0)->sequence += 2;
		records[3].used += records[0].used;
		records[0].class_index = 0;
	}
}

static void expect_unsettled_row(void (*change)(unsigned char *, unsigned))
{
	unsigned char *chunks = made_segment();
	struct model_process process;

	EXPECT(read_changing(chunks, change, copy_and_change, &process) == OUTCOME_OK);
	EXPECT(whole_copies == SEGMENT_TRIES);
	EXPECT(process.threads[0].unsettled && !process.threads[1].unsettled && !process.threads[3].unsettled);
	EXPECT(process.classes[0].used == MADE_FIRST_USED);
	model_process_clear(&process);
	free(chunks);
}

static void expect_patience(void)
{
	unsigned char *chunks = made_segment();
	struct model_process process;

	EXPECT(read_changing(chunks, busy_for_three, copy_and_change, &process) == OUTCOME_OK);
	EXPECT(whole_copies == 4 && !process.threads[0].unsettled);
	EXPECT(process.classes[0].used == MADE_FIRST_USED);
	model_process_clear(&process);
	free(chunks);
}

static void expect_no_double_count(void)
{
	unsigned char *chunks = made_segment();
	struct model_process process;

	EXPECT(read_changing(chunks, thread_ends, copy_and_change, &process) == OUTCOME_OK);
	EXPECT(process.thread_count == MADE_THREADS - 1);
	EXPECT(process.classes[0].used == MADE_FIRST_USED);
	model_process_clear(&process);
	free(chunks);
}

static bool copy_fails(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	if (bytes == HAK_STATS_CHUNK_BYTES && chunk->header.chunk_index == 1)
		return false;
	memcpy(to, chunk->memory + offset, bytes);
	return true;
}

/* ---- a process that really writes -------------------------------------------------------------- */

static void write_for_ever(void)
{
	struct made_identity identity = made_identity_now();
	unsigned char *mappings[MADE_CHUNKS];
	pid_t parent = getppid();

	REQUIRE(map_segment(mappings, &identity));
	if (fork() != 0)
		return;
	/* A helper of the child writes what the child shows. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	struct hak_stats_thread *thread = thread_of(mappings[0], 0);
	struct hak_stats_record *record = made_row(mappings[0], HAK_STATS_REGION_RECORDS, 0);

	for (uint64_t round = 0;; round++) {
		*(volatile uint64_t *)&thread->sequence += 1;
		atomic_thread_fence(memory_order_seq_cst);
		*(volatile uint64_t *)&thread->refills_total = round;
		*(volatile uint64_t *)&record->used = round;
		atomic_thread_fence(memory_order_seq_cst);
		*(volatile uint64_t *)&thread->sequence += 1;
		for (volatile unsigned pause = 0; pause < 10000; pause++)
			;
		/* Quiet moments too, or a slow reader never finds one. */
		if (round % 16 == 0)
			usleep(200);
		if (round % 1024 == 0 && kill(parent, 0) != 0)
			_exit(0);
	}
}

static void expect_one_moment(void)
{
	pid_t child = start_child(write_for_ever);
	unsigned settled = 0;

	for (unsigned look = 0; look < 1000; look++) {
		struct model_process process;

		model_read(&this_machine, child, &process);
		skip_if_denied(&process);
		EXPECT(process.outcome == OUTCOME_OK);
		if (!process.threads[0].unsettled && process.threads[0].refills_total != 70) {
			uint64_t others = 40 * 1024;

			EXPECT(process.threads[0].used_bytes == process.threads[0].refills_total * 32 + others);
			settled++;
		}
		model_process_clear(&process);
	}
	printf("%u of 1000 looks at a busy thread were settled\n", settled);
	EXPECT(settled > 0);
	end_child(child);
}

int main(void)
{
	struct model_process process;
	unsigned char *chunks = made_segment();

	give_up_after(120);
	expect_unsettled_row(always_busy);
	expect_unsettled_row(dies_while_odd);
	expect_unsettled_row(header_turns_hostile);
	expect_patience();
	expect_no_double_count();
	EXPECT(read_changing(chunks, always_busy, copy_fails, &process) == OUTCOME_NO_PROCESS);
	model_process_clear(&process);
	free(chunks);
	expect_one_moment();
	return 0;
}
