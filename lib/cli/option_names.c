/* SPDX-License-Identifier: MIT
 *
 * cli/option_names.c - the library's options as users write them.
 *
 * Owns the copy of the option table.  New options are added at the end, as in hakmem_stats.h.
 */
#include "cli/option_names.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hakmem_stats.h"

const struct option_name option_names[] = {
	{ "mode", "off|on", 1, "" },
	{ "stats", "off|auto|on|shm", 3, "" },
	{ "tiny_unified_only", NULL, 1, "" },
	{ "purge_delay_ms", NULL, 3600000, "ms" },
	{ "thp", "never|auto|always", 2, "" },
	{ "limit", NULL, UINT64_MAX, "bytes" },
	{ "abort", NULL, 1, "" },
	{ "verbose", NULL, 1, "" },
	{ "debug_map_failure_interval", NULL, 1000000, "" },
};

const size_t option_name_count = sizeof option_names / sizeof *option_names;

_Static_assert(sizeof((const char *[]){ HAK_STATS_OPTION_NAMES }) / sizeof(const char *) ==
		       sizeof option_names / sizeof *option_names,
	       "an option of hakmem_stats.h is missing above");

const struct option_name *option_by_variable(const char *name, size_t name_bytes)
{
	if (name_bytes < 7 || memcmp(name, "HAKMEM_", 7) != 0)
		return NULL;
	for (size_t index = 0; index < option_name_count; index++) {
		const char *lower = option_names[index].name;
		size_t position = 0;

		if (strlen(lower) != name_bytes - 7)
			continue;
		while (lower[position] && name[7 + position] == toupper((unsigned char)lower[position]))
			position++;
		if (!lower[position])
			return &option_names[index];
	}
	return NULL;
}

static bool parse_number(const char *text, uint64_t *value)
{
	unsigned shift = 0;

	*value = 0;
	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, (uint64_t)(*text - '0'), value))
			return false;
	}
	switch (*text) {
	case 'G': case 'g': shift += 10; /* fall through */
	case 'M': case 'm': shift += 10; /* fall through */
	case 'K': case 'k': shift += 10; text++;
	}
	if (*text || (*value << shift) >> shift != *value)
		return false;
	*value <<= shift;
	return true;
}

bool option_parse(const struct option_name *option, const char *text, uint64_t *value)
{
	const char *word = option->words;

	*value = 0;
	if (!word)
		return parse_number(text, value) && *value <= option->maximum;
	while (*word) {
		size_t bytes = strcspn(word, "|");

		if (strlen(text) == bytes && !memcmp(text, word, bytes))
			return true;
		word += bytes;
		word += *word == '|';
		++*value;
	}
	return false;
}

void option_text(const struct option_name *option, uint64_t value, char *text, size_t text_bytes)
{
	const char *word = option->words;

	for (uint64_t skip = value; word && *word; skip--) {
		size_t bytes = strcspn(word, "|");

		if (!skip) {
			snprintf(text, text_bytes, "%.*s", (int)bytes, word);
			return;
		}
		word += bytes;
		word += *word == '|';
	}
	snprintf(text, text_bytes, "%" PRIu64 "%s%s", value, option->unit[0] ? " " : "", option->unit);
}

const char *option_origin(unsigned origin)
{
	static const char *const origins[] = {
		[HAK_STATS_ORIGIN_DEFAULT] = "default",
		[HAK_STATS_ORIGIN_ENVIRONMENT] = "environment",
		[HAK_STATS_ORIGIN_FILE] = "file",
		[HAK_STATS_ORIGIN_CALL] = "call",
	};

	return origin < sizeof origins / sizeof *origins ? origins[origin] : "newer";
}
