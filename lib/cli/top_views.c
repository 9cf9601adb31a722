/* SPDX-License-Identifier: MIT
 *
 * cli/top_views.c - columns, rows and the two screens that are no table.
 *
 * All texts of a row are made at each refresh; cli/top_table notices which of them are new.
 * Called by cli/command_top and cli/top_draw.
 */
#include "cli/top_views.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/format.h"
#include "cli/top_screen.h"

/* At 80 columns all of them fit, with the names cut; --bytes needs more. */
enum { P_PID, P_USER, P_COMM, P_LIVE, P_BOUND, P_COMMIT, P_UTIL, P_LARGE, P_THREADS, P_REFILLS, P_STATE, P_COUNT };

static struct top_column process_columns[P_COUNT] = {
	[P_PID] = { "PID", 7, 10, false, 0 },
	[P_USER] = { "USER", 6, 16, true, 6 },
	[P_COMM] = { "COMM", 8, 32, true, 0 },
	[P_LIVE] = { "LIVE", 6, 16, false, 1 },
	[P_BOUND] = { "+-", 6, 14, false, 7 },
	[P_COMMIT] = { "COMMIT", 6, 16, false, 2 },
	[P_UTIL] = { "UTIL", 4, 4, false, 5 },
	[P_LARGE] = { "LARGE", 6, 16, false, 8 },
	[P_THREADS] = { "THR", 3, 6, false, 9 },
	[P_REFILLS] = { "REFILL/s", 8, 10, false, 4 },
	[P_STATE] = { "STATE", 5, 9, true, 3 },
};

enum { C_BLOCK, C_SLABS, C_SLOTS, C_USED, C_UTIL, C_LIVE, C_BOUND, C_WASTE, C_REFILLS, C_COUNT };

static struct top_column class_columns[C_COUNT] = {
	[C_BLOCK] = { "BLOCK", 7, 8, false, 0 },     [C_SLABS] = { "SLABS", 7, 10, false, 5 },
	[C_SLOTS] = { "SLOTS", 9, 12, false, 6 },    [C_USED] = { "IN-USE", 9, 12, false, 2 },
	[C_UTIL] = { "UTIL", 4, 4, false, 3 },	     [C_LIVE] = { "LIVE", 8, 16, false, 1 },
	[C_BOUND] = { "+-", 7, 14, false, 7 },	     [C_WASTE] = { "UNUSED", 7, 16, false, 4 },
	[C_REFILLS] = { "REFILL/s", 9, 12, false, 8 },
};

enum { T_TID, T_NAME, T_SLABS, T_USED, T_UTIL, T_CACHED, T_MAILBOX, T_REFILLS, T_HOMES, T_COUNT };

static struct top_column thread_columns[T_COUNT] = {
	[T_TID] = { "TID", 7, 10, false, 0 },	     [T_NAME] = { "NAME", 10, 24, true, 0 },
	[T_SLABS] = { "SLABS", 6, 10, false, 6 },    [T_USED] = { "USED", 8, 16, false, 1 },
	[T_UTIL] = { "UTIL", 4, 4, false, 5 },	     [T_CACHED] = { "CACHED", 7, 16, false, 3 },
	[T_MAILBOX] = { "MAILBOX", 7, 16, false, 4 }, [T_REFILLS] = { "REFILL/s", 8, 12, false, 2 },
	[T_HOMES] = { "HOME/s", 8, 12, false, 7 },
};

void top_views_start(struct top_table *processes, struct top_table *classes, struct top_table *threads, bool unicode)
{
	if (unicode) {
		process_columns[P_BOUND].title = "±";
		class_columns[C_BOUND].title = "±";
	}
	top_table_init(processes, process_columns, P_COUNT, P_COMMIT, P_COMM);
	top_table_init(classes, class_columns, C_COUNT, C_LIVE, C_BLOCK);
	top_table_init(threads, thread_columns, T_COUNT, T_USED, T_NAME);
}

