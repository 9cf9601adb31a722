/* SPDX-License-Identifier: MIT
 *
 * A process with as many mappings that look like a segment as the kernel allows, and memfds that
 * almost do: is it read in bounded time, and without believing one of them?
 */
#include "reader.h"

#include <sys/resource.h>
#include <time.h>

static unsigned wanted;

static unsigned long most_mappings(void)
{
	FILE *file = fopen("/proc/sys/vm/max_map_count", "re");
	unsigned long most = 65530;

	if (file) {
		if (fscanf(file, "%lu", &most) != 1)
			most = 65530;
		fclose(file);
	}
	return most < 100000 ? most - 500 : 100000;
}

static unsigned char *map_page(int file)
{
	unsigned char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, file < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED,
				   file, 0);

	return page == MAP_FAILED ? NULL : page;
}

/* Zeros all: nothing is written, so they cost no memory. */
static void map_empty_ones(void)
{
	for (unsigned index = 0; index < wanted; index++)
		if (!map_page(-1))
			break;
}

/* With the magic and with headers that are wrong in different ways. */
static void map_with_magic(void)
{
	struct made_identity identity = made_identity_now();
	unsigned char chunk[HAK_STATS_CHUNK_BYTES];

	make_segment_chunk(chunk, 0, &identity);
	for (unsigned index = 0; index < wanted; index++) {
		unsigned char *page = map_page(-1);
		struct hak_stats_header *header = (struct hak_stats_header *)page;

		if (!page)
			break;
		*header = *made_header(chunk);
		header->chunk_index = index % 300;
		if (index % 2) {
			header->chunk_bytes = 4096;
			header->chunk_kind = HAK_STATS_CHUNK_ROWS;
			memset(header->regions, 0, sizeof header->regions);
		}
	}
}

/* The bytes are right, the mapping is not a nameless one. */
static void map_a_memfd(void)
{
	struct made_identity identity = made_identity_now();
	int file = memfd_create("dev/zero (deleted)", MFD_CLOEXEC);
	unsigned char *mapping;

	REQUIRE(file >= 0 && ftruncate(file, HAK_STATS_CHUNK_BYTES) == 0);
	mapping = mmap(NULL, HAK_STATS_CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	REQUIRE(mapping != MAP_FAILED);
	make_segment_chunk(mapping, 0, &identity);
}

/* A real one, and mappings that were split or made smaller. */
static void map_and_split(void)
{
	struct made_identity identity = made_identity_now();
	unsigned char *mappings[MADE_CHUNKS];

	REQUIRE(map_segment(mappings, &identity));
	REQUIRE(mprotect(mappings[1] + 8192, 4096, PROT_READ) == 0);
	REQUIRE(munmap(mappings[2] + 16384, HAK_STATS_CHUNK_BYTES - 16384) == 0);
}

static void expect_answer(void (*prepare)(void), unsigned count, enum outcome outcome, enum outcome other)
{
	struct model_process process;
	struct timespec start, end;
	struct rusage used;
	pid_t child;

	wanted = count;
	child = start_child(prepare);
	clock_gettime(CLOCK_MONOTONIC, &start);
	model_read(&this_machine, child, &process);
	clock_gettime(CLOCK_MONOTONIC, &end);
	skip_if_denied(&process);
	getrusage(RUSAGE_SELF, &used);
	printf("%u mappings: %.0f ms, outcome %d \"%s\"\n", count,
	       (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6,
	       (int)process.outcome, process.reason);
	EXPECT(process.outcome == outcome || process.outcome == other);
	EXPECT(end.tv_sec - start.tv_sec < 20);
	EXPECT(used.ru_maxrss < 512 * 1024);
	model_process_clear(&process);
	end_child(child);
}

int main(void)
{
	unsigned many = (unsigned)most_mappings();

	give_up_after(120);
	expect_answer(map_empty_ones, many, OUTCOME_NO_SEGMENT, OUTCOME_NO_SEGMENT);
	expect_answer(map_with_magic, 20000, OUTCOME_DAMAGED, OUTCOME_DAMAGED);
	expect_answer(map_a_memfd, 1, OUTCOME_NO_SEGMENT, OUTCOME_NO_SEGMENT);
	/* Root reads the file behind the mapping and sees all of it; others see a hole. */
	expect_answer(map_and_split, 3, OUTCOME_OK, OUTCOME_DAMAGED);
	return 0;
}
