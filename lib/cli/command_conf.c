/* SPDX-License-Identifier: MIT
 *
 * cli/command_conf.c - hakmem-stats conf: the options that a process runs with, and who set them.
 *
 * Owns the columns.  The values are those in force, which the environment alone does not tell:
 * the library ignores what it cannot read, and programs may change options by hak_ctl.
 */
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/option_names.h"
#include "cli/table.h"

struct row {
	const char *name;
	char value[64];
	const char *origin;
	uint64_t number;
};

static void get_name(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->text = ((const struct row *)row)->name;
}

static void get_value(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->text = ((const struct row *)row)->value;
}

static void get_origin(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->text = ((const struct row *)row)->origin;
}

static const struct table_column columns[] = {
	{ "option", "OPTION", "HAKMEM_<upper case> in the environment", TABLE_TEXT, true, false, 0, get_name },
	{ "value", "VALUE", "in force", TABLE_TEXT, true, false, 0, get_value },
	{ "origin", "ORIGIN", "default, environment, file, or call (hak_ctl)", TABLE_TEXT, true, false, 0, get_origin },
};

static size_t fill_rows(const struct model_process *process, struct row *rows)
{
	size_t count = 0;

	for (; count < option_name_count && count < HAK_STATS_OPTIONS; count++) {
		size_t end = offsetof(struct hak_stats_process, option_origins) + count + 1;

		if (process->known_bytes < end)
			break;
		rows[count].name = option_names[count].name;
		rows[count].number = process->numbers.option_values[count];
		rows[count].origin = option_origin(process->numbers.option_origins[count]);
		option_text(&option_names[count], rows[count].number, rows[count].value, sizeof rows[count].value);
	}
	return count;
}

static int print_json(const struct table *table, const struct model_process *process)
{
	json_t *document = json_document("conf"), *list = json_array();

	for (size_t index = 0; index < table->row_count; index++) {
		const struct row *row = table->rows[index];
		json_t *object = json_object();

		json_object_set_new(object, "option", json_from_text(row->name));
		json_object_set_new(object, "value", json_from_text(row->value));
		json_object_set_new(object, "number", json_from_number(row->number));
		json_object_set_new(object, "origin", json_from_text(row->origin));
		json_array_append_new(list, object);
	}
	json_object_set_new(document, "pid", json_from_number((uint64_t)process->pid));
	json_object_set_new(document, "comm", json_from_text(process->comm));
	json_object_set_new(document, "options", list);
	return json_print(document);
}

int command_conf(int argc, char **argv, const struct cli_options *options)
{
	struct table table = { columns, sizeof columns / sizeof *columns, .options = options };
	struct row rows[HAK_STATS_OPTIONS];
	struct model_process process;
	int exit_code;

	if (!table_arrange(&table, NULL, 0, 0, NULL, &exit_code))
		return exit_code;
	table_free(&table);
	if (!cli_read_one(options, argc, argv, &process, &exit_code))
		return exit_code;
	if (table_arrange(&table, rows, sizeof *rows, fill_rows(&process, rows), NULL, &exit_code)) {
		if (options->json)
			exit_code = print_json(&table, &process);
		else
			table_print(&table, NULL, NULL);
	}
	table_free(&table);
	model_process_clear(&process);
	return exit_code;
}
