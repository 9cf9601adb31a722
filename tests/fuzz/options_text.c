/* SPDX-License-Identifier: MIT
 *
 * options_text - any environment: the parser may neither read beyond a text nor let a value in
 * that the table forbids.
 *
 * The input is cut at zero bytes into the strings of an environment.  Each string is also tried
 * behind the name of an option, because chance rarely spells one.
 */
#include "fuzz.h"

#include "sys/options.h"

enum { STRINGS_MAX = 64, TEXT_BYTES = 256 };

static void expect_allowed_values(void)
{
	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++)
		EXPECT_AT(hk_option_value(option) <= hk_option_table[option].maximum, option);
}

/* A copy that ends where its memory ends, so that a sanitizer sees the first byte too many. */
static char *exact_copy(const char *text, size_t length)
{
	char *copy = malloc(length + 1);

	REQUIRE(copy);
	memcpy(copy, text, length);
	copy[length] = 0;
	return copy;
}

static void read_one(const char *text)
{
	char *copy = exact_copy(text, strlen(text));
	char *environment[] = { copy, NULL };

	hk_options_read(environment);
	free(copy);
	expect_allowed_values();
}

static void read_as_value(const char *text)
{
	/* What chance also rarely writes: digits, suffixes, and the words of the table. */
	static const char alphabet[] = "0123456789kKmMgG|=offonautoshmneveralways";
	char name[TEXT_BYTES], spelled[TEXT_BYTES];

	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		int length = snprintf(name, sizeof(name), "HAKMEM_%.28s=", hk_option_table[option].name);

		for (int place = 0; place < length; place++)
			name[place] = name[place] >= 'a' && name[place] <= 'z' ? (char)(name[place] - 32) : name[place];
		snprintf(name + length, sizeof(name) - (size_t)length, "%.100s", text);
		read_one(name);

		strcpy(spelled, name);
		for (char *at = spelled + length; *at; at++)
			*at = alphabet[(unsigned char)*at % (sizeof(alphabet) - 1)];
		read_one(spelled);
		spelled[length + (int)(strlen(spelled + length) % 4)] = 0;
		read_one(spelled);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	char *environment[STRINGS_MAX + 1];
	size_t strings = 0, begin = 0;

	for (size_t place = 0; place <= bytes && strings < STRINGS_MAX; place++) {
		if (place < bytes && data[place])
			continue;
		environment[strings++] = exact_copy((const char *)data + begin, place - begin);
		begin = place + 1;
	}
	environment[strings] = NULL;
	hk_options_read(environment);
	expect_allowed_values();
	for (size_t index = 0; index < strings; index++) {
		read_as_value(environment[index]);
		free(environment[index]);
	}
	return 0;
}

FUZZ_MAIN(300)
