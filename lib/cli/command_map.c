/* SPDX-License-Identifier: MIT
 *
 * cli/command_map.c - "hakmem-stats map PID": where the slabs of a heap lie and how full they are.
 *
 * A row is a superslab of 2 MiB, a cell a granule of 64 KiB; the glyph is how full its slab is, the
 * colour its class.  To the terminal, as a picture (--svg FILE) or as JSON.  Called by cli/main.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/heap_map.h"
#include "cli/json.h"
#include "cli/svg.h"

enum { LEGEND_CLASSES = HEAP_MAP_COLOURS - 1 };

/* ---- terminal -------------------------------------------------------------------------------- */

static void print_cell(const struct heap_map_palette *palette, struct heap_cell cell, const struct cli_options *options,
		       int *colour)
{
	int wanted = cell.kind == HEAP_CELL_SLAB ? palette->colours[cell.class_index] : -1;

	if (options->color && wanted != *colour) {
		const char *terminal = getenv("TERM");
		bool many = (terminal && strstr(terminal, "256color")) || getenv("COLORTERM");

		if (wanted < 0)
			fputs("\033[0m", stdout);
		else if (many)
			printf("\033[38;5;%um", heap_map_terminal_colour((unsigned)wanted, true));
		else
			printf("\033[3%um", heap_map_terminal_colour((unsigned)wanted, false));
		*colour = wanted;
	}
	fputs(heap_map_glyph(cell, options->unicode), stdout);
}

static void print_superslab(const struct model_process *process, const struct heap_map_palette *palette, size_t index,
			    const struct cli_options *options)
{
	const struct hak_stats_superslab *superslab = &process->superslabs[index];
	int colour = -1;
	char note[64];

	printf("#%-5zu%s", index, options->unicode ? "▕" : "|");
	for (unsigned i = 0; i < HAK_STATS_GRANULES; i++)
		print_cell(palette, heap_map_cell(superslab, i), options, &colour);
	if (colour >= 0)
		fputs("\033[0m", stdout);
	heap_map_row_note(superslab, note, sizeof note);
	printf("%s %s\n", options->unicode ? "▏" : "|", note);
}

static void print_legend(const struct model_process *process, const struct heap_map_palette *palette,
			 const struct heap_map_summary *summary, const struct cli_options *options)
{
	uint8_t classes[HEAP_MAP_CLASSES];
	size_t count = heap_map_rank(summary, classes), width = options->width ? options->width : 80, used = 0;

	for (size_t i = 0; i < count && i < LEGEND_CLASSES; i++) {
		char name[FORMAT_NUMBER_BYTES], entry[96];
		struct heap_cell cell = { HEAP_CELL_SLAB, true, classes[i], 255 };
		int colour = -1;
		size_t taken;

		heap_map_class_text(process, classes[i], name, sizeof name);
		snprintf(entry, sizeof entry, " %s: %" PRIu64 " slab%s  ", name, summary->slabs_of_class[classes[i]],
			 summary->slabs_of_class[classes[i]] == 1 ? "" : "s");
		taken = format_width(entry) + 1;
		if (used > 0 && used + taken > width) {
			putchar('\n');
			used = 0;
		}
		print_cell(palette, cell, options, &colour);
		if (colour >= 0)
			fputs("\033[0m", stdout);
		fputs(entry, stdout);
		used += taken;
	}
	if (count > LEGEND_CLASSES)
		printf("%zu more", count - LEGEND_CLASSES);
	if (count)
		putchar('\n');
}

static void print_map(const struct model_process *process, const struct heap_map_palette *palette,
		      const struct heap_map_summary *summary, const struct cli_options *options)
{
	char text[160], mapped[FORMAT_NUMBER_BYTES], dirty[FORMAT_NUMBER_BYTES];
	size_t rows = options->limited && options->limit < process->superslab_count ? options->limit :
										       process->superslab_count;

	if (!options->no_header) {
		printf("%ld %s  a cell is 64 KiB, a row 2 MiB; ' ' free, '_' free but perhaps resident, '-' not mapped\n",
		       (long)process->pid, process->comm);
		printf("almost empty %s almost full\n",
		       options->unicode ? ". ░ ▒ ▓ █" : ". : + * #");
	}
	for (size_t i = 0; i < rows; i++)
		print_superslab(process, palette, i, options);
	if (rows < process->superslab_count && !options->quiet)
		printf("(%zu more superslabs)\n", process->superslab_count - rows);
	if (options->quiet)
		return;
	print_legend(process, palette, summary, options);
	format_bytes(mapped, summary->mapped_granules * HEAP_MAP_GRANULE_BYTES, options->exact_bytes);
	format_bytes(dirty, summary->dirty_granules * HEAP_MAP_GRANULE_BYTES, options->exact_bytes);
	printf("%" PRIu64 " superslab%s, %s mapped, %" PRIu64 " slabs in %" PRIu64 " of %" PRIu64
	       " granules, %s free but perhaps resident\n",
	       summary->superslabs, summary->superslabs == 1 ? "" : "s", mapped, summary->slabs, summary->slab_granules,
	       summary->mapped_granules, dirty);
	heap_map_verdict(summary, text, sizeof text);
	puts(text);
}

