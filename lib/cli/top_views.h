/* SPDX-License-Identifier: MIT
 *
 * cli/top_views.h - what the live screen shows: processes, size classes, threads, heap map, help.
 *
 * Owns the columns of its tables.  The fill functions turn readings into rows of a
 * cli/top_table; the draw functions put what is no table onto cli/top_screen.  Called by
 * cli/command_top.
 */
#ifndef HAKMEM_CLI_TOP_VIEWS_H
#define HAKMEM_CLI_TOP_VIEWS_H

#include "cli/heap_map.h"
#include "cli/top_sampler.h"
#include "cli/top_table.h"

enum top_view { TOP_VIEW_PROCESSES, TOP_VIEW_CLASSES, TOP_VIEW_THREADS, TOP_VIEW_MAP, TOP_VIEW_HELP };

/* Empty tables with the columns of their view. */
void top_views_start(struct top_table *processes, struct top_table *classes, struct top_table *threads, bool unicode);

/* NAME of a column as in --sort; false when there is none. */
bool top_views_sort(struct top_table *processes, const char *name, bool reversed);

void top_fill_processes(struct top_table *table, const struct top_sampler *sampler, bool exact_bytes);

/* BEFORE is the reading of SECONDS ago, or NULL: then there are no rates. */
void top_fill_classes(struct top_table *table, const struct model_process *process,
		      const struct model_process *before, double seconds, bool exact_bytes);
void top_fill_threads(struct top_table *table, const struct model_process *process,
		      const struct model_process *before, double seconds, bool exact_bytes);

/* The map from superslab *FIRST on, in the rows FIRST_ROW to LAST_ROW; brings *FIRST in range. */
void top_draw_map(const struct model_process *process, struct heap_map_palette *palette, size_t *first,
		  int first_row, int last_row, bool unicode);

void top_draw_help(int first_row, int last_row);

#endif
