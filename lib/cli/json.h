/* SPDX-License-Identifier: MIT
 *
 * cli/json.h - the model as JSON and back; schema "hakmem-stats/1".
 *
 * Integers in base units, unknown is null, keys are never renamed.  What is written here can be
 * read here: a snapshot is the same document as "show --json" of all processes.
 */
#ifndef HAKMEM_CLI_JSON_H
#define HAKMEM_CLI_JSON_H

#include <jansson.h>

#include "cli/options.h"

#define JSON_SCHEMA "hakmem-stats/1"

/* null when it does not fit into JSON's 63 bits. */
json_t *json_from_number(uint64_t number);
json_t *json_from_text(const char *text); /* null for "" */

/* WITH_DETAILS: with its classes and threads. */
json_t *json_from_process(const struct model_process *process, bool with_details);
json_t *json_from_class(const struct model_class *class);
json_t *json_from_thread(const struct model_thread *thread);

/* { "schema": ..., "kind": KIND, "taken_unix_ns": now, "taken_boottime_ns": now } */
json_t *json_document(const char *kind);

/* To standard output, with a line end; takes the reference.  The exit code. */
int json_print(json_t *document);
/* One line. */
int json_print_line(json_t *document);

/* Into FILE by way of a temporary file beside it; takes the reference.  The exit code. */
int json_save(json_t *document, const char *file);

/* Read a document that this program wrote.  The exit code, after a message; *PROCESSES are freed
 * with model_free_all.  States and texts are checked like everything from outside. */
int json_load_snapshot(const char *file, struct model_process **processes, size_t *count, uint64_t *taken_unix_ns);

#endif
