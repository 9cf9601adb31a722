/* SPDX-License-Identifier: MIT
 *
 * front/api.c - the functions of hakmem.h that are not names of the hot path.
 *
 * Owns nothing; each forwards to the workers of front/ or asks the heap.
 */
#include <errno.h>
#include <string.h>

#include "base/fatal.h"
#include "cache/refill.h"
#include "front/block.h"
#include "front/hot.h"
#include "front/report.h"
#include "hakmem.h"
#include "heap/registry.h"
#include "life/attach.h"

void *hak_calloc(size_t count, size_t size)
{
	return hk_calloc(count, size);
}

void *hak_realloc(void *block, size_t size)
{
	return hk_realloc(block, size);
}

void hak_free_sized(void *block, size_t size)
{
	if (hk_config_debug && block && size > hk_usable_bytes(block))
		hk_fatal("hak_free_sized: the block is smaller than the size", block);
	hk_free(block);
}

void *hak_aligned_alloc(size_t alignment, size_t size)
{
	if (!hk_is_power_of_two(alignment)) {
		errno = EINVAL;
		return NULL;
	}
	return hk_memalign(alignment, size);
}

/* memset that the compiler may not drop although the block is freed next. */
static void clear(void *start, size_t bytes)
{
	memset(start, 0, bytes);
	__asm__ volatile("" : : "r"(start) : "memory");
}

void hak_freezero(void *block, size_t size)
{
	if (!block)
		return;

	size_t usable_bytes = hk_usable_bytes(block);

	clear(block, size < usable_bytes ? size : usable_bytes);
	hk_free(block);
}

void *hak_recallocarray(void *block, size_t old_count, size_t new_count, size_t size)
{
	size_t old_bytes, new_bytes;

	if (!block)
		return hk_calloc(new_count, size);
	if (__builtin_mul_overflow(new_count, size, &new_bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (__builtin_mul_overflow(old_count, size, &old_bytes) || old_bytes > hk_usable_bytes(block)) {
		errno = EINVAL;
		return NULL;
	}
	if (new_bytes <= old_bytes && new_bytes >= old_bytes / 2 && new_bytes) {
		clear((char *)block + new_bytes, old_bytes - new_bytes);
		return block;
	}

	/* Never realloc: it would leave a copy of what may be a secret behind. */
	void *moved = hk_malloc(new_bytes);

	if (!moved)
		return NULL;
	if (new_bytes > old_bytes) {
		memcpy(moved, block, old_bytes);
		memset((char *)moved + old_bytes, 0, new_bytes - old_bytes);
	} else {
		memcpy(moved, block, new_bytes);
	}
	hak_freezero(block, old_bytes);
	return moved;
}

struct hak_sized_block hak_malloc_sized(size_t size)
{
	void *block = hk_malloc(size);

	return (struct hak_sized_block){ block, hk_usable_bytes(block) };
}

size_t hak_usable_size(const void *block)
{
	return hk_usable_bytes(block);
}

size_t hak_good_size(size_t size)
{
	if (size <= HK_MEDIUM_MAX_BYTES)
		return hk_sizeclass_bytes(hk_sizeclass_of(size));
	if (size > PTRDIFF_MAX - HK_GRANULE_BYTES)
		return size;
	return hk_round_up(size, HK_GRANULE_BYTES);
}

void *hak_expand(void *block, size_t size)
{
	return block && hk_expand(block, size) ? block : NULL;
}

int hak_owns(const void *block)
{
	return (uintptr_t)block >> HK_LEAF_SHIFT < HK_ROOT_ENTRIES &&
	       (hk_registry_class(block) != HK_CLASS_NONE || hk_registry_is_heap(block));
}

int hak_trim(size_t pad)
{
	return hk_report_trim(pad) > 0;
}

const char *hak_version(void)
{
	return hk_report_version();
}

void hak_tiny_init(void)
{
	hk_attach_thread();
}

void hak_tiny_shutdown(void)
{
	hk_report_trim(0);
}

void hak_tiny_prewarm_tls_cache(int class_index)
{
	struct hk_thread *thread = hk_attach_thread();

	if (thread && class_index >= 0 && class_index <= 7)
		hk_cache_prewarm(thread, hk_sizeclass_of((size_t)8 << class_index));
}
