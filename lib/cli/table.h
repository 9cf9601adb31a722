/* SPDX-License-Identifier: MIT
 *
 * cli/table.h - rows and columns on a terminal or in a pipe.
 *
 * A command describes its columns and how to get a row's value; here is what all tables have in
 * common: --columns, --sort, --limit, --no-header, --bytes, alignment, width and colour.  Rows
 * belong to the command; only an array of pointers to them is made.
 */
#ifndef HAKMEM_CLI_TABLE_H
#define HAKMEM_CLI_TABLE_H

#include "cli/options.h"

enum table_kind {
	TABLE_TEXT,
	TABLE_COUNT,        /* "count" */
	TABLE_IDENTIFIER,   /* "count" too, but sorted from the lowest */
	TABLE_BYTES,        /* "count" */
	TABLE_BYTES_CHANGE, /* "change" */
	TABLE_COUNT_CHANGE, /* "change" */
	TABLE_RATE,         /* "ratio", per second */
	TABLE_PERCENT,      /* "ratio", 0 to 1 */
	TABLE_BAR,          /* "ratio", 0 to 1 */
	TABLE_DURATION,     /* "ratio", seconds */
};

struct table_value {
	bool known;
	bool unsettled; /* a "~" goes in front of the number */
	uint64_t count;
	int64_t change;
	double ratio;
	const char *text;
};

struct table_column {
	const char *key;   /* for --columns and --sort */
	const char *title; /* header; upper case */
	const char *help;  /* for --columns help */
	enum table_kind kind;
	bool shown;        /* without --columns */
	bool totalled;     /* the totals row sums it */
	size_t data;       /* for "get" */
	void (*get)(const struct table_column *column, const void *row, struct table_value *value);
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	const char *default_sort; /* a key, perhaps with ":r" */
	const struct cli_options *options;
	const void **rows;
	size_t row_count;        /* after --limit */
	size_t all_row_count;    /* before */
	size_t chosen[64];       /* indices of the columns to print */
	size_t chosen_count;
};

/* Choose the columns and arrange COUNT rows of ROW_BYTES from ROWS: sorted and limited.  False
 * with *EXIT_CODE when there is nothing more to do: a message about --columns or --sort was
 * printed, or the help.  EXTRA_KEYS: comma list of columns shown additionally, or NULL. */
bool table_arrange(struct table *table, const void *rows, size_t row_bytes, size_t count, const char *extra_keys,
		   int *exit_code);

/* The header and all rows to standard output; then, unless -q or --no-header, a totals row with
 * TOTALS_LABEL in front and NOTE behind it when TOTALS_LABEL is not NULL. */
void table_print(const struct table *table, const char *totals_label, const char *note);

void table_free(struct table *table);

#endif
