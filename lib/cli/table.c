/* SPDX-License-Identifier: MIT
 *
 * cli/table.c - rows and columns on a terminal or in a pipe.
 *
 * Owns the arrangement of a table while it is printed.  Cells are formatted twice, once to learn
 * the widths: a table is some hundred rows, and the text of a cell need not be kept.
 */
#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "cli/format.h"

enum {
	CELL_BYTES = 768,     /* the longest text of the model, escaped, and its NUL */
	BAR_WIDTH = 10,
	NARROWEST_TEXT = 8,   /* a text column is not cut below this */
};

static size_t find_column(const struct table *table, const char *key, size_t key_bytes)
{
	for (size_t index = 0; index < table->column_count; index++) {
		const char *name = table->columns[index].key;

		if (strlen(name) == key_bytes && !memcmp(name, key, key_bytes))
			return index;
	}
	return SIZE_MAX;
}

static bool choose_column(struct table *table, const char *key, size_t key_bytes)
{
	size_t column = find_column(table, key, key_bytes);
	char safe[64], cut[64];

	if (column == SIZE_MAX) {
		snprintf(cut, sizeof cut, "%.*s", (int)(key_bytes < 60 ? key_bytes : 60), key);
		cli_error("unknown column '%s' (see --columns help)", format_safe_text(safe, sizeof safe, cut));
		return false;
	}
	if (table->chosen_count < sizeof table->chosen / sizeof *table->chosen)
		table->chosen[table->chosen_count++] = column;
	return true;
}

static bool choose_list(struct table *table, const char *list)
{
	while (*list) {
		size_t bytes = strcspn(list, ",");

		if (bytes && !choose_column(table, list, bytes))
			return false;
		list += bytes;
		list += *list == ',';
	}
	return true;
}

static void print_column_help(const struct table *table)
{
	for (size_t index = 0; index < table->column_count; index++) {
		const struct table_column *column = &table->columns[index];

		printf("%-16s %c %s\n", column->key, column->shown ? '*' : ' ', column->help);
	}
	puts("\n* shown without --columns");
}

static void get_value(const struct table_column *column, const void *row, struct table_value *value)
{
	memset(value, 0, sizeof *value);
	column->get(column, row, value);
}

/* Below 0 when A comes first in ascending order. */
static int compare_values(enum table_kind kind, const struct table_value *a, const struct table_value *b)
{
	switch (kind) {
	case TABLE_TEXT:
		return strcmp(a->text, b->text);
	case TABLE_COUNT:
	case TABLE_IDENTIFIER:
	case TABLE_BYTES:
		return (a->count > b->count) - (a->count < b->count);
	case TABLE_BYTES_CHANGE:
	case TABLE_COUNT_CHANGE:
		return (a->change > b->change) - (a->change < b->change);
	default:
		return (a->ratio > b->ratio) - (a->ratio < b->ratio);
	}
}

struct order {
	const struct table_column *column;
	bool descending;
};

static int compare_rows(const void *left, const void *right, void *context)
{
	const struct order *order = context;
	const void *const *a = left, *const *b = right;
	struct table_value value_a, value_b;
	int result;

	get_value(order->column, *a, &value_a);
	get_value(order->column, *b, &value_b);
	/* What is not known stands last in either direction. */
	if (value_a.known != value_b.known)
		return value_a.known ? -1 : 1;
	result = value_a.known ? compare_values(order->column->kind, &value_a, &value_b) : 0;
	if (order->descending)
		result = -result;
	/* Rows are in one array: their own order decides what is equal. */
	return result ? result : (*a > *b) - (*a < *b);
}

static bool sort_rows(struct table *table)
{
	const struct cli_options *options = table->options;
	const char *key = options->sort_key ? options->sort_key : table->default_sort;
	bool reversed = options->sort_key && options->sort_reversed;
	char safe[64];
	struct order order;
	size_t column;

	if (!key)
		return true;
	column = find_column(table, key, strlen(key));
	if (column == SIZE_MAX) {
		cli_error("cannot sort by '%s' (see --columns help)", format_safe_text(safe, sizeof safe, key));
		return false;
	}
	order.column = &table->columns[column];
	/* Names and identifiers from the first, amounts from the biggest. */
	order.descending = (order.column->kind != TABLE_TEXT && order.column->kind != TABLE_IDENTIFIER) != reversed;
	qsort_r(table->rows, table->row_count, sizeof *table->rows, compare_rows, &order);
	return true;
}

