/* SPDX-License-Identifier: MIT
 *
 * sys/options.c - the option table and its parser.
 *
 * The table is const; the values stand beside it, because they are the only part that is
 * written.  No libc function that allocates or takes a lock; no lock of ours: written by the
 * constructor before the program's threads exist.
 */
#include "sys/options.h"

#include <errno.h>

#include "base/text.h"
#include "hakmem_stats.h"

#define NUMBER ""
/* Texts stand in the table itself instead of behind pointers: a pointer is a relocation that
 * every process of the machine pays for. */
const struct hk_option_entry hk_option_table[HK_OPTION_COUNT] = {
	[HK_OPTION_MODE] = { "mode", "off|on|", 1, false },
	[HK_OPTION_STATS] = { "stats", "off|auto|on|shm|", 3, false },
	[HK_OPTION_TINY_UNIFIED_ONLY] = { "tiny_unified_only", NUMBER, 1, false },
	[HK_OPTION_PURGE_DELAY_MS] = { "purge_delay_ms", NUMBER, 3600000, true },
	[HK_OPTION_THP] = { "thp", "never|auto|always|", 2, true },
	[HK_OPTION_LIMIT] = { "limit", NUMBER, SIZE_MAX, true },
	[HK_OPTION_ABORT] = { "abort", NUMBER, 1, true },
	[HK_OPTION_VERBOSE] = { "verbose", NUMBER, 1, false },
	/* Every n-th mapping fails: development build only, for the tests of running out. */
	[HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL] = { "debug_map_failure_interval", NUMBER, 1000000, true },
};

_Atomic size_t hk_option_values[HK_OPTION_COUNT] = {
	[HK_OPTION_MODE] = HK_MODE_ON,
	[HK_OPTION_STATS] = 1,
	[HK_OPTION_PURGE_DELAY_MS] = 1000,
	[HK_OPTION_THP] = HK_THP_AUTO,
	[HK_OPTION_ABORT] = 1,
};

uint8_t hk_option_origins[HK_OPTION_COUNT];

/* The text behind "HAKMEM_<NAME>=", or NULL when TEXT is about something else. */
static const char *value_of(const char *text, const char *name)
{
	for (; *name; name++, text++) {
		char upper = *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;

		if (*text != upper)
			return NULL;
	}
	return *text == '=' ? text + 1 : NULL;
}

static bool parse_word(const char *text, const char *words, size_t *value)
{
	for (size_t index = 0; *words; index++) {
		const char *rest = hk_text_after(words, text);
		const char *end = words;

		while (*end != '|')
			end++;
		if (rest == end) {
			*value = index;
			return true;
		}
		words = end + 1;
	}
	return false;
}

static bool parse_number(const char *text, size_t *value)
{
	size_t number = 0;
	unsigned shift = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++) {
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, (size_t)(*text - '0'), &number))
			return false;
	}
	switch (*text) {
	case 'G': case 'g': shift += 10; /* fall through */
	case 'M': case 'm': shift += 10; /* fall through */
	case 'K': case 'k': shift += 10; text++;
	}
	if (*text || (number << shift) >> shift != number)
		return false;
	*value = number << shift;
	return true;
}

void hk_options_read(char *const *environment)
{
	for (; environment && *environment; environment++) {
		const char *named = hk_text_after(*environment, "HAKMEM_");

		if (!named)
			continue;
		for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
			const struct hk_option_entry *entry = &hk_option_table[option];
			const char *text = value_of(named, entry->name);
			size_t value;

			if (!text)
				continue;
			if (entry->words[0] ? !parse_word(text, entry->words, &value) : !parse_number(text, &value))
				continue;
			if (value > entry->maximum)
				continue;
			atomic_store_explicit(&hk_option_values[option], value, memory_order_relaxed);
			hk_option_origins[option] = HAK_STATS_ORIGIN_ENVIRONMENT;
		}
	}
}

int hk_option_set(enum hk_option option, size_t value)
{
	if (!hk_option_table[option].may_change)
		return EPERM;
	if (value > hk_option_table[option].maximum)
		return ERANGE;
	atomic_store_explicit(&hk_option_values[option], value, memory_order_relaxed);
	hk_option_origins[option] = HAK_STATS_ORIGIN_CALL;
	return 0;
}
