/* SPDX-License-Identifier: MIT
 *
 * measure.h: what every test of the micro program shares.
 *
 * A test prepares, calls measure_start(), works, calls measure_stop().  Between
 * the two calls nothing but the test may run: the counters cost about a dozen
 * system calls on each side and none inside, which is why a test must be long
 * (>= 10 ms) for the cost to vanish.
 *
 * Tables of the tests come from pages_map(), never from malloc, so that the
 * bench does not occupy memory of the allocator which it looks at.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

/* An object escapes here: without it a compiler may delete malloc+free pairs even
 * where -fno-builtin-malloc was forgotten.  Costs no instruction. */
#define KEEP(object) __asm__ volatile("" : "+r"(object) : : "memory")

struct test_case {
	const char *name;
	const char *group; /* "micro" or "threads": the driver's --only */
	void (*run)(const struct test_case *test, uint64_t operations);
	uint64_t operations;       /* 50 to 500 ms with glibc */
	uint64_t quick_operations; /* for --quick; numbers are noisier, not different */
	size_t argument;           /* size in bytes, or number of slots */
	int variant;
};

void measure_open(void);
void measure_start(void);
void measure_stop(void);
void measure_set_rss(double peak_mib, double after_mib);
void measure_print(const char *test_name, uint64_t operations);
double rss_mib(void);

/* Zeroed and already faulted in, so its faults are not charged to the test. */
void *pages_map(size_t size_bytes);

_Noreturn void fail(const char *what);

/* xorshift64: the same sequence on every machine; the state must not be 0. */
static inline uint64_t
random_next(uint64_t *state)
{
	uint64_t value = *state;
	value ^= value << 13;
	value ^= value >> 7;
	value ^= value << 17;
	*state = value;
	return value;
}

/* One step of "random replace" in 4 bytes: slot << 10 | (size - 1).  Packed because
 * the list streams through the cache: 16 steps a line add 0.06 L1d misses per
 * operation; computing the numbers in the loop would add about 10 instructions. */
#define STEP_SIZE_BITS 10
#define STEP_SLOTS_MAX (1u << 20)
#define STEP_SLOT(step) ((step) >> STEP_SIZE_BITS)
#define STEP_SIZE(step) (((step) & ((1u << STEP_SIZE_BITS) - 1)) + 1)

uint32_t *steps_make(uint64_t seed, size_t slot_count, size_t step_count);
size_t step_count_for(size_t slot_count);

/* Single-threaded core of "random replace", also run by the threads group. */
void replace_loop(void **slots, const uint32_t *steps, size_t step_count, uint64_t operations);
void **replace_fill(const uint32_t *steps, size_t step_count, size_t slot_count);
void replace_empty(void **slots, size_t slot_count);

void run_threads_replace(const struct test_case *test, uint64_t operations);
void run_handover(const struct test_case *test, uint64_t operations);
void run_thread_create(const struct test_case *test, uint64_t operations);

#endif
