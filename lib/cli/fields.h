/* SPDX-License-Identifier: MIT
 *
 * cli/fields.h - the numbers of a process by name.
 *
 * One table for JSON, metrics and columns, so that a number has the same name everywhere: the
 * JSON key is the metric's name without "hakmem_".  Names are forever; add, never rename.
 */
#ifndef HAKMEM_CLI_FIELDS_H
#define HAKMEM_CLI_FIELDS_H

#include "cli/model.h"

struct cli_field {
	const char *name;  /* "..._total": a counter; "..._bytes...": bytes */
	size_t offset;     /* in struct model_process */
	const char *help;  /* a sentence */
};

extern const struct cli_field cli_fields[];
extern const size_t cli_field_count;

/* False when the process or its segment does not have this number. */
bool cli_field_get(const struct cli_field *field, const struct model_process *process, uint64_t *value);
void cli_field_set(const struct cli_field *field, struct model_process *process, uint64_t value);

/* The same for any uint64_t of struct model_process. */
bool cli_number_at(size_t offset, const struct model_process *process, uint64_t *value);

bool cli_field_is_counter(const struct cli_field *field);
bool cli_field_is_bytes(const struct cli_field *field);

#endif
