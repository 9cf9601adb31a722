/* SPDX-License-Identifier: MIT
 *
 * cli/top_screen.c - ncurses: styles, texts, keys, and the layout of a table.
 *
 * ncurses restores the terminal itself on SIGINT and SIGTERM, and turns SIGWINCH into a key.
 */
#include "cli/top_screen.h"

#ifndef NCURSES_WIDECHAR
#define NCURSES_WIDECHAR 1
#endif
#include <curses.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/format.h"
#include "cli/heap_map.h"

enum { PAIR_CHANGED = 1, PAIR_TITLE, PAIR_CELLS };
enum { CTRL_L = 'L' - '@' };

static attr_t styles[TOP_STYLES];
static bool colored;
static SCREEN *screen;

static void choose_styles(void)
{
	styles[TOP_PLAIN] = A_NORMAL;
	styles[TOP_STRONG] = A_BOLD;
	styles[TOP_FAINT] = A_DIM;
	styles[TOP_TITLE] = A_REVERSE;
	styles[TOP_SORTED] = A_REVERSE | A_BOLD | A_UNDERLINE;
	styles[TOP_SELECTED] = A_REVERSE;
	styles[TOP_CHANGED] = A_BOLD;
	styles[TOP_SELECTED_CHANGED] = A_REVERSE | A_BOLD;
	if (!colored)
		return;
	init_pair(PAIR_CHANGED, COLOR_YELLOW, -1);
	init_pair(PAIR_TITLE, COLOR_GREEN, -1);
	for (unsigned i = 0; i < HEAP_MAP_COLOURS; i++)
		init_pair((short)(PAIR_CELLS + i), (short)heap_map_terminal_colour(i, COLORS >= 256), -1);
	styles[TOP_CHANGED] = A_BOLD | (attr_t)COLOR_PAIR(PAIR_CHANGED);
	styles[TOP_TITLE] |= (attr_t)COLOR_PAIR(PAIR_TITLE);
	styles[TOP_SORTED] |= (attr_t)COLOR_PAIR(PAIR_TITLE);
}

bool top_screen_start(bool color)
{
	/* Not "initscr": that one ends the process when the terminal is unknown. */
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return false;
	/* Without this there is no way to draw a screen, only lines. */
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		top_screen_end();
		return false;
	}
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	/* Escape is a key of its own here: do not wait a second for the rest of a sequence. */
	set_escdelay(25);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	colored = color && has_colors() && start_color() == OK && use_default_colors() == OK &&
		  COLOR_PAIRS > (int)PAIR_CELLS + (int)HEAP_MAP_COLOURS;
	choose_styles();
	return true;
}

void top_screen_end(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
}

int top_screen_rows(void)
{
	return LINES;
}

int top_screen_columns(void)
{
	return COLS;
}

void top_screen_erase(void)
{
	erase();
}

void top_screen_show(void)
{
	refresh();
}

/* BYTES of TEXT in the locale's characters; what is none is shown as '?'. */
static void put_bytes(const char *text, size_t bytes)
{
	mbstate_t state;

	memset(&state, 0, sizeof state);
	while (bytes) {
		wchar_t wide;
		size_t step = mbrtowc(&wide, text, bytes, &state);

		if (step == 0 || step == (size_t)-1 || step == (size_t)-2) {
			memset(&state, 0, sizeof state);
			step = 1;
			addch('?');
		} else {
			addnstr(text, (int)step);
		}
		text += step;
		bytes -= step;
	}
}

int top_screen_put(int row, int column, int width, bool right, enum top_style style, const char *text)
{
	int room = COLS - column, taken, padding;
	size_t bytes;

	if (row < 0 || row >= LINES || column < 0 || room <= 0)
		return column;
	if (width > 0 && width < room)
		room = width;
	bytes = format_prefix_bytes(text, (size_t)room);
	taken = (int)format_width(text);
	if (taken > room)
		taken = room;
	padding = width > 0 ? room - taken : 0;
	attrset((int)styles[style]);
	move(row, column);
	for (int i = 0; right && i < padding; i++)
		addch(' ');
	put_bytes(text, bytes);
	for (int i = 0; !right && i < padding; i++)
		addch(' ');
	attrset(A_NORMAL);
	return column + taken + padding;
}

void top_screen_cell(int row, int column, unsigned colour, const char *glyph)
{
	if (row < 0 || row >= LINES || column < 0 || column >= COLS)
		return;
	attrset(colored ? (int)COLOR_PAIR(PAIR_CELLS + colour % HEAP_MAP_COLOURS) : A_NORMAL);
	mvaddstr(row, column, glyph);
	attrset(A_NORMAL);
}

