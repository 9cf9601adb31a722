/* SPDX-License-Identifier: MIT
 *
 * stress.h - what the stress programs share: names for the allocator under test, blocks whose
 * contents can be checked by anybody, and the seed and length of a run.
 *
 * With STRESS_USE_HAK_API the programs call hak_* of <hakmem.h>, so that a build with a sanitizer
 * can stress the library without interposing malloc.
 *
 *   PROGRAM [SEED [OPERATIONS]]    OPERATIONS for each thread; also from $STRESS_OPERATIONS
 */
#ifndef HAKMEM_TESTS_STRESS_H
#define HAKMEM_TESTS_STRESS_H

#include "../abi/expect.h"
#include <malloc.h>
#include <pthread.h>

#if STRESS_USE_HAK_API
#include <hakmem.h>
#define allocate(size) hak_malloc(size)
#define allocate_zeroed(count, size) hak_calloc(count, size)
#define allocate_aligned(alignment, size) hak_aligned_alloc(alignment, size)
#define resize(block, size) hak_realloc(block, size)
#define release(block) hak_free(block)
#define usable_bytes(block) hak_usable_size(block)
#else
#define allocate(size) malloc(size)
#define allocate_zeroed(count, size) calloc(count, size)
#define allocate_aligned(alignment, size) aligned_alloc(alignment, size)
#define resize(block, size) realloc(block, size)
#define release(block) free(block)
#define usable_bytes(block) malloc_usable_size(block)
#endif

/* Every block starts with its size; sparse marks follow, which depend on size and place. */
struct stress_block {
	size_t bytes;
	unsigned char rest[];
};

enum { HEAD_BYTES = sizeof(struct stress_block), MARK_EVERY = 61 };

static inline unsigned char mark_of(const struct stress_block *block, size_t place)
{
	return (unsigned char)(block->bytes * 31 + place * 17 + 3);
}

static inline void mark_block(struct stress_block *block, size_t bytes)
{
	block->bytes = bytes;
	for (size_t place = 0; place < bytes - HEAD_BYTES; place += MARK_EVERY)
		block->rest[place] = mark_of(block, place);
	if (bytes > HEAD_BYTES)
		block->rest[bytes - HEAD_BYTES - 1] = mark_of(block, bytes - HEAD_BYTES - 1);
}

/* The first KEPT bytes of a block that was marked as BYTES long are whole. */
static inline int holds_marks(const struct stress_block *block, size_t bytes, size_t kept)
{
	size_t end = kept - HEAD_BYTES;

	if (block->bytes != bytes)
		return 0;
	for (size_t place = 0; place < end; place += MARK_EVERY)
		if (block->rest[place] != mark_of(block, place))
			return 0;
	return kept != bytes || end == 0 || block->rest[end - 1] == mark_of(block, end - 1);
}

/* Sizes as programs ask for them: mostly small, some medium, few large. */
static inline size_t random_size(uint64_t *random)
{
	uint64_t value = next_random(random), kind = value % 1000;

	value >>= 16;
	if (kind < 700)
		return HEAD_BYTES + value % 250;
	if (kind < 930)
		return HEAD_BYTES + value % 2000;
	if (kind < 990)
		return HEAD_BYTES + value % 33000;
	if (kind < 999)
		return HEAD_BYTES + value % 300000;
	return HEAD_BYTES + value % (3 * MEBIBYTE);
}

static inline struct stress_block *make_block(uint64_t *random)
{
	uint64_t how = next_random(random) % 20;
	size_t bytes = random_size(random);
	struct stress_block *block;

	if (how == 0) {
		size_t alignment = (size_t)16 << next_random(random) % 12;

		block = allocate_aligned(alignment, bytes);
		EXPECT_AT(block && is_aligned(block, alignment), bytes);
	} else if (how < 4) {
		block = allocate_zeroed(1, bytes);
		EXPECT_AT(block && is_zero(block, bytes), bytes);
	} else {
		block = allocate(bytes);
		EXPECT_AT(block && is_aligned(block, bytes < 16 ? 8 : 16), bytes);
	}
	EXPECT_AT(usable_bytes(block) >= bytes, bytes);
	mark_block(block, bytes);
	return block;
}

static inline struct stress_block *resize_block(struct stress_block *block, uint64_t *random)
{
	size_t before = block->bytes, after = random_size(random);

	EXPECT_AT(before >= HEAD_BYTES && holds_marks(block, before, before), before);
	block = resize(block, after);
	EXPECT_AT(block && holds_marks(block, before, before < after ? before : after), after);
	mark_block(block, after);
	return block;
}

static inline void free_block(struct stress_block *block)
{
	if (!block)
		return;
	EXPECT_AT(block->bytes >= HEAD_BYTES && holds_marks(block, block->bytes, block->bytes), block->bytes);
	block->bytes = 0;
	release(block);
}

/* Operations for each thread: second argument, or $STRESS_OPERATIONS, or the given number. */
static inline size_t operations_from(int count, char **arguments, size_t otherwise)
{
	const char *text = count > 2 ? arguments[2] : getenv("STRESS_OPERATIONS");

	return text && *text ? strtoull(text, NULL, 0) : otherwise;
}

struct stress_thread {
	pthread_t thread;
	uint64_t random;
	size_t operations;
};

/* Run BODY in COUNT threads with random states of their own, and wait for all. */
static inline void run_threads(struct stress_thread *threads, size_t count, void *(*body)(void *), uint64_t seed,
                               size_t operations)
{
	for (size_t i = 0; i < count; i++) {
		threads[i].random = seed * 2654435761u + i * 40503 + 1;
		threads[i].operations = operations;
		REQUIRE(pthread_create(&threads[i].thread, NULL, body, &threads[i]) == 0);
	}
	for (size_t i = 0; i < count; i++)
		REQUIRE(pthread_join(threads[i].thread, NULL) == 0);
}

#endif
