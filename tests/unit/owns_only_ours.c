/* SPDX-License-Identifier: MIT
 *
 * Does hak_owns say yes to our memory, no to everything else, and read neither?
 */
#include "unit.h"

#include <sys/mman.h>

static int static_object;

START_TEST(our_blocks_are_ours)
{
	for (size_t size = 0; size < 8 * MEBIBYTE; size = size * 2 + 1) {
		char *block = hak_malloc(size), *aligned = hak_aligned_alloc(4096, size);

		EXPECT_AT(block && aligned, size);
		EXPECT_AT(hak_owns(block) == 1 && hak_owns(aligned) == 1, size);
		EXPECT_AT(hak_owns(block + hak_usable_size(block) - 1) == 1, size);
		hak_free(block);
		hak_free(aligned);
	}
}
END_TEST

START_TEST(other_addresses_are_not)
{
	int on_stack = 0;
	void *of_libc = malloc(100), *mapped = mmap(NULL, MEBIBYTE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(of_libc && mapped != MAP_FAILED);
	EXPECT(hak_malloc(10));
	EXPECT(hak_owns(NULL) == 0);
	EXPECT(hak_owns(&on_stack) == 0 && hak_owns(&static_object) == 0);
	EXPECT(hak_owns("a literal") == 0);
	EXPECT(hak_owns(of_libc) == 0);
	EXPECT(hak_owns(mapped) == 0); /* a read would be fatal */
	free(of_libc);
}
END_TEST

START_TEST(no_address_is_too_strange)
{
	EXPECT(hak_malloc(10));
	for (unsigned bit = 0; bit < sizeof(void *) * 8; bit++) {
		uintptr_t address = (uintptr_t)1 << bit;

		EXPECT_AT(hak_owns((const void *)address) == 0, bit);
		EXPECT_AT(hak_owns((const void *)(address - 1)) == 0, bit);
		EXPECT_AT(hak_owns((const void *)~(address - 1)) == 0, bit);
	}
	EXPECT(hak_owns((const void *)UINTPTR_MAX) == 0);
}
END_TEST

START_TEST(memory_that_went_back_is_nobodys)
{
	char *block = hak_malloc(32 * MEBIBYTE);

	EXPECT(block && hak_owns(block) == 1 && hak_owns(block + 32 * MEBIBYTE - 1) == 1);
	hak_free(block);
	hak_trim(0);
	EXPECT(hak_owns(block) == 0 && hak_owns(block + 32 * MEBIBYTE - 1) == 0);
}
END_TEST

START_TEST(foreign_blocks_are_handed_to_libc)
{
	unsigned long long before = number_of("stats.foreign_frees");
	char *block = malloc(100);

	REQUIRE(block);
	strcpy(block, "kept");
	EXPECT(hak_usable_size(block) >= 100);
	block = hak_realloc(block, 10000);
	EXPECT(block && strcmp(block, "kept") == 0 && hak_owns(block) == 0);
	hak_free(block);
	EXPECT(number_of("stats.foreign_frees") == before + 1);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, our_blocks_are_ours);
	tcase_add_test(cases, other_addresses_are_not);
	tcase_add_test(cases, no_address_is_too_strange);
	tcase_add_test(cases, memory_that_went_back_is_nobodys);
	if (!UNIT_SANITIZED)
		tcase_add_test(cases, foreign_blocks_are_handed_to_libc);
}

int main(void)
{
	return run_cases("owns_only_ours", add_cases);
}
