/* SPDX-License-Identifier: MIT
 *
 * Are options taken from the environment as the manual says, and is everything else ignored?
 */
#include "unit.h"

/* The value of OPTION after TEXT was read. */
static size_t after(enum hk_option option, const char *text)
{
	set_environment(text);
	return hk_option_value(option);
}

START_TEST(words_are_values)
{
	EXPECT(after(HK_OPTION_MODE, "HAKMEM_MODE=off") == HK_MODE_OFF);
	EXPECT(after(HK_OPTION_MODE, "HAKMEM_MODE=on") == HK_MODE_ON);
	EXPECT(after(HK_OPTION_THP, "HAKMEM_THP=always") == HK_THP_ALWAYS);
	EXPECT(after(HK_OPTION_THP, "HAKMEM_THP=never") == HK_THP_NEVER);
	EXPECT(after(HK_OPTION_THP, "HAKMEM_THP=auto") == HK_THP_AUTO);
	EXPECT(after(HK_OPTION_STATS, "HAKMEM_STATS=shm") == 3);
	EXPECT(after(HK_OPTION_STATS, "HAKMEM_STATS=off") == 0);
}
END_TEST

START_TEST(numbers_have_suffixes)
{
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=123456789") == 123456789);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=007") == 7);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=3k") == 3 * KIBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=4K") == 4 * KIBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=5m") == 5 * MEBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=6M") == 6 * MEBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=1g") == 1024 * MEBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=2G") == 2048 * MEBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=0") == 0);
}
END_TEST

START_TEST(bad_numbers_leave_what_was_there)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x10", "1KB", "1KK", "1T", "1.5G", "one", "1K " };
	char text[64];

	for (size_t index = 0; index < COUNT_OF(bad); index++) {
		EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=4711") == 4711);
		snprintf(text, sizeof(text), "HAKMEM_LIMIT=%s", bad[index]);
		EXPECT_AT(after(HK_OPTION_LIMIT, text) == 4711, index);
	}
}
END_TEST

START_TEST(a_suffix_alone_is_no_number)
{
	static const char *const bad[] = { "HAKMEM_LIMIT=K", "HAKMEM_LIMIT=m", "HAKMEM_LIMIT=G" };

	for (size_t index = 0; index < COUNT_OF(bad); index++) {
		EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=4711") == 4711);
		EXPECT_AT(after(HK_OPTION_LIMIT, bad[index]) == 4711, index);
	}
}
END_TEST

START_TEST(bad_words_leave_what_was_there)
{
	static const char *const bad[] = { "HAKMEM_MODE=",   "HAKMEM_MODE=o",    "HAKMEM_MODE=offf",
					   "HAKMEM_MODE=OFF", "HAKMEM_MODE=off ", "HAKMEM_MODE=0",
					   "HAKMEM_MODE=|",   "HAKMEM_MODE=off|", "HAKMEM_MODE=never" };

	for (size_t index = 0; index < COUNT_OF(bad); index++)
		EXPECT_AT(after(HK_OPTION_MODE, bad[index]) == HK_MODE_ON, index);
}
END_TEST

START_TEST(two_words_of_the_list_are_no_word)
{
	EXPECT(after(HK_OPTION_MODE, "HAKMEM_MODE=off|on") == HK_MODE_ON);
	EXPECT(after(HK_OPTION_THP, "HAKMEM_THP=never|auto") == HK_THP_AUTO);
	EXPECT(after(HK_OPTION_THP, "HAKMEM_THP=never|auto|always") == HK_THP_AUTO);
}
END_TEST

START_TEST(names_must_match_whole)
{
	static const char *const other[] = { "HAKMEM_LIMIT",    "HAKMEM_LIMITS=1", "HAKMEM_LIMI=1", "HAKMEM_limit=1",
					     "hakmem_limit=1",  "XHAKMEM_LIMIT=1", "LIMIT=1",       "HAKMEM_=1",
					     "HAKMEM__LIMIT=1", "HAKMEM_",         "" };

	for (size_t index = 0; index < COUNT_OF(other); index++)
		EXPECT_AT(after(HK_OPTION_LIMIT, other[index]) == 0, index);
}
END_TEST

