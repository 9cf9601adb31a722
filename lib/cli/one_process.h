/* SPDX-License-Identifier: MIT
 *
 * cli/one_process.h - a table about one process: what classes and threads have in common.
 *
 * Owns nothing.  A command says which rows, which columns, and how a row looks in JSON.
 */
#ifndef HAKMEM_CLI_ONE_PROCESS_H
#define HAKMEM_CLI_ONE_PROCESS_H

#include "cli/json.h"
#include "cli/table.h"

struct one_process_rows {
	const void *rows;
	size_t row_bytes, count;
};

struct one_process_view {
	const char *kind;                 /* of the JSON document, and the name of its list */
	const struct table_column *columns;
	size_t column_count;
	const char *default_sort;
	struct one_process_rows (*rows)(const struct model_process *process);
	json_t *(*to_json)(const void *row);
};

/* The whole command: reads the process that ARGV names, prints, returns the exit code. */
int one_process_show(int argc, char **argv, const struct cli_options *options, const struct one_process_view *view);

#endif