/* ---- picture --------------------------------------------------------------------------------- */

enum { CELL = 18, LEFT = 60, TOP = 56, ROW = 22 };

static void draw_slab(struct svg *svg, const struct model_process *process, const struct heap_map_palette *palette,
		      struct heap_cell cell, unsigned granule, unsigned granules, double y)
{
	const char *colour = heap_map_css_colour(palette->colours[cell.class_index]);
	double x = LEFT + granule * (double)CELL, width = granules * (double)CELL - 1, level = cell.fill / 255.0;
	char name[FORMAT_NUMBER_BYTES], tooltip[96];

	heap_map_class_text(process, cell.class_index, name, sizeof name);
	snprintf(tooltip, sizeof tooltip, "%s: %u %% used, %u KiB", name, cell.fill * 100 / 255, granules * 64);
	/* The slab in a light tone, and over it the used part from below. */
	svg_rectangle(svg, x, y, width, CELL - 1, colour, 0.25, tooltip);
	svg_rectangle(svg, x, y + (CELL - 1) * (1 - level), width, (CELL - 1) * level, colour, 1, tooltip);
}

static void draw_superslab(struct svg *svg, const struct model_process *process,
			   const struct heap_map_palette *palette, size_t index)
{
	const struct hak_stats_superslab *superslab = &process->superslabs[index];
	double y = TOP + (double)index * ROW;
	char text[64];

	snprintf(text, sizeof text, "#%zu", index);
	svg_text(svg, LEFT - 8, y + 13, SVG_END, "faint", text);
	for (unsigned i = 0; i < HAK_STATS_GRANULES;) {
		struct heap_cell cell = heap_map_cell(superslab, i);
		unsigned granules = 1;

		if (cell.kind == HEAP_CELL_SLAB) {
			while (i + granules < HAK_STATS_GRANULES) {
				struct heap_cell next = heap_map_cell(superslab, i + granules);

				if (next.kind != HEAP_CELL_SLAB || next.first || next.class_index != cell.class_index)
					break;
				granules++;
			}
			draw_slab(svg, process, palette, cell, i, granules, y);
		} else if (cell.kind != HEAP_CELL_UNMAPPED) {
			svg_rectangle(svg, LEFT + i * (double)CELL, y, CELL - 1, CELL - 1,
				      cell.kind == HEAP_CELL_DIRTY ? "faint" : "grid",
				      cell.kind == HEAP_CELL_DIRTY ? 0.35 : 1,
				      cell.kind == HEAP_CELL_DIRTY ? "free, perhaps resident" : "free");
		}
		i += granules;
	}
	heap_map_row_note(superslab, text, sizeof text);
	svg_text(svg, LEFT + HAK_STATS_GRANULES * CELL + 8, y + 13, SVG_START, "faint", text);
}

