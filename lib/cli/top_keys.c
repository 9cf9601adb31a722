/* SPDX-License-Identifier: MIT
 *
 * cli/top_keys.c - what the keys of the live screen do, and the two questions it asks.
 *
 * Called by the loop in cli/command_top.
 */
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "cli/top.h"
#include "cli/top_screen.h"

static void start_prompt(struct top *top, enum top_prompt prompt)
{
	top->prompt = prompt;
	top->typed[0] = 0;
}

static void end_prompt(struct top *top, bool accepted)
{
	enum top_prompt prompt = top->prompt;
	double seconds;
	char *end;

	top->prompt = TOP_PROMPT_NONE;
	if (prompt == TOP_PROMPT_FILTER && !accepted) {
		top->processes.filter[0] = 0;
		top_table_arrange(&top->processes);
	}
	if (prompt != TOP_PROMPT_DELAY || !accepted)
		return;
	seconds = strtod(top->typed, &end);
	if (end == top->typed || *end || !isfinite(seconds) || seconds < 0.1 || seconds > 3600)
		snprintf(top->message, sizeof top->message, "give seconds from 0.1 to 3600");
	else
		top->delay_seconds = seconds;
}

static void type_key(struct top *top, int key)
{
	size_t length = strlen(top->typed);

	if (key == TOP_KEY_ENTER || key == TOP_KEY_ESCAPE) {
		end_prompt(top, key == TOP_KEY_ENTER);
		return;
	}
	if (key == TOP_KEY_BACKSPACE) {
		/* A whole character of UTF-8. */
		while (length > 0 && ((unsigned char)top->typed[--length] & 0xc0) == 0x80)
			;
		top->typed[length] = 0;
	} else if (key >= ' ' && key < TOP_KEY_UP && length + MB_LEN_MAX < sizeof top->typed) {
		int bytes = wctomb(top->typed + length, (wchar_t)key);

		top->typed[bytes > 0 ? length + (size_t)bytes : length] = 0;
	}
	if (top->prompt == TOP_PROMPT_FILTER) {
		snprintf(top->processes.filter, sizeof top->processes.filter, "%s", top->typed);
		top_table_arrange(&top->processes);
	}
}

/* DIRECTION in rows; pages and ends are what the tables cut. */
static void move_selection(struct top *top, int key)
{
	struct top_table *table = top_table_of(top);
	size_t page = top_screen_rows() > 6 ? (size_t)top_screen_rows() - 5 : 1;
	size_t step = key == TOP_KEY_PAGE_UP || key == TOP_KEY_PAGE_DOWN ? page : 1;
	size_t place = table ? table->selected : top->map_first;

	if (key == TOP_KEY_UP || key == TOP_KEY_PAGE_UP)
		place = place > step ? place - step : 0;
	else if (key == TOP_KEY_DOWN || key == TOP_KEY_PAGE_DOWN)
		place += step;
	else
		place = key == TOP_KEY_HOME ? 0 : SIZE_MAX / 2;
	if (table)
		top_table_select(table, place);
	else if (top->view == TOP_VIEW_MAP)
		top->map_first = place;
}

static void go_back(struct top *top, int key)
{
	if (top->view == TOP_VIEW_HELP) {
		top->view = top->view_before_help;
	} else if (top->view != TOP_VIEW_PROCESSES) {
		top_leave_detail(top);
		top_refresh_data(top);
	} else if (key == TOP_KEY_ESCAPE) {
		top->processes.filter[0] = 0;
		top_table_arrange(&top->processes);
	} else {
		top->leave = true;
	}
}

static void sort_by(struct top *top, int key)
{
	struct top_table *table = top_table_of(top);

	if (!table)
		return;
	if (key == 'r')
		table->reversed = !table->reversed;
	else if (key == '>')
		table->sort_column = (table->sort_column + 1) % table->column_count;
	else
		table->sort_column = (table->sort_column + table->column_count - 1) % table->column_count;
	top_table_arrange(table);
	snprintf(top->message, sizeof top->message, "sorted by %s%s", table->columns[table->sort_column].title,
		 table->reversed ? ", reversed" : "");
}

void top_take_key(struct top *top, int key)
{
	top->message[0] = 0;
	if (top->prompt != TOP_PROMPT_NONE) {
		type_key(top, key);
		return;
	}
	if (key >= TOP_KEY_UP && key <= TOP_KEY_END) {
		move_selection(top, key);
		return;
	}
	/* Whatever the key, it ends the help. */
	if (top->view == TOP_VIEW_HELP && key < TOP_KEY_UP)
		key = TOP_KEY_ESCAPE;
	switch (key) {
	case 'q':
	case TOP_KEY_ESCAPE:
		go_back(top, key);
		break;
	case TOP_KEY_ENTER:
		if (top->view != TOP_VIEW_PROCESSES)
			break;
		/* fall through */
	case 'c':
		top_enter_detail(top, TOP_VIEW_CLASSES);
		break;
	case 't':
		top_enter_detail(top, TOP_VIEW_THREADS);
		break;
	case 'm':
		top_enter_detail(top, TOP_VIEW_MAP);
		break;
	case '<':
	case '>':
	case 'r':
		sort_by(top, key);
		break;
	case '/':
		if (top->view == TOP_VIEW_PROCESSES)
			start_prompt(top, TOP_PROMPT_FILTER);
		break;
	case 'd':
		start_prompt(top, TOP_PROMPT_DELAY);
		break;
	case 'b':
		top->exact_bytes = !top->exact_bytes;
		top_refresh_form(top);
		break;
	case 'p':
		top->paused = !top->paused;
		break;
	case '?':
	case 'h':
		top->view_before_help = top->view;
		top->view = TOP_VIEW_HELP;
		break;
	default:
		break;
	}
}
