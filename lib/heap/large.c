/* SPDX-License-Identifier: MIT
 *
 * heap/large.c - single mappings: made, grown, moved, kept for a while, given back.
 *
 * Owns the cache: a few mappings that were freed lately, because a program that frees a megabyte
 * mostly asks for one again, and mapping it anew costs a page fault for every 4 KiB.  It keeps
 * no more than an eighth of what the heap has in use (8 MiB at least), so RSS follows the
 * program down.
 */
#include "heap/large.h"

#include "base/fatal.h"
#include "heap/registry.h"
#include "heap/superslab.h"
#include "sys/counters.h"
#include "sys/options.h"
#include "sys/os.h"
#include "sys/segment.h"

enum {
	CACHE_ENTRIES = 32,
	CACHE_BYTES_MIN = 8 << 20,
	HUGE_BLOCK_BYTES = 4 << 20,
};

enum hk_large_known { HK_LARGE_FORGOTTEN, HK_LARGE_KNOWN };

struct hk_lock hk_large_lock;

struct cached {
	char *base;
	size_t mapped_bytes;
	uint32_t stamp; /* when it came: smaller is older */
};

static struct cached cache[CACHE_ENTRIES];
static unsigned cache_count;
static uint32_t next_stamp, old_stamp; /* older than old_stamp: there at the last decay tick */

static size_t cache_bytes_max(void)
{
	size_t share = hk_counters_read(&hk_counters.committed_bytes) / 8;

	return share > CACHE_BYTES_MIN ? share : CACHE_BYTES_MIN;
}

static struct cached cache_remove(unsigned index)
{
	struct cached entry = cache[index];

	hk_counters_subtract(&hk_counters.large_cached_bytes, entry.mapped_bytes);
	cache[index] = cache[--cache_count];
	return entry;
}

static unsigned cache_oldest(void)
{
	unsigned oldest = 0;

	for (unsigned index = 1; index < cache_count; index++) {
		if ((int32_t)(cache[index].stamp - cache[oldest].stamp) < 0)
			oldest = index;
	}
	return oldest;
}

static void unmap(char *base, size_t mapped_bytes)
{
	/* First: as soon as it is unmapped the address space may be somebody else's. */
	hk_registry_set_class(base, mapped_bytes / HK_GRANULE_BYTES, HK_CLASS_NONE);
	hk_os_unmap(base, mapped_bytes);
}

/* The smallest cached mapping that holds BYTES without wasting more than a quarter. */
static char *cache_find(size_t bytes, size_t alignment, size_t *mapped_bytes)
{
	unsigned best = CACHE_ENTRIES;

	if (!hk_counters_read(&hk_counters.large_cached_bytes))
		return NULL;
	hk_lock_take(&hk_large_lock, HK_RANK_LARGE);
	for (unsigned index = 0; index < cache_count; index++) {
		if (cache[index].mapped_bytes < bytes || cache[index].mapped_bytes - bytes > bytes / 4 ||
		    ((uintptr_t)cache[index].base & (alignment - 1)))
			continue;
		if (best == CACHE_ENTRIES || cache[index].mapped_bytes < cache[best].mapped_bytes)
			best = index;
	}

	struct cached entry = { NULL, 0, 0 };

	if (best != CACHE_ENTRIES)
		entry = cache_remove(best);
	hk_lock_give(&hk_large_lock, HK_RANK_LARGE);
	*mapped_bytes = entry.mapped_bytes;
	return entry.base;
}

static void cache_add(char *base, size_t mapped_bytes)
{
	struct cached evicted[CACHE_ENTRIES];
	unsigned evicted_count = 0;
	size_t allowed = cache_bytes_max();

	if (mapped_bytes > allowed) {
		unmap(base, mapped_bytes);
		return;
	}
	hk_lock_take(&hk_large_lock, HK_RANK_LARGE);
	while (cache_count == CACHE_ENTRIES ||
	       (cache_count && hk_counters_read(&hk_counters.large_cached_bytes) + mapped_bytes > allowed))
		evicted[evicted_count++] = cache_remove(cache_oldest());
	cache[cache_count++] = (struct cached){ base, mapped_bytes, next_stamp++ };
	hk_counters_add(&hk_counters.large_cached_bytes, mapped_bytes);
	hk_lock_give(&hk_large_lock, HK_RANK_LARGE);
	for (unsigned index = 0; index < evicted_count; index++)
		unmap(evicted[index].base, evicted[index].mapped_bytes);
}

