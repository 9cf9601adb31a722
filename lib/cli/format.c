/* SPDX-License-Identifier: MIT
 *
 * cli/format.c - numbers and texts as people read them.
 *
 * Owns nothing.  Called by cli/table and by commands that print sentences.
 */
#include "cli/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "cli/process_info.h"

void format_bytes(char text[static FORMAT_NUMBER_BYTES], uint64_t bytes, bool exact)
{
	static const char units[] = "KMGTPE";
	double scaled = (double)bytes;
	size_t unit = 0;

	if (exact || bytes < 1024) {
		snprintf(text, FORMAT_NUMBER_BYTES, "%" PRIu64, bytes);
		return;
	}
	/* 1023.95 and not 1024: it would be printed as "1024.0K". */
	for (scaled /= 1024; scaled >= 1023.95 && units[unit + 1]; unit++)
		scaled /= 1024;
	snprintf(text, FORMAT_NUMBER_BYTES, "%.1f%c", scaled, units[unit]);
}

static uint64_t magnitude(int64_t number)
{
	return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

void format_bytes_change(char text[static FORMAT_NUMBER_BYTES], int64_t bytes, bool exact)
{
	char number[FORMAT_NUMBER_BYTES];

	format_bytes(number, magnitude(bytes), exact);
	snprintf(text, FORMAT_NUMBER_BYTES, "%s%.30s", bytes < 0 ? "-" : bytes > 0 ? "+" : "", number);
}

void format_count_change(char text[static FORMAT_NUMBER_BYTES], int64_t count)
{
	snprintf(text, FORMAT_NUMBER_BYTES, "%s%" PRIu64, count < 0 ? "-" : count > 0 ? "+" : "", magnitude(count));
}

void format_rate(char text[static FORMAT_NUMBER_BYTES], double per_second, bool exact)
{
	static const char units[] = "kMGTPE";
	size_t unit = 0;

	if (exact || per_second < 999.5) {
		snprintf(text, FORMAT_NUMBER_BYTES, per_second > 0 && per_second < 9.95 ? "%.1f" : "%.0f", per_second);
		return;
	}
	for (per_second /= 1000; per_second >= 999.95 && units[unit + 1]; unit++)
		per_second /= 1000;
	snprintf(text, FORMAT_NUMBER_BYTES, "%.1f%c", per_second, units[unit]);
}

void format_duration(char text[static FORMAT_NUMBER_BYTES], double seconds)
{
	uint64_t whole = seconds > 0 ? (uint64_t)seconds : 0;

	if (whole >= 86400)
		snprintf(text, FORMAT_NUMBER_BYTES, "%" PRIu64 "d%02uh", whole / 86400, (unsigned)(whole / 3600 % 24));
	else if (whole >= 3600)
		snprintf(text, FORMAT_NUMBER_BYTES, "%uh%02um", (unsigned)(whole / 3600), (unsigned)(whole / 60 % 60));
	else if (whole >= 60)
		snprintf(text, FORMAT_NUMBER_BYTES, "%um%02us", (unsigned)(whole / 60), (unsigned)(whole % 60));
	else
		snprintf(text, FORMAT_NUMBER_BYTES, "%us", (unsigned)whole);
}

const char *format_safe_text(char *safe, size_t safe_bytes, const char *text)
{
	process_info_escape(safe, safe_bytes, text, strlen(text));
	return safe;
}

/* One character: its bytes, and its columns in *WIDTH. */
static size_t next_character(const char *text, mbstate_t *state, size_t *width)
{
	wchar_t character;
	size_t bytes = mbrtowc(&character, text, strlen(text), state);
	int columns;

	*width = 1;
	if (bytes == (size_t)-1 || bytes == (size_t)-2 || bytes == 0) {
		memset(state, 0, sizeof *state);
		return 1;
	}
	columns = wcwidth(character);
	if (columns >= 0)
		*width = (size_t)columns;
	return bytes;
}

size_t format_width(const char *text)
{
	mbstate_t state = { 0 };
	size_t total = 0, width;

	while (*text) {
		text += next_character(text, &state, &width);
		total += width;
	}
	return total;
}

size_t format_prefix_bytes(const char *text, size_t width)
{
	mbstate_t state = { 0 };
	const char *from = text;
	size_t columns;

	while (*text) {
		size_t bytes = next_character(text, &state, &columns);

		if (columns > width)
			break;
		width -= columns;
		text += bytes;
	}
	return (size_t)(text - from);
}
