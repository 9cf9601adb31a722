/* SPDX-License-Identifier: MIT
 *
 * cli/command_list.c - hakmem-stats list: one line per process, the biggest committed first.
 *
 * Owns the columns of processes.  Processes without numbers are counted behind the totals; --all
 * gives them lines.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/json.h"
#include "cli/table.h"

struct row {
	const struct model_process *process;
	bool has_resident;
	struct model_resident resident;
	double age_seconds; /* 0: unknown */
};

struct counts {
	size_t small, denied, off, inherited, unloaded, other;
};

static void get_number(const struct table_column *column, const void *row, struct table_value *value)
{
	value->known = cli_number_at(column->data, ((const struct row *)row)->process, &value->count);
}

static void get_text(const struct table_column *column, const void *row, struct table_value *value)
{
	value->known = true;
	value->text = (const char *)((const struct row *)row)->process + column->data;
}

static void get_state(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->text = ((const struct row *)row)->process->state;
}

static void get_pid(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->count = (uint64_t)((const struct row *)row)->process->pid;
}

static void get_use(const struct table_column *column, const void *row, struct table_value *value)
{
	uint64_t live, committed;

	(void)column;
	value->known = cli_number_at(offsetof(struct model_process, live_bytes), ((const struct row *)row)->process, &live) &&
		       cli_number_at(offsetof(struct model_process, numbers.committed_bytes),
				     ((const struct row *)row)->process, &committed) &&
		       committed > 0;
	if (value->known)
		value->ratio = live < committed ? (double)live / (double)committed : 1;
}

static void get_refill_rate(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct row *here = row;
	uint64_t refills;

	(void)column;
	value->known = cli_number_at(offsetof(struct model_process, refills_total), here->process, &refills) &&
		       here->age_seconds > 0;
	if (value->known)
		value->ratio = (double)refills / here->age_seconds;
}

static void get_age(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->ratio = ((const struct row *)row)->age_seconds;
	value->known = value->ratio > 0;
}

static void get_rss(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct row *here = row;

	(void)column;
	value->count = here->has_resident ? here->resident.rss_bytes : here->process->rss_bytes;
	value->known = value->count > 0;
}

static void get_resident(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct row *here = row;

	value->known = here->has_resident;
	memcpy(&value->count, (const char *)&here->resident + column->data, sizeof value->count);
}

#define NUMBER(field) offsetof(struct model_process, numbers.field), get_number
#define DERIVED(field) offsetof(struct model_process, field), get_number
#define TEXT(field) offsetof(struct model_process, field), get_text
#define RESIDENT(field) offsetof(struct model_resident, field), get_resident

