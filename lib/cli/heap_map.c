/* SPDX-License-Identifier: MIT
 *
 * cli/heap_map.c - granules, fragmentation and colours.
 *
 * Twelve colours are as many as can be told apart; a heap rarely has more classes with slabs that
 * matter, so the most frequent classes get them and the others share grey.
 */
#include "cli/heap_map.h"

#include <stdio.h>
#include <string.h>

#include "cli/format.h"

struct heap_cell heap_map_cell(const struct hak_stats_superslab *superslab, unsigned granule)
{
	struct heap_cell cell = { .kind = HEAP_CELL_UNMAPPED };
	uint32_t bit;

	if (granule >= HAK_STATS_GRANULES)
		return cell;
	bit = UINT32_C(1) << granule;
	if (!(superslab->mapped & bit))
		return cell;
	if (superslab->free & bit) {
		cell.kind = superslab->dirty & bit ? HEAP_CELL_DIRTY : HEAP_CELL_FREE;
		return cell;
	}
	cell.kind = HEAP_CELL_SLAB;
	cell.class_index = superslab->class_index[granule];
	cell.fill = superslab->fill[granule];
	cell.first = granule == 0 || superslab->back[granule] == 0 || superslab->back[granule] > granule;
	return cell;
}

static void count_superslab(const struct hak_stats_superslab *superslab, struct heap_map_summary *summary)
{
	uint64_t run = 0;

	summary->superslabs++;
	for (unsigned i = 0; i < HAK_STATS_GRANULES; i++) {
		struct heap_cell cell = heap_map_cell(superslab, i);

		summary->mapped_granules += cell.kind != HEAP_CELL_UNMAPPED;
		summary->dirty_granules += cell.kind == HEAP_CELL_DIRTY;
		if (cell.kind == HEAP_CELL_FREE || cell.kind == HEAP_CELL_DIRTY) {
			summary->free_granules++;
			run++;
			if (run > summary->longest_free_run_granules)
				summary->longest_free_run_granules = run;
			continue;
		}
		run = 0;
		if (cell.kind != HEAP_CELL_SLAB)
			continue;
		summary->slab_granules++;
		summary->unused_slab_bytes += (uint64_t)(255 - cell.fill) * HEAP_MAP_GRANULE_BYTES / 255;
		if (!cell.first)
			continue;
		summary->slabs++;
		summary->slabs_under_half += cell.fill < 128;
		summary->slabs_of_class[cell.class_index]++;
	}
}

void heap_map_summarise(const struct model_process *process, struct heap_map_summary *summary)
{
	memset(summary, 0, sizeof(*summary));
	for (size_t i = 0; i < process->superslab_count; i++)
		count_superslab(&process->superslabs[i], summary);
}

size_t heap_map_rank(const struct heap_map_summary *summary, uint8_t classes[HEAP_MAP_CLASSES])
{
	size_t count = 0;

	for (unsigned i = 0; i < HEAP_MAP_CLASSES; i++) {
		size_t place = count;

		if (!summary->slabs_of_class[i])
			continue;
		for (; place > 0 && summary->slabs_of_class[classes[place - 1]] < summary->slabs_of_class[i]; place--)
			classes[place] = classes[place - 1];
		classes[place] = (uint8_t)i;
		count++;
	}
	return count;
}

void heap_map_choose_colours(struct heap_map_palette *palette, const struct heap_map_summary *summary)
{
	uint8_t classes[HEAP_MAP_CLASSES];
	size_t count = heap_map_rank(summary, classes);

	for (size_t i = 0; i < count && palette->used < HEAP_MAP_COLOURS - 1; i++) {
		if (!palette->colours[classes[i]])
			palette->colours[classes[i]] = (uint8_t)++palette->used;
	}
}

