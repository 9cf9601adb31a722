/* SPDX-License-Identifier: MIT
 *
 * cache/refill.c - batches, and how large they are.
 *
 * Owns the policy of capacities.  A bin starts small.  It doubles when the direction changes
 * (blocks went home and are wanted back: the working set swings by more than the cache holds);
 * up to GROWTH_BLOCKS also when it is refilled again and again.  When more goes home in a row
 * than the largest cache could hold, the program is giving memory up: the bin halves with each
 * batch and nothing is kept behind, because every cached block may pin a slab.  What has not
 * moved for a purge delay goes home, too.
 */
#include "cache/refill.h"

#include "base/fatal.h"
#include "heap/purge.h"
#include "sys/options.h"

enum {
	CAPACITY_BYTES_MAX = 128 * 1024,
	CAPACITY_MAX = 1024,
	CAPACITY_FIRST = 16,
	CAPACITY_MIN = 8,
	GROWTH_BLOCKS = 64,
	FIRST_BLOCKS = 4,
	FIRST_FREES = 16,
	TICK_EVENTS = 64, /* slow events between two looks at the clock */
};

static uint32_t capacity_max(unsigned class_index)
{
	size_t blocks = CAPACITY_BYTES_MAX / hk_sizeclass_bytes(class_index);

	return blocks > CAPACITY_MAX ? CAPACITY_MAX : blocks ? (uint32_t)blocks : 1;
}

/* The first time a class is used by THREAD. */
static void start_class(struct hk_thread *thread, unsigned class_index)
{
	uint32_t maximum = capacity_max(class_index);

	hk_class_set_add(&thread->classes, class_index);
	thread->overflows[class_index].capacity = (uint16_t)(maximum < CAPACITY_FIRST ? maximum : CAPACITY_FIRST);
}

static void set_capacity(struct hk_overflow *overflow, unsigned class_index, uint32_t capacity)
{
	uint32_t maximum = capacity_max(class_index);

	overflow->capacity = (uint16_t)(capacity > maximum ? maximum : capacity);
}

static void fill(struct hk_bin *bin, struct hk_chain chain, uint32_t capacity)
{
	bin->head = chain.head;
	bin->limit = capacity > chain.count ? capacity : chain.count;
	bin->room = bin->limit - chain.count;
}

static struct hk_chain empty_overflow(struct hk_overflow *overflow)
{
	struct hk_chain chain = { overflow->head, overflow->count };

	overflow->head = NULL;
	overflow->count = 0;
	return chain;
}

/* What has been idle since the last time goes home, so that a thread which once peaked, or a
 * class which the program is done with, does not hold memory for ever. */
static void age(struct hk_thread *thread)
{
	HK_FOR_EACH_CLASS (class_index, &thread->classes) {
		struct hk_bin *bin = &thread->bins[class_index];
		struct hk_overflow *overflow = &thread->overflows[class_index];
		struct hk_chain chain;

		if (overflow->active) {
			overflow->active = 0;
			continue;
		}
		if (overflow->head) {
			chain = empty_overflow(overflow);
			hk_heap_bring_home(&thread->heap, chain);
		} else if (bin->limit > CAPACITY_MIN) {
			/* The bin is one list: all of it or none.  It comes back by a refill if it is needed. */
			chain = (struct hk_chain){ bin->head, bin->limit - bin->room };
			set_capacity(overflow, class_index, overflow->capacity / 2);
			*bin = (struct hk_bin){ NULL, 0, 0 };
			if (chain.head)
				hk_heap_bring_home(&thread->heap, chain);
		}
	}
	hk_heap_tidy(&thread->heap);
}

static void tick(struct hk_thread *thread)
{
	if (++thread->slow_events % TICK_EVENTS == 0 && hk_purge_tick())
		age(thread);
}

static struct hk_chain fetch(struct hk_thread *thread, unsigned class_index)
{
	struct hk_overflow *overflow = &thread->overflows[class_index];

	tick(thread);
	if (!overflow->capacity)
		start_class(thread, class_index);
	else if (overflow->home_blocks || overflow->capacity < GROWTH_BLOCKS)
		set_capacity(overflow, class_index, overflow->capacity * 2u);
	overflow->home_blocks = 0;
	return hk_heap_fetch(&thread->heap, class_index, (overflow->capacity + 1u) / 2);
}

/* The first few blocks of a class come alone and leave the cache unwritten: many processes never
 * ask for more, and then these pages are never theirs. */
static bool is_first_use(const struct hk_heap *heap, unsigned class_index)
{
	const struct hk_slab *slab = heap->partial[class_index];

	if (slab)
		return slab->fresh < FIRST_BLOCKS;
	return !hk_class_set_has(&heap->classes, class_index);
}