static const struct table_column columns[] = {
	{ "pid", "PID", "process id", TABLE_IDENTIFIER, true, false, 0, get_pid },
	{ "user", "USER", "owner", TABLE_TEXT, true, false, TEXT(user) },
	{ "comm", "COMM", "name of the program", TABLE_TEXT, true, false, TEXT(comm) },
	{ "live", "LIVE", "bytes that the program has", TABLE_BYTES, true, true, DERIVED(live_bytes) },
	{ "bound", "+-", "how far LIVE may be off", TABLE_BYTES, true, false, DERIVED(live_bound_bytes) },
	{ "committed", "COMMIT", "slabs in use and large blocks", TABLE_BYTES, true, true, NUMBER(committed_bytes) },
	{ "util", "UTIL", "LIVE of COMMIT", TABLE_PERCENT, true, false, 0, get_use },
	{ "large", "LARGE", "blocks with mappings of their own", TABLE_BYTES, true, false, NUMBER(large_bytes) },
	{ "threads", "THR", "threads that have allocated", TABLE_COUNT, true, false, NUMBER(threads) },
	{ "refill_rate", "REFILL/s", "batches to thread caches, since the process began", TABLE_RATE, true, false, 0,
	  get_refill_rate },
	{ "state", "STATE", "live, idle, or why there are no numbers", TABLE_TEXT, true, false, 0, get_state },
	{ "peak", "PEAK", "highest COMMIT", TABLE_BYTES, false, false, NUMBER(committed_peak_bytes) },
	{ "reserved", "RESERVED", "address space", TABLE_BYTES, false, true, NUMBER(reserved_bytes) },
	{ "dirty", "DIRTY", "free, kept for reuse", TABLE_BYTES, false, true, NUMBER(dirty_bytes) },
	{ "cached", "CACHED", "free, in thread caches", TABLE_BYTES, false, true, DERIVED(cached_bytes) },
	{ "large_blocks", "LBLOCKS", "number of large blocks", TABLE_COUNT, false, true, NUMBER(large_blocks) },
	{ "large_cached", "LCACHED", "mappings kept for reuse", TABLE_BYTES, false, true, NUMBER(large_cached_bytes) },
	{ "superslabs", "SUPER", "regions of 2 MiB", TABLE_COUNT, false, true, NUMBER(superslabs) },
	{ "slabs", "SLABS", "runs of blocks of one size", TABLE_COUNT, false, true, NUMBER(slabs) },
	{ "refills", "REFILLS", "batches from slabs to caches", TABLE_COUNT, false, false, DERIVED(refills_total) },
	{ "homes", "HOMES", "batches from caches to slabs", TABLE_COUNT, false, false, DERIVED(homes_total) },
	{ "purged", "PURGED", "ever given back", TABLE_BYTES, false, false, NUMBER(purged_bytes_total) },
	{ "forks", "FORKS", "children made", TABLE_COUNT, false, false, NUMBER(forks) },
	{ "unlisted", "UNLISTED", "rows for which there was no room", TABLE_COUNT, false, false, NUMBER(unlisted) },
	{ "age", "AGE", "since the process began", TABLE_DURATION, false, false, 0, get_age },
	{ "rss", "RSS", "resident, of everything", TABLE_BYTES, false, true, 0, get_rss },
	{ "pss", "PSS", "RSS, shared pages divided (--resident)", TABLE_BYTES, false, true, RESIDENT(pss_bytes) },
	{ "private", "PRIVATE", "private and dirty (--resident)", TABLE_BYTES, false, true,
	  RESIDENT(private_dirty_bytes) },
	{ "huge", "HUGE", "in huge pages (--resident)", TABLE_BYTES, false, true, RESIDENT(anonymous_huge_bytes) },
	{ "unit", "UNIT", "systemd unit", TABLE_TEXT, false, false, TEXT(unit) },
	{ "cgroup", "CGROUP", "control group", TABLE_TEXT, false, false, TEXT(cgroup) },
	{ "executable", "EXECUTABLE", "file of the program", TABLE_TEXT, false, false, TEXT(executable) },
	{ "version", "VERSION", "of the library", TABLE_TEXT, false, false, TEXT(library_version) },
};