bool top_views_sort(struct top_table *processes, const char *name, bool reversed)
{
	/* As the columns of "list" are called. */
	static const char *const names[P_COUNT] = { "pid",  "user",  "comm",	"live",	   "bound", "committed",
						    "util", "large", "threads", "refill_rate", "state" };

	for (unsigned i = 0; i < P_COUNT; i++) {
		if (strcasecmp(name, names[i]) == 0 || strcasecmp(name, process_columns[i].title) == 0) {
			processes->sort_column = i;
			processes->reversed = reversed;
			return true;
		}
	}
	return false;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static void set_text(struct top_table *table, struct top_row *row, unsigned column, const char *text)
{
	top_table_set(table, row, column, 0, text);
}

static void set_bytes(struct top_table *table, struct top_row *row, unsigned column, uint64_t bytes, bool exact)
{
	char text[FORMAT_NUMBER_BYTES];

	format_bytes(text, bytes, exact);
	top_table_set(table, row, column, (double)bytes, text);
}

static void set_count(struct top_table *table, struct top_row *row, unsigned column, uint64_t count)
{
	char text[FORMAT_NUMBER_BYTES];

	snprintf(text, sizeof text, "%" PRIu64, count);
	top_table_set(table, row, column, (double)count, text);
}

static void set_rate(struct top_table *table, struct top_row *row, unsigned column, bool known, double rate)
{
	char text[FORMAT_NUMBER_BYTES];

	format_rate(text, rate, false);
	top_table_set(table, row, column, known ? rate : -1, known ? text : "-");
}

static void percent_text(char text[FORMAT_NUMBER_BYTES], uint64_t part, uint64_t whole)
{
	double ratio = whole ? (double)part / (double)whole : 0;

	/* The parts are not one moment's: a little over 1 is possible and means 1. */
	snprintf(text, FORMAT_NUMBER_BYTES, whole ? "%.0f%%" : "-", ratio > 1 ? 100.0 : ratio * 100);
}

static void set_percent(struct top_table *table, struct top_row *row, unsigned column, uint64_t part, uint64_t whole)
{
	char text[FORMAT_NUMBER_BYTES];

	percent_text(text, part, whole);
	top_table_set(table, row, column, whole ? (double)part / (double)whole : -1, text);
}

static double rate_of(uint64_t before, uint64_t now, double seconds)
{
	return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

/* ---- processes ------------------------------------------------------------------------------- */

static uint64_t live_bytes(const struct model_process *process)
{
	return process->live_bytes < process->numbers.committed_bytes ? process->live_bytes :
									process->numbers.committed_bytes;
}

static void fill_process(struct top_table *table, struct top_row *row, const struct top_process *entry, bool exact)
{
	const struct model_process *process = entry->process;
	const struct hak_stats_process *numbers = &process->numbers;
	bool known = process->outcome == OUTCOME_OK, idle = entry->rate_known && entry->refills_per_second <= 0;
	char pid[16];

	snprintf(pid, sizeof pid, "%ld", (long)process->pid);
	/* From the lowest, unlike everything that is an amount. */
	top_table_set(table, row, P_PID, -(double)process->pid, pid);
	set_text(table, row, P_USER, process->user);
	set_text(table, row, P_COMM, process->comm);
	set_text(table, row, P_STATE, known && idle ? "idle" : process->state ? process->state : "-");
	if (!known) {
		for (unsigned i = P_LIVE; i < P_STATE; i++)
			top_table_set(table, row, i, -1, "-");
		return;
	}
	set_bytes(table, row, P_LIVE, process->live_bytes, exact);
	set_bytes(table, row, P_BOUND, process->live_bound_bytes, exact);
	set_bytes(table, row, P_COMMIT, numbers->committed_bytes, exact);
	set_percent(table, row, P_UTIL, live_bytes(process), numbers->committed_bytes);
	set_bytes(table, row, P_LARGE, numbers->large_bytes, exact);
	set_count(table, row, P_THREADS, numbers->threads);
	set_rate(table, row, P_REFILLS, entry->rate_known, entry->refills_per_second);
}

static void fill_totals(struct top_table *table, const struct top_sampler *sampler, bool exact)
{
	uint64_t live = 0, used = 0, bound = 0, committed = 0, large = 0, threads = 0;
	double refills = 0;
	size_t count = 0;

	for (size_t i = 0; i < sampler->count; i++) {
		const struct top_process *entry = &sampler->entries[i];
		const struct model_process *process = entry->process;

		if (!top_sampler_shows(sampler, entry) || process->outcome != OUTCOME_OK)
			continue;
		count++;
		live += process->live_bytes;
		used += live_bytes(process);
		bound += process->live_bound_bytes;
		committed += process->numbers.committed_bytes;
		large += process->numbers.large_bytes;
		threads += process->numbers.threads;
		refills += entry->rate_known ? entry->refills_per_second : 0;
	}
	table->has_totals = true;
	snprintf(table->totals[P_PID], TOP_CELL_BYTES, "(%zu)", count);
	format_bytes(table->totals[P_LIVE], live, exact);
	format_bytes(table->totals[P_BOUND], bound, exact);
	format_bytes(table->totals[P_COMMIT], committed, exact);
	percent_text(table->totals[P_UTIL], used, committed);
	format_bytes(table->totals[P_LARGE], large, exact);
	snprintf(table->totals[P_THREADS], TOP_CELL_BYTES, "%" PRIu64, threads);
	format_rate(table->totals[P_REFILLS], refills, false);
	/* Totals are wider than any of their parts. */
	for (unsigned i = 0; i < P_COUNT; i++) {
		size_t width = format_width(table->totals[i]);

		if (width > table->widths[i])
			table->widths[i] = (unsigned)width;
	}
}

void top_fill_processes(struct top_table *table, const struct top_sampler *sampler, bool exact_bytes)
{
	top_table_begin(table);
	for (size_t i = 0; i < sampler->count; i++) {
		struct top_row *row;

		if (!top_sampler_shows(sampler, &sampler->entries[i]))
			continue;
		row = top_table_row(table, (uint64_t)sampler->entries[i].pid);
		if (row)
			fill_process(table, row, &sampler->entries[i], exact_bytes);
	}
	top_table_end(table);
	fill_totals(table, sampler, exact_bytes);
}

/* ---- classes and threads --------------------------------------------------------------------- */

static const struct model_class *same_class(const struct model_process *before, unsigned class_index)
{
	for (size_t i = 0; before && i < before->class_count; i++) {
		if (before->classes[i].class_index == class_index)
			return &before->classes[i];
	}
	return NULL;
}

void top_fill_classes(struct top_table *table, const struct model_process *process,
		      const struct model_process *before, double seconds, bool exact_bytes)
{
	top_table_begin(table);
	for (size_t i = 0; i < process->class_count; i++) {
		const struct model_class *class = &process->classes[i];
		const struct model_class *earlier = same_class(before, class->class_index);
		struct top_row *row = top_table_row(table, class->class_index);
		uint64_t unused = class->slots > class->used ? class->slots - class->used : 0;

		if (!row)
			continue;
		set_bytes(table, row, C_BLOCK, class->block_bytes, exact_bytes);
		set_count(table, row, C_SLABS, class->slabs);
		set_count(table, row, C_SLOTS, class->slots);
		set_count(table, row, C_USED, class->used);
		set_percent(table, row, C_UTIL, class->used, class->slots);
		set_bytes(table, row, C_LIVE, class->live_blocks * class->block_bytes, exact_bytes);
		set_bytes(table, row, C_BOUND, class->live_bound_blocks * class->block_bytes, exact_bytes);
		set_bytes(table, row, C_WASTE, unused * class->block_bytes, exact_bytes);
		set_rate(table, row, C_REFILLS, earlier != NULL,
			 earlier ? rate_of(earlier->refills_total, class->refills_total, seconds) : 0);
	}
	top_table_end(table);
}

static const struct model_thread *same_thread(const struct model_process *before, const struct model_thread *thread)
{
	for (size_t i = 0; before && i < before->thread_count; i++) {
		/* A row is used again by a later thread. */
		if (before->threads[i].row == thread->row && before->threads[i].tid == thread->tid)
			return &before->threads[i];
	}
	return NULL;
}

void top_fill_threads(struct top_table *table, const struct model_process *process,
		      const struct model_process *before, double seconds, bool exact_bytes)
{
	top_table_begin(table);
	for (size_t i = 0; i < process->thread_count; i++) {
		const struct model_thread *thread = &process->threads[i];
		const struct model_thread *earlier = same_thread(before, thread);
		bool orphans = thread->state == HAK_STATS_THREAD_ORPHANS;
		char tid[16], name[TOP_CELL_BYTES];
		struct top_row *row;

		if (thread->state == HAK_STATS_THREAD_FREE)
			continue;
		row = top_table_row(table, (uint64_t)thread->row << 32 | thread->tid);
		if (!row)
			continue;
		snprintf(tid, sizeof tid, "%" PRIu32, thread->tid);
		snprintf(name, sizeof name, "%s%.*s", thread->unsettled ? "~" : "", (int)sizeof(thread->name) - 1,
			 orphans ? "(ended threads)" : thread->name);
		top_table_set(table, row, T_TID, -(double)thread->tid, orphans ? "-" : tid);
		set_text(table, row, T_NAME, name);
		set_count(table, row, T_SLABS, thread->slabs);
		set_bytes(table, row, T_USED, thread->used_bytes, exact_bytes);
		set_percent(table, row, T_UTIL, thread->used_bytes, thread->slab_bytes);
		set_bytes(table, row, T_CACHED,
			  thread->cached_min_bytes / 2 + thread->cached_max_bytes / 2, exact_bytes);
		set_bytes(table, row, T_MAILBOX, thread->mailbox_bytes, exact_bytes);
		set_rate(table, row, T_REFILLS, earlier != NULL,
			 earlier ? rate_of(earlier->refills_total, thread->refills_total, seconds) : 0);
		set_rate(table, row, T_HOMES, earlier != NULL,
			 earlier ? rate_of(earlier->homes_total, thread->homes_total, seconds) : 0);
	}
	top_table_end(table);
}

/* ---- map and help ---------------------------------------------------------------------------- */

static void draw_legend(const struct model_process *process, const struct heap_map_palette *palette,
			const struct heap_map_summary *summary, int row, bool unicode)
{
	uint8_t classes[HEAP_MAP_CLASSES];
	size_t count = heap_map_rank(summary, classes);
	int column = 0;

	for (size_t i = 0; i < count && column + 12 < top_screen_columns(); i++) {
		char name[FORMAT_NUMBER_BYTES];
		struct heap_cell full = { HEAP_CELL_SLAB, true, classes[i], 255 };

		heap_map_class_text(process, classes[i], name, sizeof name);
		top_screen_cell(row, column, palette->colours[classes[i]], heap_map_glyph(full, unicode));
		column = top_screen_put(row, column + 2, 0, false, TOP_PLAIN, name) + 2;
	}
}

void top_draw_map(const struct model_process *process, struct heap_map_palette *palette, size_t *first,
		  int first_row, int last_row, bool unicode)
{
	struct heap_map_summary summary;
	size_t rows = last_row - 3 > first_row ? (size_t)(last_row - 3 - first_row) : 1;
	char text[160];

	heap_map_summarise(process, &summary);
	heap_map_choose_colours(palette, &summary);
	if (*first + rows > process->superslab_count)
		*first = process->superslab_count > rows ? process->superslab_count - rows : 0;
	top_screen_put(first_row, 0, top_screen_columns(), false, TOP_TITLE,
		       unicode ? "A cell is 64 KiB, a row 2 MiB   . ░ ▒ ▓ █ used   _ kept   - not mapped" :
				 "A cell is 64 KiB, a row 2 MiB   . : + * # used   _ kept   - not mapped");
	for (size_t i = 0; i < rows && *first + i < process->superslab_count; i++) {
		const struct hak_stats_superslab *superslab = &process->superslabs[*first + i];
		int row = first_row + 1 + (int)i;

		snprintf(text, sizeof text, "#%zu", *first + i);
		top_screen_put(row, 0, 6, false, TOP_FAINT, text);
		for (unsigned granule = 0; granule < HAK_STATS_GRANULES; granule++) {
			struct heap_cell cell = heap_map_cell(superslab, granule);

			top_screen_cell(row, 7 + (int)granule,
					cell.kind == HEAP_CELL_SLAB ? palette->colours[cell.class_index] : 0,
					heap_map_glyph(cell, unicode));
		}
		heap_map_row_note(superslab, text, sizeof text);
		top_screen_put(row, 7 + HAK_STATS_GRANULES + 2, 0, false, TOP_FAINT, text);
	}
	draw_legend(process, palette, &summary, last_row - 1, unicode);
	heap_map_verdict(&summary, text, sizeof text);
	top_screen_put(last_row, 0, 0, false, TOP_STRONG, text);
}

void top_draw_help(int first_row, int last_row)
{
	static const char *const lines[] = {
		"Up Down PgUp PgDn Home End   move",
		"< >       sort by the column to the left or right",
		"r         reverse the order",
		"/         show only what has this in its name; Escape shows all again",
		"Enter, c  size classes of the process",
		"t         its threads",
		"m         its heap map",
		"Escape, q back; q among the processes ends",
		"d         seconds from refresh to refresh",
		"b         all digits, or K, M, G",
		"p         pause, and go on",
		"? h       this page",
		"",
		"LIVE is what the program has, off by the number behind it at most; COMMIT",
		"what slabs and large blocks take; UTIL live in committed; REFILL/s batches",
		"from slabs to thread caches, the measure of activity. Bold values changed.",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && first_row + (int)i <= last_row; i++)
		top_screen_put(first_row + (int)i, 0, 0, false, TOP_PLAIN, lines[i]);
}