size_t hk_large_purge(size_t keep_bytes, bool old_only)
{
	struct cached evicted[CACHE_ENTRIES];
	unsigned evicted_count = 0;
	size_t bytes = 0;

	if (!hk_counters_read(&hk_counters.large_cached_bytes))
		return 0;
	hk_lock_take(&hk_large_lock, HK_RANK_LARGE);
	while (cache_count && hk_counters_read(&hk_counters.large_cached_bytes) > keep_bytes) {
		unsigned oldest = cache_oldest();

		if (old_only && (int32_t)(cache[oldest].stamp - old_stamp) >= 0)
			break;
		evicted[evicted_count++] = cache_remove(oldest);
	}
	if (old_only)
		old_stamp = next_stamp;
	hk_lock_give(&hk_large_lock, HK_RANK_LARGE);
	for (unsigned index = 0; index < evicted_count; index++) {
		unmap(evicted[index].base, evicted[index].mapped_bytes);
		bytes += evicted[index].mapped_bytes;
	}
	return bytes;
}

/* A fresh mapping; with less reserve, or none, if that is what can be had. */
static char *map_fresh(size_t bytes, size_t alignment, size_t reserve_bytes, size_t *mapped_bytes)
{
	char *base = NULL;

	*mapped_bytes = bytes + reserve_bytes;
	if (reserve_bytes)
		base = hk_os_map_aligned(*mapped_bytes, alignment, NULL);
	if (!base) {
		*mapped_bytes = bytes;
		base = hk_os_map_aligned(bytes, alignment, NULL);
	}
	if (base && bytes >= HUGE_BLOCK_BYTES && hk_option_value(HK_OPTION_THP) != HK_THP_NEVER)
		/* The reserve too: mremap refuses what is two mappings to the kernel. */
		hk_os_advise_huge(base, *mapped_bytes, true);
	return base;
}

static struct hk_slab *record_of(const char *base)
{
	struct hk_superslab *superslab = hk_registry_superslab_in(hk_registry_leaf(base), base);

	return &superslab->slabs[((uintptr_t)base >> HK_GRANULE_SHIFT) % HK_SUPERSLAB_GRANULES];
}

/* A fresh mapping becomes known to the registry; false without memory for a leaf. */
static bool make_known(const char *base, size_t mapped_bytes)
{
	bool known = true;

	hk_lock_take(&hk_superslab_lock, HK_RANK_POOL);
	for (size_t offset = 0; known && offset < mapped_bytes; offset += (size_t)1 << HK_LEAF_SHIFT)
		known = hk_registry_make_superslab(base + offset) != NULL;
	if (known)
		known = hk_registry_make_superslab(base + mapped_bytes - 1) != NULL;
	hk_lock_give(&hk_superslab_lock, HK_RANK_POOL);
	if (known)
		hk_registry_set_class(base, mapped_bytes / HK_GRANULE_BYTES, HK_CLASS_INSIDE);
	return known;
}

static void enter(char *base, size_t usable_bytes, size_t mapped_bytes)
{
	struct hk_slab *slab = record_of(base);

	slab->back = 0;
	slab->base = base;
	slab->usable_bytes = usable_bytes;
	slab->mapped_bytes = mapped_bytes;
	slab->class_index = HK_CLASS_LARGE;
	hk_registry_set_class(base, 1, HK_CLASS_LARGE);
	hk_counters_add_peak(&hk_counters.large_bytes, &hk_counters.large_peak_bytes, usable_bytes);
	hk_counters_add(&hk_counters.large_blocks, 1);
	hk_counters_add(&hk_counters.large_blocks_total, 1);
	if (hk_counters_read(&hk_counters.large_bytes) > HK_SUPERSLAB_BYTES && !hk_segment_is_open())
		hk_segment_open();
	hk_segment_publish_process();
}

void *hk_large_allocate(size_t bytes, size_t alignment, size_t reserve_bytes, bool *zeroed)
{
	size_t usable_bytes = hk_round_up(bytes, HK_GRANULE_BYTES);
	size_t mapped_bytes;
	bool fresh = false;

	if (usable_bytes < bytes || usable_bytes > PTRDIFF_MAX)
		return NULL;
	if (alignment < HK_GRANULE_BYTES)
		alignment = HK_GRANULE_BYTES;
	reserve_bytes = hk_round_up(reserve_bytes, HK_GRANULE_BYTES);
	if (!hk_counters_commit(usable_bytes))
		return NULL;

	char *base = cache_find(usable_bytes + reserve_bytes, alignment, &mapped_bytes);

	if (!base) {
		base = map_fresh(usable_bytes, alignment, reserve_bytes, &mapped_bytes);
		fresh = true;
		if (base && !make_known(base, mapped_bytes)) {
			hk_os_unmap(base, mapped_bytes);
			base = NULL;
		}
	}
	if (!base) {
		hk_counters_decommit(usable_bytes);
		return NULL;
	}
	enter(base, usable_bytes, mapped_bytes);
	if (zeroed)
		*zeroed = fresh;
	return base;
}

