/* SPDX-License-Identifier: MIT
 *
 * micro: times one test of malloc in this process and prints one line.
 *
 *     micro --list
 *     micro TEST [operations]
 *
 * The allocator is whatever LD_PRELOAD brings; nothing is linked.  One test per
 * process, so that no test inherits the heap of another.  Each test warms up
 * first, except thread-create and footprint, where the cold start is the point.
 *
 * Cost of the harness per operation, in the numbers and never subtracted: a pair
 * is 8 instructions (argument, call, PLT jump, move, call, PLT jump, count,
 * branch); a random replace adds the step (load, shift, mask, add) and the slot
 * (load, store).  README.md tells how to measure it with an empty allocator.
 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH_COUNT 1000
#define LIVE_COUNT 18
#define REALLOC_GROW_LIMIT_BYTES (1u << 20)
#define REALLOC_STEP_LIMIT_BYTES (64u << 10)

enum batch_order { ORDER_LIFO, ORDER_FIFO, ORDER_RANDOM };

static void
pair_loop(size_t size_bytes, uint64_t operations)
{
	do {
		void *object = malloc(size_bytes);
		KEEP(object);
		free(object);
	} while (--operations != 0);
}

/* variant = number of objects of the same size that stay alive.  With none, an
 * allocator that retires a page when its last block goes pays for it each time. */
static void
run_pair(const struct test_case *test, uint64_t operations)
{
	void *live[LIVE_COUNT];
	for (int i = 0; i < test->variant; i++) {
		live[i] = malloc(test->argument);
		KEEP(live[i]);
	}
	pair_loop(test->argument, operations / 10 + 1);
	measure_start();
	pair_loop(test->argument, operations);
	measure_stop();
	for (int i = 0; i < test->variant; i++)
		free(live[i]);
}

static void
batch_loop(void **objects, const uint16_t *order, size_t size_bytes, uint64_t batches)
{
	do {
		for (size_t i = 0; i < BATCH_COUNT; i++)
			objects[i] = malloc(size_bytes);
		for (size_t i = 0; i < BATCH_COUNT; i++)
			free(objects[order[i]]);
	} while (--batches != 0);
}

