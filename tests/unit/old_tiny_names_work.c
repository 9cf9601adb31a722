/* SPDX-License-Identifier: MIT
 *
 * Do the historical names do what they say, as often as they are called, and does the library go
 * on after it was asked to give everything back?
 */
#include "unit.h"

START_TEST(starting_is_optional_and_idempotent)
{
	EXPECT(number_of("stats.threads") == 0);
	hak_tiny_init();
	hak_tiny_init();
	EXPECT(number_of("stats.threads") == 1);
	hak_tiny_init();
	EXPECT(number_of("stats.threads") == 1);
}
END_TEST

START_TEST(any_size_is_served)
{
	for (size_t size = 0; size <= 2 * MEBIBYTE; size = size * 2 + 1) {
		char *block = hak_tiny_alloc(size);

		EXPECT_AT(block && is_aligned(block, 16) && hak_usable_size(block) >= size, size);
		memset(block, 1, size);
		hak_tiny_free(block);
	}
	hak_tiny_free(NULL);
}
END_TEST

START_TEST(the_names_may_be_mixed)
{
	for (size_t turn = 0; turn < 1000; turn++) {
		hak_free(hak_tiny_alloc(turn));
		hak_tiny_free(hak_malloc(turn));
	}
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

START_TEST(prewarming_fills_the_cache)
{
	for (int class_index = 0; class_index <= 7; class_index++) {
		unsigned long long before = number_of("stats.cached_bytes");

		hak_tiny_prewarm_tls_cache(class_index);
		/* 8 and 16 bytes are one class here: the second one finds it full. */
		if (class_index != 1)
			EXPECT_AT(number_of("stats.cached_bytes") > before, class_index);
		hak_tiny_prewarm_tls_cache(class_index);
		EXPECT_AT(number_of("stats.cached_bytes") >= before, class_index);
	}
	EXPECT(number_of("stats.live_bytes") == 0);

	void *block = hak_tiny_alloc(100);

	EXPECT(block);
	hak_tiny_free(block);
}
END_TEST

START_TEST(other_classes_cannot_be_prewarmed)
{
	static const int wrong[] = { -1, 8, 9, 64, 1 << 30, -(1 << 30) };

	hak_tiny_init();

	unsigned long long before = number_of("stats.cached_bytes");

	for (size_t index = 0; index < COUNT_OF(wrong); index++)
		hak_tiny_prewarm_tls_cache(wrong[index]);
	EXPECT(number_of("stats.cached_bytes") == before);
}
END_TEST

static void fill_caches(void)
{
	static void *blocks[5000];

	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		EXPECT((blocks[index] = hak_malloc(index % 1500)));
	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		hak_free(blocks[index]);
	hak_free(hak_malloc(MEBIBYTE));
}

START_TEST(shutdown_gives_back_and_the_library_goes_on)
{
	for (size_t turn = 0; turn < 3; turn++) {
		fill_caches();
		hak_tiny_shutdown();
		EXPECT_AT(number_of("stats.cached_bytes") == 0, turn);
		EXPECT_AT(hk_counters_read(&hk_counters.dirty_bytes) == 0, turn);
		EXPECT_AT(hk_counters_read(&hk_counters.large_cached_bytes) == 0, turn);
		/* Nothing but the page of the first blocks is left. */
		EXPECT_AT(number_of("stats.slabs") <= 1, number_of("stats.slabs"));
	}
	hak_tiny_shutdown();
	hak_tiny_init();
	fill_caches();
}
END_TEST

START_TEST(what_is_in_use_survives_shutdown)
{
	unsigned char *small = hak_malloc(300), *medium = hak_malloc(30000), *large = hak_malloc(MEBIBYTE);

	fill_block(small, 300, 1);
	fill_block(medium, 30000, 2);
	fill_block(large, MEBIBYTE, 3);
	fill_caches();
	hak_tiny_shutdown();
	EXPECT(holds_fill(small, 300, 1) && holds_fill(medium, 30000, 2) && holds_fill(large, MEBIBYTE, 3));
	hak_free(small);
	hak_free(medium);
	hak_free(large);
	EXPECT(number_of("stats.live_bytes") == 0);
}
END_TEST

START_TEST(trim_tells_whether_it_did_something)
{
	fill_caches();
	EXPECT(hak_trim(0) == 1);
	EXPECT(hak_trim(0) == 0);
	fill_caches();
	EXPECT(hak_trim(1024 * MEBIBYTE) == 0);
	EXPECT(hak_trim(0) == 1);
	fill_caches();
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, starting_is_optional_and_idempotent);
	tcase_add_test(cases, any_size_is_served);
	tcase_add_test(cases, the_names_may_be_mixed);
	tcase_add_test(cases, prewarming_fills_the_cache);
	tcase_add_test(cases, other_classes_cannot_be_prewarmed);
	tcase_add_test(cases, shutdown_gives_back_and_the_library_goes_on);
	tcase_add_test(cases, what_is_in_use_survives_shutdown);
	tcase_add_test(cases, trim_tells_whether_it_did_something);
}

int main(void)
{
	return run_cases("old_tiny_names_work", add_cases);
}
