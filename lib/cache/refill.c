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
#include "heap/tally.h"
#include "sys/options.h"

enum {
	CAPACITY_BYTES_MAX = 128 * 1024,
	CAPACITY_MAX = 1024,
	CAPACITY_FIRST = 16,
	CAPACITY_MIN = 8,
	GROWTH_BLOCKS = 64,
	FIRST_FETCHES = 32,
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

/* Outside: how many blocks of the class the cache may hold until its next slow event. */
static void show(struct hk_thread *thread, unsigned class_index)
{
	const struct hk_overflow *overflow = &thread->overflows[class_index];

	hk_tally_show_cache(&thread->heap, class_index, overflow->count,
			    overflow->count + thread->bins[class_index].limit);
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
		show(thread, class_index);
	}
	hk_heap_tidy(&thread->heap);
}

/* A look without a lock, good enough to skip classes that were never used long ago. */
__attribute__((no_sanitize("thread"))) static bool uses_class(const struct hk_thread *thread, unsigned class_index)
{
	return thread->overflows[class_index].capacity != 0;
}

/* Its caches may change as we look, until its own next slow event tells: what a cache of a class may
 * hold at the most is true in any case. */
static void show_other(struct hk_thread *thread)
{
	hk_heap_show(&thread->heap);
	if (thread == hk_thread_current()) {
		HK_FOR_EACH_CLASS (class_index, &thread->classes)
			show(thread, class_index);
		return;
	}
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		if (uses_class(thread, class_index))
			hk_tally_show_cache(&thread->heap, class_index, 0, 2 * capacity_max(class_index));
	}
}

/* When a segment has just been made, threads that sleep cannot show themselves. */
void hk_cache_show_everyone(void)
{
	static _Atomic uint32_t shown;
	uint32_t seen = atomic_load_explicit(&shown, memory_order_relaxed);
	uint32_t generation = hk_segment_generation();

	if (!generation || seen == generation ||
	    !atomic_compare_exchange_strong_explicit(&shown, &seen, generation, memory_order_relaxed, memory_order_relaxed))
		return;
	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (thread->in_use)
			show_other(thread);
	}
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	hk_heap_show(&hk_heap_orphans);
}

static void tick(struct hk_thread *thread)
{
	hk_cache_show_everyone();
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

	struct hk_chain chain = hk_heap_fetch(&thread->heap, class_index, (overflow->capacity + 1u) / 2);

	hk_cache_show_everyone(); /* this may have been what opened the segment */
	return chain;
}

void *hk_cache_refill(struct hk_thread *thread, unsigned class_index)
{
	struct hk_bin *bin = &thread->bins[class_index];
	struct hk_overflow *overflow = &thread->overflows[class_index];
	struct hk_chain chain = { bin->head, bin->limit - bin->room };

	hk_tally_begin_event(&thread->heap);
	if (HK_UNLIKELY(chain.head)) {
		/* Attaching the thread has allocated, in pthread_setspecific, and filled this bin. */
	} else if (overflow->head) {
		chain = empty_overflow(overflow);
	} else if (!overflow->capacity && thread->first_fetches < FIRST_FETCHES) {
		/* The first few blocks of a thread come alone and leave its caches unwritten: many
		 * processes never ask for more, and then these pages are never theirs. */
		thread->first_fetches++;
		chain = hk_heap_fetch(&thread->heap, class_index, 1);
	} else {
		chain = fetch(thread, class_index);
	}

	struct hk_block *block = chain.head;

	/* A block that is alone has not been touched, and need not be before the program does. */
	if (chain.count > 1 || overflow->capacity) {
		if (!overflow->capacity)
			start_class(thread, class_index);
		chain.head = chain.count > 1 ? block->next : NULL;
		chain.count -= chain.count > 0;
		fill(bin, chain, overflow->capacity);
		overflow->active = 1;
		show(thread, class_index);
	}
	hk_tally_end_event(&thread->heap);
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
	hk_tally_begin_event(&thread->heap);
	if (!overflow->capacity) {
		/* As with first blocks: the cache of a class that is hardly used stays unwritten. */
		if (thread->first_frees < FIRST_FREES) {
			thread->first_frees++;
			hk_heap_bring_home(&thread->heap, (struct hk_chain){ block, 1 });
			hk_tally_end_event(&thread->heap);
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
	show(thread, class_index);
	hk_tally_end_event(&thread->heap);
}

void hk_cache_flush(struct hk_thread *thread)
{
	hk_tally_begin_event(&thread->heap);
	HK_FOR_EACH_CLASS (class_index, &thread->classes) {
		struct hk_bin *bin = &thread->bins[class_index];
		struct hk_chain chain = { bin->head, bin->limit - bin->room };

		*bin = (struct hk_bin){ NULL, 0, 0 };
		if (chain.head)
			hk_heap_bring_home(&thread->heap, chain);
		chain = empty_overflow(&thread->overflows[class_index]);
		if (chain.head)
			hk_heap_bring_home(&thread->heap, chain);
		show(thread, class_index);
	}
	hk_tally_end_event(&thread->heap);
}

void hk_cache_prewarm(struct hk_thread *thread, unsigned class_index)
{
	struct hk_bin *bin = &thread->bins[class_index];
	struct hk_overflow *overflow = &thread->overflows[class_index];

	start_class(thread, class_index);
	set_capacity(overflow, class_index, CAPACITY_MAX);
	if (bin->head)
		return;

	hk_tally_begin_event(&thread->heap);

	struct hk_chain chain = hk_heap_fetch(&thread->heap, class_index, overflow->capacity);

	if (chain.count == 1)
		chain.head->next = NULL;
	if (chain.head)
		fill(bin, chain, overflow->capacity);
	show(thread, class_index);
	hk_tally_end_event(&thread->heap);
}

size_t hk_cache_count(const struct hk_thread *thread, unsigned class_index)
{
	const struct hk_bin *bin = &thread->bins[class_index];

	return bin->limit - bin->room + thread->overflows[class_index].count;
}
