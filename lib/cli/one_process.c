/* SPDX-License-Identifier: MIT
 *
 * cli/one_process.c - read one process, arrange its rows, print them as a table or as JSON.
 *
 * Owns nothing; see one_process.h.
 */
#include "cli/one_process.h"

static int print_json(const struct table *table, const struct model_process *process,
		      const struct one_process_view *view)
{
	json_t *document = json_document(view->kind), *list = json_array();

	for (size_t index = 0; index < table->row_count; index++)
		json_array_append_new(list, view->to_json(table->rows[index]));
	json_object_set_new(document, "pid", json_from_number((uint64_t)process->pid));
	json_object_set_new(document, "comm", json_from_text(process->comm));
	json_object_set_new(document, view->kind, list);
	return json_print(document);
}

int one_process_show(int argc, char **argv, const struct cli_options *options, const struct one_process_view *view)
{
	struct table table = { view->columns, view->column_count, .default_sort = view->default_sort,
			       .options = options };
	struct model_process process;
	struct one_process_rows rows;
	int exit_code;

	/* Bad columns are told before a process is looked for. */
	if (!table_arrange(&table, NULL, 0, 0, NULL, &exit_code))
		return exit_code;
	table_free(&table);
	if (!cli_read_one(options, argc, argv, &process, &exit_code))
		return exit_code;
	rows = view->rows(&process);
	if (table_arrange(&table, rows.rows, rows.row_bytes, rows.count, NULL, &exit_code)) {
		if (options->json)
			exit_code = print_json(&table, &process, view);
		else
			table_print(&table, "total", NULL);
	}
	table_free(&table);
	model_process_clear(&process);
	return exit_code;
}
