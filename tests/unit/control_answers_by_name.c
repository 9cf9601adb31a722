/* SPDX-License-Identifier: MIT
 *
 * Does hak_ctl know its names, and does each mistake have its own error?
 */
#include "unit.h"

static int read_control(const char *name, void *value, size_t *bytes)
{
	errno = ERRNO_SENTINEL;
	return hak_ctl(name, value, bytes, NULL, 0);
}

START_TEST(every_statistic_can_be_read)
{
	static const char *const names[] = {
		"stats.live_bytes",     "stats.cached_bytes",  "stats.committed_bytes", "stats.committed_peak_bytes",
		"stats.reserved_bytes", "stats.large_bytes",   "stats.large_blocks",    "stats.slabs",
		"stats.superslabs",     "stats.threads",       "stats.foreign_frees",   "stats.purged_bytes",
	};
	unsigned long long number = 1;

	for (size_t index = 0; index < COUNT_OF(names); index++) {
		size_t bytes = sizeof(number) + 8;

		errno = ERRNO_SENTINEL;
		EXPECT_AT(hak_ctl(names[index], &number, &bytes, NULL, 0) == 0, index);
		EXPECT_AT(bytes == sizeof(number) && errno == ERRNO_SENTINEL, index);
		EXPECT_AT(hak_ctl(names[index], NULL, NULL, &number, sizeof(number)) == EPERM && errno == EPERM, index);
	}
}
END_TEST

START_TEST(every_option_can_be_read)
{
	char name[64];

	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		snprintf(name, sizeof(name), "option.%.28s", hk_option_table[option].name);
		EXPECT_AT(number_of(name) == hk_option_value(option), option);
	}
}
END_TEST

START_TEST(options_can_be_set_where_that_makes_sense)
{
	unsigned long long number = 250, old = 0, huge = 3600001;
	size_t bytes = sizeof(old);

	EXPECT(hak_ctl("option.purge_delay_ms", &old, &bytes, &number, sizeof(number)) == 0);
	EXPECT(old == 1000 && number_of("option.purge_delay_ms") == 250);
	errno = ERRNO_SENTINEL;
	EXPECT(hak_ctl("option.purge_delay_ms", NULL, NULL, &huge, sizeof(huge)) == ERANGE && errno == ERANGE);
	EXPECT(number_of("option.purge_delay_ms") == 250);
	EXPECT(hak_ctl("option.mode", NULL, NULL, &number, sizeof(number)) == EPERM && errno == EPERM);
	EXPECT(number_of("option.mode") == HK_MODE_ON);
	EXPECT(hak_ctl("option.purge_delay_ms", NULL, NULL, &number, 4) == EINVAL && errno == EINVAL);
	EXPECT(hak_ctl("option.purge_delay_ms", NULL, NULL, &number, 0) == EINVAL);
	EXPECT(hak_ctl("option.no_such_option", NULL, NULL, &number, sizeof(number)) == ENOENT && errno == ENOENT);
}
END_TEST

START_TEST(small_buffers_are_refused_untouched)
{
	unsigned char buffer[16];
	size_t bytes = 7;

	memset(buffer, 0xCC, sizeof(buffer));
	EXPECT(read_control("stats.threads", buffer, &bytes) == EINVAL && errno == EINVAL);
	EXPECT(bytes == 7 && buffer[0] == 0xCC);
	EXPECT(read_control("stats.threads", buffer, NULL) == EINVAL);
	bytes = strlen(hak_version());
	EXPECT(read_control("version", buffer, &bytes) == EINVAL && buffer[0] == 0xCC);
}
END_TEST

START_TEST(the_version_is_a_text)
{
	char text[64], expected[64];
	size_t bytes = sizeof(text);

	EXPECT(read_control("version", text, &bytes) == 0 && errno == ERRNO_SENTINEL);
	EXPECT(bytes == strlen(text) + 1 && strcmp(text, hak_version()) == 0);
	snprintf(expected, sizeof(expected), "%d.%d.%d%s", HAK_VERSION_MAJOR, HAK_VERSION_MINOR, HAK_VERSION_PATCH,
		 hk_config_debug ? "-dev" : "");
	EXPECT(strcmp(text, expected) == 0);
	EXPECT(hak_ctl("version", NULL, NULL, text, 8) == EPERM);
}
END_TEST

START_TEST(other_names_are_not_there)
{
	static const char *const names[] = {
		"", "stats", "stats.", "stats.live", "stats.live_bytes2", "Stats.live_bytes", "option", "option.",
		"option.MODE", "versions", "versio", " version", "live_bytes",
	};
	unsigned long long number;

	for (size_t index = 0; index < COUNT_OF(names); index++) {
		size_t bytes = sizeof(number);

		EXPECT_AT(read_control(names[index], &number, &bytes) == ENOENT && errno == ENOENT, index);
	}
	EXPECT(read_control(NULL, NULL, NULL) == EINVAL && errno == EINVAL);
}
END_TEST

START_TEST(a_name_alone_asks_whether_it_is_there)
{
	EXPECT(read_control("stats.live_bytes", NULL, NULL) == 0);
	EXPECT(read_control("option.limit", NULL, NULL) == 0);
	EXPECT(read_control("version", NULL, NULL) == 0);
	EXPECT(errno == ERRNO_SENTINEL);
}
END_TEST

START_TEST(live_bytes_follow_the_program)
{
	unsigned long long before = number_of("stats.live_bytes"), expected = 0;
	void *blocks[400];

	for (size_t index = 0; index < COUNT_OF(blocks); index++) {
		blocks[index] = hak_malloc(index * index * 3);
		EXPECT(blocks[index]);
		expected += hak_usable_size(blocks[index]);
	}
	EXPECT_AT(number_of("stats.live_bytes") == before + expected, number_of("stats.live_bytes"));
	EXPECT(number_of("stats.committed_bytes") >= before + expected);
	EXPECT(number_of("stats.committed_peak_bytes") >= number_of("stats.committed_bytes"));
	EXPECT(number_of("stats.reserved_bytes") >= number_of("stats.committed_bytes"));
	EXPECT(number_of("stats.threads") == 1);
	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		hak_free(blocks[index]);
	EXPECT_AT(number_of("stats.live_bytes") == before, number_of("stats.live_bytes"));
	EXPECT(number_of("stats.large_blocks") == 0 && number_of("stats.large_bytes") == 0);
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, every_statistic_can_be_read);
	tcase_add_test(cases, every_option_can_be_read);
	tcase_add_test(cases, options_can_be_set_where_that_makes_sense);
	tcase_add_test(cases, small_buffers_are_refused_untouched);
	tcase_add_test(cases, the_version_is_a_text);
	tcase_add_test(cases, other_names_are_not_there);
	tcase_add_test(cases, a_name_alone_asks_whether_it_is_there);
	tcase_add_test(cases, live_bytes_follow_the_program);
}

int main(void)
{
	return run_cases("control_answers_by_name", add_cases);
}
