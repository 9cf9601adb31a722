/* SPDX-License-Identifier: MIT
 *
 * cli/command_threads.c - hakmem-stats threads: one line per thread, the biggest first.
 *
 * Owns the columns of threads.  "orphans" are the slabs that ended threads have left; a "~" marks
 * numbers that kept changing while they were read.
 */
#include <string.h>

#include "cli/commands.h"
#include "cli/one_process.h"

#define AT(field) offsetof(struct model_thread, field)

static void get_number(const struct table_column *column, const void *row, struct table_value *value)
{
	value->known = true;
	value->unsettled = ((const struct model_thread *)row)->unsettled;
	memcpy(&value->count, (const char *)row + column->data, sizeof value->count);
}

static void get_tid(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_thread *thread = row;

	(void)column;
	value->known = thread->state != HAK_STATS_THREAD_ORPHANS;
	value->count = thread->tid;
}

static void get_name(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_thread *thread = row;

	(void)column;
	value->text = thread->state == HAK_STATS_THREAD_ORPHANS ? "(orphans)" : thread->name;
	value->known = true;
}

static void get_row(const struct table_column *column, const void *row, struct table_value *value)
{
	(void)column;
	value->known = true;
	value->count = ((const struct model_thread *)row)->row;
}

static void get_use(const struct table_column *column, const void *row, struct table_value *value)
{
	const struct model_thread *thread = row;

	(void)column;
	value->known = thread->slab_bytes > 0;
	if (value->known)
		value->ratio = thread->used_bytes < thread->slab_bytes ?
				       (double)thread->used_bytes / (double)thread->slab_bytes : 1;
}

static const struct table_column columns[] = {
	{ "tid", "TID", "thread id, as the process sees it", TABLE_IDENTIFIER, true, false, 0, get_tid },
	{ "name", "NAME", "of the thread", TABLE_TEXT, true, false, 0, get_name },
	{ "slabs", "SLABS", "that the thread owns", TABLE_COUNT, true, true, AT(slabs), get_number },
	{ "bytes", "BYTES", "of these slabs", TABLE_BYTES, true, true, AT(slab_bytes), get_number },
	{ "used", "USED", "of them not in a slab's free list", TABLE_BYTES, true, true, AT(used_bytes), get_number },
	{ "util", "UTIL", "USED of BYTES", TABLE_PERCENT, true, false, 0, get_use },
	{ "cached_max", "CACHED", "in the thread's cache, at most", TABLE_BYTES, true, true, AT(cached_max_bytes),
	  get_number },
	{ "mailbox", "MAILBOX", "freed by other threads, on the way back", TABLE_BYTES, true, true, AT(mailbox_bytes),
	  get_number },
	{ "refills", "REFILLS", "batches from slabs to the cache", TABLE_COUNT, true, true, AT(refills_total),
	  get_number },
	{ "homes", "HOMES", "batches from the cache to slabs", TABLE_COUNT, true, true, AT(homes_total), get_number },
	{ "slots", "SLOTS", "blocks that fit in the slabs", TABLE_COUNT, false, true, AT(slots), get_number },
	{ "cached_min", "CACHED-", "in the thread's cache, at least", TABLE_BYTES, false, true, AT(cached_min_bytes),
	  get_number },
	{ "row", "ROW", "index in the segment", TABLE_IDENTIFIER, false, false, 0, get_row },
};

static struct one_process_rows rows_of(const struct model_process *process)
{
	return (struct one_process_rows){ process->threads, sizeof *process->threads, process->thread_count };
}

static json_t *to_json(const void *row)
{
	return json_from_thread(row);
}

int command_threads(int argc, char **argv, const struct cli_options *options)
{
	static const struct one_process_view view = {
		"threads", columns, sizeof columns / sizeof *columns, "bytes", rows_of, to_json,
	};

	return one_process_show(argc, argv, options, &view);
}
