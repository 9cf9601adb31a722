/* SPDX-License-Identifier: MIT
 *
 * cli/top_table.c - rows by key, rows in order, and what changed.
 *
 * Rows are found by key with a binary search and stay where they are in memory; only arrays of
 * pointers to them are sorted.  Called by cli/top_views and the keys of cli/top_keys.
 */
#include "cli/top_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/format.h"

static void reset_widths(struct top_table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		table->widths[i] = table->columns[i].width;
}

void top_table_init(struct top_table *table, const struct top_column *columns, unsigned column_count,
		    unsigned sort_column, unsigned filter_column)
{
	memset(table, 0, sizeof(*table));
	table->columns = columns;
	table->column_count = column_count;
	table->sort_column = sort_column;
	table->filter_column = filter_column;
	reset_widths(table);
}

void top_table_clear(struct top_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->by_key[i]);
	free(table->by_key);
	free(table->shown);
	table->by_key = table->shown = NULL;
	table->count = table->capacity = table->shown_count = 0;
	table->selected = table->first = 0;
	table->filter[0] = 0;
	reset_widths(table);
}

void top_table_begin(struct top_table *table)
{
	table->generation++;
	if (table->still)
		reset_widths(table);
}

/* Where KEY is or belongs. */
static size_t place_of(const struct top_table *table, uint64_t key)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->by_key[middle]->key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool grow(struct top_table *table)
{
	size_t capacity = table->capacity ? table->capacity * 2 : 64;
	struct top_row **rows = realloc(table->by_key, capacity * sizeof(struct top_row *));

	if (!rows)
		return false;
	table->by_key = rows;
	rows = realloc(table->shown, capacity * sizeof(struct top_row *));
	if (!rows)
		return false;
	table->shown = rows;
	table->capacity = capacity;
	return true;
}

struct top_row *top_table_row(struct top_table *table, uint64_t key)
{
	size_t place = place_of(table, key);
	struct top_row *row;

	if (place < table->count && table->by_key[place]->key == key) {
		row = table->by_key[place];
	} else {
		if (table->count == table->capacity && !grow(table))
			return NULL;
		row = calloc(1, sizeof(*row));
		if (!row)
			return NULL;
		row->key = key;
		row->born = table->generation;
		memmove(&table->by_key[place + 1], &table->by_key[place],
			(table->count - place) * sizeof(struct top_row *));
		table->by_key[place] = row;
		table->count++;
	}
	row->generation = table->generation;
	return row;
}

void top_table_set(struct top_table *table, struct top_row *row, unsigned column, double order, const char *text)
{
	char *cell = row->text[column];
	size_t width, most = table->columns[column].width_most;

	row->order[column] = order;
	if (strncmp(cell, text, TOP_CELL_BYTES - 1) == 0) {
		row->changed[column] = row->changed[column] && table->still;
		/* Its width is known, unless all widths are being found anew. */
		if (!table->still)
			return;
	} else {
		snprintf(cell, TOP_CELL_BYTES, "%s", text);
		row->changed[column] = table->still ? row->changed[column] : row->born != table->generation;
	}
	width = format_width(cell);
	if (width > most)
		width = most;
	if (width > table->widths[column])
		table->widths[column] = (unsigned)width;
}

/* "qsort" has no argument for this and "qsort_r" is not everywhere the same. */
static const struct top_table *sorting;

static int compare_rows(const void *left_place, const void *right_place)
{
	const struct top_row *left = *(struct top_row *const *)left_place;
	const struct top_row *right = *(struct top_row *const *)right_place;
	unsigned column = sorting->sort_column;
	int result;

	if (sorting->columns[column].text)
		result = strcasecmp(left->text[column], right->text[column]);
	else
		result = left->order[column] < right->order[column] ? 1 : left->order[column] > right->order[column] ? -1 : 0;
	if (sorting->reversed)
		result = -result;
	/* Equal rows in the order of their keys, or they would change places at each refresh. */
	if (!result)
		result = left->key > right->key ? 1 : -1;
	return result;
}

void top_table_arrange(struct top_table *table)
{
	const struct top_row *selected = top_table_selected(table);

	table->shown_count = 0;
	for (size_t i = 0; i < table->count; i++) {
		if (!table->filter[0] || strcasestr(table->by_key[i]->text[table->filter_column], table->filter))
			table->shown[table->shown_count++] = table->by_key[i];
	}
	sorting = table;
	if (table->shown_count > 1)
		qsort(table->shown, table->shown_count, sizeof(struct top_row *), compare_rows);
	for (size_t i = 0; selected && i < table->shown_count; i++) {
		if (table->shown[i] == selected)
			table->selected = i;
	}
	top_table_select(table, table->selected);
}

void top_table_end(struct top_table *table)
{
	const struct top_row *selected = top_table_selected(table);
	size_t kept = 0;

	/* A selection whose row goes stays at its place on the screen. */
	if (selected && selected->generation != table->generation)
		selected = NULL;
	for (size_t i = 0; i < table->count; i++) {
		if (table->by_key[i]->generation == table->generation)
			table->by_key[kept++] = table->by_key[i];
		else
			free(table->by_key[i]);
	}
	table->count = kept;
	/* The rows that "shown" names may be gone: find the selection again without it. */
	table->shown_count = 0;
	top_table_arrange(table);
	for (size_t i = 0; selected && i < table->shown_count; i++) {
		if (table->shown[i] == selected)
			table->selected = i;
	}
	table->still = false;
}

void top_table_select(struct top_table *table, size_t index)
{
	table->selected = index < table->shown_count ? index : table->shown_count ? table->shown_count - 1 : 0;
}

const struct top_row *top_table_selected(const struct top_table *table)
{
	return table->selected < table->shown_count ? table->shown[table->selected] : NULL;
}
