/* SPDX-License-Identifier: MIT
 *
 * cli/options.h - what the command line of hakmem-stats asked for.
 *
 * cli/main fills one of these from the flags that all commands share and hands it to the command
 * as const; a command that has flags of its own finds them in its ARGV (see cli/commands.h).
 * Texts point into argv and live as long as the program.
 */
#ifndef HAKMEM_CLI_OPTIONS_H
#define HAKMEM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "cli/model.h"

struct cli_options {
	struct model_source source; /* --procfs, --core */
	bool json;                  /* --json */
	bool exact_bytes;           /* --bytes: integers instead of 1.8G */
	bool all;                   /* --all: also processes of whom nothing can be said */
	bool resident;              /* --resident: PSS and friends, which cost the kernel a page walk */
	bool no_header;
	bool quiet;                 /* -q: no notes on stderr, no totals row */
	bool color;                 /* --color, NO_COLOR, TERM and isatty already weighed up */
	bool unicode;               /* the locale can show block characters */
	const char *sort_key;       /* NULL: the command's own order */
	bool sort_reversed;         /* KEY:r */
	const char *columns;        /* comma list, "help", or NULL */
	const char *user_filter;    /* name or number */
	const char *comm_filter, *unit_filter; /* globs, fnmatch(3) */
	bool limited;               /* --limit was given */
	size_t limit;               /* rows */
	unsigned width;             /* of the terminal; 0: not a terminal, do not cut */
};

/* One line on stderr, "hakmem-stats: ...\n"; says what to do. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same without the name of the program, and not with -q. */
void cli_note(const struct cli_options *options, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print why PROCESS cannot be shown (its reason) and return its outcome as exit code. */
int cli_report_failure(const struct model_process *process);

/* model_read_all has failed, with errno: say so and return the exit code. */
int cli_report_source(const struct cli_options *options);

/* A pid from TEXT; false after a message when it is none. */
bool cli_parse_pid(const char *text, pid_t *pid);

/* Seconds with a fraction, more than 0; false after a message. */
bool cli_parse_seconds(const char *flag, const char *text, double *seconds);

/* A whole number from LOWEST to HIGHEST; false after a message. */
bool cli_parse_count(const char *flag, const char *text, unsigned long lowest, unsigned long highest,
		     unsigned long *count);

/* The one process that a command is about: ARGV[1], or the core file's with --core.  Reads it;
 * false after a message, with the exit code in *EXIT_CODE.  Free with model_process_clear. */
bool cli_read_one(const struct cli_options *options, int argc, char **argv, struct model_process *process,
		  int *exit_code);

/* --user, --comm, --unit. */
bool cli_matches_filters(const struct cli_options *options, const struct model_process *process);

#endif
