/* SPDX-License-Identifier: MIT
 *
 * Does every size have the smallest class that holds it, and does every class keep its promises?
 */
#include "unit.h"

#include "base/sizeclass.h"

START_TEST(every_size_has_the_smallest_class_that_holds_it)
{
	for (size_t size = 1; size <= HK_MEDIUM_MAX_BYTES; size++) {
		unsigned class_index = hk_sizeclass_of(size);

		EXPECT_AT(class_index >= 1 && class_index <= HK_CLASS_LAST, size);
		EXPECT_AT(hk_sizeclass_bytes(class_index) >= size, size);
		EXPECT_AT(class_index == 1 || hk_sizeclass_bytes(class_index - 1) < size, size);
	}
	EXPECT(hk_sizeclass_of(0) == 1);
	EXPECT(hk_sizeclass_of(HK_MEDIUM_MAX_BYTES) == HK_CLASS_LAST);
}
END_TEST

START_TEST(classes_grow_and_keep_the_basic_alignment)
{
	for (unsigned class_index = 1; class_index <= HK_CLASS_LAST; class_index++) {
		size_t bytes = hk_sizeclass_bytes(class_index);

		EXPECT_AT(bytes % HK_ALIGNMENT_BYTES == 0, class_index);
		EXPECT_AT(class_index == 1 || bytes > hk_sizeclass_bytes(class_index - 1), class_index);
		EXPECT_AT(hk_sizeclass_of(bytes) == class_index, class_index);
	}
	EXPECT(hk_sizeclass_bytes(1) == HK_ALIGNMENT_BYTES);
	EXPECT(hk_sizeclass_bytes(HK_TINY_CLASS_LAST) == HK_TINY_MAX_BYTES);
	EXPECT(hk_sizeclass_bytes(HK_CLASS_LAST) == HK_MEDIUM_MAX_BYTES);
}
END_TEST

START_TEST(a_larger_size_never_has_a_smaller_class)
{
	for (size_t size = 1; size < HK_MEDIUM_MAX_BYTES; size++)
		EXPECT_AT(hk_sizeclass_of(size) <= hk_sizeclass_of(size + 1), size);
}
END_TEST

START_TEST(at_most_an_eighth_is_wasted_above_a_kibibyte)
{
	for (size_t size = HK_TINY_MAX_BYTES + 1; size <= HK_MEDIUM_MAX_BYTES; size++)
		EXPECT_AT((hk_sizeclass_bytes(hk_sizeclass_of(size)) - size) * 8 <= size, size);
}
END_TEST

START_TEST(powers_of_two_are_classes)
{
	for (size_t size = HK_ALIGNMENT_BYTES; size <= HK_MEDIUM_MAX_BYTES; size *= 2)
		EXPECT_AT(hk_sizeclass_bytes(hk_sizeclass_of(size)) == size, size);
}
END_TEST

/* The slow and obvious way. */
static unsigned first_aligned_class(size_t size, size_t alignment)
{
	for (unsigned class_index = 1; class_index <= HK_CLASS_LAST; class_index++) {
		if (hk_sizeclass_bytes(class_index) >= size && hk_sizeclass_bytes(class_index) % alignment == 0)
			return class_index;
	}
	return 0;
}

START_TEST(aligned_classes_are_the_first_that_will_do)
{
	for (size_t alignment = 1; alignment <= HK_MEDIUM_MAX_BYTES; alignment *= 2) {
		for (size_t size = 0; size <= 3000; size++)
			EXPECT_AT(hk_sizeclass_of_aligned(size, alignment) == first_aligned_class(size, alignment), size);
		for (size_t size = 3001; size <= HK_MEDIUM_MAX_BYTES + 2000; size += 251)
			EXPECT_AT(hk_sizeclass_of_aligned(size, alignment) == first_aligned_class(size, alignment), size);
		EXPECT_AT(hk_sizeclass_of_aligned(SIZE_MAX, alignment) == 0, alignment);
		EXPECT_AT(hk_sizeclass_of_aligned(SIZE_MAX - alignment / 2, alignment) == 0, alignment);
	}
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, every_size_has_the_smallest_class_that_holds_it);
	tcase_add_test(cases, classes_grow_and_keep_the_basic_alignment);
	tcase_add_test(cases, a_larger_size_never_has_a_smaller_class);
	tcase_add_test(cases, at_most_an_eighth_is_wasted_above_a_kibibyte);
	tcase_add_test(cases, powers_of_two_are_classes);
	tcase_add_test(cases, aligned_classes_are_the_first_that_will_do);
}

int main(void)
{
	return run_cases("sizeclass_round_trips", add_cases);
}
