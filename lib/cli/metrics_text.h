/* SPDX-License-Identifier: MIT
 *
 * cli/metrics_text.h - sums over processes as the text that monitoring systems read.
 *
 * Owns the text form: names, types, units, labels and their escapes.  Filled by command_metrics.
 */
#ifndef HAKMEM_CLI_METRICS_TEXT_H
#define HAKMEM_CLI_METRICS_TEXT_H

#include <stdio.h>

#include "cli/model.h"

enum {
	METRICS_FIELDS_MAX = 48,
	METRICS_CLASSES_MAX = 256, /* an index of a byte in the superslab rows */
};

enum metrics_key {
	METRICS_BY_COMM_AND_UNIT,
	METRICS_BY_COMM,
	METRICS_BY_UNIT,
	METRICS_BY_CGROUP,
	METRICS_BY_PID,
};

struct metrics_class {
	uint64_t block_bytes, live_blocks, live_bound_blocks, slots, slabs;
};

struct metrics_group {
	const struct model_process *first; /* its texts are the labels; NULL: the rest, "other" */
	size_t processes;
	uint64_t rss_bytes;
	uint64_t sums[METRICS_FIELDS_MAX]; /* in the order of cli_fields */
	bool known[METRICS_FIELDS_MAX];
	struct metrics_class *classes;
	size_t class_count;
};

struct metrics {
	enum metrics_key key;
	bool with_classes;
	bool strict; /* OpenMetrics to the letter instead of what Prometheus' text parser wants */
	struct metrics_group *groups;
	size_t group_count;
	size_t small, denied, off, other;
	double read_seconds;
};

/* Errors stay in the stream. */
void metrics_write(const struct metrics *metrics, FILE *stream);

#endif
