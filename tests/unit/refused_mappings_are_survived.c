/* SPDX-License-Identifier: MIT
 *
 * When every n-th mapping is refused, does every call either work or say ENOMEM, do contents
 * survive, and does all of it work again afterwards?
 */
#include "unit.h"

enum { SLOTS = 64, TURNS = 2000, INTERVAL_MAX = 20 };

struct slot {
	unsigned char *block;
	size_t bytes;
	size_t tag;
};

static const char interval_name[] = "option.debug_map_failure_interval";

static size_t any_size(uint64_t *random)
{
	uint64_t value = next_random(random), kind = value % 100;

	value >>= 16;
	if (kind < 60)
		return value % 1100;
	if (kind < 85)
		return value % 40000;
	if (kind < 97)
		return value % 600000;
	return value % (6 * MEBIBYTE);
}

/* Enough of a block to notice that it is somebody else's, and not all of it, for time's sake. */
static size_t looked_at(size_t bytes)
{
	return bytes < 300 ? bytes : 300;
}

static void fill_slot(struct slot *slot, unsigned char *block, size_t bytes)
{
	slot->block = block;
	slot->bytes = bytes;
	fill_block(block, looked_at(bytes), slot->tag);
	if (bytes)
		block[bytes - 1] = byte_at(slot->tag, bytes - 1);
}

static void expect_whole(const struct slot *slot, size_t bytes)
{
	EXPECT_AT(holds_fill(slot->block, looked_at(bytes), slot->tag), slot->tag);
	EXPECT_AT(!bytes || bytes < slot->bytes || slot->block[bytes - 1] == byte_at(slot->tag, bytes - 1), slot->tag);
}

static void free_slot(struct slot *slot)
{
	if (!slot->block)
		return;
	expect_whole(slot, slot->bytes);
	hak_free(slot->block);
	slot->block = NULL;
}

static size_t refusals;

/* errno was the sentinel before the call that gave BLOCK. */
static bool was_refused(const void *block)
{
	if (block)
		return false;
	EXPECT_AT(errno == ENOMEM, errno);
	refusals++;
	return true;
}

static void resize_slot(struct slot *slot, size_t bytes, size_t how)
{
	unsigned char *block;

	errno = ERRNO_SENTINEL;
	if (how == 0) {
		if (!hak_expand(slot->block, bytes))
			return;
		EXPECT(hak_usable_size(slot->block) >= bytes);
		expect_whole(slot, slot->bytes);
		return;
	}
	if (how == 1)
		block = hak_recallocarray(slot->block, slot->bytes, bytes, 1);
	else
		block = hak_realloc(slot->block, bytes ? bytes : 1);
	if (was_refused(block)) {
		expect_whole(slot, slot->bytes);
		return;
	}
	slot->block = block;
	expect_whole(slot, bytes < slot->bytes ? bytes : slot->bytes);
	if (how == 1 && bytes > slot->bytes)
		EXPECT(is_zero(block + slot->bytes, bytes - slot->bytes));
	fill_slot(slot, block, how == 1 || bytes ? bytes : 1);
}

static void allocate_slot(struct slot *slot, size_t bytes, size_t how)
{
	unsigned char *block;

	errno = ERRNO_SENTINEL;
	if (how == 0) {
		block = hak_calloc(bytes, 1);
		EXPECT_AT(!block || is_zero(block, bytes), bytes);
	} else if (how == 1) {
		block = hak_aligned_alloc((size_t)16 << bytes % 14, bytes);
		EXPECT_AT(is_aligned(block, (size_t)16 << bytes % 14), bytes);
	} else {
		block = hak_malloc(bytes);
	}
	if (!was_refused(block))
		fill_slot(slot, block, bytes);
}

