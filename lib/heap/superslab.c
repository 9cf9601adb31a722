/* SPDX-License-Identifier: MIT
 *
 * heap/superslab.c - regions from the system, granules in and out.
 *
 * Owns the pool: six lists of superslabs by the length of their longest free run (1, 2-3, 4-7,
 * 8-15, 16-31, 32 granules), so that a run is found without a search of the heap.
 *
 * Regions grow with the heap (an eighth of it, 2 MiB at least): a small process reserves little,
 * a large one makes few mappings.  Huge pages are earned: a heap below HUGE_START_BYTES asks the
 * kernel not to use them, because one touched byte would cost 2 MiB; above it asks for them.
 */
#include "heap/superslab.h"

#include "base/fatal.h"
#include "heap/registry.h"
#include "sys/counters.h"
#include "sys/options.h"
#include "sys/os.h"
#include "sys/segment.h"

enum {
	BUCKETS = 6,
	FIRST_DISTANCE_BYTES = 256 << 20,
	REGION_BYTES_MAX = 64 << 20,
	/* Measured on eight programs, against glibc: from 24 MiB on time 0.79 and RSS 1.06, from 48
	 * 0.78 and 1.003, from 96 0.77 and 0.994: what is saved in faults is lost in slab ends. */
	HUGE_START_BYTES = 64 << 20,
	/* Free and dirty granules up to this much, or an eighth of the heap, wait for reuse. */
	KEEP_BYTES_MIN = 2 << 20,
	SEARCH_LIMIT = 8, /* superslabs looked at in a bucket whose runs may be too short */
	PURGE_BATCH = 16,
};

struct hk_lock hk_superslab_lock;

static struct {
	struct hk_superslab *buckets[BUCKETS];
	size_t region_bytes_total;
	char *lowest; /* region so far */
} pool;

static unsigned longest_run(uint32_t mask)
{
	unsigned length = 0;

	for (; mask; length++)
		mask &= mask << 1;
	return length;
}

/* The lowest start of COUNT set bits in a row, or -1. */
static int find_run(uint32_t mask, unsigned count)
{
	uint32_t starts = mask;

	for (unsigned index = 1; index < count && starts; index++)
		starts &= mask >> index;
	return starts ? __builtin_ctz(starts) : -1;
}

static uint32_t run_mask(unsigned start, unsigned count)
{
	return (uint32_t)(((1ull << count) - 1) << start);
}

static void show(const struct hk_superslab *superslab)
{
	struct hak_stats_superslab *row = superslab->row;

	__atomic_store_n(&row->mapped, superslab->mapped, __ATOMIC_RELAXED);
	__atomic_store_n(&row->free, superslab->free, __ATOMIC_RELAXED);
	__atomic_store_n(&row->dirty, superslab->dirty, __ATOMIC_RELAXED);
	__atomic_store_n(&row->flags, superslab->huge, __ATOMIC_RELAXED);
	__atomic_store_n(&row->state, superslab->mapped ? 1 : 0, __ATOMIC_RELEASE);
}

struct hak_stats_superslab *hk_superslab_row(struct hk_superslab *superslab)
{
	uint32_t generation = hk_segment_generation();

	if (HK_LIKELY(__atomic_load_n(&superslab->row_generation, __ATOMIC_ACQUIRE) == generation))
		return generation ? superslab->row : NULL;
	hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
	if (generation && superslab->row_generation != generation) {
		superslab->row = hk_segment_take_superslab();
		if (superslab->row) {
			show(superslab);
			__atomic_store_n(&superslab->row_generation, generation, __ATOMIC_RELEASE);
		}
	}

	struct hak_stats_superslab *row = superslab->row_generation == generation ? superslab->row : NULL;

	hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	return row;
}

/* SUPERSLAB's free mask has changed: move it to the list where it belongs. */
static void reconsider(struct hk_superslab *superslab)
{
	unsigned run = longest_run(superslab->free);
	unsigned bucket = run ? 32 - (unsigned)__builtin_clz(run) : 0; /* 1 + log2 */

	if (superslab->row_generation && superslab->row_generation == hk_segment_generation())
		show(superslab);
	if (bucket == superslab->bucket)
		return;
	if (superslab->bucket) {
		if (superslab->next)
			superslab->next->previous = superslab->previous;
		if (superslab->previous)
			superslab->previous->next = superslab->next;
		else
			pool.buckets[superslab->bucket - 1] = superslab->next;
	}
	superslab->bucket = (uint8_t)bucket;
	if (bucket) {
		superslab->previous = NULL;
		superslab->next = pool.buckets[bucket - 1];
		if (superslab->next)
			superslab->next->previous = superslab;
		pool.buckets[bucket - 1] = superslab;
	}
}

