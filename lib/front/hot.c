/* SPDX-License-Identifier: MIT
 *
 * front/hot.c - malloc and free when there is nothing to do but pop and push.
 *
 * Owns the hot section; see hot.h.  tests/lint/golden_hot_path.sh compares the instructions of
 * the release build with a committed listing: a change here must change that file too.
 *
 * malloc and hak_malloc are further names of hk_malloc, not wrappers.  The core library of the
 * tests is built without them, so that the test program keeps libc's.
 */
#include "front/hot.h"

#include "cache/thread.h"
#include "front/slow.h"
#include "heap/registry.h"

HK_HOT void *hk_malloc(size_t size)
{
	/* Sizes up to 1,024 need no table: rounded up to 16 they are the offset of a 16-byte bin.
	 * 0 finds the bin of class 0, which is always empty. */
	size_t rounded = (size + HK_ALIGNMENT_BYTES - 1) & ~(size_t)(HK_ALIGNMENT_BYTES - 1);
	size_t offset = rounded / HK_ALIGNMENT_BYTES * sizeof(struct hk_bin);
	struct hk_bin *bin = (struct hk_bin *)((uintptr_t)hk_thread_bins + offset);

	if (HK_UNLIKELY(size > HK_TINY_MAX_BYTES))
		return hk_malloc_slow(size);

	struct hk_block *block = bin->head;

	HK_TO_RETURN(block);
	if (HK_UNLIKELY(!block))
		return hk_malloc_slow(size);
	bin->head = block->next;
	bin->room++;
	return block;
}

HK_HOT void hk_free(void *freed)
{
	struct hk_bin *bin = &hk_thread_bins[hk_registry_class(freed)];
	struct hk_block *block = freed;

	HK_OPAQUE(bin); /* else its address is computed twice */
	if (HK_UNLIKELY(bin->room == 0)) {
		hk_free_slow(freed);
		return;
	}
	HK_OPAQUE(bin); /* decrement in memory: one instruction less than to store what was tested */
	bin->room--;
	block->next = bin->head;
	bin->head = block;
}

#if HK_EXPORT_LIBC_NAMES
/* A static program that takes our malloc takes all of the names: half of them libc's would be two
 * allocators, or a link error. */
HK_LINK_WITH(realloc);
HK_LINK_WITH(memalign);
HK_LINK_WITH(mallinfo);

#define HK_ALIAS(of) __attribute__((alias(#of), visibility("default")))

void *malloc(size_t size) HK_ALIAS(hk_malloc);
void free(void *block) HK_ALIAS(hk_free);
void cfree(void *block) HK_ALIAS(hk_free);
#endif
void *hak_malloc(size_t size) __attribute__((alias("hk_malloc"), visibility("default")));
void hak_free(void *block) __attribute__((alias("hk_free"), visibility("default")));
void *hak_tiny_alloc(size_t size) __attribute__((alias("hk_malloc"), visibility("default")));
void hak_tiny_free(void *block) __attribute__((alias("hk_free"), visibility("default")));
