/* SPDX-License-Identifier: MIT
 *
 * Is every field that the library writes at the place where format 1.0 has it?  The places are
 * numbers here, on purpose: whoever moves a field must come by.
 */
#include "../abi/expect.h"
#include <malloc.h>
#include <pthread.h>

enum { CHUNK_BYTES = 65536, BLOCKS = 50000, BLOCK_BYTES = 100, LARGE_BYTES = 5 << 20, STATS_ON = 2 };

static const unsigned char *chunks[64];
static size_t chunk_count;

static uint16_t half_at(const unsigned char *from, size_t place)
{
	uint16_t value;

	memcpy(&value, from + place, sizeof value);
	return value;
}

static uint32_t word_at(const unsigned char *from, size_t place)
{
	uint32_t value;

	memcpy(&value, from + place, sizeof value);
	return value;
}

static uint64_t long_at(const unsigned char *from, size_t place)
{
	uint64_t value;

	memcpy(&value, from + place, sizeof value);
	return value;
}

/* Without stdio, whose buffer would be a block of ours. */
static void find_chunks(void)
{
	static char text[1 << 20];
	size_t length = 0;
	ssize_t got;
	int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);

	REQUIRE(file >= 0);
	while ((got = read(file, text + length, sizeof text - 1 - length)) > 0)
		length += (size_t)got;
	close(file);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		unsigned long start, end;

		if (!strstr(line, " rw-s ") || !strstr(line, "/dev/zero (deleted)"))
			continue;
		REQUIRE(sscanf(line, "%lx-%lx", &start, &end) == 2);
		/* The kernel may show neighbours as one. */
		for (; start < end && chunk_count < COUNT_OF(chunks); start += CHUNK_BYTES)
			if (memcmp((const void *)start, "HAKSTAT", 8) == 0)
				chunks[chunk_count++] = (const unsigned char *)start;
	}
}

static const unsigned char *chunk_of_kind(uint32_t kind)
{
	for (size_t index = 0; index < chunk_count; index++)
		if (word_at(chunks[index], 16) == kind)
			return chunks[index];
	EXPECT_AT(!"there is a chunk of this kind", kind);
	return NULL;
}

static void expect_region(const unsigned char *chunk, size_t place, uint16_t kind, uint16_t stride, uint32_t rows_least)
{
	EXPECT_AT(half_at(chunk, place) == kind, place);
	EXPECT_AT(half_at(chunk, place + 2) == stride, half_at(chunk, place + 2));
	EXPECT_AT(word_at(chunk, place + 8) >= rows_least, word_at(chunk, place + 8));
	EXPECT_AT(word_at(chunk, place + 4) + (uint64_t)stride * word_at(chunk, place + 8) <= CHUNK_BYTES, place);
}

static void expect_header(const unsigned char *chunk)
{
	EXPECT(half_at(chunk, 8) == 1 && half_at(chunk, 10) == 0);
	EXPECT(word_at(chunk, 12) == 128);
	EXPECT(long_at(chunk, 24) == CHUNK_BYTES);
	EXPECT(word_at(chunk, 32) == 8 * sizeof(void *));
	EXPECT(word_at(chunk, 36) == (uint32_t)getpid());
	EXPECT(long_at(chunk, 40) > 0 && long_at(chunk, 48) == 0);
	EXPECT(chunk[56] >= '0' && chunk[56] <= '9' && memchr(chunk + 56, 0, 24));
}

static void expect_process(const unsigned char *row, size_t large_bytes)
{
	EXPECT_AT(long_at(row, 0) >= long_at(row, 8), long_at(row, 0));
	EXPECT_AT(long_at(row, 8) >= large_bytes + (size_t)BLOCKS * BLOCK_BYTES, long_at(row, 8));
	EXPECT(long_at(row, 16) >= long_at(row, 8));
	EXPECT(long_at(row, 40) >= 3 && long_at(row, 48) >= long_at(row, 40));
	EXPECT(long_at(row, 56) > 60 && long_at(row, 64) >= long_at(row, 56));
	EXPECT_AT(long_at(row, 72) == large_bytes, long_at(row, 72));
	EXPECT(long_at(row, 80) >= large_bytes);
	EXPECT_AT(long_at(row, 88) == 1 && long_at(row, 96) >= 1, long_at(row, 88));
	EXPECT(long_at(row, 112) > 0 && long_at(row, 112) < 65536);
	EXPECT_AT(long_at(row, 120) == 1 && long_at(row, 128) == 2 && long_at(row, 136) == 3, long_at(row, 136));
	EXPECT_AT(long_at(row, 144) == 1, long_at(row, 144));
	EXPECT_AT(long_at(row, 160) == 4, long_at(row, 160));
	EXPECT(long_at(row, 168) >= 4 && long_at(row, 184) == 0);
	EXPECT_AT(long_at(row, 216) == chunk_count, long_at(row, 216));
	EXPECT(long_at(row, 224) == 0);
	EXPECT_AT(long_at(row, 232) == 1, long_at(row, 232));            /* mode: on */
	EXPECT_AT(long_at(row, 240) == STATS_ON, long_at(row, 240));     /* stats: from the environment */
	EXPECT_AT(long_at(row, 256) == 12345, long_at(row, 256));        /* purge_delay_ms */
	EXPECT(row[360] == 0 && row[361] == 1 && row[362] == 0 && row[363] == 1);
}