static struct hk_slab *cut(struct hk_superslab *superslab, unsigned granules)
{
	/* Resident granules first: their pages are there, and memory that is not touched is not used. */
	int start = find_run(superslab->free & superslab->dirty, granules);

	if (start < 0)
		start = find_run(superslab->free, granules);
	if (start < 0)
		return NULL;

	uint32_t run = run_mask((unsigned)start, granules);
	size_t dirty = (size_t)__builtin_popcount(superslab->dirty & run) * HK_GRANULE_BYTES;

	hk_counters_subtract(&hk_counters.dirty_bytes, dirty);
	superslab->free &= ~run;
	superslab->dirty |= run;
	reconsider(superslab);
	for (unsigned index = 0; index < granules; index++)
		superslab->slabs[start + (int)index].back = (uint8_t)index;

	struct hk_slab *slab = &superslab->slabs[start];

	slab->granules = (uint8_t)granules;
	slab->base = superslab->window + (size_t)start * HK_GRANULE_BYTES;
	return slab;
}

static struct hk_slab *search(unsigned granules)
{
	unsigned bucket = 31 - (unsigned)__builtin_clz(granules);
	int looked_at = 0;

	/* In the bucket of GRANULES itself runs may still be too short; above it all are long enough. */
	for (struct hk_superslab *at = pool.buckets[bucket]; at && looked_at < SEARCH_LIMIT; at = at->next, looked_at++) {
		struct hk_slab *slab = cut(at, granules);

		if (slab)
			return slab;
	}
	for (bucket++; bucket < BUCKETS; bucket++) {
		if (pool.buckets[bucket])
			return cut(pool.buckets[bucket], granules);
	}
	return NULL;
}

/* Enter the whole granules of ADDRESS .. ADDRESS + BYTES into the pool; false when there is no
 * memory to describe them, and then none is entered. */
static bool enter(char *address, size_t bytes, bool huge)
{
	char *start = (char *)hk_round_up((uintptr_t)address, HK_GRANULE_BYTES);
	char *end = (char *)((uintptr_t)(address + bytes) & ~(uintptr_t)(HK_GRANULE_BYTES - 1));

	/* A region is smaller than a leaf's GiB: it lies in one leaf or in two. */
	if (start >= end || !hk_registry_make_superslab(start) || !hk_registry_make_superslab(end - 1))
		return false;
	while (start < end) {
		char *window_end = (char *)(((uintptr_t)start | (HK_SUPERSLAB_BYTES - 1)) + 1);
		char *stop = window_end < end ? window_end : end;
		struct hk_superslab *superslab = hk_registry_make_superslab(start);
		uint32_t run = run_mask((unsigned)(((uintptr_t)start >> HK_GRANULE_SHIFT) % HK_SUPERSLAB_GRANULES),
					(unsigned)((stop - start) >> HK_GRANULE_SHIFT));

		superslab->window = window_end - HK_SUPERSLAB_BYTES;
		if (!superslab->mapped)
			hk_counters_add_peak(&hk_counters.superslabs, &hk_counters.superslabs_peak, 1);
		superslab->mapped |= run;
		superslab->free |= run;
		superslab->dirty &= ~run;
		superslab->huge = huge;
		reconsider(superslab);
		start = stop;
	}
	return true;
}

static bool wants_huge_pages(void)
{
	switch (hk_option_value(HK_OPTION_THP)) {
	case HK_THP_NEVER:
		return false;
	case HK_THP_ALWAYS:
		return true;
	default:
		return hk_counters_read(&hk_counters.committed_bytes) >= HUGE_START_BYTES;
	}
}

/* Where the next region would need no alignment: below the last one; the first at the end of a
 * GiB (see struct hk_leaf) some way below ourselves, because libraries fill the space in between.
 * Only a wish; the kernel decides. */
static char *wish(size_t bytes)
{
	uintptr_t here = (uintptr_t)&pool;
	uintptr_t below = (uintptr_t)pool.lowest;

	if (!below && here > 2 * FIRST_DISTANCE_BYTES)
		below = (here - FIRST_DISTANCE_BYTES) >> HK_LEAF_SHIFT << HK_LEAF_SHIFT;
	return below < bytes ? NULL : (char *)((below - bytes) & ~(uintptr_t)(HK_SUPERSLAB_BYTES - 1));
}

