/* SPDX-License-Identifier: MIT
 *
 * Does today's reader read a chunk of format 1.0, written byte by byte at the places that 1.0 had?
 * It says so in numbers and not by hakmem_stats.h, which may have moved on.
 */
#include "../cli/reader.h"

enum { CHUNK_BYTES = 65536, PROCESS = 128, THREADS = 1024, RECORDS = 8192, SUPERSLABS = 128 };

static unsigned char chunks[2 * CHUNK_BYTES];

static void put(unsigned char *at, uint64_t value, size_t bytes)
{
	if (bytes == 2)
		memcpy(at, &(uint16_t){ (uint16_t)value }, 2);
	else if (bytes == 4)
		memcpy(at, &(uint32_t){ (uint32_t)value }, 4);
	else
		memcpy(at, &value, 8);
}

static void put_region(unsigned char *at, unsigned kind, unsigned stride, unsigned offset, unsigned rows)
{
	put(at, kind, 2);
	put(at + 2, stride, 2);
	put(at + 4, offset, 4);
	put(at + 8, rows, 4);
}

static void put_header(unsigned char *chunk, unsigned kind, unsigned index)
{
	put(chunk + 8, 1, 2);
	put(chunk + 10, 0, 2);
	put(chunk + 12, 128, 4);
	put(chunk + 16, kind, 4);
	put(chunk + 20, index, 4);
	put(chunk + 24, CHUNK_BYTES, 8);
	put(chunk + 32, 64, 4);
	put(chunk + 36, 4711, 4);
	put(chunk + 40, 1000000000, 8);
	put(chunk + 48, 3, 8);
	memcpy(chunk + 56, "1.0.0", 6);
	memcpy(chunk, "HAKSTAT", 8);
}

static void put_record(unsigned char *at, unsigned thread, unsigned class_index, const uint64_t numbers[7])
{
	put(at, thread, 4);
	put(at + 4, class_index, 2);
	for (size_t index = 0; index < 7; index++)
		put(at + 8 + 8 * index, numbers[index], 8);
}

static void put_thread(unsigned char *at, unsigned state, unsigned tid, uint64_t mailbox_bytes)
{
	put(at, state, 4);
	put(at + 4, tid, 4);
	put(at + 8, 20, 8);
	put(at + 16, mailbox_bytes, 8);
	put(at + 24, 31, 8);
	put(at + 32, 17, 8);
}

static void put_all(void)
{
	/* block_bytes, slabs, slots, used, cached_min, cached_max, refills_total */
	static const uint64_t first[7] = { 112, 2, 1170, 1000, 10, 110, 40 };
	static const uint64_t second[7] = { 112, 1, 585, 500, 0, 0, 0 };
	static const uint64_t third[7] = { 4096, 1, 16, 9, 1, 3, 5 };
	unsigned char *map = chunks + CHUNK_BYTES;

	put_header(chunks, 1, 0);
	put_region(chunks + 80, 2, 64, THREADS, 64);
	put_region(chunks + 96, 3, 64, RECORDS, 800);
	put_region(chunks + 112, 1, 376, PROCESS, 1);
	for (size_t field = 0; field < 45; field++)
		put(chunks + PROCESS + 8 * field, 1000 + field, 8);
	put(chunks + PROCESS + 72, 5 << 20, 8);  /* large_bytes */
	put(chunks + PROCESS + 112, 640, 8);     /* starter_bytes */
	put(chunks + PROCESS + 216, 2, 8);       /* chunks */
	put(chunks + PROCESS + 224, 0, 8);       /* unlisted */
	for (size_t option = 0; option < 16; option++)
		chunks[PROCESS + 360 + option] = (unsigned char)(option % 4);
	put_thread(chunks + THREADS, 1, 4712, 224);
	put_thread(chunks + THREADS + 64, 2, 0, 0);
	put_record(chunks + RECORDS, 0, 7, first);
	put_record(chunks + RECORDS + 2 * 64, 1, 7, second);
	put_record(chunks + RECORDS + 799 * 64, 0, 40, third);

	put_header(map, 3, 1);
	put_region(map + 80, 4, 128, SUPERSLABS, 500);
	put(map + SUPERSLABS + 128, 1, 4);
	put(map + SUPERSLABS + 128 + 8, 0xff, 4);
	map[SUPERSLABS + 128 + 24 + 5] = 7;
	map[SUPERSLABS + 128 + 56 + 5] = 200;
	map[SUPERSLABS + 128 + 88 + 5] = 2;
}

