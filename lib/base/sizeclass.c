/* SPDX-License-Identifier: MIT
 *
 * base/sizeclass.c - the one question about size classes that needs a search.
 *
 * Owns nothing, takes no lock.
 */
#include "base/sizeclass.h"

unsigned hk_sizeclass_of_aligned(size_t size, size_t alignment)
{
	size_t rounded = hk_round_up(size ? size : 1, alignment);

	if (rounded < size || rounded > HK_MEDIUM_MAX_BYTES)
		return 0;
	/* Powers of two are classes, so this ends within one doubling, eight steps. */
	for (unsigned class_index = hk_sizeclass_of(rounded); class_index <= HK_CLASS_LAST; class_index++) {
		if (hk_sizeclass_bytes(class_index) % alignment == 0)
			return class_index;
	}
	return 0;
}
