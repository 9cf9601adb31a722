/* SPDX-License-Identifier: MIT
 *
 * cli/command_diff.c - hakmem-stats diff A [B|PID]: what has grown since snapshot A.
 *
 * Owns the pairing of processes: those with the same pid and the same start, else, when A and B
 * have one process each, these two (a restarted service).  Without B the processes of A are read
 * as they are now.  Exit 1: a process of A is not there any more.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json.h"
#include "cli/table.h"

struct growth {
	uint64_t block_bytes; /* 0: the large blocks */
	int64_t blocks, bytes, slabs, slab_bytes;
};

struct delta {
	const struct model_process *before, *after;
	int64_t live_bytes, live_bound_bytes, committed_bytes, large_bytes;
	struct growth *rows;
	size_t row_count;
	const struct growth *most; /* NULL: nothing has grown */
};

static void get_block(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->count = ((const struct growth *)row)->block_bytes;
	value->known = value->count > 0;
}

static void get_change(const struct table_column *column, const void *row, struct table_value *value)
{
	value->known = true;
	memcpy(&value->change, (const char *)row + column->data, sizeof value->change);
}

#define AT(field) offsetof(struct growth, field)

static const struct table_column columns[] = {
	{ "block", "CLASS", "bytes of a block; - for large blocks", TABLE_IDENTIFIER, true, false, 0, get_block },
	{ "blocks", "BLOCKS", "change of blocks with the program", TABLE_COUNT_CHANGE, true, true, AT(blocks), get_change },
	{ "bytes", "BYTES", "the same in bytes", TABLE_BYTES_CHANGE, true, true, AT(bytes), get_change },
	{ "slabs", "SLABS", "change of slabs", TABLE_COUNT_CHANGE, true, true, AT(slabs), get_change },
	{ "slab_bytes", "SLAB-BYTES", "the same in bytes", TABLE_BYTES_CHANGE, true, true, AT(slab_bytes), get_change },
};

static struct growth *row_of(struct delta *delta, uint64_t block_bytes)
{
	for (size_t index = 0; index < delta->row_count; index++) {
		if (delta->rows[index].block_bytes == block_bytes)
			return &delta->rows[index];
	}
	delta->rows[delta->row_count].block_bytes = block_bytes;
	return &delta->rows[delta->row_count++];
}

/* Adds the classes of PROCESS with SIGN 1 or -1. */
static void add_classes(struct delta *delta, const struct model_process *process, int64_t sign)
{
	for (size_t index = 0; index < process->class_count; index++) {
		const struct model_class *class = &process->classes[index];
		struct growth *row = row_of(delta, class->block_bytes);

		row->blocks += sign * (int64_t)class->live_blocks;
		row->bytes += sign * (int64_t)(class->live_blocks * class->block_bytes);
		row->slabs += sign * (int64_t)class->slabs;
		row->slab_bytes += sign * (int64_t)(class->slots * class->block_bytes);
	}
}

static bool compare(struct delta *delta)
{
	const struct model_process *before = delta->before, *after = delta->after;
	size_t kept = 0;
	struct growth *large;

	delta->rows = calloc(before->class_count + after->class_count + 1, sizeof *delta->rows);
	if (!delta->rows) {
		cli_error("out of memory for the classes of %d", (int)after->pid);
		return false;
	}
	delta->live_bytes = (int64_t)(after->live_bytes - before->live_bytes);
	delta->live_bound_bytes = (int64_t)(after->live_bound_bytes + before->live_bound_bytes);
	delta->committed_bytes = (int64_t)(after->numbers.committed_bytes - before->numbers.committed_bytes);
	delta->large_bytes = (int64_t)(after->numbers.large_bytes - before->numbers.large_bytes);
	add_classes(delta, after, 1);
	add_classes(delta, before, -1);
	large = row_of(delta, 0);
	large->blocks = (int64_t)(after->numbers.large_blocks - before->numbers.large_blocks);
	large->bytes = delta->large_bytes;
	for (size_t index = 0; index < delta->row_count; index++) {
		if (delta->rows[index].blocks || delta->rows[index].slabs || delta->rows[index].bytes)
			delta->rows[kept++] = delta->rows[index];
	}
	delta->row_count = kept;
	for (size_t index = 0; index < kept; index++) {
		if (delta->rows[index].bytes > (delta->most ? delta->most->bytes : 0))
			delta->most = &delta->rows[index];
	}
	return true;
}