bool table_arrange(struct table *table, const void *rows, size_t row_bytes, size_t count, const char *extra_keys,
		   int *exit_code)
{
	const struct cli_options *options = table->options;

	*exit_code = OUTCOME_OK;
	table->chosen_count = 0;
	table->rows = NULL;
	if (options->columns && !strcmp(options->columns, "help")) {
		print_column_help(table);
		return false;
	}
	*exit_code = OUTCOME_USAGE;
	if (options->columns) {
		if (!choose_list(table, options->columns))
			return false;
	} else {
		for (size_t index = 0; index < table->column_count; index++) {
			const char *key = table->columns[index].key;

			if (table->columns[index].shown && !choose_column(table, key, strlen(key)))
				return false;
		}
		if (extra_keys && !choose_list(table, extra_keys))
			return false;
	}
	if (!table->chosen_count) {
		cli_error("--columns names no column (see --columns help)");
		return false;
	}
	table->rows = calloc(count ? count : 1, sizeof *table->rows);
	if (!table->rows) {
		cli_error("out of memory for %zu rows (use --limit or --comm)", count);
		*exit_code = OUTCOME_PARTIAL;
		return false;
	}
	for (size_t index = 0; index < count; index++)
		table->rows[index] = (const char *)rows + index * row_bytes;
	table->all_row_count = table->row_count = count;
	if (!sort_rows(table)) {
		table_free(table);
		return false;
	}
	if (options->limited && table->row_count > options->limit)
		table->row_count = options->limit;
	*exit_code = OUTCOME_OK;
	return true;
}

static void format_bar(char text[static CELL_BYTES], double ratio, bool unicode)
{
	/* Eighths of a cell, from nothing to full. */
	static const char *const blocks[] = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" };
	unsigned eighths = ratio <= 0 ? 0 : ratio >= 1 ? BAR_WIDTH * 8 : (unsigned)(ratio * BAR_WIDTH * 8 + 0.5);
	size_t used = 0;

	for (unsigned cell = 0; cell < BAR_WIDTH; cell++) {
		unsigned part = eighths > cell * 8 ? eighths - cell * 8 : 0;
		const char *block = unicode ? blocks[part > 8 ? 8 : part] : part >= 4 ? "#" : ".";

		used += (size_t)snprintf(text + used, CELL_BYTES - used, "%s", block);
	}
}

static void format_value(char text[static CELL_BYTES], const struct table *table, enum table_kind kind,
			 const struct table_value *value)
{
	bool exact = table->options->exact_bytes;
	char number[FORMAT_NUMBER_BYTES] = "";

	if (!value->known) {
		snprintf(text, CELL_BYTES, "-");
		return;
	}
	switch (kind) {
	case TABLE_TEXT:
		snprintf(text, CELL_BYTES, "%s", value->text[0] ? value->text : "-");
		return;
	case TABLE_BAR:
		format_bar(text, value->ratio, table->options->unicode);
		return;
	case TABLE_COUNT:
	case TABLE_IDENTIFIER:
		format_bytes(number, value->count, true);
		break;
	case TABLE_BYTES:
		format_bytes(number, value->count, exact);
		break;
	case TABLE_BYTES_CHANGE:
		format_bytes_change(number, value->change, exact);
		break;
	case TABLE_COUNT_CHANGE:
		format_count_change(number, value->change);
		break;
	case TABLE_RATE:
		format_rate(number, value->ratio, exact);
		break;
	case TABLE_PERCENT:
		snprintf(number, sizeof number, "%.0f%%", value->ratio * 100);
		break;
	case TABLE_DURATION:
		format_duration(number, value->ratio);
		break;
	}
	snprintf(text, CELL_BYTES, "%s%s", value->unsettled ? "~" : "", number);
}

static void format_cell(char text[static CELL_BYTES], const struct table *table, const struct table_column *column,
			const void *row)
{
	struct table_value value;

	get_value(column, row, &value);
	format_value(text, table, column->kind, &value);
}

/* The sum over all rows, also those that --limit hides. */
static void format_total(char text[static CELL_BYTES], const struct table *table, const struct table_column *column)
{
	struct table_value total = { .known = true }, value;

	text[0] = '\0';
	if (!column->totalled)
		return;
	for (size_t index = 0; index < table->all_row_count; index++) {
		get_value(column, table->rows[index], &value);
		if (!value.known)
			continue;
		total.count += value.count;
		total.change += value.change;
		total.ratio += value.ratio;
	}
	format_value(text, table, column->kind, &total);
}

