/* SPDX-License-Identifier: MIT
 *
 * cli/format.h - numbers and texts as people read them.
 *
 * Pure functions; all commands use them for tables, and only for tables: JSON, CSV and metrics
 * carry whole numbers in base units.  Texts from outside (names, paths, environments) pass
 * through format_safe_text before they reach a terminal, unless the model has done it.
 */
#ifndef HAKMEM_CLI_FORMAT_H
#define HAKMEM_CLI_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORMAT_NUMBER_BYTES = 32 }; /* enough for every number below */

/* "0", "512", "1.5K", "2.0M": powers of 1024; all digits with EXACT. */
void format_bytes(char text[static FORMAT_NUMBER_BYTES], uint64_t bytes, bool exact);

/* The same with a sign, "+1.5K". */
void format_bytes_change(char text[static FORMAT_NUMBER_BYTES], int64_t bytes, bool exact);

/* "+12" or "-3". */
void format_count_change(char text[static FORMAT_NUMBER_BYTES], int64_t count);

/* "0", "3.2", "212", "18.4k": powers of 1000. */
void format_rate(char text[static FORMAT_NUMBER_BYTES], double per_second, bool exact);

/* "3d04h", "2h05m", "4m10s" or "9s". */
void format_duration(char text[static FORMAT_NUMBER_BYTES], double seconds);

/* process_info_escape of a whole text.  Returns SAFE. */
const char *format_safe_text(char *safe, size_t safe_bytes, const char *text);

/* Columns of a terminal that TEXT takes in the current locale. */
size_t format_width(const char *text);

/* Bytes of TEXT that take at most WIDTH columns. */
size_t format_prefix_bytes(const char *text, size_t width);

#endif