/* More address space, enough for a run of GRANULES. */
static bool grow(unsigned granules)
{
	size_t bytes = hk_round_up(pool.region_bytes_total / 8, HK_SUPERSLAB_BYTES);
	size_t needed = (size_t)granules * HK_GRANULE_BYTES;
	bool huge = wants_huge_pages();

	if (bytes < HK_SUPERSLAB_BYTES)
		bytes = HK_SUPERSLAB_BYTES;
	if (bytes > REGION_BYTES_MAX)
		bytes = REGION_BYTES_MAX;

	char *address = hk_os_map_aligned(bytes, HK_SUPERSLAB_BYTES, wish(bytes));

	if (!address) { /* less, then: as little as will do */
		size_t alignment = HK_GRANULE_BYTES;

		while (alignment < needed)
			alignment *= 2;
		bytes = needed;
		address = hk_os_map_aligned(bytes, alignment, NULL);
	}
	if (!address)
		return false;
	if (!enter(address, bytes, huge)) {
		hk_os_unmap(address, bytes);
		return false;
	}
	if (!pool.lowest || address < pool.lowest)
		pool.lowest = address;
	pool.region_bytes_total += bytes;
	if (bytes >= HK_SUPERSLAB_BYTES)
		hk_os_advise_huge(address, bytes, huge);
	return true;
}

struct hk_slab *hk_superslab_take(unsigned granules)
{
	size_t bytes = (size_t)granules * HK_GRANULE_BYTES;

	if (!hk_counters_commit(bytes))
		return NULL;
	hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);

	struct hk_slab *slab = search(granules);

	if (!slab && grow(granules))
		slab = search(granules);
	bool outgrown = pool.region_bytes_total > HK_SUPERSLAB_BYTES;

	if (hk_config_debug)
		hk_superslab_audit();
	hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	if (!slab)
		hk_counters_decommit(bytes);
	else
		hk_counters_add_peak(&hk_counters.slabs, &hk_counters.slabs_peak, 1);
	/* A process that stays within its first superslab never gets a segment. */
	if (outgrown && !hk_segment_is_open())
		hk_segment_open();
	hk_segment_publish_process();
	return slab;
}

struct hk_superslab *hk_superslab_of(const struct hk_slab *slab, unsigned *first)
{
	char *address = hk_superslab_address(slab);
	struct hk_superslab *superslab = hk_registry_superslab_in(hk_registry_leaf(address), address);

	*first = (unsigned)(slab - superslab->slabs);
	return superslab;
}

char *hk_superslab_address(const struct hk_slab *slab)
{
	/* Colouring never reaches the second granule. */
	return (char *)((uintptr_t)slab->base & ~(uintptr_t)(HK_GRANULE_BYTES - 1));
}

static size_t keep_bytes(void)
{
	size_t share = hk_counters_read(&hk_counters.committed_bytes) / 8;

	return share > KEEP_BYTES_MIN ? share : KEEP_BYTES_MIN;
}

void hk_superslab_give(struct hk_slab *slab)
{
	unsigned first;
	struct hk_superslab *superslab = hk_superslab_of(slab, &first);
	uint32_t run = run_mask(first, slab->granules);
	size_t bytes = (size_t)slab->granules * HK_GRANULE_BYTES;

	hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
	HK_ASSERT((superslab->free & run) == 0);
	superslab->free |= run;
	superslab->dirty |= run;
	superslab->young |= run;
	reconsider(superslab);
	/* Before the unlock: who cuts these granules again takes them off this account. */
	hk_counters_add(&hk_counters.dirty_bytes, bytes);
	hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	hk_counters_decommit(bytes);
	hk_counters_subtract(&hk_counters.slabs, 1);

	size_t keep = keep_bytes();

	/* Half of it at once, or every slab that follows would come here again. */
	if (hk_counters_read(&hk_counters.dirty_bytes) > keep)
		hk_superslab_purge(keep / 2, false);
	hk_segment_publish_process();
}

struct purge_range {
	struct hk_superslab *superslab;
	char *address;
	uint32_t run;
	bool purged;
};

