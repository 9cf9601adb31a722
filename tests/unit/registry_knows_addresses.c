/* SPDX-License-Identifier: MIT
 *
 * Does the registry tell our memory from all other addresses, and never confuse two GiB?
 */
#include "unit.h"

#include "heap/registry.h"
#include "heap/superslab.h"
#include "sys/os.h"

static int static_object;
static void add_cases(TCase *cases);

START_TEST(what_is_not_ours_has_class_zero)
{
	int on_stack = 0;
	void *of_libc = malloc(100);
	const void *const others[] = {
		NULL,
		&static_object,
		&on_stack,
		of_libc,
		"a literal",
		(const void *)(uintptr_t)add_cases,
		(const void *)(((uintptr_t)1 << HK_ADDRESS_BITS) - 1),
	};

	/* Something is ours, or there would be nothing to confuse them with. */
	EXPECT(hk_superslab_take(1));
	for (size_t index = 0; index < COUNT_OF(others); index++) {
		EXPECT_AT(hk_registry_class(others[index]) == HK_CLASS_NONE, index);
		EXPECT_AT(!hk_registry_is_heap(others[index]), index);
	}
	free(of_libc);
}
END_TEST

START_TEST(addresses_beyond_the_root_are_nobodys)
{
	EXPECT(!hk_registry_leaf((const void *)UINTPTR_MAX));
	EXPECT(!hk_registry_is_heap((const void *)UINTPTR_MAX));
	EXPECT(!hk_registry_make_superslab((const void *)UINTPTR_MAX));
}
END_TEST

START_TEST(every_granule_of_a_slab_leads_to_it)
{
	for (unsigned granules = 1; granules <= HK_SUPERSLAB_GRANULES; granules++) {
		struct hk_slab *slab = hk_superslab_take(granules);

		EXPECT_AT(slab, granules);

		char *address = hk_superslab_address(slab);
		size_t bytes = (size_t)granules * HK_GRANULE_BYTES;

		for (size_t offset = 0; offset < bytes; offset += HK_GRANULE_BYTES)
			EXPECT_AT(hk_registry_class(address + offset) == HK_CLASS_NONE, granules);
		hk_registry_set_class(address, granules, 1 + granules);
		for (size_t offset = 0; offset < bytes; offset += HK_GRANULE_BYTES) {
			EXPECT_AT(hk_registry_class(address + offset) == 1 + granules, granules);
			EXPECT_AT(hk_registry_class(address + offset + HK_GRANULE_BYTES - 1) == 1 + granules, granules);
			EXPECT_AT(hk_registry_slab(address + offset + 17) == slab, granules);
			EXPECT_AT(hk_registry_is_heap(address + offset), granules);
		}
		hk_registry_set_class(address, granules, HK_CLASS_NONE);
		hk_superslab_give(slab);
		EXPECT_AT(hk_registry_class(address) == HK_CLASS_NONE, granules);
		EXPECT_AT(hk_registry_is_heap(address), granules);
	}
}
END_TEST

/* Records can be made for any address, mapped or not; these are not. */
static char *address_in(size_t gibibyte)
{
	return (char *)((uintptr_t)gibibyte << HK_LEAF_SHIFT) + 5 * HK_GRANULE_BYTES;
}

START_TEST(each_gibibyte_has_a_leaf_of_its_own)
{
	/* All four remainders: entries are biased by the two bits above the GiB. */
	static const size_t gibibytes[] = { 1, 2, 3, 4, 5, 6, 7, 9, 100, 1023 };

	for (size_t index = 0; index < COUNT_OF(gibibytes); index++) {
		char *address = address_in(gibibytes[index]);

		EXPECT_AT(!hk_registry_leaf(address), index);
		EXPECT_AT(hk_registry_make_superslab(address), index);
		EXPECT_AT(hk_registry_leaf(address), index);
		EXPECT_AT(hk_registry_leaf(address) == hk_registry_leaf(address + 1000 * HK_GRANULE_BYTES), index);
		for (size_t other = 0; other < index; other++)
			EXPECT_AT(hk_registry_leaf(address) != hk_registry_leaf(address_in(gibibytes[other])), index);
		hk_registry_set_class(address, 2, 10 + (unsigned)index);
	}
	for (size_t index = 0; index < COUNT_OF(gibibytes); index++) {
		char *address = address_in(gibibytes[index]);

		EXPECT_AT(hk_registry_class(address) == 10 + index, index);
		EXPECT_AT(hk_registry_class(address + 2 * HK_GRANULE_BYTES - 1) == 10 + index, index);
		EXPECT_AT(hk_registry_class(address - 1) == HK_CLASS_NONE, index);
		EXPECT_AT(hk_registry_class(address + 2 * HK_GRANULE_BYTES) == HK_CLASS_NONE, index);
	}
}
END_TEST