static void uncount(const struct hk_slab *slab)
{
	hk_counters_decommit(slab->usable_bytes);
	hk_counters_subtract(&hk_counters.large_bytes, slab->usable_bytes);
	hk_counters_subtract(&hk_counters.large_blocks, 1);
}

bool hk_large_free(void *block)
{
	struct hk_slab *slab = hk_registry_slab(block);
	size_t mapped_bytes = slab->mapped_bytes;

	if (slab->base != block)
		return false;
	hk_registry_set_class(block, 1, HK_CLASS_INSIDE);
	uncount(slab);
	cache_add(block, mapped_bytes);
	hk_segment_publish_process();
	return true;
}

size_t hk_large_usable_bytes(const void *block)
{
	return hk_registry_slab(block)->usable_bytes;
}

static void set_usable(struct hk_slab *slab, size_t usable_bytes)
{
	if (usable_bytes > slab->usable_bytes)
		hk_counters_add_peak(&hk_counters.large_bytes, &hk_counters.large_peak_bytes,
				     usable_bytes - slab->usable_bytes);
	else
		hk_counters_subtract(&hk_counters.large_bytes, slab->usable_bytes - usable_bytes);
	slab->usable_bytes = usable_bytes;
	hk_segment_publish_process();
}

static bool grow_mapping(struct hk_slab *slab, size_t mapped_bytes)
{
	if (!hk_os_grow(slab->base, slab->mapped_bytes, mapped_bytes))
		return false;
	/* Without a leaf the new part is simply unknown to the registry. */
	make_known(slab->base + slab->mapped_bytes, mapped_bytes - slab->mapped_bytes);
	slab->mapped_bytes = mapped_bytes;
	return true;
}

bool hk_large_resize(void *block, size_t bytes)
{
	struct hk_slab *slab = hk_registry_slab(block);
	size_t wanted = hk_round_up(bytes, HK_GRANULE_BYTES);

	if (wanted < bytes || wanted > PTRDIFF_MAX || wanted == 0)
		return false;
	if (wanted <= slab->usable_bytes) {
		size_t excess = slab->usable_bytes - wanted;

		/* The address space stays as a reserve; the pages go. */
		if (excess && hk_os_purge((char *)block + wanted, excess)) {
			hk_counters_decommit(excess);
			set_usable(slab, wanted);
		}
		return true;
	}

	size_t more = wanted - slab->usable_bytes;

	if (!hk_counters_commit(more))
		return false;
	if (wanted > slab->mapped_bytes) {
		if (!grow_mapping(slab, wanted)) {
			hk_counters_decommit(more);
			return false;
		}
	}
	set_usable(slab, wanted);
	return true;
}

static void set_classes(const struct hk_slab *slab, enum hk_large_known known)
{
	size_t granules = slab->mapped_bytes / HK_GRANULE_BYTES;

	hk_registry_set_class(slab->base, granules, known == HK_LARGE_FORGOTTEN ? HK_CLASS_NONE : HK_CLASS_INSIDE);
	if (known == HK_LARGE_KNOWN)
		hk_registry_set_class(slab->base, 1, HK_CLASS_LARGE);
}

void *hk_large_move(void *block, size_t bytes, size_t reserve_bytes)
{
	struct hk_slab *slab = hk_registry_slab(block);
	size_t old_usable = slab->usable_bytes;
	char *moved = hk_large_allocate(bytes, HK_GRANULE_BYTES, reserve_bytes, NULL);

	if (!moved)
		return NULL;

	struct hk_slab *target = hk_registry_slab(moved);
	enum hk_os_moved result = HK_OS_REFUSED;

	/* Whatever the kernel unmaps on the way may be another thread's mapping a moment later, known
	 * to the registry by then: so both are forgotten before. */
	set_classes(slab, HK_LARGE_FORGOTTEN);
	set_classes(target, HK_LARGE_FORGOTTEN);
	/* The reserve behind the old block was never touched: only what was usable moves. */
	if (target->usable_bytes >= old_usable)
		result = hk_os_move(block, old_usable, moved, target->mapped_bytes);
	if (result != HK_OS_LOST)
		set_classes(target, HK_LARGE_KNOWN);
	if (result == HK_OS_MOVED) {
		uncount(slab);
		if (slab->mapped_bytes > old_usable)
			hk_os_unmap(slab->base + old_usable, slab->mapped_bytes - old_usable);
		return moved;
	}
	set_classes(slab, HK_LARGE_KNOWN);
	if (result == HK_OS_REFUSED) {
		hk_large_free(moved);
	} else {
		uncount(target);
		hk_counters_subtract(&hk_counters.reserved_bytes, target->mapped_bytes);
	}
	return NULL;
}
