/* SPDX-License-Identifier: MIT
 *
 * front/slow.c - the second half of malloc and free: medium and large sizes, refill and spill,
 * blocks that are not ours.
 *
 * Owns nothing; no lock of its own.  errno is saved here, and only here: the system layer keeps
 * it, so what remains is setting it to ENOMEM.
 */
#include "front/slow.h"

#include <errno.h>
#include <string.h>

#include "base/fatal.h"
#include "cache/refill.h"
#include "front/foreign.h"
#include "front/hot.h"
#include "heap/large.h"
#include "heap/purge.h"
#include "heap/registry.h"
#include "heap/starter.h"
#include "life/attach.h"
#include "sys/counters.h"
#include "sys/options.h"

static void *refuse(void)
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
	return block ? block : refuse();
}

HK_COLD static void *allocate_large(size_t size, size_t alignment, size_t reserve_bytes, bool *zeroed)
{
	void *block;

	if (hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF) {
		if (zeroed)
			*zeroed = false;
		return alignment > HK_ALIGNMENT_BYTES ? hk_foreign_memalign(alignment, size) : hk_foreign_malloc(size);
	}
	if (size > PTRDIFF_MAX)
		return refuse();
	do {
		block = hk_large_allocate(size, alignment, reserve_bytes, zeroed);
		hk_cache_show_everyone(); /* large blocks open the segment, too */
	} while (HK_UNLIKELY(!block) && hk_purge_for_room());
	hk_purge_tick();
	return block ? block : refuse();
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

void *hk_malloc_slow(size_t size)
{
	if (HK_LIKELY(size <= HK_MEDIUM_MAX_BYTES))
		return allocate_class(hk_sizeclass_of(size), size, false);
	return allocate_large(size, HK_ALIGNMENT_BYTES, 0, NULL);
}

HK_COLD static void misuse(const char *what, const void *address)
{
	if (hk_option_value(HK_OPTION_ABORT))
		hk_fatal(what, address);
	hk_complain(what, address);
}

/* Not a block of ours, by its class byte. */
HK_COLD static void free_unknown(void *block)
{
	if (hk_registry_is_heap(block))
		misuse("free: not an allocated block", block);
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
			misuse("free: inside a large block", block);
	} else if (class_index == HK_CLASS_STARTER) {
		if (!hk_starter_free(block))
			misuse("free: not an allocated block", block);
	} else if ((thread = hk_attach_thread()) != NULL) {
		hk_cache_spill(thread, class_index, block);
	} else {
		hk_heap_bring_home(NULL, (struct hk_chain){ block, 1 });
	}
}

void *hk_calloc(size_t count, size_t size)
{
	size_t bytes;
	bool zeroed = false;
	void *block;

	if (__builtin_mul_overflow(count, size, &bytes))
		return refuse();
	if (HK_LIKELY(bytes <= HK_MEDIUM_MAX_BYTES))
		block = hk_malloc(bytes);
	else
		block = allocate_large(bytes, HK_ALIGNMENT_BYTES, 0, &zeroed);
	if (block && !zeroed)
		memset(block, 0, bytes);
	return block;
}

void *hk_memalign(size_t alignment, size_t size)
{
	if (alignment <= HK_ALIGNMENT_BYTES)
		return hk_malloc(size);
	if (size > PTRDIFF_MAX || alignment > PTRDIFF_MAX)
		return refuse();
	if (alignment <= HK_GRANULE_BYTES) {
		unsigned class_index = hk_sizeclass_of_aligned(size, alignment);

		if (class_index) {
			if (hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF)
				return hk_foreign_memalign(alignment, size);
			return allocate_class(class_index, size, true);
		}
	}
	return allocate_large(size ? size : 1, alignment, 0, NULL);
}

size_t hk_usable_bytes(const void *block)
{
	unsigned class_index = hk_registry_class(block);

	if (!block)
		return 0;
	if (HK_LIKELY(class_index - 1u < HK_CLASS_LAST))
		return hk_sizeclass_bytes(class_index);
	if (class_index == HK_CLASS_LARGE)
		return hk_large_usable_bytes(block);
	if (class_index == HK_CLASS_STARTER) {
		class_index = hk_starter_class(block);
		if (class_index)
			return hk_sizeclass_bytes(class_index);
	}
	if (hk_registry_is_heap(block)) {
		misuse("realloc or malloc_usable_size: not an allocated block", block);
		return 0;
	}
	return hk_foreign_usable_bytes((void *)(uintptr_t)block);
}

bool hk_expand(void *block, size_t size)
{
	size_t usable_bytes = hk_usable_bytes(block);

	if (size <= usable_bytes)
		return true;
	return hk_registry_class(block) == HK_CLASS_LARGE && hk_large_resize(block, size);
}

/* A block that grows step by step is given room to grow in place: address space, not memory. */
static size_t reserve_for_growth(size_t size)
{
	enum { RESERVE_BYTES_MAX = 32 << 20 };

	return size < RESERVE_BYTES_MAX / 3 ? size * 3 : RESERVE_BYTES_MAX;
}

static void *reallocate_large(void *block, size_t size)
{
	/* Down to a size that has a class: a copy frees whole pages of address space. */
	if (size > HK_MEDIUM_MAX_BYTES) {
		if (hk_large_resize(block, size))
			return block;
		if (size > hk_large_usable_bytes(block)) {
			void *moved = size > PTRDIFF_MAX ? NULL : hk_large_move(block, size, reserve_for_growth(size));

			if (moved)
				return moved;
		}
	}
	return NULL;
}

void *hk_realloc(void *block, size_t size)
{
	if (!block)
		return hk_malloc(size);
	if (!size) {
		hk_counters_add(&hk_counters.zero_reallocs, 1);
		hk_free(block);
		return NULL;
	}

	unsigned class_index = hk_registry_class(block);

	if (HK_UNLIKELY(class_index == HK_CLASS_NONE) && !hk_registry_is_heap(block))
		return hk_foreign_realloc(block, size);

	size_t usable_bytes = hk_usable_bytes(block);

	if (HK_UNLIKELY(!usable_bytes)) /* misuse, and HAKMEM_ABORT=0 */
		return refuse();

	/* A block that shrinks a little stays; below half of it a smaller one saves memory. */
	if (size <= usable_bytes && size >= usable_bytes / 2)
		return block;
	if (class_index == HK_CLASS_LARGE) {
		void *resized = reallocate_large(block, size);

		if (resized)
			return resized;
	}

	int saved = errno;
	void *moved;

	if (size > usable_bytes && size > HK_MEDIUM_MAX_BYTES)
		moved = allocate_large(size, HK_ALIGNMENT_BYTES, reserve_for_growth(size), NULL);
	else
		moved = hk_malloc(size);
	if (!moved) {
		if (size > usable_bytes)
			return NULL;
		/* Shrinking cannot fail: the old block is large enough. */
		errno = saved;
		return block;
	}
	memcpy(moved, block, size < usable_bytes ? size : usable_bytes);
	hk_free(block);
	return moved;
}
