/* SPDX-License-Identifier: MIT
 *
 * cli/option_names.h - the library's options as users write them.
 *
 * A copy of what sys/options.c knows: this program includes nothing of the library, because it has
 * to understand processes that run another version of it.  tests/cli/options_are_known.sh compares
 * the two.  Called by command_conf and the doctor.
 */
#ifndef HAKMEM_CLI_OPTION_NAMES_H
#define HAKMEM_CLI_OPTION_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct option_name {
	const char *name;   /* lower case; HAKMEM_<upper case> in the environment */
	const char *words;  /* "off|on", value 0 first; NULL for numbers */
	uint64_t maximum;   /* of a number */
	const char *unit;   /* of a number, or "" */
};

extern const struct option_name option_names[];
extern const size_t option_name_count; /* in the order of HAK_STATS_OPTION_NAMES */

/* The option behind the environment's NAME ("HAKMEM_STATS", NAME_BYTES long); NULL: unknown. */
const struct option_name *option_by_variable(const char *name, size_t name_bytes);

/* What the library would make of TEXT; false when it would ignore it. */
bool option_parse(const struct option_name *option, const char *text, uint64_t *value);

/* The value as a word or a number with its unit. */
void option_text(const struct option_name *option, uint64_t value, char *text, size_t text_bytes);

/* "default", "environment", "file", "call". */
const char *option_origin(unsigned origin);

#endif
