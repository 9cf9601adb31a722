/* SPDX-License-Identifier: MIT
 *
 * cli/output.h - files that are complete or not there.
 *
 * Owns the temporary file while it is written: PATH.XXXXXX in the same directory, renamed when all
 * is well, so that a reader (node_exporter's textfile collector, a later diff) never sees half a
 * file.  No fsync: what is lost with the machine is made again a minute later.
 */
#ifndef HAKMEM_CLI_OUTPUT_H
#define HAKMEM_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *stream;
	const char *path;
	char *temporary; /* NULL: written directly */
};

/* "-" is standard output; what is no regular file (/dev/null, a pipe, a link) is written directly.
 * False after a message. */
bool output_open(struct output *output, const char *path);

/* False after a message; then the file is as it was before. */
bool output_commit(struct output *output);

#endif