/* The order comes from a list in all three variants, so their loops cost the same. */
static void
run_batch(const struct test_case *test, uint64_t operations)
{
	static void *objects[BATCH_COUNT];
	static uint16_t order[BATCH_COUNT];
	uint64_t seed = 0x2545f4914f6cdd1d;
	for (size_t i = 0; i < BATCH_COUNT; i++)
		order[i] = (uint16_t)(test->variant == ORDER_LIFO ? BATCH_COUNT - 1 - i : i);
	for (size_t i = BATCH_COUNT - 1; test->variant == ORDER_RANDOM && i > 0; i--) {
		const size_t other = (size_t)(random_next(&seed) % (i + 1));
		const uint16_t kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
	const uint64_t batches = operations / BATCH_COUNT;
	batch_loop(objects, order, test->argument, batches / 10 + 1);
	measure_start();
	batch_loop(objects, order, test->argument, batches);
	measure_stop();
}

void
replace_loop(void **slots, const uint32_t *steps, size_t step_count, uint64_t operations)
{
	while (operations != 0) {
		const uint64_t pass = operations < step_count ? operations : step_count;
		const uint32_t *end = steps + pass;
		for (const uint32_t *step = steps; step != end; step++) {
			void **slot = &slots[STEP_SLOT(*step)];
			free(*slot);
			*slot = malloc(STEP_SIZE(*step));
		}
		operations -= pass;
	}
}

/* As above, but as a program does it: the object is written when it is made and
 * read before it is freed, so the miss on the object is paid by everybody. */
static void
replace_touch_loop(void **slots, const uint32_t *steps, size_t step_count, uint64_t operations)
{
	while (operations != 0) {
		const uint64_t pass = operations < step_count ? operations : step_count;
		const uint32_t *end = steps + pass;
		for (const uint32_t *step = steps; step != end; step++) {
			uint64_t **slot = (uint64_t **)&slots[STEP_SLOT(*step)];
			uint64_t *object = *slot;
			uint64_t word = object[1];
			KEEP(word);
			free(object);
			object = malloc(STEP_SIZE(*step));
			object[0] = object[1] = word;
			*slot = object;
		}
		operations -= pass;
	}
}

void **
replace_fill(const uint32_t *steps, size_t step_count, size_t slot_count)
{
	void **slots = pages_map(slot_count * sizeof(*slots));
	for (size_t i = 0; i < slot_count; i++) {
		uint64_t *object = malloc(STEP_SIZE(steps[i % step_count]));
		if (object == NULL)
			fail("malloc failed while the slots were filled");
		object[0] = object[1] = 0;
		slots[i] = object;
	}
	return slots;
}

void
replace_empty(void **slots, size_t slot_count)
{
	for (size_t i = 0; i < slot_count; i++)
		free(slots[i]);
}

static void
run_replace(const struct test_case *test, uint64_t operations)
{
	void (*loop)(void **, const uint32_t *, size_t, uint64_t) =
	    test->variant == 0 ? replace_loop : replace_touch_loop;
	const size_t slot_count = test->argument;
	const size_t step_count = step_count_for(slot_count);
	uint32_t *steps = steps_make(0x9e3779b97f4a7c15, slot_count, step_count);
	void **slots = replace_fill(steps, step_count, slot_count);
	loop(slots, steps, step_count, step_count);
	measure_start();
	loop(slots, steps, step_count, operations);
	measure_stop();
	replace_empty(slots, slot_count);
}

/* x1.5 from 16 bytes: 28 calls a round.  The free belongs to the round. */
static void
realloc_grow_loop(uint64_t *remaining)
{
	while (*remaining != 0) {
		void *object = NULL;
		for (size_t size = 16; size <= REALLOC_GROW_LIMIT_BYTES && *remaining != 0;
		     size += size / 2) {
			object = realloc(object, size);
			KEEP(object);
			--*remaining;
		}
		free(object);
	}
}

static void
realloc_step_loop(uint64_t *remaining)
{
	while (*remaining != 0) {
		void *object = NULL;
		for (size_t size = 16; size <= REALLOC_STEP_LIMIT_BYTES && *remaining != 0;
		     size += 16) {
			object = realloc(object, size);
			KEEP(object);
			--*remaining;
		}
		free(object);
	}
}

static void
run_realloc(const struct test_case *test, uint64_t operations)
{
	void (*loop)(uint64_t *) = test->variant == 0 ? realloc_grow_loop : realloc_step_loop;
	uint64_t warm_up = operations / 10 + 1;
	loop(&warm_up);
	measure_start();
	loop(&operations);
	measure_stop();
}

static void
calloc_loop(size_t size_bytes, uint64_t operations)
{
	do {
		void *object = calloc(1, size_bytes);
		KEEP(object);
		free(object);
	} while (--operations != 0);
}

static void
run_calloc(const struct test_case *test, uint64_t operations)
{
	calloc_loop(test->argument, operations / 10 + 1);
	measure_start();
	calloc_loop(test->argument, operations);
	measure_stop();
}

/* operations objects of 8..256 bytes, touched at both ends, freed in random order.
 * The shuffle is outside the clock.  The second RSS is read right after the last
 * free: an allocator that returns memory by a timer has not done it yet, by design
 * of the test (a program that now sleeps would keep it). */
static void
run_footprint(const struct test_case *test, uint64_t operations)
{
	(void)test;
	uint64_t seed = 0xd1342543de82ef95;
	unsigned char **objects = pages_map(operations * sizeof(*objects));
	measure_start();
	for (uint64_t i = 0; i < operations; i++) {
		const size_t size_bytes = 8 + (size_t)((random_next(&seed) >> 20) % 249);
		unsigned char *object = malloc(size_bytes);
		object[0] = object[size_bytes - 1] = 1;
		objects[i] = object;
	}
	measure_stop();
	const double peak_mib = rss_mib();
	for (uint64_t i = operations - 1; i > 0; i--) {
		const uint64_t other = random_next(&seed) % (i + 1);
		unsigned char *kept = objects[i];
		objects[i] = objects[other];
		objects[other] = kept;
	}
	measure_start();
	for (uint64_t i = 0; i < operations; i++)
		free(objects[i]);
	measure_stop();
	measure_set_rss(peak_mib, rss_mib());
}

#define PAIR(size, count, quick)                                              \
	{ "pair-" #size, "micro", run_pair, count, quick, size, 0 }
#define PAIR_LIVE(size)                                                       \
	{ "pair-live-" #size, "micro", run_pair, 5000000, 500000, size, LIVE_COUNT }
#define BATCH(order, variant)                                                 \
	{ "batch-1000-" order, "micro", run_batch, 3000000, 300000, 64, variant }
#define CALLOC(size, count, quick)                                            \
	{ "calloc-" #size, "micro", run_calloc, count, quick, size, 0 }

static const struct test_case tests[] = {
	PAIR(8, 5000000, 500000),
	PAIR(16, 5000000, 500000),
	PAIR(64, 5000000, 500000),
	PAIR(1024, 5000000, 500000),
	PAIR(4096, 3000000, 300000),
	PAIR(32768, 2000000, 200000),
	PAIR(262144, 300000, 100000),
	PAIR(1048576, 300000, 100000),
	PAIR_LIVE(8),
	PAIR_LIVE(64),
	PAIR_LIVE(256),
	PAIR_LIVE(1024),
	BATCH("lifo", ORDER_LIFO),
	BATCH("fifo", ORDER_FIFO),
	BATCH("random", ORDER_RANDOM),
	{ "replace-8192", "micro", run_replace, 3000000, 300000, 8192, 0 },
	{ "replace-100k", "micro", run_replace, 2000000, 300000, 100000, 0 },
	{ "replace-100k-touch", "micro", run_replace, 2000000, 300000, 100000, 1 },
	{ "replace-1M", "micro", run_replace, 1000000, 300000, 1000000, 0 },
	{ "replace-1M-touch", "micro", run_replace, 1000000, 300000, 1000000, 1 },
	{ "realloc-x1.5-1MiB", "micro", run_realloc, 300000, 100000, 0, 0 },
	{ "realloc-16-64KiB", "micro", run_realloc, 2000000, 200000, 0, 1 },
	CALLOC(64, 5000000, 500000),
	CALLOC(4096, 1000000, 100000),
	CALLOC(262144, 30000, 3000),
	{ "footprint", "micro", run_footprint, 1000000, 1000000, 0, 0 },
	{ "threads-replace-8192", "threads", run_threads_replace, 4000000, 400000, 8192, 0 },
	{ "handover-64", "threads", run_handover, 4000000, 400000, 64, 0 },
	{ "handover-16..1024", "threads", run_handover, 2000000, 300000, 0, 0 },
	{ "thread-create", "threads", run_thread_create, 1000, 200, 64, 0 },
};

int
main(int argc, char **argv)
{
	const size_t test_count = sizeof(tests) / sizeof(tests[0]);
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (size_t i = 0; i < test_count; i++)
			dprintf(STDOUT_FILENO, "%s %s %llu %llu\n", tests[i].name, tests[i].group,
			    (unsigned long long)tests[i].operations,
			    (unsigned long long)tests[i].quick_operations);
		return 0;
	}
	if (argc < 2 || argc > 3)
		fail("usage: micro --list | micro TEST [operations]");
	for (size_t i = 0; i < test_count; i++) {
		if (strcmp(tests[i].name, argv[1]) != 0)
			continue;
		uint64_t operations = tests[i].operations;
		if (argc == 3)
			operations = strtoull(argv[2], NULL, 10);
		if (operations < BATCH_COUNT && tests[i].run != run_thread_create)
			operations = BATCH_COUNT;
		if (operations == 0)
			operations = 1;
		measure_open();
		tests[i].run(&tests[i], operations);
		measure_print(tests[i].name, operations);
		return 0;
	}
	fail("no such test; micro --list names them");
}
