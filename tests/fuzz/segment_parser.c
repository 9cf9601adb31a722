/* SPDX-License-Identifier: MIT
 *
 * segment_parser - any chunks: hakmem-stats, run by root, reads what any process can make.
 *
 * The input is cut into chunks of HAK_STATS_CHUNK_BYTES bytes, the last one as long as it is.
 * Without libFuzzer the inputs are made segments with some of their bytes changed, because chance
 * never spells a header.  libFuzzer starts from such a segment; no corpus is kept, because what
 * make check has built writes one, and some thousand inputs make the rest of it:
 *     segment_parser -w corpus/made && segment_parser_for_libfuzzer -max_len=200000 corpus
 * It takes lib/cli's reader and tests/cli/make_segment.c instead of the library's sources.
 */
#include "../cli/reader.h"
#include "fuzz.h"

static void expect_credible(const struct model_process *process)
{
	for (size_t index = 0; index < process->class_count; index++) {
		const struct model_class *class = &process->classes[index];

		EXPECT(class->class_index > 0 && class->class_index < 256 && class->block_bytes > 0);
		EXPECT(class->live_blocks <= class->used);
		EXPECT(class->live_bound_blocks <= class->used - class->live_blocks);
	}
	for (size_t index = 0; index < process->thread_count; index++)
		EXPECT(process->threads[index].state != HAK_STATS_THREAD_FREE);
	for (size_t index = 0; index < process->superslab_count; index++)
		EXPECT(process->superslabs[index].state == 1);
	EXPECT(process->known_bytes <= sizeof process->numbers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct model_process process;
	size_t count = bytes / HAK_STATS_CHUNK_BYTES, last_bytes = bytes % HAK_STATS_CHUNK_BYTES;
	unsigned char *copy;
	char reason[96] = "";

	if (count >= SEGMENT_CHUNKS_MAX)
		return 0;
	/* Whole chunks, or a single one that ends early. */
	if (count == 0 && last_bytes < sizeof(struct hak_stats_header))
		return 0;
	copy = malloc(bytes);
	REQUIRE(copy);
	memcpy(copy, data, bytes);
	if (read_memory(copy, count ? count : 1, count ? HAK_STATS_CHUNK_BYTES : last_bytes, &process, reason) ==
	    OUTCOME_OK)
		expect_credible(&process);
	model_process_clear(&process);
	free(copy);
	return 0;
}

#if !defined FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { SEGMENT_BYTES = MADE_CHUNKS * HAK_STATS_CHUNK_BYTES };

/* Where a change is likely to matter: headers, rows that are in use, and anywhere. */
static size_t likely_place(uint64_t *random)
{
	size_t chunk = next_random(random) % MADE_CHUNKS * HAK_STATS_CHUNK_BYTES;

	switch (next_random(random) % 8) {
	case 0:
	case 1:
	case 2:
		return chunk + next_random(random) % sizeof(struct hak_stats_header);
	case 3:
		return chunk + next_random(random) % 1024;
	case 4:
		return chunk + 4608 + next_random(random) % 256;
	default:
		return chunk + next_random(random) % HAK_STATS_CHUNK_BYTES;
	}
}

static void mutate(uint8_t *data, uint64_t *random)
{
	static const uint64_t telling[] = { 0, 1, 7, 8, 64, 127, 128, 255, 256, 376, 4096, 65535, 65536, 65537,
					    INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX };
	size_t changes = 1 + next_random(random) % 6;

	while (changes-- > 0) {
		size_t width = (size_t)1 << (next_random(random) % 4);
		size_t place = likely_place(random) / width * width;
		uint64_t value = next_random(random) % 2 ? telling[next_random(random) % COUNT_OF(telling)] :
							   next_random(random);

		memcpy(data + place, &value, width);
	}
}

static void run_mutations(uint64_t seed, size_t inputs)
{
	uint8_t *data = made_segment();
	const struct made_identity identity = { 4711, 1000000000, 0 };
	uint64_t random = seed ? seed : 1;

	printf("seed %llu, %zu changed segments\n", (unsigned long long)seed, inputs);
	fflush(stdout);
	for (size_t input = 0; input < inputs; input++) {
		make_segment(data, &identity);
		mutate(data, &random);
		LLVMFuzzerTestOneInput(data, input % 16 ? SEGMENT_BYTES : next_random(&random) % SEGMENT_BYTES);
	}
	free(data);
}

static int write_seed_file(const char *name)
{
	uint8_t *data = made_segment();
	FILE *file = fopen(name, "wb");

	REQUIRE(file && fwrite(data, SEGMENT_BYTES, 1, file) == 1 && fclose(file) == 0);
	free(data);
	return 0;
}

int main(int count, char **arguments)
{
	give_up_after(120);
	if (count == 3 && strcmp(arguments[1], "-w") == 0)
		return write_seed_file(arguments[2]);
	if (count > 2 && strcmp(arguments[1], "-s") == 0)
		run_mutations(strtoull(arguments[2], NULL, 0), count > 3 ? strtoull(arguments[3], NULL, 0) : 10000);
	else if (count > 1)
		return fuzz_main(count, arguments, 0);
	else
		run_mutations(20260101, 10000);
	return 0;
}
#endif