static void expect_process(const struct model_process *process)
{
	const struct hak_stats_process *numbers = &process->numbers;

	EXPECT(process->format_major == 1 && process->format_minor == 0);
	EXPECT(strcmp(process->library_version, "1.0.0") == 0);
	EXPECT(process->known_bytes >= 376);
	EXPECT(numbers->reserved_bytes == 1000 && numbers->purged_bytes_total == 1004);
	EXPECT(numbers->superslabs_peak == 1006 && numbers->large_bytes == 5 << 20);
	EXPECT(numbers->large_cached_bytes == 1013 && numbers->threads == 1015 && numbers->forks == 1018);
	EXPECT(numbers->map_calls_total == 1021 && numbers->homes_ended_total == 1026 && numbers->chunks == 2);
	EXPECT(numbers->option_values[0] == 1029 && numbers->option_values[15] == 1044);
	EXPECT(numbers->option_origins[0] == 0 && numbers->option_origins[7] == 3);
	EXPECT(process->refills_total == 1025 + 2 * 31 && process->homes_total == 1026 + 2 * 17);
}

static void expect_rows(const struct model_process *process)
{
	const struct model_class *class = process->classes;
	/* used - cached_max - mailbox, and used - cached_min */
	uint64_t low = (1500 - 110) * 112 + (9 - 3) * 4096 - 224, high = (1500 - 10) * 112 + (9 - 1) * 4096;
	uint64_t others = (5 << 20) + 640;

	EXPECT(process->class_count == 2 && process->thread_count == 2);
	EXPECT(class[0].class_index == 7 && class[0].block_bytes == 112 && class[0].used == 1500);
	EXPECT(class[0].slabs == 3 && class[0].slots == 1755 && class[0].refills_total == 40);
	EXPECT(class[1].class_index == 40 && class[1].cached_min == 1 && class[1].cached_max == 3);
	EXPECT(process->threads[0].state == 1 && process->threads[0].tid == 4712);
	EXPECT(process->threads[0].mailbox_bytes == 224 && !process->threads[0].unsettled);
	EXPECT(process->threads[1].state == 2 && process->threads[1].used_bytes == 500 * 112);
	EXPECT_AT(process->live_bytes + process->live_bound_bytes >= high + others, process->live_bytes);
	EXPECT_AT(process->live_bytes - process->live_bound_bytes <= low + others, process->live_bytes);
	EXPECT_AT(process->live_bound_bytes <= (high - low) / 2 + 1, process->live_bound_bytes);
	EXPECT(process->superslab_count == 1 && process->superslabs[0].mapped == 0xff);
	EXPECT(process->superslabs[0].class_index[5] == 7 && process->superslabs[0].fill[5] == 200);
	EXPECT(process->superslabs[0].back[5] == 2);
}

int main(void)
{
	struct model_process process;
	char reason[96] = "";
	enum outcome outcome;

	put_all();
	outcome = read_memory(chunks, 2, CHUNK_BYTES, &process, reason);
	if (outcome != OUTCOME_OK)
		fprintf(stderr, "%s\n", reason);
	EXPECT(outcome == OUTCOME_OK);
	expect_process(&process);
	expect_rows(&process);
	model_process_clear(&process);

	/* Its successor: another major number is not read, a higher minor one is. */
	put(chunks + 10, 1, 2);
	put(chunks + CHUNK_BYTES + 10, 1, 2);
	EXPECT(read_memory(chunks, 2, CHUNK_BYTES, &process, reason) == OUTCOME_OK);
	expect_rows(&process);
	model_process_clear(&process);
	put(chunks + 8, 2, 2);
	put(chunks + CHUNK_BYTES + 8, 2, 2);
	EXPECT(read_memory(chunks, 2, CHUNK_BYTES, &process, reason) == OUTCOME_VERSION);
	return 0;
}
