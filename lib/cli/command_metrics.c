/* SPDX-License-Identifier: MIT
 *
 * cli/command_metrics.c - hakmem-stats metrics: all processes as text for Prometheus and PCP.
 *
 * Owns the grouping: a series per pid would flood a time-series database with names that live for
 * minutes, so processes are summed by program and unit unless --by says otherwise, and all but the
 * biggest groups become "other".  The text is cli/metrics_text's.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/metrics_text.h"
#include "cli/output.h"

enum { GROUPS_UNLESS_TOLD = 50 };

static bool parse_key(const char *text, enum metrics_key *key)
{
	static const char *const names[] = {
		[METRICS_BY_COMM_AND_UNIT] = "comm+unit", [METRICS_BY_COMM] = "comm", [METRICS_BY_UNIT] = "unit",
		[METRICS_BY_CGROUP] = "cgroup", [METRICS_BY_PID] = "pid",
	};

	for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
		if (!strcmp(text, names[index])) {
			*key = (enum metrics_key)index;
			return true;
		}
	}
	cli_error("--by takes comm, unit, cgroup, pid or comm+unit");
	return false;
}

static bool is_same_group(enum metrics_key key, const struct model_process *a, const struct model_process *b)
{
	switch (key) {
	case METRICS_BY_COMM_AND_UNIT: return !strcmp(a->comm, b->comm) && !strcmp(a->unit, b->unit);
	case METRICS_BY_COMM: return !strcmp(a->comm, b->comm);
	case METRICS_BY_UNIT: return !strcmp(a->unit, b->unit);
	case METRICS_BY_CGROUP: return !strcmp(a->cgroup, b->cgroup);
	default: return false; /* pids are different */
	}
}

static struct metrics_group *group_of(struct metrics *metrics, const struct model_process *process)
{
	struct metrics_group *group;

	for (size_t index = 0; metrics->key != METRICS_BY_PID && index < metrics->group_count; index++) {
		group = &metrics->groups[index];
		if (is_same_group(metrics->key, group->first, process))
			return group;
	}
	group = &metrics->groups[metrics->group_count++];
	group->first = process;
	return group;
}

static void add_class(struct metrics_group *group, const struct model_class *class)
{
	struct metrics_class *sum = group->classes;

	while (sum < group->classes + group->class_count && sum->block_bytes != class->block_bytes)
		sum++;
	if (sum == group->classes + METRICS_CLASSES_MAX)
		return;
	if (sum == group->classes + group->class_count) {
		group->class_count++;
		sum->block_bytes = class->block_bytes;
	}
	sum->live_blocks += class->live_blocks;
	sum->live_bound_blocks += class->live_bound_blocks;
	sum->slots += class->slots;
	sum->slabs += class->slabs;
}

static bool add_process(struct metrics *metrics, const struct model_process *process)
{
	struct metrics_group *group = group_of(metrics, process);

	group->processes++;
	group->rss_bytes += process->rss_bytes;
	for (size_t index = 0; index < cli_field_count && index < METRICS_FIELDS_MAX; index++) {
		uint64_t number;

		if (!cli_field_get(&cli_fields[index], process, &number))
			continue;
		group->known[index] = true;
		group->sums[index] += number;
	}
	if (!metrics->with_classes)
		return true;
	if (!group->classes)
		group->classes = calloc(METRICS_CLASSES_MAX, sizeof *group->classes);
	for (size_t index = 0; group->classes && index < process->class_count; index++)
		add_class(group, &process->classes[index]);
	return group->classes != NULL;
}

static void count_unread(struct metrics *metrics, const struct model_process *process)
{
	if (process->outcome == OUTCOME_PERMISSION)
		metrics->denied++;
	else if (!strcmp(process->state, "small"))
		metrics->small++;
	else if (!strcmp(process->state, "off"))
		metrics->off++;
	else if (process->outcome != OUTCOME_NO_PROCESS && strcmp(process->state, "unloaded") != 0)
		metrics->other++;
}

static int compare_groups(const void *left, const void *right)
{
	const struct metrics_group *a = left, *b = right;

	return (a->rss_bytes < b->rss_bytes) - (a->rss_bytes > b->rss_bytes);
}

static int compare_committed(const void *left, const void *right, void *context)
{
	const struct metrics_group *a = left, *b = right;
	size_t field = *(const size_t *)context;

	if (a->sums[field] != b->sums[field])
		return a->sums[field] < b->sums[field] ? 1 : -1;
	return compare_groups(left, right);
}

