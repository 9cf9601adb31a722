/* SPDX-License-Identifier: MIT
 *
 * Do the comparisons that stand in for strcmp and its relatives answer as those do?
 */
#include "unit.h"

#include "base/text.h"

static const char *const texts[] = { "", "a", "b", "ab", "abc", "abd", "limit", "limits", "Limit", "a\xff" };

START_TEST(length_is_that_of_strlen)
{
	for (size_t index = 0; index < COUNT_OF(texts); index++)
		EXPECT_AT(hk_text_length(texts[index]) == strlen(texts[index]), index);
}
END_TEST

START_TEST(equality_is_that_of_strcmp)
{
	for (size_t index = 0; index < COUNT_OF(texts); index++) {
		for (size_t other = 0; other < COUNT_OF(texts); other++)
			EXPECT_AT(hk_text_equals(texts[index], texts[other]) == (strcmp(texts[index], texts[other]) == 0),
				  index * 100 + other);
	}
}
END_TEST

START_TEST(the_rest_begins_behind_the_prefix)
{
	for (size_t index = 0; index < COUNT_OF(texts); index++) {
		for (size_t other = 0; other < COUNT_OF(texts); other++) {
			size_t length = strlen(texts[other]);
			const char *rest = strncmp(texts[index], texts[other], length) == 0 ? texts[index] + length : NULL;

			EXPECT_AT(hk_text_after(texts[index], texts[other]) == rest, index * 100 + other);
		}
	}
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, length_is_that_of_strlen);
	tcase_add_test(cases, equality_is_that_of_strcmp);
	tcase_add_test(cases, the_rest_begins_behind_the_prefix);
}

int main(void)
{
	return run_cases("text_compares_names", add_cases);
}
