/* SPDX-License-Identifier: MIT
 *
 * cli/options.c - messages, and reading the arguments that several commands share.
 *
 * Owns nothing.  Every message is one line on stderr that says what to do; what users typed is
 * made safe before it is repeated to a terminal.
 */
#include "cli/options.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <math.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/format.h"

void cli_error(const char *format, ...)
{
	va_list arguments;

	/* Rows that are already out should stand above the message. */
	fflush(stdout);
	fputs("hakmem-stats: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void cli_note(const struct cli_options *options, const char *format, ...)
{
	va_list arguments;

	if (options->quiet)
		return;
	fflush(stdout);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int cli_report_failure(const struct model_process *process)
{
	cli_error("%s", process->reason[0] ? process->reason : "the process cannot be shown (see hakmem-stats doctor)");
	return (int)process->outcome;
}

int cli_report_source(const struct cli_options *options)
{
	const char *reason = strerror(errno);
	const char *source = options->source.core_file ? options->source.core_file : options->source.procfs;
	bool denied = errno == EACCES || errno == EPERM;
	char safe[256];

	cli_error("cannot read processes from %s: %s", format_safe_text(safe, sizeof safe, source), reason);
	return denied ? OUTCOME_PERMISSION : OUTCOME_NO_PROCESS;
}

bool cli_parse_pid(const char *text, pid_t *pid)
{
	char *end, safe[64];
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || number < 1 || number > INT_MAX) {
		cli_error("'%s' is not a process id (give a number from the first column of hakmem-stats list)",
			  format_safe_text(safe, sizeof safe, text));
		return false;
	}
	*pid = (pid_t)number;
	return true;
}

bool cli_parse_seconds(const char *flag, const char *text, double *seconds)
{
	char *end, safe[64];
	double number = strtod(text, &end);

	/* The upper end keeps conversions to timespec in range. */
	if (end == text || *end || !isfinite(number) || number < 0.01 || number > 86400) {
		cli_error("'%s' is no time for %s (give seconds from 0.01 to 86400)",
			  format_safe_text(safe, sizeof safe, text), flag);
		return false;
	}
	*seconds = number;
	return true;
}

bool cli_parse_count(const char *flag, const char *text, unsigned long lowest, unsigned long highest,
		     unsigned long *count)
{
	char *end, safe[64];

	errno = 0;
	*count = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *count < lowest || *count > highest) {
		cli_error("'%s' is no number for %s (give one from %lu to %lu)",
			  format_safe_text(safe, sizeof safe, text), flag, lowest, highest);
		return false;
	}
	return true;
}

bool cli_read_one(const struct cli_options *options, int argc, char **argv, struct model_process *process,
		  int *exit_code)
{
	pid_t pid = 0;

	*exit_code = OUTCOME_USAGE;
	if (argc < 2 && !options->source.core_file) {
		cli_error("%s needs a process id (hakmem-stats list shows them)", argv[0]);
		return false;
	}
	if (argc > 2) {
		char safe[64];

		cli_error("%s takes one process id; '%s' is too much", argv[0],
			  format_safe_text(safe, sizeof safe, argv[2]));
		return false;
	}
	if (argc == 2 && !cli_parse_pid(argv[1], &pid))
		return false;
	memset(process, 0, sizeof *process);
	*exit_code = (int)model_read(&options->source, pid, process);
	if (*exit_code == OUTCOME_OK)
		return true;
	cli_report_failure(process);
	model_process_clear(process);
	return false;
}

bool cli_matches_filters(const struct cli_options *options, const struct model_process *process)
{
	if (options->user_filter && strcmp(options->user_filter, process->user) != 0) {
		/* By number, or by a name that the segment's owner was not printed with. */
		const struct passwd *entry = getpwnam(options->user_filter);
		char number[16];

		snprintf(number, sizeof number, "%u", (unsigned)process->uid);
		if (strcmp(options->user_filter, number) != 0 && !(entry && entry->pw_uid == process->uid))
			return false;
	}
	if (options->comm_filter && fnmatch(options->comm_filter, process->comm, 0) != 0)
		return false;
	return !options->unit_filter || fnmatch(options->unit_filter, process->unit, 0) == 0;
}