static bool draw_map(const char *file, const struct model_process *process, const struct heap_map_palette *palette,
		     const struct heap_map_summary *summary)
{
	uint8_t classes[HEAP_MAP_CLASSES];
	size_t count = heap_map_rank(summary, classes);
	double width = LEFT + HAK_STATS_GRANULES * CELL + 200, bottom = TOP + (double)process->superslab_count * ROW + 12;
	char text[256];
	struct svg svg;

	if (count > LEGEND_CLASSES)
		count = LEGEND_CLASSES;
	snprintf(text, sizeof text, "Heap map of %ld (%s)", (long)process->pid, process->comm);
	if (!svg_open(&svg, file, width, bottom + 24 + (double)((count + 5) / 6) * 20, text))
		return false;
	svg_text(&svg, LEFT, 22, SVG_START, "ink", text);
	heap_map_verdict(summary, text, sizeof text);
	svg_text(&svg, LEFT, 40, SVG_START, "faint", text);
	for (size_t i = 0; i < process->superslab_count; i++)
		draw_superslab(&svg, process, palette, i);
	for (size_t i = 0; i < count; i++) {
		double x = LEFT + (double)(i % 6) * 122, y = bottom + (double)(i / 6) * 20;
		char name[FORMAT_NUMBER_BYTES];

		heap_map_class_text(process, classes[i], name, sizeof name);
		snprintf(text, sizeof text, "%s: %" PRIu64 " slab%s", name, summary->slabs_of_class[classes[i]],
			 summary->slabs_of_class[classes[i]] == 1 ? "" : "s");
		svg_rectangle(&svg, x, y, 12, 12, heap_map_css_colour(palette->colours[classes[i]]), 1, NULL);
		svg_text(&svg, x + 17, y + 10, SVG_START, "ink", text);
	}
	return svg_close(&svg);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *cell_to_json(const struct model_process *process, struct heap_cell cell)
{
	static const char *const kinds[] = { "unmapped", "free", "dirty", "slab" };
	json_t *object = json_object();

	json_object_set_new(object, "state", json_string(kinds[cell.kind]));
	if (cell.kind == HEAP_CELL_SLAB) {
		uint64_t block_bytes = heap_map_block_bytes(process, cell.class_index);

		json_object_set_new(object, "first_of_slab", json_boolean(cell.first));
		json_object_set_new(object, "class_index", json_integer((json_int_t)cell.class_index));
		json_object_set_new(object, "block_bytes", block_bytes ? json_from_number(block_bytes) : json_null());
		json_object_set_new(object, "used_ratio", json_real((cell.fill * 1000 / 255) / 1000.0));
	}
	return object;
}

static json_t *map_to_json(const struct model_process *process, const struct heap_map_summary *summary)
{
	json_t *document = json_document("map"), *superslabs = json_array();

	json_object_set_new(document, "pid", json_integer(process->pid));
	json_object_set_new(document, "comm", json_from_text(process->comm));
	json_object_set_new(document, "granule_bytes", json_integer(HEAP_MAP_GRANULE_BYTES));
	json_object_set_new(document, "slabs", json_from_number(summary->slabs));
	json_object_set_new(document, "slabs_under_half_used", json_from_number(summary->slabs_under_half));
	json_object_set_new(document, "mapped_bytes", json_from_number(summary->mapped_granules * HEAP_MAP_GRANULE_BYTES));
	json_object_set_new(document, "free_bytes", json_from_number(summary->free_granules * HEAP_MAP_GRANULE_BYTES));
	json_object_set_new(document, "dirty_bytes", json_from_number(summary->dirty_granules * HEAP_MAP_GRANULE_BYTES));
	json_object_set_new(document, "unused_slab_bytes", json_from_number(summary->unused_slab_bytes));
	json_object_set_new(document, "longest_free_run_bytes",
			    json_from_number(summary->longest_free_run_granules * HEAP_MAP_GRANULE_BYTES));
	for (size_t i = 0; i < process->superslab_count; i++) {
		json_t *object = json_object(), *cells = json_array();

		json_object_set_new(object, "huge_pages", json_boolean(process->superslabs[i].flags & 1));
		for (unsigned granule = 0; granule < HAK_STATS_GRANULES; granule++)
			json_array_append_new(cells, cell_to_json(process,
								  heap_map_cell(&process->superslabs[i], granule)));
		json_object_set_new(object, "granules", cells);
		json_array_append_new(superslabs, object);
	}
	json_object_set_new(document, "superslabs", superslabs);
	return document;
}

int command_map(int argc, char **argv, const struct cli_options *options)
{
	static const struct option flags[] = { { "svg", required_argument, NULL, 'S' },
					       { "output", required_argument, NULL, 'o' },
					       { 0 } };
	struct heap_map_palette palette = { .used = 0 };
	struct heap_map_summary summary;
	struct model_process process;
	const char *picture = NULL, *output = NULL;
	int flag, exit_code = OUTCOME_OK;

	optind = 0;
	while ((flag = getopt_long(argc, argv, "o:", flags, NULL)) != -1) {
		if (flag == 'S')
			picture = optarg;
		else if (flag == 'o')
			output = optarg;
		else
			return OUTCOME_USAGE;
	}
	/* "-o" is the file of what was asked for, and a picture unless that is JSON. */
	if (!picture && !options->json)
		picture = output;
	argv[optind - 1] = argv[0];
	if (!cli_read_one(options, argc - optind + 1, argv + optind - 1, &process, &exit_code))
		return exit_code;
	heap_map_summarise(&process, &summary);
	heap_map_choose_colours(&palette, &summary);
	if (picture && !draw_map(picture, &process, &palette, &summary))
		exit_code = OUTCOME_PARTIAL;
	else if (options->json)
		exit_code = output ? json_save(map_to_json(&process, &summary), output) :
				     json_print(map_to_json(&process, &summary));
	else if (!picture)
		print_map(&process, &palette, &summary, options);
	if (process.superslab_count == 0)
		cli_note(options, "%ld has no superslabs yet: its blocks are large ones or few", (long)process.pid);
	model_process_clear(&process);
	return exit_code;
}
