/* SPDX-License-Identifier: MIT
 *
 * base/sizeclass.h - pure arithmetic between sizes and size classes.
 *
 *   class    1 ..  64   tiny:   16, 32, ... 1,024 bytes (16-byte steps: class = (size + 15) / 16,
 *                               so the hot path needs no table)
 *   class   65 .. 128   medium: 1,152 ... 262,144 bytes (eight steps a doubling)
 *   class 0             "not ours": what the registry says of NULL, foreign and unused addresses
 *   HK_CLASS_LARGE      a mapping of its own (its first granule)
 *   HK_CLASS_INSIDE     inside a large block, or in one that waits for reuse: no block begins here
 *   HK_CLASS_STARTER    a block among the first kilobytes of the process (heap/starter)
 *
 * The four without a size have cache bins too, which always refuse: that is how one branch on
 * the hot path tells all of them apart from ordinary blocks.
 *
 * The old library's classes C0-C7 (8 << n bytes) are the doublings of the tiny range.
 */
#ifndef HK_BASE_SIZECLASS_H
#define HK_BASE_SIZECLASS_H

#include "base/compiler.h"

enum {
	HK_ALIGNMENT_BYTES = 16,
	HK_TINY_MAX_BYTES = 1024,
	HK_MEDIUM_MAX_BYTES = 256 * 1024,
	HK_TINY_CLASS_LAST = HK_TINY_MAX_BYTES / HK_ALIGNMENT_BYTES,
	HK_MEDIUM_STEPS_SHIFT = 3,
	HK_CLASS_LAST = HK_TINY_CLASS_LAST + (8 << HK_MEDIUM_STEPS_SHIFT),
	HK_CLASS_COUNT, /* real classes and class 0 */
	HK_CLASS_NONE = 0,
	HK_CLASS_LARGE = HK_CLASS_COUNT,
	HK_CLASS_INSIDE,
	HK_CLASS_STARTER,
	HK_BIN_COUNT,
};

_Static_assert(HK_BIN_COUNT <= 256, "a class must fit the registry's byte");

/* A set of classes, so that a thread's end costs by what the thread used, not by what there is. */
struct hk_class_set {
	uint64_t words[(HK_CLASS_COUNT + 63) / 64];
};

HK_INLINE void hk_class_set_add(struct hk_class_set *set, unsigned class_index)
{
	set->words[class_index / 64] |= 1ull << (class_index % 64);
}

HK_INLINE bool hk_class_set_has(const struct hk_class_set *set, unsigned class_index)
{
	return (set->words[class_index / 64] >> (class_index % 64)) & 1;
}

/* The first class of SET from CLASS_INDEX on; HK_CLASS_COUNT when there is none. */
HK_INLINE unsigned hk_class_set_next(const struct hk_class_set *set, unsigned class_index)
{
	for (unsigned word = class_index / 64; word < HK_COUNT_OF(set->words); word++) {
		uint64_t rest = set->words[word];

		if (word == class_index / 64)
			rest &= ~0ull << (class_index % 64);
		if (rest)
			return word * 64 + (unsigned)__builtin_ctzll(rest);
	}
	return HK_CLASS_COUNT;
}

#define HK_FOR_EACH_CLASS(class_index, set) \
	for (unsigned class_index = hk_class_set_next(set, 0); class_index < HK_CLASS_COUNT; \
	     class_index = hk_class_set_next(set, class_index + 1))

/* SIZE in 1 .. HK_MEDIUM_MAX_BYTES; size 0 counts as 1. */
HK_INLINE unsigned hk_sizeclass_of(size_t size)
{
	if (size <= HK_TINY_MAX_BYTES)
		return size ? (unsigned)((size + HK_ALIGNMENT_BYTES - 1) / HK_ALIGNMENT_BYTES) : 1;

	uint32_t top = (uint32_t)size - 1;
	unsigned exponent = 31 - (unsigned)__builtin_clz(top);
	unsigned step_shift = exponent - HK_MEDIUM_STEPS_SHIFT;

	/* exponent is 10 for 1,025 .. 2,048; the bits below the top one count the steps */
	return HK_TINY_CLASS_LAST + 1 + ((exponent - 10) << HK_MEDIUM_STEPS_SHIFT) +
	       ((top >> step_shift) & ((1u << HK_MEDIUM_STEPS_SHIFT) - 1));
}

/* Bytes of a block of CLASS_INDEX, 1 .. HK_CLASS_LAST. */
HK_INLINE size_t hk_sizeclass_bytes(unsigned class_index)
{
	if (class_index <= HK_TINY_CLASS_LAST)
		return (size_t)class_index * HK_ALIGNMENT_BYTES;

	unsigned step = class_index - HK_TINY_CLASS_LAST - 1;
	size_t steps = (1u << HK_MEDIUM_STEPS_SHIFT) + (step & ((1u << HK_MEDIUM_STEPS_SHIFT) - 1)) + 1;

	return steps << ((step >> HK_MEDIUM_STEPS_SHIFT) + 10 - HK_MEDIUM_STEPS_SHIFT);
}

/* The first class that holds SIZE bytes and whose blocks are multiples of ALIGNMENT, a power of
 * two of at most HK_MEDIUM_MAX_BYTES; 0 when there is none. */
unsigned hk_sizeclass_of_aligned(size_t size, size_t alignment);

#endif