START_TEST(numbers_do_not_wrap)
{
	char text[64];

	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=4711") == 4711);
	snprintf(text, sizeof(text), "HAKMEM_LIMIT=%zu0", SIZE_MAX);
	EXPECT(after(HK_OPTION_LIMIT, text) == 4711);
	snprintf(text, sizeof(text), "HAKMEM_LIMIT=%zuK", SIZE_MAX / KIBIBYTE + 1);
	EXPECT(after(HK_OPTION_LIMIT, text) == 4711);
	snprintf(text, sizeof(text), "HAKMEM_LIMIT=%zuG", SIZE_MAX);
	EXPECT(after(HK_OPTION_LIMIT, text) == 4711);
	snprintf(text, sizeof(text), "HAKMEM_LIMIT=%zuK", SIZE_MAX / KIBIBYTE);
	EXPECT(after(HK_OPTION_LIMIT, text) == SIZE_MAX / KIBIBYTE * KIBIBYTE);
	snprintf(text, sizeof(text), "HAKMEM_LIMIT=%zu", SIZE_MAX);
	EXPECT(after(HK_OPTION_LIMIT, text) == SIZE_MAX);
#if SIZE_MAX == UINT64_MAX
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=4711") == 4711);
	EXPECT(after(HK_OPTION_LIMIT, "HAKMEM_LIMIT=18446744073709551616") == 4711);
#endif
}
END_TEST

START_TEST(a_number_above_the_maximum_is_ignored)
{
	EXPECT(after(HK_OPTION_PURGE_DELAY_MS, "HAKMEM_PURGE_DELAY_MS=3600000") == 3600000);
	EXPECT(after(HK_OPTION_PURGE_DELAY_MS, "HAKMEM_PURGE_DELAY_MS=3600001") == 3600000);
	EXPECT(after(HK_OPTION_ABORT, "HAKMEM_ABORT=2") == 1);
	EXPECT(after(HK_OPTION_ABORT, "HAKMEM_ABORT=0") == 0);
}
END_TEST

START_TEST(a_whole_environment_is_read)
{
	char home[] = "HOME=/", first[] = "HAKMEM_LIMIT=1", mode[] = "HAKMEM_MODE=off", last[] = "HAKMEM_LIMIT=2";
	char *environment[] = { home, first, mode, last, NULL };
	char *empty[] = { NULL };

	hk_options_read(NULL);
	hk_options_read(empty);
	EXPECT(hk_option_value(HK_OPTION_LIMIT) == 0);
	hk_options_read(environment);
	EXPECT(hk_option_value(HK_OPTION_LIMIT) == 2);
	EXPECT(hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF);
	EXPECT(hk_option_value(HK_OPTION_THP) == HK_THP_AUTO);
}
END_TEST

START_TEST(setting_keeps_the_rules)
{
	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		const struct hk_option_entry *entry = &hk_option_table[option];
		size_t before = hk_option_value(option);

		if (!entry->may_change) {
			EXPECT_AT(hk_option_set(option, before) == EPERM, option);
			continue;
		}
		if (entry->maximum < SIZE_MAX)
			EXPECT_AT(hk_option_set(option, entry->maximum + 1) == ERANGE, option);
		EXPECT_AT(hk_option_value(option) == before, option);
		EXPECT_AT(hk_option_set(option, entry->maximum) == 0, option);
		EXPECT_AT(hk_option_value(option) == entry->maximum, option);
		EXPECT_AT(hk_option_set(option, before) == 0, option);
	}
	EXPECT(hk_option_set(HK_OPTION_MODE, HK_MODE_OFF) == EPERM);
	EXPECT(hk_option_value(HK_OPTION_MODE) == HK_MODE_ON);
}
END_TEST

START_TEST(the_table_is_well_formed)
{
	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		const struct hk_option_entry *entry = &hk_option_table[option];
		size_t words = 0, length = strlen(entry->words);

		EXPECT_AT(entry->name[0], option);
		for (const char *at = entry->name; *at; at++)
			EXPECT_AT((*at >= 'a' && *at <= 'z') || *at == '_', option);
		for (enum hk_option other = 0; other < option; other++)
			EXPECT_AT(strcmp(entry->name, hk_option_table[other].name) != 0, option);
		for (size_t index = 0; index < length; index++)
			words += entry->words[index] == '|';
		EXPECT_AT(length == 0 || (entry->words[length - 1] == '|' && entry->maximum == words - 1), option);
		EXPECT_AT(hk_option_value(option) <= entry->maximum, option);
	}
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, words_are_values);
	tcase_add_test(cases, numbers_have_suffixes);
	tcase_add_test(cases, bad_numbers_leave_what_was_there);
	tcase_add_test(cases, a_suffix_alone_is_no_number);
	tcase_add_test(cases, bad_words_leave_what_was_there);
	tcase_add_test(cases, two_words_of_the_list_are_no_word);
	tcase_add_test(cases, names_must_match_whole);
	tcase_add_test(cases, numbers_do_not_wrap);
	tcase_add_test(cases, a_number_above_the_maximum_is_ignored);
	tcase_add_test(cases, a_whole_environment_is_read);
	tcase_add_test(cases, setting_keeps_the_rules);
	tcase_add_test(cases, the_table_is_well_formed);
}

int main(void)
{
	return run_cases("options_read_what_users_write", add_cases);
}
