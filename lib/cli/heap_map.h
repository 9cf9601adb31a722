/* SPDX-License-Identifier: MIT
 *
 * cli/heap_map.h - what stands in each granule of each superslab, and how to draw it.
 *
 * The part that the map of the terminal, of the picture and of the live screen share.  Owns no
 * memory.  Everything in a superslab's row comes from a foreign process: the masks may contradict
 * each other and "back" may point before the start; the answers here are in range all the same.
 */
#ifndef HAKMEM_CLI_HEAP_MAP_H
#define HAKMEM_CLI_HEAP_MAP_H

#include "cli/model.h"

enum {
	HEAP_MAP_GRANULE_BYTES = 65536,
	HEAP_MAP_CLASSES = 256,
	HEAP_MAP_COLOURS = 13, /* 0: the classes for whom no colour was left */
	HEAP_MAP_GLYPH_BYTES = 4,
};

enum heap_cell_kind {
	HEAP_CELL_UNMAPPED, /* not of this process */
	HEAP_CELL_FREE,     /* in no slab, given back or never touched */
	HEAP_CELL_DIRTY,    /* in no slab, perhaps still resident */
	HEAP_CELL_SLAB,
};

struct heap_cell {
	enum heap_cell_kind kind;
	bool first;           /* of its slab */
	unsigned class_index; /* 0 unless it is in a slab */
	unsigned fill;        /* 0 to 255 */
};

struct heap_map_summary {
	uint64_t superslabs, slabs, slabs_under_half;
	uint64_t mapped_granules, free_granules, dirty_granules, slab_granules;
	uint64_t unused_slab_bytes;        /* free slots within slabs, about */
	uint64_t longest_free_run_granules;
	uint64_t slabs_of_class[HEAP_MAP_CLASSES];
};

/* Which class has which colour; keeps its answers while a process is looked at. */
struct heap_map_palette {
	uint8_t colours[HEAP_MAP_CLASSES];
	unsigned used;
};

struct heap_cell heap_map_cell(const struct hak_stats_superslab *superslab, unsigned granule);
void heap_map_summarise(const struct model_process *process, struct heap_map_summary *summary);

/* Colours for the classes that have slabs now, the most frequent ones first. */
void heap_map_choose_colours(struct heap_map_palette *palette, const struct heap_map_summary *summary);

/* The classes of SUMMARY that have slabs, most slabs first; returns how many. */
size_t heap_map_rank(const struct heap_map_summary *summary, uint8_t classes[HEAP_MAP_CLASSES]);

const char *heap_map_glyph(struct heap_cell cell, bool unicode);
unsigned heap_map_terminal_colour(unsigned colour, bool many); /* of 256, or of 8 */
const char *heap_map_css_colour(unsigned colour);

/* 0 when the process does not say. */
uint64_t heap_map_block_bytes(const struct model_process *process, unsigned class_index);

/* "64", "1.5K", "mixed": what stands in a legend. */
void heap_map_class_text(const struct model_process *process, unsigned class_index, char *text, size_t text_bytes);

/* "fragmented: 31 % of slabs under half full, ...". */
void heap_map_verdict(const struct heap_map_summary *summary, char *text, size_t text_bytes);

/* "28 slabs  81 % used  3 free" of one superslab. */
void heap_map_row_note(const struct hak_stats_superslab *superslab, char *text, size_t text_bytes);

#endif
