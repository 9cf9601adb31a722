/* SPDX-License-Identifier: MIT
 *
 * reader.h - what the tests of hakmem-stats's reader share: the made segment in memory, looked at
 * as if it had been found in a process, and children that live until the test is done with them.
 */
#ifndef HAKMEM_TESTS_READER_H
#define HAKMEM_TESTS_READER_H

#include "../abi/expect.h"
#include "make_segment.h"

#include <sys/mman.h>
#include <sys/prctl.h>

#include "cli/model.h"
#include "cli/owner.h"
#include "cli/segment.h"

/* The chunk's bytes are chunk->memory; the allocation ends where they end, so that a sanitizer sees
 * the first byte too many. */
static inline bool copy_from_memory(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	memcpy(to, chunk->memory + offset, bytes);
	return true;
}

/* Look at COUNT chunks of HAK_STATS_CHUNK_BYTES bytes as cli/model does.  REASON has 96 bytes. */
static inline enum outcome read_memory(const unsigned char *chunks, size_t count, size_t limit_bytes,
				       struct model_process *process, char *reason)
{
	struct discover_chunk found[SEGMENT_CHUNKS_MAX];
	struct discover_result result = { .chunks = found, .memory_file = -1 };
	const struct owner anybody = { .known = false };
	const struct discover_chunk *core;
	enum segment_verdict worst = SEGMENT_VALID;

	memset(process, 0, sizeof *process);
	for (size_t index = 0; index < count; index++) {
		struct discover_chunk *one = &found[result.count];

		memset(one, 0, sizeof *one);
		one->chunk.file = -1;
		one->chunk.memory = chunks + index * HAK_STATS_CHUNK_BYTES;
		one->chunk.copy = copy_from_memory;
		one->verdict = segment_check(one->chunk.memory, limit_bytes, &one->chunk.header, one->reason,
					     sizeof one->reason);
		if (one->verdict == SEGMENT_NOT_A_CHUNK)
			continue;
		if (one->verdict != SEGMENT_VALID) {
			worst = one->verdict;
			snprintf(reason, 96, "%s", one->reason);
		}
		result.count++;
	}
	core = owner_choose(&result, &anybody);
	if (!core)
		return worst == SEGMENT_VERSION ? OUTCOME_VERSION :
		       worst == SEGMENT_DAMAGED ? OUTCOME_DAMAGED :
						  OUTCOME_NO_SEGMENT;
	return owner_collect(&result, core, process, reason, 96);
}

/* A made segment in malloc'ed memory that ends with it. */
static inline unsigned char *made_segment(void)
{
	unsigned char *chunks = malloc((size_t)MADE_CHUNKS * HAK_STATS_CHUNK_BYTES);
	const struct made_identity identity = { 4711, 1000000000, 0 };

	REQUIRE(chunks);
	make_segment(chunks, &identity);
	return chunks;
}

static inline unsigned char *chunk_of(unsigned char *chunks, unsigned number)
{
	return chunks + (size_t)number * HAK_STATS_CHUNK_BYTES;
}

/* Start a child that runs PREPARE and then sleeps until it is killed; returns when it is ready. */
static inline pid_t start_child(void (*prepare)(void))
{
	int ready[2];
	char byte = 0;
	pid_t child;

	REQUIRE(pipe(ready) == 0);
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prepare();
		REQUIRE(write(ready[1], &byte, 1) == 1);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	REQUIRE(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return child;
}

static inline void end_child(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static const struct model_source this_machine = { .procfs = "/proc" };

/* Skip where the kernel does not let this test look into its own children. */
static inline void skip_if_denied(const struct model_process *process)
{
	if (process->outcome == OUTCOME_PERMISSION)
		SKIP("this process may not read its children");
}

#endif