/* How much of all that has grown is this row's. */
static double share_of_most(const struct delta *delta)
{
	double grown = 0;

	for (size_t index = 0; index < delta->row_count; index++)
		grown += delta->rows[index].bytes > 0 ? (double)delta->rows[index].bytes : 0;
	return delta->most && grown > 0 ? (double)delta->most->bytes / grown : 0;
}

static void print_sentence(const struct delta *delta, const struct cli_options *options)
{
	char committed[FORMAT_NUMBER_BYTES], live[FORMAT_NUMBER_BYTES], bound[FORMAT_NUMBER_BYTES];
	char blocks[FORMAT_NUMBER_BYTES], bytes[FORMAT_NUMBER_BYTES], name[FORMAT_NUMBER_BYTES + 8];

	format_bytes_change(committed, delta->committed_bytes, options->exact_bytes);
	format_bytes_change(live, delta->live_bytes, options->exact_bytes);
	format_bytes(bound, (uint64_t)delta->live_bound_bytes, options->exact_bytes);
	printf("%d %s  committed %s  live %s +- %s", (int)delta->after->pid, delta->after->comm, committed, live, bound);
	if (delta->most) {
		format_count_change(blocks, delta->most->blocks);
		format_bytes_change(bytes, delta->most->bytes, options->exact_bytes);
		snprintf(name, sizeof name, "class %" PRIu64, delta->most->block_bytes);
		printf("  %s: %s blocks (%s) <- %.0f%% of growth", delta->most->block_bytes ? name : "large", blocks, bytes,
		       100 * share_of_most(delta));
	}
	putchar('\n');
}

static json_t *growth_to_json(const struct growth *growth)
{
	json_t *object = json_object();

	json_object_set_new(object, "block_bytes", growth->block_bytes ? json_from_number(growth->block_bytes) : json_null());
	json_object_set_new(object, "live_blocks_change", json_integer(growth->blocks));
	json_object_set_new(object, "live_bytes_change", json_integer(growth->bytes));
	json_object_set_new(object, "slabs_change", json_integer(growth->slabs));
	return object;
}

static json_t *delta_to_json(const struct delta *delta, const struct table *table)
{
	json_t *object = json_object(), *classes = json_array(), *most = json_null();

	json_object_set_new(object, "pid", json_from_number((uint64_t)delta->after->pid));
	json_object_set_new(object, "comm", json_from_text(delta->after->comm));
	json_object_set_new(object, "live_bytes_change", json_integer(delta->live_bytes));
	json_object_set_new(object, "live_bound_bytes", json_integer(delta->live_bound_bytes));
	json_object_set_new(object, "committed_bytes_change", json_integer(delta->committed_bytes));
	json_object_set_new(object, "large_bytes_change", json_integer(delta->large_bytes));
	if (delta->most) {
		most = growth_to_json(delta->most);
		json_object_set_new(most, "share_of_growth", json_real(share_of_most(delta)));
	}
	json_object_set_new(object, "most_growth", most);
	for (size_t index = 0; index < table->row_count; index++)
		json_array_append_new(classes, growth_to_json(table->rows[index]));
	json_object_set_new(object, "classes", classes);
	return object;
}

static int show_pair(const struct model_process *before, const struct model_process *after,
		     const struct cli_options *options, json_t *list)
{
	struct delta delta = { .before = before, .after = after };
	struct table table = { columns, sizeof columns / sizeof *columns, .default_sort = "bytes", .options = options };
	int exit_code = OUTCOME_PARTIAL;

	if (compare(&delta) &&
	    table_arrange(&table, delta.rows, sizeof *delta.rows, delta.row_count, NULL, &exit_code)) {
		if (list) {
			json_array_append_new(list, delta_to_json(&delta, &table));
		} else {
			print_sentence(&delta, options);
			if (delta.row_count)
				table_print(&table, "total", NULL);
		}
	}
	table_free(&table);
	free(delta.rows);
	return exit_code;
}

struct set {
	struct model_process *processes;
	size_t count;
};

