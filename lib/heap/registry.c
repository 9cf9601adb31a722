/* SPDX-License-Identifier: MIT
 *
 * heap/registry.c - the slow side of the registry: leaves are made and class bytes written.
 *
 * Owns the static root and the first leaf.  A leaf is never given back.  Called under the pool's
 * lock by heap/superslab, and by heap/large, which takes it.
 */
#include "heap/registry.h"

#include "base/fatal.h"
#include "sys/counters.h"
#include "sys/os.h"

struct hk_registry hk_registry;

enum { PAGE_BYTES = 4096, HALF_PAGE_BYTES = PAGE_BYTES / 2 };

/* Most processes never need a second leaf; in .bss it costs address space only, no system call.
 * The slack lets it begin half a page in, which puts the last class bytes and the first record on
 * one page, without an alignment of the whole of .bss, which would cost a page itself. */
static char first_leaf_space[sizeof(struct hk_leaf) + PAGE_BYTES + HALF_PAGE_BYTES];

static struct hk_leaf *make_leaf(void)
{
	if (atomic_fetch_add_explicit(&hk_counters.leaves, 1, memory_order_relaxed) > 0) {
		struct hk_leaf *leaf = hk_os_map(sizeof(*leaf));

		if (!leaf)
			hk_counters_subtract(&hk_counters.leaves, 1);
		return leaf;
	}
	return (struct hk_leaf *)(hk_round_up((uintptr_t)first_leaf_space, PAGE_BYTES) + HALF_PAGE_BYTES);
}

struct hk_superslab *hk_registry_make_superslab(const void *address)
{
	struct hk_leaf *leaf = hk_registry_leaf(address);
	uintptr_t index = (uintptr_t)address >> HK_LEAF_SHIFT;

	if (index >= HK_ROOT_ENTRIES)
		return NULL;
	if (!leaf) {
		leaf = make_leaf();
		if (!leaf)
			return NULL;

		uintptr_t biased = (uintptr_t)leaf - (index & 3) * HK_LEAF_GRANULES;

		__atomic_store_n(&hk_registry.root[index], (intptr_t)(biased - (uintptr_t)hk_registry.zero_leaf),
				 __ATOMIC_RELEASE);
	}
	return hk_registry_superslab_in(leaf, address);
}

void hk_registry_set_class(const void *address, size_t granules, unsigned class_index)
{
	const char *at = address;

	for (; granules; granules--, at += HK_GRANULE_BYTES) {
		struct hk_leaf *leaf = hk_registry_leaf(at);

		/* A large block may have grown into a GiB that there was no memory to describe. */
		if (leaf)
			__atomic_store_n(&leaf->classes[((uintptr_t)at >> HK_GRANULE_SHIFT) % HK_LEAF_GRANULES],
				 (uint8_t)class_index, __ATOMIC_RELAXED);
	}
}

bool hk_registry_is_heap(const void *address)
{
	struct hk_leaf *leaf = hk_registry_leaf(address);

	if (!leaf)
		return false;
	if (hk_registry_class(address) != HK_CLASS_NONE)
		return true;

	uint32_t bit = 1u << (((uintptr_t)address >> HK_GRANULE_SHIFT) % HK_SUPERSLAB_GRANULES);

	return (hk_registry_superslab_in(leaf, address)->mapped & bit) != 0;
}