static void merge(struct metrics_group *into, const struct metrics_group *group)
{
	into->processes += group->processes;
	into->rss_bytes += group->rss_bytes;
	for (size_t index = 0; index < METRICS_FIELDS_MAX; index++) {
		into->known[index] |= group->known[index];
		into->sums[index] += group->sums[index];
	}
	for (size_t index = 0; into->classes && index < group->class_count; index++) {
		const struct metrics_class *class = &group->classes[index];

		add_class(into, &(struct model_class){ .block_bytes = class->block_bytes, .slots = class->slots,
						       .slabs = class->slabs, .live_blocks = class->live_blocks,
						       .live_bound_blocks = class->live_bound_blocks });
	}
}

/* The biggest LIMIT groups stay, and the rest is one. */
static void limit_groups(struct metrics *metrics, size_t limit)
{
	size_t committed = 0;

	while (committed + 1 < cli_field_count && strcmp(cli_fields[committed].name, "committed_bytes") != 0)
		committed++;
	qsort_r(metrics->groups, metrics->group_count, sizeof *metrics->groups, compare_committed, &committed);
	if (metrics->group_count <= limit)
		return;
	metrics->groups[limit].first = NULL;
	for (size_t index = limit + 1; index < metrics->group_count; index++) {
		merge(&metrics->groups[limit], &metrics->groups[index]);
		free(metrics->groups[index].classes);
	}
	metrics->group_count = limit + 1;
}

static int write_metrics(const struct metrics *metrics, const char *file)
{
	struct output output;

	if (!output_open(&output, file))
		return OUTCOME_PARTIAL;
	metrics_write(metrics, output.stream);
	return output_commit(&output) ? OUTCOME_OK : OUTCOME_PARTIAL;
}

static int collect(const struct cli_options *options, struct metrics *metrics, const char *file)
{
	struct model_process *processes = NULL;
	size_t count = 0, denied = 0;
	struct timespec begun, ended;
	int exit_code = OUTCOME_OK;

	clock_gettime(CLOCK_MONOTONIC, &begun);
	if (model_read_all(&options->source, false, &processes, &count, &denied) != 0)
		return cli_report_source(options);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	metrics->read_seconds = (double)(ended.tv_sec - begun.tv_sec) + (double)(ended.tv_nsec - begun.tv_nsec) / 1e9;
	metrics->denied = denied;
	metrics->groups = calloc(count ? count : 1, sizeof *metrics->groups);
	for (size_t index = 0; metrics->groups && index < count; index++) {
		if (!cli_matches_filters(options, &processes[index]))
			continue;
		if (processes[index].outcome != OUTCOME_OK)
			count_unread(metrics, &processes[index]);
		else if (!add_process(metrics, &processes[index]))
			exit_code = OUTCOME_PARTIAL;
	}
	if (!metrics->groups || exit_code != OUTCOME_OK) {
		cli_error("out of memory for %zu processes (use --comm or leave out --classes)", count);
		exit_code = OUTCOME_PARTIAL;
	} else {
		limit_groups(metrics, options->limited ? options->limit : GROUPS_UNLESS_TOLD);
		exit_code = write_metrics(metrics, file);
	}
	for (size_t index = 0; index < metrics->group_count; index++)
		free(metrics->groups[index].classes);
	free(metrics->groups);
	model_free_all(processes, count);
	return exit_code;
}

int command_metrics(int argc, char **argv, const struct cli_options *options)
{
	static const struct option flags[] = { { "textfile", required_argument, NULL, 't' },
					       { "by", required_argument, NULL, 'b' },
					       { "classes", no_argument, NULL, 'c' },
					       { "openmetrics", no_argument, NULL, 'o' },
					       { 0 } };
	struct metrics metrics = { .key = METRICS_BY_COMM_AND_UNIT };
	const char *file = "-";
	int flag;

	optind = 0;
	while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
		switch (flag) {
		case 't': file = optarg; break;
		case 'c': metrics.with_classes = true; break;
		case 'o': metrics.strict = true; break;
		default:
			if (flag != 'b' || !parse_key(optarg, &metrics.key))
				return OUTCOME_USAGE;
		}
	}
	if (optind < argc) {
		cli_error("metrics takes no process ids (use --comm, --unit or --user)");
		return OUTCOME_USAGE;
	}
	if (options->json) {
		cli_error("metrics has a format of its own; hakmem-stats list --json has the same numbers");
		return OUTCOME_USAGE;
	}
	return collect(options, &metrics, file);
}