/* The processes of BEFORE as they are now. */
static bool read_now(const struct cli_options *options, const struct set *before, struct set *after)
{
	after->processes = calloc(before->count ? before->count : 1, sizeof *after->processes);
	if (!after->processes) {
		cli_error("out of memory for %zu processes", before->count);
		return false;
	}
	after->count = before->count;
	for (size_t index = 0; index < before->count; index++)
		model_read(&options->source, before->processes[index].pid, &after->processes[index]);
	return true;
}

static int read_pid(const struct cli_options *options, const char *text, struct set *after)
{
	pid_t pid;
	int outcome;

	if (!cli_parse_pid(text, &pid))
		return OUTCOME_USAGE;
	after->processes = calloc(1, sizeof *after->processes);
	if (!after->processes)
		return OUTCOME_PARTIAL;
	after->count = 1;
	outcome = (int)model_read(&options->source, pid, after->processes);
	if (outcome != OUTCOME_OK)
		cli_report_failure(after->processes);
	return outcome;
}

static const struct model_process *partner_of(const struct model_process *before, const struct set *all_before,
					      const struct set *after)
{
	for (size_t index = 0; index < after->count; index++) {
		const struct model_process *candidate = &after->processes[index];

		if (candidate->outcome == OUTCOME_OK && candidate->pid == before->pid &&
		    candidate->start_boottime_ns == before->start_boottime_ns)
			return candidate;
	}
	/* One and one: a service before and after its restart. */
	if (all_before->count == 1 && after->count == 1 && after->processes[0].outcome == OUTCOME_OK &&
	    after->processes[0].pid != before->pid)
		return &after->processes[0];
	return NULL;
}

static int show_all(const struct cli_options *options, const struct set *before, const struct set *after,
		    bool only_named)
{
	json_t *document = options->json ? json_document("diff") : NULL, *list = options->json ? json_array() : NULL;
	json_t *gone = options->json ? json_array() : NULL;
	size_t missing = 0, pairs = 0;
	int exit_code = OUTCOME_OK;

	for (size_t index = 0; index < before->count && exit_code == OUTCOME_OK; index++) {
		const struct model_process *process = &before->processes[index], *partner;

		if (process->outcome != OUTCOME_OK || !cli_matches_filters(options, process))
			continue;
		partner = partner_of(process, before, after);
		if (partner) {
			exit_code = show_pair(process, partner, options, list);
			pairs++;
		} else if (!only_named) {
			missing++;
			if (gone)
				json_array_append_new(gone, json_from_number((uint64_t)process->pid));
			cli_note(options, "%d (%s): not there any more", (int)process->pid, process->comm);
		}
	}
	if (only_named && !pairs && exit_code == OUTCOME_OK) {
		cli_error("the snapshot does not have process %d (hakmem-stats snapshot %d -o FILE makes one)",
			  (int)after->processes[0].pid, (int)after->processes[0].pid);
		missing++;
	}
	if (document) {
		json_object_set_new(document, "processes", list);
		json_object_set_new(document, "gone", gone);
		json_print(document);
	}
	return exit_code ? exit_code : missing ? OUTCOME_PARTIAL : OUTCOME_OK;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

int command_diff(int argc, char **argv, const struct cli_options *options)
{
	struct table table = { columns, sizeof columns / sizeof *columns, .default_sort = "bytes", .options = options };
	struct set before = { 0 }, after = { 0 };
	uint64_t taken;
	bool named = argc > 2 && is_number(argv[2]);
	int exit_code;

	if (!table_arrange(&table, NULL, 0, 0, NULL, &exit_code))
		return exit_code;
	table_free(&table);
	if (argc < 2 || argc > 3) {
		cli_error("diff needs one snapshot, and another or a process id (hakmem-stats diff A [B|PID])");
		return OUTCOME_USAGE;
	}
	exit_code = json_load_snapshot(argv[1], &before.processes, &before.count, &taken);
	if (exit_code != OUTCOME_OK)
		return exit_code;
	if (named)
		exit_code = read_pid(options, argv[2], &after);
	else if (argc > 2)
		exit_code = json_load_snapshot(argv[2], &after.processes, &after.count, &taken);
	else
		exit_code = read_now(options, &before, &after) ? OUTCOME_OK : OUTCOME_PARTIAL;
	if (exit_code == OUTCOME_OK)
		exit_code = show_all(options, &before, &after, named);
	model_free_all(before.processes, before.count);
	model_free_all(after.processes, after.count);
	return exit_code;
}
