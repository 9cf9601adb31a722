/* SPDX-License-Identifier: MIT
 *
 * cli/json.c - the model as JSON.
 *
 * Writing; reading is in cli/json_load.  jansson refuses strings that are not UTF-8: the model's
 * texts are safe, and should one not be, its value is null and nothing else is lost.
 */
#include "cli/json.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/fields.h"
#include "cli/output.h"

json_t *json_from_number(uint64_t number)
{
	return number <= INT64_MAX ? json_integer((json_int_t)number) : json_null();
}

json_t *json_from_text(const char *text)
{
	json_t *string = text && *text ? json_string(text) : NULL;

	return string ? string : json_null();
}

static void set_number(json_t *object, const char *key, uint64_t number)
{
	json_object_set_new(object, key, json_from_number(number));
}

static void set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_from_text(text));
}

json_t *json_from_class(const struct model_class *class)
{
	json_t *object = json_object();

	set_number(object, "class", class->class_index);
	set_number(object, "block_bytes", class->block_bytes);
	set_number(object, "slabs", class->slabs);
	set_number(object, "slots", class->slots);
	set_number(object, "used_blocks", class->used);
	set_number(object, "cached_blocks_min", class->cached_min);
	set_number(object, "cached_blocks_max", class->cached_max);
	set_number(object, "live_blocks", class->live_blocks);
	set_number(object, "live_bound_blocks", class->live_bound_blocks);
	set_number(object, "refills_total", class->refills_total);
	return object;
}

json_t *json_from_thread(const struct model_thread *thread)
{
	json_t *object = json_object();
	bool orphans = thread->state == HAK_STATS_THREAD_ORPHANS;

	set_number(object, "row", thread->row);
	set_text(object, "state", orphans ? "orphans" : "live");
	json_object_set_new(object, "tid", orphans ? json_null() : json_from_number(thread->tid));
	set_text(object, "name", thread->name);
	json_object_set_new(object, "unsettled", json_boolean(thread->unsettled));
	set_number(object, "slabs", thread->slabs);
	set_number(object, "slots", thread->slots);
	set_number(object, "used_bytes", thread->used_bytes);
	set_number(object, "slab_bytes", thread->slab_bytes);
	set_number(object, "cached_min_bytes", thread->cached_min_bytes);
	set_number(object, "cached_max_bytes", thread->cached_max_bytes);
	set_number(object, "mailbox_bytes", thread->mailbox_bytes);
	set_number(object, "refills_total", thread->refills_total);
	set_number(object, "homes_total", thread->homes_total);
	return object;
}

static void set_details(json_t *object, const struct model_process *process)
{
	json_t *classes = json_array(), *threads = json_array();

	for (size_t index = 0; index < process->class_count; index++)
		json_array_append_new(classes, json_from_class(&process->classes[index]));
	for (size_t index = 0; index < process->thread_count; index++)
		json_array_append_new(threads, json_from_thread(&process->threads[index]));
	json_object_set_new(object, "classes", classes);
	json_object_set_new(object, "thread_rows", threads);
}

json_t *json_from_process(const struct model_process *process, bool with_details)
{
	json_t *object = json_object();

	set_number(object, "pid", (uint64_t)process->pid);
	set_number(object, "uid", process->uid);
	set_text(object, "user", process->user);
	set_text(object, "comm", process->comm);
	set_text(object, "unit", process->unit);
	set_text(object, "cgroup", process->cgroup);
	set_text(object, "executable", process->executable);
	set_text(object, "state", process->state);
	set_text(object, "reason", process->outcome == OUTCOME_OK ? "" : process->reason);
	set_text(object, "library_version", process->library_version);
	set_number(object, "newer_fields", process->newer_fields);
	json_object_set_new(object, "start_boottime_ns",
			    process->start_boottime_ns ? json_from_number(process->start_boottime_ns) : json_null());
	json_object_set_new(object, "rss_bytes",
			    process->rss_bytes ? json_from_number(process->rss_bytes) : json_null());
	for (size_t index = 0; index < cli_field_count; index++) {
		uint64_t number;
		bool known = cli_field_get(&cli_fields[index], process, &number);

		json_object_set_new(object, cli_fields[index].name, known ? json_from_number(number) : json_null());
	}
	if (with_details && process->outcome == OUTCOME_OK)
		set_details(object, process);
	return object;
}

static void set_clock(json_t *object, const char *key, clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) == 0)
		set_number(object, key, (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

json_t *json_document(const char *kind)
{
	json_t *document = json_object();

	set_text(document, "schema", JSON_SCHEMA);
	set_text(document, "kind", kind);
	set_clock(document, "taken_unix_ns", CLOCK_REALTIME);
	set_clock(document, "taken_boottime_ns", CLOCK_BOOTTIME);
	return document;
}

static int print(json_t *document, size_t flags)
{
	/* Errors of the stream itself are cli/main's. */
	int failed = json_dumpf(document, stdout, flags | JSON_PRESERVE_ORDER) != 0 && !ferror(stdout);

	json_decref(document);
	putchar('\n');
	if (failed)
		cli_error("out of memory for the JSON text (use --limit or name processes)");
	return failed ? OUTCOME_PARTIAL : OUTCOME_OK;
}

int json_print(json_t *document)
{
	return print(document, JSON_INDENT(2));
}

int json_print_line(json_t *document)
{
	return print(document, JSON_COMPACT);
}

int json_save(json_t *document, const char *file)
{
	struct output output;

	if (!output_open(&output, file)) {
		json_decref(document);
		return OUTCOME_PARTIAL;
	}
	json_dumpf(document, output.stream, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	fputc('\n', output.stream);
	json_decref(document);
	return output_commit(&output) ? OUTCOME_OK : OUTCOME_PARTIAL;
}