static void work(struct slot *slots, size_t turns, uint64_t random)
{
	for (size_t turn = 0; turn < turns; turn++) {
		size_t place = next_random(&random) % SLOTS, how = next_random(&random) % 8;
		size_t bytes = any_size(&random);
		struct slot *slot = &slots[place];

		slot->tag = slot->block ? slot->tag : place + turn * SLOTS;
		if (!slot->block)
			allocate_slot(slot, bytes, how);
		else if (how < 4)
			free_slot(slot);
		else
			resize_slot(slot, bytes, how - 4);
		if (turn % 700 == 0)
			hak_trim(0);
	}
}

static void expect_recovery(struct slot *slots)
{
	set_number(interval_name, 0);
	refusals = 0;
	work(slots, TURNS / 4, 77);
	EXPECT_AT(refusals == 0, refusals);
	for (size_t place = 0; place < SLOTS; place++)
		free_slot(&slots[place]);
	hak_trim(0);
	EXPECT_AT(number_of("stats.live_bytes") == 0, number_of("stats.live_bytes"));
	EXPECT_AT(number_of("stats.large_blocks") == 0, number_of("stats.large_blocks"));
}

START_TEST(every_nth_mapping_is_refused)
{
	static struct slot slots[SLOTS];

	set_number(interval_name, (unsigned)_i);
	work(slots, TURNS, (uint64_t)_i * 7919);
	/* Few mappings are made at all, so only where most fail is a refusal certain to be seen. */
	EXPECT(_i > 2 || refusals > 0);
	EXPECT(hk_counters_read(&hk_counters.map_failures) > 0);
	expect_recovery(slots);
}
END_TEST

START_TEST(refusals_begin_in_the_middle)
{
	static struct slot slots[SLOTS];

	work(slots, TURNS / 2, 5);
	EXPECT(refusals == 0);
	set_number(interval_name, (unsigned)_i);
	work(slots, TURNS, (uint64_t)_i * 104729);
	expect_recovery(slots);
}
END_TEST

enum { THREADS = 4 };

static struct slot thread_slots[THREADS][SLOTS];
static _Atomic size_t thread_refusals;

/* Without a record of its own, and with one that comes late: a thread that is refused its record
 * must work all the same. */
static void work_in_thread(size_t number)
{
	uint64_t random = number + 1;

	for (size_t turn = 0; turn < TURNS / 2; turn++) {
		struct slot *slot = &thread_slots[number][next_random(&random) % SLOTS];
		size_t bytes = any_size(&random) % 100000;

		if (slot->block) {
			free_slot(slot);
			continue;
		}
		slot->tag = turn;

		unsigned char *block = hak_malloc(bytes);

		if (block)
			fill_slot(slot, block, bytes);
		else
			atomic_fetch_add(&thread_refusals, 1);
	}
	for (size_t place = 0; place < SLOTS; place++)
		free_slot(&thread_slots[number][place]);
}

START_TEST(threads_are_refused_too)
{
	set_number(interval_name, (unsigned)_i);
	run_together(THREADS, work_in_thread);
	EXPECT(_i > 1 || atomic_load(&thread_refusals) > 0);
	set_number(interval_name, 0);
	atomic_store(&thread_refusals, 0);
	run_together(THREADS, work_in_thread);
	EXPECT(atomic_load(&thread_refusals) == 0);
	hak_trim(0);
	EXPECT_AT(number_of("stats.live_bytes") == 0, number_of("stats.live_bytes"));
	EXPECT_AT(number_of("stats.threads") <= 1, number_of("stats.threads"));
}
END_TEST

static void add_cases(TCase *cases)
{
	/* The release build cannot be told to fail; the abi tests exhaust it for real. */
	if (!hk_config_debug)
		return;
	tcase_add_loop_test(cases, every_nth_mapping_is_refused, 1, INTERVAL_MAX + 1);
	tcase_add_loop_test(cases, refusals_begin_in_the_middle, 1, INTERVAL_MAX + 1);
	tcase_add_loop_test(cases, threads_are_refused_too, 1, 6);
}

int main(void)
{
	return run_cases("refused_mappings_are_survived", add_cases);
}