/* The widths of the columns, 0 for those that are hidden. */
static void lay_out(const struct top_table *table, unsigned widths[TOP_COLUMNS_MAX])
{
	unsigned sum = 0, room = (unsigned)COLS;

	for (unsigned i = 0; i < table->column_count; i++) {
		widths[i] = table->widths[i];
		sum += widths[i] + (i > 0);
	}
	/* Names give way first, the last ones before the first ones. */
	for (unsigned i = table->column_count; i-- > 0 && sum > room;) {
		unsigned least = table->columns[i].width, spare = sum - room;

		if (!table->columns[i].text || widths[i] <= least)
			continue;
		if (spare > widths[i] - least)
			spare = widths[i] - least;
		widths[i] -= spare;
		sum -= spare;
	}
	while (sum > room) {
		unsigned victim = 0;

		for (unsigned i = 1; i < table->column_count; i++) {
			if (widths[i] && table->columns[i].sacrifice > (widths[victim] ? table->columns[victim].sacrifice : 0))
				victim = i;
		}
		if (!table->columns[victim].sacrifice || !widths[victim])
			break;
		sum -= widths[victim] + 1;
		widths[victim] = 0;
	}
}

static void draw_row(const struct top_table *table, const struct top_row *row, int line, const unsigned *widths,
		     bool selected)
{
	int column = 0;

	for (unsigned i = 0; i < table->column_count; i++) {
		bool changed = row->changed[i];
		enum top_style style = selected ? changed ? TOP_SELECTED_CHANGED : TOP_SELECTED :
						  changed ? TOP_CHANGED : TOP_PLAIN;

		if (!widths[i])
			continue;
		if (column > 0)
			column = top_screen_put(line, column, 1, false, selected ? TOP_SELECTED : TOP_PLAIN, " ");
		column = top_screen_put(line, column, (int)widths[i], !table->columns[i].text, style, row->text[i]);
	}
	if (selected && column < COLS)
		top_screen_put(line, column, COLS - column, false, TOP_SELECTED, "");
}

void top_screen_table(struct top_table *table, int first_row, int last_row)
{
	unsigned widths[TOP_COLUMNS_MAX];
	size_t room = last_row > first_row + 1 ? (size_t)(last_row - first_row - 1) : 1;
	int column = 0;

	lay_out(table, widths);
	top_screen_put(first_row, 0, COLS, false, TOP_TITLE, "");
	for (unsigned i = 0; i < table->column_count; i++) {
		if (!widths[i])
			continue;
		if (column > 0)
			column = top_screen_put(first_row, column, 1, false, TOP_TITLE, " ");
		column = top_screen_put(first_row, column, (int)widths[i], !table->columns[i].text,
					i == table->sort_column ? TOP_SORTED : TOP_TITLE, table->columns[i].title);
	}

	if (table->selected < table->first)
		table->first = table->selected;
	if (table->selected >= table->first + room)
		table->first = table->selected - room + 1;
	/* Rows went: do not leave the lower half of the screen empty. */
	if (table->first + room > table->shown_count)
		table->first = table->shown_count > room ? table->shown_count - room : 0;
	for (size_t i = 0; i < room && table->first + i < table->shown_count; i++)
		draw_row(table, table->shown[table->first + i], first_row + 1 + (int)i, widths,
			 table->first + i == table->selected);

	column = 0;
	for (unsigned i = 0; table->has_totals && i < table->column_count; i++) {
		if (!widths[i])
			continue;
		column = top_screen_put(last_row, column + (column > 0), (int)widths[i], !table->columns[i].text, TOP_STRONG,
					table->totals[i]);
	}
}

static int translate(wint_t key)
{
	switch (key) {
	case KEY_UP:
		return TOP_KEY_UP;
	case KEY_DOWN:
		return TOP_KEY_DOWN;
	case KEY_PPAGE:
		return TOP_KEY_PAGE_UP;
	case KEY_NPAGE:
		return TOP_KEY_PAGE_DOWN;
	case KEY_HOME:
		return TOP_KEY_HOME;
	case KEY_END:
		return TOP_KEY_END;
	case KEY_ENTER:
		return TOP_KEY_ENTER;
	case KEY_BACKSPACE:
		return TOP_KEY_BACKSPACE;
	case KEY_RESIZE:
		return TOP_KEY_RESIZED;
	default:
		return TOP_KEY_OTHER;
	}
}

int top_screen_key(double seconds)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	wint_t key;
	int result = get_wch(&key);

	/* ncurses reads ahead: what it holds already does not wake poll. */
	if (result == ERR) {
		/* EINTR is a resize, and get_wch tells. */
		if (poll(&input, 1, seconds > 0 ? (int)(seconds * 1000) + 1 : 0) > 0 && !(input.revents & POLLIN))
			return TOP_KEY_GONE;
		result = get_wch(&key);
	}
	if (result == ERR)
		return input.revents & POLLHUP ? TOP_KEY_GONE : TOP_KEY_NONE;
	if (result == KEY_CODE_YES)
		return translate(key);
	if (key == '\r')
		return TOP_KEY_ENTER;
	if (key == CTRL_L) {
		/* Somebody else has written on the terminal. */
		clearok(curscr, TRUE);
		return TOP_KEY_RESIZED;
	}
	return key == '\b' ? TOP_KEY_BACKSPACE : (int)key;
}