static double boottime_seconds(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_BOOTTIME, &now) ? 0 : (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void count_process(struct counts *counts, const struct model_process *process)
{
	const char *state = process->state;

	if (!strcmp(state, "small"))
		counts->small++;
	else if (!strcmp(state, "denied"))
		counts->denied++;
	else if (!strcmp(state, "off"))
		counts->off++;
	else if (!strcmp(state, "inherited"))
		counts->inherited++;
	else if (!strcmp(state, "unloaded"))
		counts->unloaded++;
	else if (process->outcome != OUTCOME_NO_PROCESS)
		counts->other++;
}

/* Fills ROWS with what is to be shown and *COUNTS with the rest. */
static size_t select_rows(const struct cli_options *options, const struct model_process *processes, size_t count,
			  struct row *rows, struct counts *counts)
{
	double now = options->source.core_file ? 0 : boottime_seconds();
	size_t selected = 0;

	for (size_t index = 0; index < count; index++) {
		const struct model_process *process = &processes[index];
		struct row *row = &rows[selected];

		if (!cli_matches_filters(options, process))
			continue;
		if (process->outcome != OUTCOME_OK) {
			count_process(counts, process);
			if (!options->all)
				continue;
		}
		row->process = process;
		if (process->start_boottime_ns && now > 0)
			row->age_seconds = now - (double)process->start_boottime_ns / 1e9;
		if (options->resident)
			row->has_resident = model_read_resident(&options->source, process->pid, &row->resident);
		selected++;
	}
	return selected;
}

static void append_note(char *note, size_t bytes, size_t number, const char *what)
{
	size_t used = strlen(note);

	if (number)
		snprintf(note + used, bytes - used, "%s%zu %s", used ? ", " : "", number, what);
}

static int print_json(const struct table *table, const struct counts *counts)
{
	json_t *document = json_document("list"), *list = json_array(), *without = json_object();

	for (size_t index = 0; index < table->row_count; index++) {
		const struct row *row = table->rows[index];
		json_t *object = json_from_process(row->process, false);

		if (table->options->resident) {
			const struct model_resident *resident = &row->resident;
			bool known = row->has_resident;

			json_object_set_new(object, "pss_bytes", known ? json_from_number(resident->pss_bytes) : json_null());
			json_object_set_new(object, "private_dirty_bytes",
					    known ? json_from_number(resident->private_dirty_bytes) : json_null());
			json_object_set_new(object, "anonymous_huge_bytes",
					    known ? json_from_number(resident->anonymous_huge_bytes) : json_null());
		}
		json_array_append_new(list, object);
	}
	json_object_set_new(document, "processes", list);
	json_object_set_new(without, "small", json_from_number(counts->small));
	json_object_set_new(without, "denied", json_from_number(counts->denied));
	json_object_set_new(without, "off", json_from_number(counts->off));
	json_object_set_new(without, "inherited", json_from_number(counts->inherited));
	json_object_set_new(without, "unloaded", json_from_number(counts->unloaded));
	json_object_set_new(without, "other", json_from_number(counts->other));
	json_object_set_new(document, "without_numbers", without);
	return json_print(document);
}

static void print_table(const struct table *table, const struct counts *counts)
{
	char label[32], note[256] = "";

	snprintf(label, sizeof label, "(%zu)", table->all_row_count);
	append_note(note, sizeof note, counts->small, "small");
	append_note(note, sizeof note, counts->denied, geteuid() ? "denied (run as root)" : "denied");
	append_note(note, sizeof note, counts->off, "off");
	append_note(note, sizeof note, counts->inherited, "inherited");
	append_note(note, sizeof note, counts->other, "not readable (see doctor)");
	table_print(table, label, note);
}

int command_list(int argc, char **argv, const struct cli_options *options)
{
	struct table table = { columns, sizeof columns / sizeof *columns, .default_sort = "committed",
			       .options = options };
	struct model_process *processes = NULL;
	struct counts counts = { 0 };
	struct row *rows;
	size_t count = 0, denied = 0, selected;
	int exit_code;

	if (argc > 1) {
		cli_error("list takes no arguments (hakmem-stats show %s for one process)",
			  argv[1][0] >= '0' && argv[1][0] <= '9' ? "PID" : "--help");
		return OUTCOME_USAGE;
	}
	/* Flags are checked before the work: a typo should not cost a walk over all processes. */
	if (!table_arrange(&table, NULL, 0, 0, options->resident ? "rss,pss,huge" : NULL, &exit_code))
		return exit_code;
	table_free(&table);
	if (model_read_all(&options->source, options->all, &processes, &count, &denied) != 0)
		return cli_report_source(options);
	rows = calloc(count ? count : 1, sizeof *rows);
	selected = rows ? select_rows(options, processes, count, rows, &counts) : 0;
	/* With --all these are among the processes already; filters do not apply to the unknown. */
	if (!options->all && !options->user_filter && !options->comm_filter && !options->unit_filter)
		counts.denied += denied;
	if (rows && table_arrange(&table, rows, sizeof *rows, selected, options->resident ? "rss,pss,huge" : NULL,
				  &exit_code)) {
		if (options->json)
			exit_code = print_json(&table, &counts);
		else
			print_table(&table, &counts);
	}
	table_free(&table);
	free(rows);
	model_free_all(processes, count);
	return exit_code;
}
