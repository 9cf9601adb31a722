/* SPDX-License-Identifier: MIT
 *
 * front/block.c - what can be done with blocks beside malloc and free: calloc, realloc, memalign,
 * usable size, growth in place.
 *
 * Owns nothing; no lock of its own.
 */
#include "front/block.h"

#include <errno.h>
#include <string.h>

#include "front/foreign.h"
#include "front/hot.h"
#include "front/slow.h"
#include "heap/large.h"
#include "heap/registry.h"
#include "heap/starter.h"
#include "sys/counters.h"
#include "sys/options.h"

void *hk_calloc(size_t count, size_t size)
{
	size_t bytes;
	bool zeroed = false;
	void *block;

	if (__builtin_mul_overflow(count, size, &bytes))
		return hk_slow_refuse();
	if (HK_LIKELY(bytes <= HK_MEDIUM_MAX_BYTES))
		block = hk_malloc(bytes);
	else
		block = hk_slow_allocate_large(bytes, HK_ALIGNMENT_BYTES, 0, &zeroed);
	if (block && !zeroed)
		memset(block, 0, bytes);
	return block;
}

void *hk_memalign(size_t alignment, size_t size)
{
	if (alignment <= HK_ALIGNMENT_BYTES)
		return hk_malloc(size);
	if (size > PTRDIFF_MAX || alignment > PTRDIFF_MAX)
		return hk_slow_refuse();
	if (alignment <= HK_GRANULE_BYTES) {
		unsigned class_index = hk_sizeclass_of_aligned(size, alignment);

		if (class_index) {
			if (hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF)
				return hk_foreign_memalign(alignment, size);
			return hk_slow_allocate_aligned(class_index, size);
		}
	}
	return hk_slow_allocate_large(size ? size : 1, alignment, 0, NULL);
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
		hk_slow_misuse("realloc or malloc_usable_size: not an allocated block", block);
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

static void *rehk_slow_allocate_large(void *block, size_t size)
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
		return hk_slow_refuse();

	/* A block that shrinks a little stays; below half of it a smaller one saves memory. */
	if (size <= usable_bytes && size >= usable_bytes / 2)
		return block;
	if (class_index == HK_CLASS_LARGE) {
		void *resized = rehk_slow_allocate_large(block, size);

		if (resized)
			return resized;
	}

	int saved = errno;
	void *moved;

	if (size > usable_bytes && size > HK_MEDIUM_MAX_BYTES)
		moved = hk_slow_allocate_large(size, HK_ALIGNMENT_BYTES, reserve_for_growth(size), NULL);
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
