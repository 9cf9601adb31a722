/* SPDX-License-Identifier: MIT
 *
 * front/control.c - hak_ctl: options and counters by name.
 *
 * Owns the table of names, which hakmem(3) lists; option names come from the option table.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "front/report.h"
#include "hakmem.h"
#include "sys/options.h"
#include "sys/segment.h"

/* Names in the entries themselves: pointers would be relocations in every process. */
static const struct {
	char name[24];
	size_t offset;
} statistics[] = {
	{ "live_bytes", offsetof(struct hk_report, live_bytes) },
	{ "cached_bytes", offsetof(struct hk_report, cached_bytes) },
	{ "committed_bytes", offsetof(struct hk_report, committed_bytes) },
	{ "committed_peak_bytes", offsetof(struct hk_report, committed_peak_bytes) },
	{ "reserved_bytes", offsetof(struct hk_report, reserved_bytes) },
	{ "large_bytes", offsetof(struct hk_report, large_bytes) },
	{ "large_blocks", offsetof(struct hk_report, large_blocks) },
	{ "slabs", offsetof(struct hk_report, slabs) },
	{ "superslabs", offsetof(struct hk_report, superslabs) },
	{ "threads", offsetof(struct hk_report, threads) },
	{ "foreign_frees", offsetof(struct hk_report, foreign_frees) },
	{ "purged_bytes", offsetof(struct hk_report, purged_bytes) },
};

static int read_bytes(const void *value, size_t bytes, void *old_value, size_t *old_bytes)
{
	if (!old_value)
		return 0;
	if (!old_bytes || *old_bytes < bytes)
		return EINVAL;
	memcpy(old_value, value, bytes);
	*old_bytes = bytes;
	return 0;
}

static int read_number(unsigned long long number, void *old_value, size_t *old_bytes)
{
	return read_bytes(&number, sizeof(number), old_value, old_bytes);
}

static int control_option(const char *name, void *old_value, size_t *old_bytes, const void *new_value,
			  size_t new_bytes)
{
	for (enum hk_option option = 0; option < HK_OPTION_COUNT; option++) {
		if (!hk_text_equals(name, hk_option_table[option].name))
			continue;

		int error = read_number(hk_option_value(option), old_value, old_bytes);
		unsigned long long number;

		if (error || !new_value)
			return error;
		if (new_bytes != sizeof(number))
			return EINVAL;
		memcpy(&number, new_value, sizeof(number));
		if (number > SIZE_MAX)
			return ERANGE;
		error = hk_option_set(option, (size_t)number);
		hk_segment_publish_options();
		return error;
	}
	return ENOENT;
}

static int control_statistic(const char *name, void *old_value, size_t *old_bytes, const void *new_value)
{
	struct hk_report report;

	for (size_t index = 0; index < HK_COUNT_OF(statistics); index++) {
		if (!hk_text_equals(name, statistics[index].name))
			continue;
		if (new_value)
			return EPERM;
		hk_report_collect(&report);
		return read_number(*(size_t *)((char *)&report + statistics[index].offset), old_value, old_bytes);
	}
	return ENOENT;
}

static int control(const char *name, void *old_value, size_t *old_bytes, const void *new_value, size_t new_bytes)
{
	const char *option = hk_text_after(name, "option.");
	const char *statistic = hk_text_after(name, "stats.");

	if (option)
		return control_option(option, old_value, old_bytes, new_value, new_bytes);
	if (statistic)
		return control_statistic(statistic, old_value, old_bytes, new_value);
	if (hk_text_equals(name, "version")) {
		if (new_value)
			return EPERM;
		return read_bytes(hk_report_version(), hk_text_length(hk_report_version()) + 1, old_value, old_bytes);
	}
	return ENOENT;
}

int hak_ctl(const char *name, void *old_value, size_t *old_bytes, const void *new_value, size_t new_bytes)
{
	int error = name ? control(name, old_value, old_bytes, new_value, new_bytes) : EINVAL;

	if (error)
		errno = error;
	return error;
}