static bool leans_left(enum table_kind kind)
{
	return kind == TABLE_TEXT || kind == TABLE_BAR;
}

/* Cuts text columns, the widest first, until the line fits into the terminal. */
static void shrink(const struct table *table, size_t *widths)
{
	for (;;) {
		size_t line = 0, widest = SIZE_MAX;

		for (size_t index = 0; index < table->chosen_count; index++) {
			line += widths[index] + (index ? 1 : 0);
			if (table->columns[table->chosen[index]].kind == TABLE_TEXT && widths[index] > NARROWEST_TEXT &&
			    (widest == SIZE_MAX || widths[index] > widths[widest]))
				widest = index;
		}
		if (!table->options->width || line <= table->options->width || widest == SIZE_MAX)
			return;
		widths[widest]--;
	}
}

static void measure(const struct table *table, size_t *widths, bool with_totals, const char *totals_label)
{
	char text[CELL_BYTES];

	for (size_t index = 0; index < table->chosen_count; index++) {
		const struct table_column *column = &table->columns[table->chosen[index]];
		size_t width;

		widths[index] = table->options->no_header ? 1 : format_width(column->title);
		for (size_t row = 0; row < table->row_count; row++) {
			format_cell(text, table, column, table->rows[row]);
			width = format_width(text);
			if (width > widths[index])
				widths[index] = width;
		}
		if (!with_totals)
			continue;
		format_total(text, table, column);
		if (!index && !column->totalled)
			snprintf(text, sizeof text, "%s", totals_label);
		width = format_width(text);
		if (width > widths[index])
			widths[index] = width;
	}
	shrink(table, widths);
}

/* Spaces at the end of a line are left out: pipes get no padding. */
static void print_cell(const struct table *table, size_t index, const size_t *widths, const char *text,
		       const char *color)
{
	const struct table_column *column = &table->columns[table->chosen[index]];
	bool last = index + 1 == table->chosen_count;
	size_t width = format_width(text);
	int bytes = (int)strlen(text), padding;

	if (width > widths[index]) {
		bytes = (int)format_prefix_bytes(text, widths[index]);
		width = widths[index];
	}
	padding = (int)(widths[index] - width);
	if (index)
		putchar(' ');
	if (!leans_left(column->kind))
		printf("%*s", padding, "");
	if (table->options->color && color && bytes)
		printf("\033[%sm%.*s\033[0m", color, bytes, text);
	else
		printf("%.*s", bytes, text);
	if (leans_left(column->kind) && !last)
		printf("%*s", padding, "");
}

/* Colour only repeats what the number says: low use is yellow, very low use red. */
static const char *color_of(const struct table_column *column, const void *row)
{
	struct table_value value;

	if (column->kind != TABLE_PERCENT && column->kind != TABLE_BAR)
		return NULL;
	get_value(column, row, &value);
	if (!value.known || value.ratio >= 0.5)
		return NULL;
	return value.ratio < 0.25 ? "31" : "33";
}

void table_print(const struct table *table, const char *totals_label, const char *note)
{
	bool with_totals = totals_label && !table->options->quiet && !table->options->no_header;
	size_t widths[sizeof table->chosen / sizeof *table->chosen];
	char text[CELL_BYTES];

	measure(table, widths, with_totals, totals_label);
	if (!table->options->no_header) {
		for (size_t index = 0; index < table->chosen_count; index++)
			print_cell(table, index, widths, table->columns[table->chosen[index]].title, "1");
		putchar('\n');
	}
	for (size_t row = 0; row < table->row_count; row++) {
		for (size_t index = 0; index < table->chosen_count; index++) {
			const struct table_column *column = &table->columns[table->chosen[index]];

			format_cell(text, table, column, table->rows[row]);
			print_cell(table, index, widths, text, color_of(column, table->rows[row]));
		}
		putchar('\n');
	}
	if (!with_totals)
		return;
	for (size_t index = 0; index < table->chosen_count; index++) {
		const struct table_column *column = &table->columns[table->chosen[index]];

		format_total(text, table, column);
		if (!index && !column->totalled)
			snprintf(text, sizeof text, "%s", totals_label);
		print_cell(table, index, widths, text, "1");
	}
	if (note && *note)
		printf("  %s", note);
	putchar('\n');
}

void table_free(struct table *table)
{
	free(table->rows);
	table->rows = NULL;
}
