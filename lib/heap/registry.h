/* SPDX-License-Identifier: MIT
 *
 * heap/registry.h - address -> what is it?
 *
 * Owns the map from granules to size classes: a static root with one entry per GiB of address
 * space, and leaves with one byte per granule and the superslab records of that GiB.  An entry
 * is not a pointer but a distance from the zero leaf, so that zero-initialised memory means
 * "everything here is class 0", without a relocation and
 * without a test for NULL.
 *
 * Nothing of the block itself is read: a foreign pointer costs one load of zero.
 * Readers take no lock.  Writers hold the pool's lock (superslabs) or own the granules (class
 * bytes); the program hands a block to another thread by a synchronization of its own, which
 * carries our plain stores along.
 */
#ifndef HK_HEAP_REGISTRY_H
#define HK_HEAP_REGISTRY_H

#include "heap/layout.h"

#if defined __x86_64__ || defined __riscv
#define HK_ADDRESS_BITS 47
#elif UINTPTR_MAX == UINT32_MAX
#define HK_ADDRESS_BITS 32
#else
#define HK_ADDRESS_BITS 48
#endif

enum {
	HK_LEAF_SHIFT = 30,
	HK_LEAF_GRANULES = 1 << (HK_LEAF_SHIFT - HK_GRANULE_SHIFT),
	HK_LEAF_SUPERSLABS = 1 << (HK_LEAF_SHIFT - HK_SUPERSLAB_SHIFT),
	HK_ROOT_ENTRIES = 1 << (HK_ADDRESS_BITS - HK_LEAF_SHIFT),
	/* The hot path indexes a leaf by bits 16 to 31 of the address, one shift of its low half,
	 * although a leaf covers bits 16 to 29 only: entries are biased by bits 30 and 31. */
	HK_WINDOW_GRANULES = 1 << (32 - HK_GRANULE_SHIFT),
};

struct hk_leaf {
	uint8_t classes[HK_LEAF_GRANULES]; /* stored and loaded atomically */
	/* The last window's record first: the first region of a process lies at the end of a GiB
	 * (heap/superslab), so its class bytes and its record are neighbours, often on one page. */
	struct hk_superslab superslabs[HK_LEAF_SUPERSLABS];
};

struct hk_registry {
	/* First, so that "leaf + index" needs no further offset in the hot path's addressing. */
	uint8_t zero_leaf[HK_WINDOW_GRANULES];
	intptr_t root[HK_ROOT_ENTRIES]; /* written once each, by an atomic store */
};

extern struct hk_registry hk_registry;

/* On the hot path of free: two loads. */
HK_INLINE unsigned hk_registry_class(const void *address)
{
	uintptr_t bits = (uintptr_t)address;
	uintptr_t index = (uint32_t)bits >> HK_GRANULE_SHIFT;

	index += (uintptr_t)HK_LOAD_FOLDED(hk_registry.root[bits >> HK_LEAF_SHIFT]);
	HK_OPAQUE(index);
	return HK_LOAD_FOLDED(*(const uint8_t *)((uintptr_t)hk_registry.zero_leaf + index));
}

/* The leaf of ADDRESS; NULL where we never had memory. */
HK_INLINE struct hk_leaf *hk_registry_leaf(const void *address)
{
	uintptr_t index = (uintptr_t)address >> HK_LEAF_SHIFT;

	if (index >= HK_ROOT_ENTRIES)
		return NULL;

	intptr_t leaf = __atomic_load_n(&hk_registry.root[index], __ATOMIC_ACQUIRE);

	if (!leaf)
		return NULL;
	return (struct hk_leaf *)((uintptr_t)hk_registry.zero_leaf + (uintptr_t)leaf + (index & 3) * HK_LEAF_GRANULES);
}

HK_INLINE struct hk_superslab *hk_registry_superslab_in(struct hk_leaf *leaf, const void *address)
{
	uintptr_t window = (uintptr_t)address >> HK_SUPERSLAB_SHIFT;

	return &leaf->superslabs[~window % HK_LEAF_SUPERSLABS];
}

/* The slab of a block of ours: the caller has seen a class other than 0 for it. */
HK_INLINE struct hk_slab *hk_registry_slab(const void *block)
{
	struct hk_superslab *superslab = hk_registry_superslab_in(hk_registry_leaf(block), block);
	struct hk_slab *slab =
		&superslab->slabs[((uintptr_t)block >> HK_GRANULE_SHIFT) % HK_SUPERSLAB_GRANULES];

	return slab - slab->back;
}

/* Where the record of ADDRESS's superslab is, made if need be; NULL without memory for it. */
struct hk_superslab *hk_registry_make_superslab(const void *address);

/* Granules of our own, owned by the caller. */
void hk_registry_set_class(const void *address, size_t granules, unsigned class_index);

/* True when ADDRESS lies in memory of ours, in use or not. */
bool hk_registry_is_heap(const void *address);

#endif
