/* SPDX-License-Identifier: MIT
 *
 * cli/command_classes.c - hakmem-stats classes: one line per size of block.
 *
 * Owns the columns of classes.  Large blocks have no class; they are in show.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/one_process.h"

#define AT(field) offsetof(struct model_class, field)

static uint64_t slab_bytes(const struct model_class *class)
{
	return class->slots * class->block_bytes;
}

static void get_number(const struct table_column *column, const void *row, struct table_value *value)
{
	value->known = true;
	memcpy(&value->count, (const char *)row + column->data, sizeof value->count);
}

static void get_index(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->count = ((const struct model_class *)row)->class_index;
}

static void get_live_bytes(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_class *class = row;
	uint64_t blocks;

	memcpy(&blocks, (const char *)row + column->data, sizeof blocks);
	value->known = true;
	value->count = blocks * class->block_bytes;
}

static void get_slab_bytes(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->count = slab_bytes(row);
}

static void get_waste(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_class *class = row;

	(void)column;
	value->known = true;
	if (class->slots > class->live_blocks)
		value->count = (class->slots - class->live_blocks) * class->block_bytes;
}

static void get_use(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_class *class = row;

	(void)column;
	value->known = class->slots > 0;
	if (value->known)
		value->ratio = class->live_blocks < class->slots ? (double)class->live_blocks / (double)class->slots : 1;
}

static const struct table_column columns[] = {
	{ "block", "CLASS", "bytes of a block", TABLE_IDENTIFIER, true, false, AT(block_bytes), get_number },
	{ "slabs", "SLABS", "runs of such blocks", TABLE_COUNT, true, true, AT(slabs), get_number },
	{ "slots", "SLOTS", "blocks that fit in them", TABLE_COUNT, true, true, AT(slots), get_number },
	{ "live_blocks", "IN-USE", "blocks that the program has", TABLE_COUNT, true, true, AT(live_blocks), get_number },
	{ "bound_blocks", "+-", "how far IN-USE may be off", TABLE_COUNT, true, false, AT(live_bound_blocks), get_number },
	{ "util", "UTIL", "IN-USE of SLOTS", TABLE_PERCENT, true, false, 0, get_use },
	{ "bar", "", "the same as a picture", TABLE_BAR, true, false, 0, get_use },
	{ "live", "LIVE", "bytes that the program has", TABLE_BYTES, true, true, AT(live_blocks), get_live_bytes },
	{ "waste", "WASTE", "bytes in slabs and not with the program", TABLE_BYTES, true, true, 0, get_waste },
	{ "refills", "REFILLS", "batches to thread caches", TABLE_COUNT, true, true, AT(refills_total), get_number },
	{ "bytes", "BYTES", "of the slabs", TABLE_BYTES, false, true, 0, get_slab_bytes },
	{ "used", "USED", "not in a slab's free list", TABLE_COUNT, false, true, AT(used), get_number },
	{ "cached_min", "CACHED-", "in thread caches, at least", TABLE_COUNT, false, true, AT(cached_min), get_number },
	{ "cached_max", "CACHED+", "in thread caches, at most", TABLE_COUNT, false, true, AT(cached_max), get_number },
	{ "index", "INDEX", "number of the class", TABLE_IDENTIFIER, false, false, 0, get_index },
};

static struct one_process_rows rows_of(const struct model_process *process)
{
	return (struct one_process_rows){ process->classes, sizeof *process->classes, process->class_count };
}

static json_t *to_json(const void *row)
{
	return json_from_class(row);
}

int command_classes(int argc, char **argv, const struct cli_options *options)
{
	static const struct one_process_view view = {
		"classes", columns, sizeof columns / sizeof *columns, "block", rows_of, to_json,
	};

	return one_process_show(argc, argv, options, &view);
}
