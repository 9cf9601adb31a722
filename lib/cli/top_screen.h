/* SPDX-License-Identifier: MIT
 *
 * cli/top_screen.h - the terminal of the live screen.
 *
 * The only file with ncurses in it, because that library's macros take ordinary words.  Owns the
 * terminal between start and end; called by cli/command_top and cli/top_views.  Everything is cut
 * to the screen, so callers need not care how small it is.
 */
#ifndef HAKMEM_CLI_TOP_SCREEN_H
#define HAKMEM_CLI_TOP_SCREEN_H

#include "cli/top_table.h"

enum top_style {
	TOP_PLAIN,
	TOP_STRONG,
	TOP_FAINT,
	TOP_TITLE,
	TOP_SORTED,
	TOP_SELECTED,
	TOP_CHANGED,
	TOP_SELECTED_CHANGED,
	TOP_STYLES,
};

/* Characters are themselves; these are the keys that are none. */
enum top_key {
	TOP_KEY_NONE = -1,
	TOP_KEY_GONE = -2, /* the terminal is */
	TOP_KEY_ENTER = 10,
	TOP_KEY_ESCAPE = 27,
	TOP_KEY_BACKSPACE = 127,
	TOP_KEY_UP = 0x200000,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_RESIZED,
	TOP_KEY_OTHER,
};

/* False when this terminal cannot do it; nothing was printed. */
bool top_screen_start(bool color);
void top_screen_end(void);

int top_screen_rows(void);
int top_screen_columns(void);

void top_screen_erase(void);
void top_screen_show(void);

/* TEXT in WIDTH columns from COLUMN on, cut or filled up; 0 is up to the end of the line.  Returns
 * the column behind the text. */
int top_screen_put(int row, int column, int width, bool right, enum top_style style, const char *text);

/* One cell of the heap map in one of its colours. */
void top_screen_cell(int row, int column, unsigned colour, const char *glyph);

/* Titles in FIRST_ROW, then as many rows as fit above LAST_ROW, where the totals go. */
void top_screen_table(struct top_table *table, int first_row, int last_row);

/* The next key; waits SECONDS for it. */
int top_screen_key(double seconds);

#endif
