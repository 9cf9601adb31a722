/* SPDX-License-Identifier: MIT
 *
 * cli/json_load.c - a snapshot back into the model.
 *
 * Called by command_diff.  A snapshot may have been sent by anybody: missing or wrong values
 * become unknown or 0, texts are made safe again, counts are bounded by what the file holds.
 */
#include "cli/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fields.h"
#include "cli/format.h"

enum { CLASSES_MAX = 1024 };

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}

static void copy_text(char *to, size_t bytes, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	/* Texts were escaped when they were written; only what is not printable is escaped now,
	 * else every "\x" would grow. */
	snprintf(to, bytes, "%s", text ? text : "");
	for (char *character = to; *character; character++) {
		if ((unsigned char)*character < 0x20 || *character == 0x7f)
			*character = '?';
	}
}

static const char *state_of(const char *text)
{
	static const char *const states[] = { "live", "idle", "inherited", "denied", "small", "off", "unloaded",
		"exited", "damaged", "version" };

	for (size_t index = 0; text && index < sizeof states / sizeof *states; index++) {
		if (!strcmp(text, states[index]))
			return states[index];
	}
	return "live";
}

static void load_classes(const json_t *rows, struct model_process *process)
{
	size_t count = json_array_size(rows);

	/* The library has some 130; diff compares each with each. */
	if (count > CLASSES_MAX)
		count = CLASSES_MAX;
	process->classes = count ? calloc(count, sizeof *process->classes) : NULL;
	if (!process->classes)
		return;
	process->class_count = count;
	for (size_t index = 0; index < count; index++) {
		const json_t *row = json_array_get(rows, index);
		struct model_class *class = &process->classes[index];

		class->class_index = (unsigned)number_of(row, "class");
		class->block_bytes = number_of(row, "block_bytes");
		class->slabs = number_of(row, "slabs");
		class->slots = number_of(row, "slots");
		class->used = number_of(row, "used_blocks");
		class->cached_min = number_of(row, "cached_blocks_min");
		class->cached_max = number_of(row, "cached_blocks_max");
		class->live_blocks = number_of(row, "live_blocks");
		class->live_bound_blocks = number_of(row, "live_bound_blocks");
		class->refills_total = number_of(row, "refills_total");
	}
}

static void load_process(const json_t *object, struct model_process *process)
{
	process->pid = (pid_t)number_of(object, "pid");
	process->uid = (uid_t)number_of(object, "uid");
	copy_text(process->user, sizeof process->user, object, "user");
	copy_text(process->comm, sizeof process->comm, object, "comm");
	copy_text(process->unit, sizeof process->unit, object, "unit");
	copy_text(process->cgroup, sizeof process->cgroup, object, "cgroup");
	copy_text(process->executable, sizeof process->executable, object, "executable");
	copy_text(process->library_version, sizeof process->library_version, object, "library_version");
	copy_text(process->reason, sizeof process->reason, object, "reason");
	process->state = state_of(json_string_value(json_object_get(object, "state")));
	process->start_boottime_ns = number_of(object, "start_boottime_ns");
	process->rss_bytes = number_of(object, "rss_bytes");
	/* A process that could not be read has null where its numbers would be. */
	process->outcome = json_is_integer(json_object_get(object, "committed_bytes")) ? OUTCOME_OK :
											  OUTCOME_NO_SEGMENT;
	process->known_bytes = sizeof process->numbers;
	for (size_t index = 0; index < cli_field_count; index++)
		cli_field_set(&cli_fields[index], process, number_of(object, cli_fields[index].name));
	load_classes(json_object_get(object, "classes"), process);
}

int json_load_snapshot(const char *file, struct model_process **processes, size_t *count, uint64_t *taken_unix_ns)
{
	json_error_t error;
	json_t *document, *rows;
	const char *schema;
	char safe[256], reason[256];

	format_safe_text(safe, sizeof safe, file);
	document = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
	if (!document) {
		format_safe_text(reason, sizeof reason, error.text);
		if (json_error_code(&error) == json_error_cannot_open_file)
			cli_error("cannot read snapshot '%s': %s", safe, strerror(errno));
		else
			cli_error("'%s' is no snapshot: line %d: %s (make one with hakmem-stats snapshot -o FILE)", safe,
				  error.line, reason);
		return OUTCOME_USAGE;
	}
	schema = json_string_value(json_object_get(document, "schema"));
	rows = json_object_get(document, "processes");
	if (!schema || strcmp(schema, JSON_SCHEMA) != 0 || !json_is_array(rows)) {
		bool other_version = schema && strcmp(schema, JSON_SCHEMA) != 0 && !strncmp(schema, "hakmem-stats/", 13);

		cli_error("'%s' has no schema \"" JSON_SCHEMA "\" (make it with hakmem-stats snapshot -o FILE)", safe);
		json_decref(document);
		return other_version ? OUTCOME_VERSION : OUTCOME_USAGE;
	}
	*count = json_array_size(rows);
	*taken_unix_ns = number_of(document, "taken_unix_ns");
	*processes = calloc(*count ? *count : 1, sizeof **processes);
	if (!*processes) {
		cli_error("out of memory for '%s'", safe);
		json_decref(document);
		return OUTCOME_PARTIAL;
	}
	for (size_t index = 0; index < *count; index++)
		load_process(json_array_get(rows, index), &(*processes)[index]);
	json_decref(document);
	return OUTCOME_OK;
}