void *hk_cache_refill(struct hk_thread *thread, unsigned class_index)
{
	struct hk_overflow *overflow = &thread->overflows[class_index];
	struct hk_chain chain;

	HK_ASSERT(!thread->bins[class_index].head);
	if (!overflow->capacity && is_first_use(&thread->heap, class_index))
		return hk_heap_fetch(&thread->heap, class_index, 1).head;
	chain = overflow->head ? empty_overflow(overflow) : fetch(thread, class_index);
	if (!chain.head)
		return NULL;

	struct hk_block *block = chain.head;

	/* A block that is alone has not been touched, and need not be before the program does. */
	chain.head = chain.count > 1 ? block->next : NULL;
	chain.count--;
	fill(&thread->bins[class_index], chain, overflow->capacity);
	overflow->active = 1;
	return block;
}

/* Half of the bin stays: with layer 1 switched off nothing else dampens the swing. */
static struct hk_chain cut_older_half(struct hk_bin *bin)
{
	uint32_t count = bin->limit - bin->room;
	uint32_t keep = count / 2;
	struct hk_chain older = { bin->head, count - keep };

	if (keep) {
		struct hk_block *last = bin->head;

		for (uint32_t left = keep; --left;)
			last = last->next;
		older.head = last->next;
		last->next = NULL;
	} else {
		bin->head = NULL;
	}
	bin->room += older.count;
	return older;
}

/* COUNT more blocks have gone home: does the program give memory up, or does it swing? */
static void adapt_to_home(struct hk_overflow *overflow, unsigned class_index, uint32_t count)
{
	uint32_t in_a_row = overflow->home_blocks + count;

	if (in_a_row > 2 * capacity_max(class_index)) {
		if (overflow->capacity > CAPACITY_MIN)
			set_capacity(overflow, class_index, overflow->capacity / 2u);
	} else if (!overflow->home_blocks) {
		set_capacity(overflow, class_index, overflow->capacity * 2u);
	}
	overflow->home_blocks = (uint16_t)(in_a_row > UINT16_MAX ? UINT16_MAX : in_a_row);
}

static bool is_giving_up(const struct hk_overflow *overflow, unsigned class_index)
{
	return overflow->home_blocks > 2 * capacity_max(class_index);
}

void hk_cache_spill(struct hk_thread *thread, unsigned class_index, void *freed)
{
	struct hk_bin *bin = &thread->bins[class_index];
	struct hk_overflow *overflow = &thread->overflows[class_index];
	struct hk_block *block = freed;
	struct hk_chain homeward = { NULL, 0 };

	HK_ASSERT(bin->room == 0);
	if (!overflow->capacity) {
		/* As with first blocks: the cache of a class that is hardly used stays unwritten. */
		if (thread->first_frees < FIRST_FREES) {
			thread->first_frees++;
			hk_heap_bring_home(&thread->heap, (struct hk_chain){ block, 1 });
			return;
		}
		start_class(thread, class_index);
	}
	overflow->active = 1;
	if (bin->head && hk_option_value(HK_OPTION_TINY_UNIFIED_ONLY)) {
		homeward = cut_older_half(bin);
	} else {
		struct hk_chain full = { bin->head, bin->limit };

		if (full.head && is_giving_up(overflow, class_index) && !overflow->head) {
			homeward = full;
		} else if (full.head) {
			homeward = empty_overflow(overflow);
			overflow->head = full.head;
			overflow->count = (uint16_t)full.count;
		}
		fill(bin, (struct hk_chain){ NULL, 0 }, overflow->capacity);
	}
	block->next = bin->head;
	bin->head = block;
	bin->room--;
	if (homeward.head) {
		adapt_to_home(overflow, class_index, homeward.count);
		/* The last batch that was kept, once. */
		if (is_giving_up(overflow, class_index) && overflow->head) {
			hk_heap_bring_home(&thread->heap, homeward);
			homeward = empty_overflow(overflow);
		}
		hk_heap_bring_home(&thread->heap, homeward);
		tick(thread);
	}
}

void hk_cache_flush(struct hk_thread *thread)
{
	HK_FOR_EACH_CLASS (class_index, &thread->classes) {
		struct hk_bin *bin = &thread->bins[class_index];
		struct hk_chain chain = { bin->head, bin->limit - bin->room };

		*bin = (struct hk_bin){ NULL, 0, 0 };
		if (chain.head)
			hk_heap_bring_home(&thread->heap, chain);
		chain = empty_overflow(&thread->overflows[class_index]);
		if (chain.head)
			hk_heap_bring_home(&thread->heap, chain);
	}
}

void hk_cache_prewarm(struct hk_thread *thread, unsigned class_index)
{
	struct hk_bin *bin = &thread->bins[class_index];
	struct hk_overflow *overflow = &thread->overflows[class_index];

	start_class(thread, class_index);
	set_capacity(overflow, class_index, CAPACITY_MAX);
	if (bin->head)
		return;

	struct hk_chain chain = hk_heap_fetch(&thread->heap, class_index, overflow->capacity);

	if (chain.count == 1)
		chain.head->next = NULL;
	if (chain.head)
		fill(bin, chain, overflow->capacity);
}

size_t hk_cache_count(const struct hk_thread *thread, unsigned class_index)
{
	const struct hk_bin *bin = &thread->bins[class_index];

	return bin->limit - bin->room + thread->overflows[class_index].count;
}
