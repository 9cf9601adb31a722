/* SPDX-License-Identifier: MIT
 *
 * front/slow.c - the second half of malloc and free: medium and large sizes, refill and spill,
 * blocks that are not ours.  Knows nothing of the hot path, which jumps here.
 *
 * Owns nothing; no lock of its own.  errno is saved here, and only here: the system layer keeps
 * it, so what remains is setting it to ENOMEM.
 */
#include "front/slow.h"

#include <errno.h>

#include "base/fatal.h"
#include "cache/refill.h"
#include "front/foreign.h"
#include "heap/large.h"
#include "heap/purge.h"
#include "heap/registry.h"
#include "heap/starter.h"
#include "life/attach.h"
#include "sys/options.h"

void *hk_slow_refuse(void)
{
	errno = ENOMEM;
	return NULL;
}

/* A thread without a record takes single blocks from the heap that has no thread. */
static void *allocate_without_thread(unsigned class_index)
{
	return hk_heap_fetch(&hk_heap_orphans, class_index, 1).head;
}

/* NATURAL: the block must have the alignment of its class, which the starter's do not. */
HK_COLD static void *refill(unsigned class_index, size_t size, bool natural)
{
	struct hk_thread *thread = hk_attach_thread();
	void *block;

	if (!thread && hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF)
		return hk_foreign_malloc(size);
	if (!natural && hk_starter_serves(class_index)) {
		block = hk_starter_allocate(class_index);
		if (block)
			return block;
	}
	do {
		block = thread ? hk_cache_refill(thread, class_index) : allocate_without_thread(class_index);
	} while (HK_UNLIKELY(!block) && hk_purge_for_room());
	return block ? block : hk_slow_refuse();
}

HK_COLD void *hk_slow_allocate_large(size_t size, size_t alignment, size_t reserve_bytes, bool *zeroed)
{
	void *block;

	if (hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF) {
		if (zeroed)
			*zeroed = false;
		return alignment > HK_ALIGNMENT_BYTES ? hk_foreign_memalign(alignment, size) : hk_foreign_malloc(size);
	}
	if (size > PTRDIFF_MAX)
		return hk_slow_refuse();
	do {
		block = hk_large_allocate(size, alignment, reserve_bytes, zeroed);
		hk_cache_show_everyone(); /* large blocks open the segment, too */
	} while (HK_UNLIKELY(!block) && hk_purge_for_room());
	hk_purge_tick();
	return block ? block : hk_slow_refuse();
}

static void *allocate_class(unsigned class_index, size_t size, bool natural)
{
	struct hk_bin *bin = &hk_thread_bins[class_index];
	struct hk_block *block = bin->head;

	if (HK_UNLIKELY(!block))
		return refill(class_index, size, natural);
	bin->head = block->next;
	bin->room++;
	return block;
}

void *hk_slow_allocate_aligned(unsigned class_index, size_t size)
{
	return allocate_class(class_index, size, true);
}

void *hk_malloc_slow(size_t size)
{
	if (HK_LIKELY(size <= HK_MEDIUM_MAX_BYTES))
		return allocate_class(hk_sizeclass_of(size), size, false);
	return hk_slow_allocate_large(size, HK_ALIGNMENT_BYTES, 0, NULL);
}

HK_COLD void hk_slow_misuse(const char *what, const void *address)
{
	if (hk_option_value(HK_OPTION_ABORT))
		hk_fatal(what, address);
	hk_complain(what, address);
}

/* Not a block of ours, by its class byte. */
HK_COLD static void free_unknown(void *block)
{
	if (hk_registry_is_heap(block))
		hk_slow_misuse("free: not an allocated block", block);
	else
		hk_foreign_free(block);
}

void hk_free_slow(void *block)
{
	unsigned class_index = hk_registry_class(block);
	struct hk_thread *thread;

	if (!block)
		return;
	if (HK_UNLIKELY(class_index == HK_CLASS_NONE || class_index == HK_CLASS_INSIDE)) {
		free_unknown(block);
	} else if (class_index == HK_CLASS_LARGE) {
		if (!hk_large_free(block))
			hk_slow_misuse("free: inside a large block", block);
	} else if (class_index == HK_CLASS_STARTER) {
		if (!hk_starter_free(block))
			hk_slow_misuse("free: not an allocated block", block);
	} else if ((thread = hk_attach_thread()) != NULL) {
		hk_cache_spill(thread, class_index, block);
	} else {
		hk_heap_bring_home(NULL, (struct hk_chain){ block, 1 });
	}
}
