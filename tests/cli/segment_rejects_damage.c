/* SPDX-License-Identifier: MIT
 *
 * Is every count, size and offset of a chunk checked, and does the reader say which is wrong?
 */
#include "reader.h"

#include <stddef.h>

struct damage {
	const char *what;
	unsigned chunk;
	size_t offset, bytes; /* of the field */
	uint64_t value;
	enum outcome outcome;
	const char *reason;
};

#define HEADER(chunk, field, value, outcome, reason) \
	{ #field, chunk, offsetof(struct hak_stats_header, field), sizeof ((struct hak_stats_header *)0)->field, value, \
	  outcome, reason }

static const struct damage damages[] = {
	HEADER(0, magic, 0, OUTCOME_NO_SEGMENT, ""),
	HEADER(0, major, 2, OUTCOME_VERSION, ""),
	HEADER(0, header_bytes, 0, OUTCOME_DAMAGED, "wrong header size"),
	HEADER(0, header_bytes, 127, OUTCOME_DAMAGED, "wrong header size"),
	HEADER(0, header_bytes, UINT32_MAX, OUTCOME_DAMAGED, "wrong header size"),
	HEADER(0, header_bytes, UINT32_MAX - 7, OUTCOME_DAMAGED, "header exceeds the chunk"),
	HEADER(0, header_bytes, 4096, OUTCOME_DAMAGED, "region 0 has a wrong offset"),
	HEADER(0, chunk_bytes, 0, OUTCOME_DAMAGED, "header exceeds the chunk"),
	HEADER(0, chunk_bytes, 4096, OUTCOME_DAMAGED, "region 1 exceeds the chunk"),
	HEADER(0, chunk_bytes, HAK_STATS_CHUNK_BYTES + 1, OUTCOME_DAMAGED, "chunk exceeds its mapping"),
	HEADER(0, chunk_bytes, UINT64_MAX, OUTCOME_DAMAGED, "chunk exceeds its mapping"),
	HEADER(0, word_bits, 16, OUTCOME_DAMAGED, "wrong word size"),
	HEADER(0, chunk_index, 1, OUTCOME_DAMAGED, "chunk kind and index disagree"),
	HEADER(0, chunk_index, UINT32_MAX, OUTCOME_DAMAGED, "wrong chunk index"),
	HEADER(0, chunk_kind, HAK_STATS_CHUNK_MAP, OUTCOME_DAMAGED, "chunk kind and index disagree"),
	HEADER(1, chunk_index, 2, OUTCOME_DAMAGED, "chunk 1 is missing"),
	HEADER(2, chunk_index, 1, OUTCOME_DAMAGED, "chunk 2 is there twice"),
	HEADER(1, magic, 0, OUTCOME_DAMAGED, "chunk 1 is missing"),
	HEADER(1, pid, 1, OUTCOME_DAMAGED, "chunk 1 is missing"),
	HEADER(1, generation, 1, OUTCOME_DAMAGED, "chunk 1 is missing"),
	HEADER(0, regions[0].kind, 0, OUTCOME_DAMAGED, "no process row"),
	HEADER(0, regions[0].rows, 0, OUTCOME_DAMAGED, "no process row"),
	HEADER(0, regions[0].stride_bytes, 368, OUTCOME_DAMAGED, "region 0 has a wrong stride"),
	HEADER(0, regions[0].offset_bytes, 0, OUTCOME_DAMAGED, "region 0 has a wrong offset"),
	HEADER(0, regions[0].offset_bytes, HAK_STATS_CHUNK_BYTES, OUTCOME_DAMAGED, "region 0 exceeds the chunk"),
	HEADER(0, regions[0].offset_bytes, UINT32_MAX - 7, OUTCOME_DAMAGED, "region 0 exceeds the chunk"),
	HEADER(0, regions[1].kind, HAK_STATS_REGION_PROCESS, OUTCOME_DAMAGED, "region 1 has a wrong stride"),
	HEADER(0, regions[2].kind, HAK_STATS_REGION_THREADS, OUTCOME_DAMAGED, "region 2 is there twice"),
	HEADER(0, regions[1].stride_bytes, 0, OUTCOME_DAMAGED, "region 1 has a wrong stride"),
	HEADER(0, regions[1].stride_bytes, 65, OUTCOME_DAMAGED, "region 1 has a wrong stride"),
	HEADER(0, regions[1].offset_bytes, 513, OUTCOME_DAMAGED, "region 1 has a wrong offset"),
	HEADER(0, regions[1].rows, UINT32_MAX, OUTCOME_DAMAGED, "region 1 exceeds the chunk"),
	HEADER(0, regions[2].rows, 953, OUTCOME_DAMAGED, "region 2 exceeds the chunk"),
	HEADER(0, regions[2].offset_bytes, UINT32_MAX - 7, OUTCOME_DAMAGED, "region 2 exceeds the chunk"),
	HEADER(0, regions[2].stride_bytes, 65528, OUTCOME_DAMAGED, "region 2 exceeds the chunk"),
	HEADER(2, regions[0].stride_bytes, 64, OUTCOME_DAMAGED, "region 0 has a wrong stride"),
	HEADER(2, regions[0].rows, 1u << 26, OUTCOME_DAMAGED, "region 0 exceeds the chunk"),
	/* Not damage: a kind that is not known yet, an unused region, a newer minor number. */
	HEADER(2, regions[0].kind, 99, OUTCOME_OK, ""),
	HEADER(2, regions[0].kind, 0, OUTCOME_OK, ""),
	HEADER(2, chunk_kind, 99, OUTCOME_OK, ""),
	HEADER(0, minor, 9, OUTCOME_OK, ""),
};

static void try_damage(const struct damage *damage)
{
	unsigned char *chunks = made_segment();
	struct model_process process;
	char reason[96] = "";
	enum outcome outcome;

	memcpy(chunk_of(chunks, damage->chunk) + damage->offset, &damage->value, damage->bytes);
	outcome = read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, &process, reason);
	if (outcome != damage->outcome || strcmp(reason, damage->reason) != 0) {
		printf("%s = %llu: outcome %d \"%s\"\n", damage->what, (unsigned long long)damage->value,
		       (int)outcome, reason);
		fflush(stdout);
		EXPECT(!"the outcome and reason of the table");
	}
	model_process_clear(&process);
	free(chunks);
}

/* Rows are believed as little as headers, but a number that is absurd is only a number. */
static void try_rows(void)
{
	unsigned char *chunks = made_segment();
	struct hak_stats_record *record = made_row(chunks, HAK_STATS_REGION_RECORDS, 1);
	struct model_process process;
	char reason[96];

	record->class_index = 256;
	EXPECT(read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, &process, reason) == OUTCOME_DAMAGED);
	model_process_clear(&process);
	record->class_index = MADE_FIRST_CLASS;
	EXPECT(read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, &process, reason) == OUTCOME_DAMAGED);
	model_process_clear(&process);

	memset(record, 0xFF, sizeof *record);
	EXPECT(read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, &process, reason) == OUTCOME_OK);
	model_process_clear(&process);

	record->thread = 0;
	record->class_index = 64;
	EXPECT(read_memory(chunks, MADE_CHUNKS, HAK_STATS_CHUNK_BYTES, &process, reason) == OUTCOME_OK);
	EXPECT(process.threads[0].used_bytes == UINT64_MAX);
	model_process_clear(&process);
	free(chunks);
}

int main(void)
{
	for (size_t index = 0; index < COUNT_OF(damages); index++)
		try_damage(&damages[index]);
	try_rows();
	return 0;
}