static void expect_record(const unsigned char *core, size_t block_bytes)
{
	const unsigned char *threads = core + word_at(core, 84), *records = core + word_at(core, 100);
	const unsigned char *found = NULL, *thread;

	for (size_t row = 0; row < word_at(core, 104) && !found; row++)
		if (half_at(records, row * 64 + 4) && long_at(records, row * 64 + 8) == block_bytes)
			found = records + row * 64;
	EXPECT(found);
	EXPECT_AT(long_at(found, 16) >= 60 && long_at(found, 24) >= long_at(found, 32), long_at(found, 16));
	EXPECT_AT(long_at(found, 32) + 100 > BLOCKS && long_at(found, 32) < BLOCKS + 2000, long_at(found, 32));
	EXPECT(long_at(found, 40) <= long_at(found, 48) && long_at(found, 48) > 0 && long_at(found, 48) < 5000);
	EXPECT(long_at(found, 56) > 20);

	thread = threads + (size_t)word_at(found, 0) * 64;
	EXPECT(word_at(thread, 0) == 1);
	EXPECT_AT(word_at(thread, 4) == (uint32_t)getpid(), word_at(thread, 4)); /* the first thread's number */
	EXPECT(long_at(thread, 8) % 2 == 0 && long_at(thread, 8) > 0);
	EXPECT(long_at(thread, 16) == 0 && long_at(thread, 24) >= long_at(found, 56));
}

static void expect_superslabs(const unsigned char *chunk, uint16_t class_index)
{
	const unsigned char *row = chunk + word_at(chunk, 84);
	size_t granules = 0;

	EXPECT_AT(half_at(chunk, 82) >= 120, half_at(chunk, 82));
	for (size_t index = 0; index < word_at(chunk, 88); index++, row += half_at(chunk, 82)) {
		if (word_at(row, 0) != 1)
			continue;
		for (size_t granule = 0; granule < 32; granule++)
			granules += row[24 + granule] == class_index && row[56 + granule] > 200 &&
				    row[88 + granule] == 0 && !(word_at(row, 12) >> granule & 1) &&
				    (word_at(row, 8) >> granule & 1);
	}
	EXPECT_AT(granules >= 60, granules);
}

static void *allocate(void *unused)
{
	free(malloc(10));
	return unused;
}

static void make_history(void)
{
	pthread_t thread;
	pid_t child;

	for (int round = 0; round < 2; round++)
		REQUIRE(pthread_create(&thread, NULL, allocate, NULL) == 0 && pthread_join(thread, NULL) == 0);
	for (int round = 0; round < 4; round++)
		REQUIRE(!realloc(malloc(10), 0));
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0)
		_exit(0);
	expect_clean_end(child);
}

int main(int count, char **arguments)
{
	const unsigned char *core, *map;
	void *volatile block = NULL, *large;
	size_t block_bytes;

	(void)count;
	REQUIRE(setenv("HAKMEM_STATS", "on", 1) == 0);
	run_again_with(arguments, "HAKMEM_PURGE_DELAY_MS", "12345");
	give_up_after(60);
	make_history();
	for (size_t made = 0; made < BLOCKS; made++)
		REQUIRE((block = malloc(BLOCK_BYTES)));
	block_bytes = malloc_usable_size(block);
	REQUIRE((large = malloc(LARGE_BYTES)));

	find_chunks();
	for (size_t index = 0; index < chunk_count; index++)
		expect_header(chunks[index]);
	core = chunk_of_kind(1);
	EXPECT(word_at(core, 20) == 0);
	expect_region(core, 80, 2, 64, 64);
	expect_region(core, 96, 3, 64, 500);
	expect_region(core, 112, 1, 376, 1);
	expect_process(core + word_at(core, 116), malloc_usable_size(large));
	expect_record(core, block_bytes);
	map = chunk_of_kind(3);
	EXPECT(word_at(map, 20) == 1);
	expect_region(map, 80, 4, 128, 300);
	expect_superslabs(map, 7);
	free(large);
	return 0;
}
