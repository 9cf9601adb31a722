/* SPDX-License-Identifier: MIT
 *
 * cli/metrics_text.c - sums over processes as the text that monitoring systems read.
 *
 * OpenMetrics and the older Prometheus text differ in one point that matters: the metadata of a
 * counter names it without "_total" in the one and with it in the other, and promtool as well as
 * node_exporter's textfile collector read the older one.  So that is the default, with OpenMetrics'
 * # UNIT and # EOF, which are comments there; "strict" is for those who read OpenMetrics only.
 */
#include "cli/metrics_text.h"

#include <inttypes.h>
#include <string.h>

#include "cli/fields.h"
#include "hakmem.h"

_Static_assert((int)METRICS_CLASSES_MAX > (int)HAK_STATS_STARTER_CLASS, "class indices fit a byte");

struct writer {
	const struct metrics *metrics;
	FILE *stream;
};

/* NAME is without "hakmem_". */
static void write_metadata(const struct writer *writer, const char *name, const char *type, const char *unit,
			   const char *help)
{
	size_t bytes = strlen(name);

	if (writer->metrics->strict && !strcmp(type, "counter"))
		bytes -= strlen("_total");
	fprintf(writer->stream, "# TYPE hakmem_%.*s %s\n", (int)bytes, name, type);
	if (unit)
		fprintf(writer->stream, "# UNIT hakmem_%.*s %s\n", (int)bytes, name, unit);
	fprintf(writer->stream, "# HELP hakmem_%.*s %s\n", (int)bytes, name, help);
}

/* The model's texts have no control characters; quotes and backslashes are left. */
static void write_label(const struct writer *writer, const char *name, const char *value, bool first)
{
	fprintf(writer->stream, "%s%s=\"", first ? "" : ",", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', writer->stream);
		fputc(*value, writer->stream);
	}
	fputc('"', writer->stream);
}

static void write_group_labels(const struct writer *writer, const struct metrics_group *group)
{
	const struct model_process *process = group->first;
	enum metrics_key key = writer->metrics->key;
	char pid[16] = "other";

	if (process)
		snprintf(pid, sizeof pid, "%d", (int)process->pid);
	if (key == METRICS_BY_PID)
		write_label(writer, "pid", pid, true);
	if (key == METRICS_BY_UNIT)
		write_label(writer, "unit", process ? process->unit : "other", true);
	else if (key == METRICS_BY_CGROUP)
		write_label(writer, "cgroup", process ? process->cgroup : "other", true);
	else
		write_label(writer, "comm", process ? process->comm : "other", key != METRICS_BY_PID);
	if (key == METRICS_BY_COMM_AND_UNIT || key == METRICS_BY_PID)
		write_label(writer, "unit", process ? process->unit : "other", false);
}

static void write_sample(const struct writer *writer, const char *name, const struct metrics_group *group, uint64_t value)
{
	fprintf(writer->stream, "hakmem_%s{", name);
	write_group_labels(writer, group);
	fprintf(writer->stream, "} %" PRIu64 "\n", value);
}

static void write_fields(const struct writer *writer)
{
	const struct metrics *metrics = writer->metrics;

	for (size_t index = 0; index < cli_field_count && index < METRICS_FIELDS_MAX; index++) {
		const struct cli_field *field = &cli_fields[index];
		bool described = false;

		for (size_t place = 0; place < metrics->group_count; place++) {
			if (!metrics->groups[place].known[index])
				continue;
			if (!described)
				write_metadata(writer, field->name, cli_field_is_counter(field) ? "counter" : "gauge",
					       cli_field_is_bytes(field) ? "bytes" : NULL, field->help);
			described = true;
			write_sample(writer, field->name, &metrics->groups[place], metrics->groups[place].sums[index]);
		}
	}
}

static void write_processes(const struct writer *writer)
{
	const struct metrics *metrics = writer->metrics;

	if (!metrics->group_count)
		return;
	write_metadata(writer, "processes", "gauge", NULL, "Processes that are summed here.");
	for (size_t place = 0; place < metrics->group_count; place++)
		write_sample(writer, "processes", &metrics->groups[place], metrics->groups[place].processes);
	write_metadata(writer, "rss_bytes", "gauge", "bytes", "Resident memory of everything in these processes.");
	for (size_t place = 0; place < metrics->group_count; place++)
		write_sample(writer, "rss_bytes", &metrics->groups[place], metrics->groups[place].rss_bytes);
}

static void write_classes(const struct writer *writer)
{
	static const struct {
		const char *name, *help;
		size_t offset;
	} families[] = {
		{ "class_live_blocks", "Blocks of one size that the program has.",
		  offsetof(struct metrics_class, live_blocks) },
		{ "class_live_bound_blocks", "How far class_live_blocks may be off in either direction.",
		  offsetof(struct metrics_class, live_bound_blocks) },
		{ "class_slots", "Blocks of one size that fit in the slabs.", offsetof(struct metrics_class, slots) },
		{ "class_slabs", "Slabs of one size.", offsetof(struct metrics_class, slabs) },
	};
	const struct metrics *metrics = writer->metrics;

	for (size_t index = 0; index < sizeof families / sizeof *families; index++) {
		bool described = false;

		for (size_t place = 0; place < metrics->group_count; place++) {
			const struct metrics_group *group = &metrics->groups[place];

			for (size_t row = 0; row < group->class_count; row++) {
				char block[24];
				uint64_t value;

				if (!described)
					write_metadata(writer, families[index].name, "gauge", NULL, families[index].help);
				described = true;
				memcpy(&value, (const char *)&group->classes[row] + families[index].offset, sizeof value);
				snprintf(block, sizeof block, "%" PRIu64, group->classes[row].block_bytes);
				fprintf(writer->stream, "hakmem_%s{", families[index].name);
				write_group_labels(writer, group);
				write_label(writer, "block_bytes", block, false);
				fprintf(writer->stream, "} %" PRIu64 "\n", value);
			}
		}
	}
}

static void write_reader(const struct writer *writer)
{
	const struct metrics *metrics = writer->metrics;
	const struct {
		const char *state;
		size_t count;
	} states[] = { { "small", metrics->small }, { "denied", metrics->denied }, { "off", metrics->off },
		       { "other", metrics->other } };

	write_metadata(writer, "unread_processes", "gauge", NULL, "Processes without numbers, by reason.");
	for (size_t index = 0; index < sizeof states / sizeof *states; index++)
		fprintf(writer->stream, "hakmem_unread_processes{state=\"%s\"} %zu\n", states[index].state,
			states[index].count);
	write_metadata(writer, "read_seconds", "gauge", "seconds", "How long it took to read all processes.");
	fprintf(writer->stream, "hakmem_read_seconds %.6f\n", metrics->read_seconds);
	write_metadata(writer, "reader_info", "gauge", NULL, "Which hakmem-stats wrote this; always 1.");
	fprintf(writer->stream, "hakmem_reader_info{version=\"%d.%d.%d\"} 1\n", HAK_VERSION_MAJOR, HAK_VERSION_MINOR,
		HAK_VERSION_PATCH);
}

void metrics_write(const struct metrics *metrics, FILE *stream)
{
	struct writer writer = { metrics, stream };

	write_processes(&writer);
	write_fields(&writer);
	if (metrics->with_classes)
		write_classes(&writer);
	write_reader(&writer);
	fputs("# EOF\n", stream);
}
