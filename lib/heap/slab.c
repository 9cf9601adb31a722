/* SPDX-License-Identifier: MIT
 *
 * heap/slab.c - slots in and out of one slab, and where its first slot lies.
 *
 * Owns nothing; see slab.h for the lock.
 *
 * Colouring: if all slabs began at their first byte, the few blocks of the many classes that a
 * program uses little would all fall into the same cache sets.  So first slots are staggered by
 * up to COLOUR_BYTES, in steps that keep the alignment which the block size promises.
 */
#include "heap/slab.h"

#include "base/fatal.h"
#include "heap/registry.h"
#include "heap/superslab.h"
#include "sys/os.h"

enum {
	COLOUR_BYTES = 512,
	CACHE_LINE_BYTES = 64,
	/* Slots that were never used are handed out by the page: linking them touches them. */
	FRESH_BYTES = 4096,
};

unsigned hk_slab_granules(unsigned class_index)
{
	size_t bytes = hk_sizeclass_bytes(class_index);

	/* 64 slots and more for tiny classes, 16 to 64 up to 4 KiB, then 8 and more. */
	if (bytes <= 2048)
		return 1;
	if (bytes <= 8192)
		return 2;
	if (bytes <= 32768)
		return 4;
	if (bytes <= 65536)
		return 8;
	return bytes <= 131072 ? 16 : 32;
}

static size_t colour_of(const char *address, size_t block_bytes)
{
	size_t natural = block_bytes & -block_bytes;
	size_t step = natural > CACHE_LINE_BYTES ? natural : CACHE_LINE_BYTES;
	/* Neighbouring slabs, and the first ones of neighbouring superslabs, differ. */
	size_t turn = ((uintptr_t)address >> HK_GRANULE_SHIFT) + ((uintptr_t)address >> HK_SUPERSLAB_SHIFT);

	return step >= COLOUR_BYTES ? 0 : turn % (COLOUR_BYTES / step) * step;
}

struct hk_slab *hk_slab_make(struct hk_heap *heap, unsigned class_index)
{
	unsigned granules = hk_slab_granules(class_index);
	struct hk_slab *slab = hk_superslab_take(granules);

	if (!slab)
		return NULL;

	size_t block_bytes = hk_sizeclass_bytes(class_index);
	size_t colour = colour_of(slab->base, block_bytes);

	slab->next = slab->previous = NULL;
	slab->free = NULL;
	slab->slots = (uint32_t)(((size_t)granules * HK_GRANULE_BYTES - colour) / block_bytes);
	slab->fresh = 0;
	slab->used = 0;
	slab->block_bytes = (uint32_t)block_bytes;
	slab->class_index = (uint8_t)class_index;
	slab->list = HK_LIST_NONE;
	atomic_store_explicit(&slab->owner, heap, memory_order_release);
	hk_registry_set_class(slab->base, granules, class_index);
	slab->base += colour;
	return slab;
}

void hk_slab_destroy(struct hk_slab *slab)
{
	HK_ASSERT(slab->used == 0 && slab->list == HK_LIST_NONE);
	hk_registry_set_class(slab->base, slab->granules, HK_CLASS_NONE);
	hk_superslab_give(slab);
}

static struct hk_chain take_fresh(struct hk_slab *slab, uint32_t wanted)
{
	size_t block_bytes = slab->block_bytes;
	char *first = slab->base + slab->fresh * block_bytes;
	/* To the end of the page that the first one begins on. */
	size_t page_left = FRESH_BYTES - ((uintptr_t)first & (FRESH_BYTES - 1));
	uint32_t count = (uint32_t)((page_left + block_bytes - 1) / block_bytes);

	if (count > wanted)
		count = wanted;
	if (count > slab->slots - slab->fresh)
		count = slab->slots - slab->fresh;
	slab->fresh += count;
	slab->used += count;

	if (count == 1)
		return (struct hk_chain){ (struct hk_block *)first, 1 };

	char *at = first;

	for (uint32_t left = count; --left; at += block_bytes)
		((struct hk_block *)at)->next = (struct hk_block *)(at + block_bytes);
	((struct hk_block *)at)->next = NULL;
	return (struct hk_chain){ (struct hk_block *)first, count };
}

struct hk_chain hk_slab_take(struct hk_slab *slab, uint32_t wanted)
{
	struct hk_chain chain = { slab->free, slab->fresh - slab->used };

	if (!chain.head)
		return hk_slab_is_full(slab) ? chain : take_fresh(slab, wanted);
	if (chain.count <= wanted) {
		slab->free = NULL;
		slab->used += chain.count;
		return chain;
	}

	struct hk_block *last = chain.head;

	for (uint32_t left = wanted; --left;)
		last = last->next;
	slab->free = last->next;
	last->next = NULL;
	slab->used += wanted;
	chain.count = wanted;
	return chain;
}

bool hk_slab_has_slot(const struct hk_slab *slab, const void *block)
{
	size_t offset = (size_t)((const char *)block - slab->base);

	return offset % slab->block_bytes == 0 && offset / slab->block_bytes < slab->fresh;
}