START_TEST(classes_cross_the_border_of_two_leaves)
{
	char *border = (char *)((uintptr_t)7 << HK_LEAF_SHIFT), *begin = border - 3 * HK_GRANULE_BYTES;

	EXPECT(hk_registry_make_superslab(begin) && hk_registry_make_superslab(border));
	hk_registry_set_class(begin, 7, HK_CLASS_INSIDE);
	for (char *at = begin; at < begin + 7 * HK_GRANULE_BYTES; at += HK_GRANULE_BYTES)
		EXPECT(hk_registry_class(at) == HK_CLASS_INSIDE);
	EXPECT(hk_registry_class(begin - 1) == HK_CLASS_NONE);
	EXPECT(hk_registry_class(begin + 7 * HK_GRANULE_BYTES) == HK_CLASS_NONE);
}
END_TEST

START_TEST(windows_have_records_of_their_own)
{
	char *start = (char *)((uintptr_t)11 << HK_LEAF_SHIFT);
	struct hk_superslab *first = hk_registry_make_superslab(start), *previous = first;

	for (size_t window = 1; window < HK_LEAF_SUPERSLABS; window++) {
		struct hk_superslab *record = hk_registry_make_superslab(start + window * HK_SUPERSLAB_BYTES);

		EXPECT_AT(record && record + 1 == previous, window);
		EXPECT_AT(record == hk_registry_make_superslab(start + (window + 1) * HK_SUPERSLAB_BYTES - 1), window);
		previous = record;
	}
	/* The last window's record is the leaf's first. */
	EXPECT(previous == hk_registry_leaf(start)->superslabs);
}
END_TEST

START_TEST(without_memory_for_a_leaf_nothing_is_known)
{
	EXPECT(hk_registry_make_superslab(address_in(1)));
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 1) == 0);
	EXPECT(!hk_registry_make_superslab(address_in(2)));
	EXPECT(!hk_registry_leaf(address_in(2)));
	hk_registry_set_class(address_in(2), 1, 5);
	EXPECT(hk_registry_class(address_in(2)) == HK_CLASS_NONE);
	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 0) == 0);
	EXPECT(hk_registry_make_superslab(address_in(2)));
	hk_registry_set_class(address_in(2), 1, 5);
	EXPECT(hk_registry_class(address_in(2)) == 5);
}
END_TEST

START_TEST(leaves_that_could_not_be_made_are_not_counted)
{
	EXPECT(hk_registry_make_superslab(address_in(1)));

	size_t leaves = hk_counters_read(&hk_counters.leaves);

	EXPECT(hk_option_set(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL, 1) == 0);
	EXPECT(!hk_registry_make_superslab(address_in(2)));
	EXPECT(hk_counters_read(&hk_counters.leaves) == leaves);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, what_is_not_ours_has_class_zero);
	tcase_add_test(cases, addresses_beyond_the_root_are_nobodys);
	tcase_add_test(cases, every_granule_of_a_slab_leads_to_it);
	tcase_add_test(cases, each_gibibyte_has_a_leaf_of_its_own);
	tcase_add_test(cases, classes_cross_the_border_of_two_leaves);
	tcase_add_test(cases, windows_have_records_of_their_own);
	if (hk_config_debug) {
		tcase_add_test(cases, without_memory_for_a_leaf_nothing_is_known);
		tcase_add_test(cases, leaves_that_could_not_be_made_are_not_counted);
	}
}

int main(void)
{
	return run_cases("registry_knows_addresses", add_cases);
}