const char *heap_map_glyph(struct heap_cell cell, bool unicode)
{
	static const char *const shades[2][5] = {
		{ ".", ":", "+", "*", "#" },
		{ ".", "░", "▒", "▓", "█" },
	};

	switch (cell.kind) {
	case HEAP_CELL_UNMAPPED:
		return "-";
	case HEAP_CELL_FREE:
		return " ";
	case HEAP_CELL_DIRTY:
		return "_";
	case HEAP_CELL_SLAB:
		break;
	}
	/* The first and the last shade are for "almost empty" and "almost full". */
	return shades[unicode][cell.fill < 26 ? 0 : cell.fill < 96 ? 1 : cell.fill < 160 ? 2 : cell.fill < 230 ? 3 : 4];
}

unsigned heap_map_terminal_colour(unsigned colour, bool many)
{
	static const uint8_t of_256[HEAP_MAP_COLOURS] = { 245, 75, 208, 77, 203, 141, 221, 80, 212, 150, 174, 110, 180 };
	static const uint8_t of_8[HEAP_MAP_COLOURS] = { 7, 4, 3, 2, 1, 5, 6, 4, 3, 2, 1, 5, 6 };

	return many ? of_256[colour % HEAP_MAP_COLOURS] : of_8[colour % HEAP_MAP_COLOURS];
}

const char *heap_map_css_colour(unsigned colour)
{
	static const char *const css[HEAP_MAP_COLOURS] = { "#8a8a8a", "#4e9bd1", "#f08c2e", "#4fa952", "#e15759",
							   "#9a79cf", "#e0b93b", "#3bb3b3", "#ec83b8", "#93b85c",
							   "#b9706f", "#6f93bd", "#c29a5b" };

	return css[colour % HEAP_MAP_COLOURS];
}

uint64_t heap_map_block_bytes(const struct model_process *process, unsigned class_index)
{
	for (size_t i = 0; i < process->class_count; i++) {
		if (process->classes[i].class_index == class_index)
			return process->classes[i].block_bytes;
	}
	return 0;
}

void heap_map_class_text(const struct model_process *process, unsigned class_index, char *text, size_t text_bytes)
{
	char number[FORMAT_NUMBER_BYTES];
	uint64_t block_bytes = heap_map_block_bytes(process, class_index);

	format_bytes(number, block_bytes, false);
	if (class_index == HAK_STATS_STARTER_CLASS)
		snprintf(text, text_bytes, "mixed");
	else if (!block_bytes)
		snprintf(text, text_bytes, "class %u", class_index);
	else
		snprintf(text, text_bytes, "%s", number);
}

void heap_map_verdict(const struct heap_map_summary *summary, char *text, size_t text_bytes)
{
	char unused[FORMAT_NUMBER_BYTES], run[FORMAT_NUMBER_BYTES];
	uint64_t percent = summary->slabs ? summary->slabs_under_half * 100 / summary->slabs : 0;

	if (!summary->slabs) {
		snprintf(text, text_bytes, "no slabs");
		return;
	}
	format_bytes(unused, summary->unused_slab_bytes, false);
	format_bytes(run, summary->longest_free_run_granules * HEAP_MAP_GRANULE_BYTES, false);
	snprintf(text, text_bytes, "%s: %u %% of slabs under half full, %s unused, longest free run %s",
		 percent >= 25 ? "fragmented" : percent >= 10 ? "loose" : "dense", (unsigned)percent,
		 unused, run);
}

void heap_map_row_note(const struct hak_stats_superslab *superslab, char *text, size_t text_bytes)
{
	struct heap_map_summary summary = { .superslabs = 0 };
	uint64_t slab_bytes;

	count_superslab(superslab, &summary);
	slab_bytes = summary.slab_granules * HEAP_MAP_GRANULE_BYTES;
	snprintf(text, text_bytes, "%2u slabs %3u %% used %2u free%s", (unsigned)summary.slabs,
		 slab_bytes ? (unsigned)((slab_bytes - summary.unused_slab_bytes) * 100 / slab_bytes) : 0,
		 (unsigned)summary.free_granules, superslab->flags & 1 ? " huge" : "");
}