/* Take up to PURGE_BATCH runs of dirty free granules out of the pool. */
static unsigned claim(struct purge_range *ranges, size_t *excess_bytes, bool old_only)
{
	unsigned count = 0;

	/* Emptiest superslabs first: their pages come back as whole huge pages, and the fuller ones
	 * are where the next slabs will be cut. */
	for (int bucket = BUCKETS - 1; bucket >= 0; bucket--) {
		struct hk_superslab *next;

		for (struct hk_superslab *at = pool.buckets[bucket]; at; at = next) {
			uint32_t wanted = at->free & at->dirty & ~(old_only ? at->young : 0);

			next = at->next;
			while (wanted && *excess_bytes && count < PURGE_BATCH) {
				unsigned start = (unsigned)__builtin_ctz(wanted);
				unsigned length = (unsigned)__builtin_ctzll(~((uint64_t)wanted >> start));
				uint32_t run = run_mask(start, length);
				size_t bytes = (size_t)length * HK_GRANULE_BYTES;

				ranges[count].superslab = at;
				ranges[count].run = run;
				ranges[count].address = at->window + (size_t)start * HK_GRANULE_BYTES;
				count++;
				wanted &= ~run;
				at->free &= ~run;
				at->busy |= run;
				*excess_bytes -= bytes < *excess_bytes ? bytes : *excess_bytes;
			}
			reconsider(at);
			if (count == PURGE_BATCH || !*excess_bytes)
				return count;
		}
	}
	return count;
}

static void end_of_youth(void)
{
	for (int bucket = 0; bucket < BUCKETS; bucket++) {
		for (struct hk_superslab *at = pool.buckets[bucket]; at; at = at->next)
			at->young = 0;
	}
}

size_t hk_superslab_purge(size_t keep, bool old_only)
{
	struct purge_range ranges[PURGE_BATCH];
	size_t purged = 0;
	unsigned count;

	do {
		size_t dirty = hk_counters_read(&hk_counters.dirty_bytes);
		size_t excess = dirty > keep ? dirty - keep : 0;

		hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
		count = claim(ranges, &excess, old_only);
		hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);

		size_t bytes_claimed = 0;

		for (unsigned index = 0; index < count; index++) {
			size_t bytes = (size_t)__builtin_popcount(ranges[index].run) * HK_GRANULE_BYTES;

			ranges[index].purged = hk_os_purge(ranges[index].address, bytes);
			bytes_claimed += bytes;
			if (ranges[index].purged)
				purged += bytes;
		}
		hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
		for (unsigned index = 0; index < count; index++) {
			struct hk_superslab *superslab = ranges[index].superslab;

			superslab->free |= ranges[index].run;
			superslab->busy &= ~ranges[index].run;
			/* A refused purge (mlockall) is not tried again for these granules. */
			superslab->dirty &= ~ranges[index].run;
			reconsider(superslab);
		}
		if (old_only && count < PURGE_BATCH)
			end_of_youth();
		hk_counters_subtract(&hk_counters.dirty_bytes, bytes_claimed);
		hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	} while (count == PURGE_BATCH);
	return purged;
}

size_t hk_superslab_unmap_free(void)
{
	size_t unmapped = 0;
	struct hk_superslab *next;

	hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
	for (int bucket = 0; bucket < BUCKETS; bucket++) {
		for (struct hk_superslab *at = pool.buckets[bucket]; at; at = next) {
			unsigned start = (unsigned)__builtin_ctz(at->mapped);
			unsigned length = (unsigned)__builtin_popcount(at->mapped);

			next = at->next;
			if (at->free != at->mapped || at->mapped != run_mask(start, length))
				continue;

			char *address = at->window + (size_t)start * HK_GRANULE_BYTES;
			size_t bytes = (size_t)length * HK_GRANULE_BYTES;

			if (!hk_os_unmap(address, bytes))
				continue;
			hk_counters_subtract(&hk_counters.dirty_bytes,
					     (size_t)__builtin_popcount(at->dirty) * HK_GRANULE_BYTES);
			hk_counters_subtract(&hk_counters.superslabs, 1);
			at->mapped = at->free = at->dirty = 0;
			reconsider(at);
			unmapped += bytes;
		}
	}
	pool.region_bytes_total -= unmapped < pool.region_bytes_total ? unmapped : pool.region_bytes_total;
	hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	return unmapped;
}

void hk_superslab_audit(void)
{
	for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
		struct hk_superslab *previous = NULL;

		for (struct hk_superslab *at = pool.buckets[bucket]; at; previous = at, at = at->next) {
			if (at->previous != previous || at->bucket != bucket + 1)
				hk_fatal("audit: a superslab is in the wrong list", at);
			if ((at->free | at->dirty | at->busy) & ~at->mapped || at->free & at->busy)
				hk_fatal("audit: a superslab's masks contradict each other", at);
		}
	}
}
