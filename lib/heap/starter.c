/* SPDX-License-Identifier: MIT
 *
 * heap/starter.c - pages that are filled from their start, a list of free blocks per class, and a
 * table in each page.
 *
 * Owns what starter.h says; everything is guarded by hk_starter_lock.
 *
 *   page:  [ table: one byte per 16 bytes of the page | blocks ... ]
 *
 * The byte of a block's first 16 bytes is its class, plus FREE_BIT while it is free.  The table
 * stands in the page itself, so that three pages of blocks are three pages.
 */
#include "heap/starter.h"

#include "base/chain.h"
#include "base/fatal.h"
#include "heap/registry.h"
#include "heap/superslab.h"
#include "sys/counters.h"
#include "sys/segment.h"

enum {
	PAGE_BYTES = 4096, /* of the layout; the system's may be larger */
	TABLE_BYTES = PAGE_BYTES / HK_ALIGNMENT_BYTES,
	FREE_BIT = 0x80,
	/* What one class may ever take before it gets its own slab. */
	SHARE_BYTES = 4096,
	SHARE_BLOCKS_MIN = 3,
	PAGES = HK_GRANULE_BYTES / PAGE_BYTES,
};

struct hk_lock hk_starter_lock;
_Atomic uint8_t hk_starter_closed[HK_STARTER_CLASS_LAST + 1];

static struct {
	char *start;            /* the granule */
	bool refused;
	uint16_t filled[PAGES]; /* bytes of each page that were ever handed out, its table included */
	uint16_t allocated[HK_STARTER_CLASS_LAST + 1]; /* how often, freed ones included */
	struct hk_block *free[HK_STARTER_CLASS_LAST + 1];
} starter;

static uint8_t *table_entry(const void *block)
{
	uintptr_t page = (uintptr_t)block & ~(uintptr_t)(PAGE_BYTES - 1);

	return (uint8_t *)page + ((uintptr_t)block & (PAGE_BYTES - 1)) / HK_ALIGNMENT_BYTES;
}

static bool open_starter(void)
{
	struct hk_slab *slab;

	if (starter.start || starter.refused)
		return starter.start != NULL;
	slab = hk_superslab_take(1);
	if (!slab) {
		starter.refused = true;
		return false;
	}
	hk_registry_set_class(slab->base, 1, HK_CLASS_STARTER);
	starter.start = slab->base;
	for (unsigned page = 0; page < PAGES; page++)
		starter.filled[page] = TABLE_BYTES;
	return true;
}

/* The first page with room: a large block that begins a new page leaves room for small ones. */
static struct hk_block *cut(size_t block_bytes)
{
	for (unsigned page = 0; page < PAGES; page++) {
		size_t offset = starter.filled[page];

		if (offset + block_bytes > PAGE_BYTES)
			continue;
		starter.filled[page] = (uint16_t)(offset + block_bytes);
		return (struct hk_block *)(starter.start + (size_t)page * PAGE_BYTES + offset);
	}
	return NULL;
}

void *hk_starter_allocate(unsigned class_index)
{
	size_t block_bytes = hk_sizeclass_bytes(class_index);
	struct hk_block *block = NULL;

	hk_lock_take(&hk_starter_lock, HK_RANK_STARTER);
	if (starter.allocated[class_index] < SHARE_BLOCKS_MIN ||
	    starter.allocated[class_index] * block_bytes < SHARE_BYTES) {
		block = starter.free[class_index];
		if (block)
			starter.free[class_index] = block->next;
		else if (open_starter())
			block = cut(block_bytes);
		if (block) {
			starter.allocated[class_index]++;
			hk_counters_add(&hk_counters.starter_bytes, block_bytes);
			*table_entry(block) = (uint8_t)class_index;
		}
	}
	if (!block)
		atomic_store_explicit(&hk_starter_closed[class_index], 1, memory_order_relaxed);
	hk_lock_give(&hk_starter_lock, HK_RANK_STARTER);
	return block;
}

bool hk_starter_free(void *freed)
{
	uint8_t *entry = table_entry(freed);
	struct hk_block *block = freed;
	unsigned class_index;
	bool valid;

	hk_lock_take(&hk_starter_lock, HK_RANK_STARTER);
	class_index = hk_starter_class(freed);
	valid = class_index != 0;
	if (valid) {
		*entry |= FREE_BIT;
		hk_counters_subtract(&hk_counters.starter_bytes, hk_sizeclass_bytes(class_index));
		block->next = starter.free[class_index];
		starter.free[class_index] = block;
	}
	hk_lock_give(&hk_starter_lock, HK_RANK_STARTER);
	hk_segment_publish_process();
	return valid;
}

/* Without the lock: the entry of an allocated block changes only when that block is freed. */
unsigned hk_starter_class(const void *block)
{
	uintptr_t offset = (uintptr_t)block & (PAGE_BYTES - 1);

	if (offset < TABLE_BYTES || offset % HK_ALIGNMENT_BYTES)
		return 0;

	uint8_t entry = *table_entry(block);

	return entry & FREE_BIT ? 0 : entry;
}
