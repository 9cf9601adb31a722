/* SPDX-License-Identifier: MIT
 *
 * cli/top_table.h - a table that lives: rows come and go, values change, one row is selected.
 *
 * Owns the rows' texts, their order, the filter and the selection; knows nothing of terminals.
 * cli/top_views fills it at each refresh, cli/top_screen draws it, cli/command_top moves the
 * selection.  A value counts as changed when its text is another than at the last refresh: what
 * the eye cannot see has not changed.
 */
#ifndef HAKMEM_CLI_TOP_TABLE_H
#define HAKMEM_CLI_TOP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TOP_COLUMNS_MAX = 12,
	TOP_CELL_BYTES = 72,
	TOP_FILTER_BYTES = 64,
};

struct top_column {
	const char *title;
	unsigned width;       /* at least, in columns of the screen; grows with the texts */
	unsigned width_most;
	bool text;            /* aligned left, sorted by the alphabet; else a number, greatest first */
	unsigned sacrifice;   /* the greatest is hidden first when the screen is narrow; 0: stays */
};

struct top_row {
	uint64_t key;
	unsigned generation;  /* of the refresh that set it last */
	unsigned born;
	double order[TOP_COLUMNS_MAX];
	char text[TOP_COLUMNS_MAX][TOP_CELL_BYTES];
	bool changed[TOP_COLUMNS_MAX];
};

struct top_table {
	const struct top_column *columns;
	unsigned column_count;
	unsigned widths[TOP_COLUMNS_MAX]; /* they only grow, or the columns would dance */
	unsigned sort_column;
	bool reversed;
	unsigned filter_column;           /* which column the filter looks at */
	char filter[TOP_FILTER_BYTES];
	unsigned generation;
	bool still;                       /* this refresh changes the form, not the values */
	struct top_row **by_key;          /* all rows */
	size_t count, capacity;
	struct top_row **shown;           /* those that pass the filter, in order; capacity too */
	size_t shown_count;
	size_t selected;                  /* index in shown */
	size_t first;                     /* the row at the top of the screen */
	bool has_totals;
	char totals[TOP_COLUMNS_MAX][TOP_CELL_BYTES];
};

void top_table_init(struct top_table *table, const struct top_column *columns, unsigned column_count,
		    unsigned sort_column, unsigned filter_column);
void top_table_clear(struct top_table *table);

/* A refresh: begin, then row and set for everything that is there, then end.  Rows that were not
 * asked for are gone after it.  The selection stays with its row. */
void top_table_begin(struct top_table *table);
struct top_row *top_table_row(struct top_table *table, uint64_t key); /* NULL: no memory */
void top_table_set(struct top_table *table, struct top_row *row, unsigned column, double order,
		   const char *text);
void top_table_end(struct top_table *table);

/* After a change of sort_column, reversed or filter. */
void top_table_arrange(struct top_table *table);

void top_table_select(struct top_table *table, size_t index); /* too far is the last row */
const struct top_row *top_table_selected(const struct top_table *table); /* NULL: no row */

#endif
