/* SPDX-License-Identifier: MIT
 *
 * cli/command_snapshot.c - hakmem-stats snapshot: everything that is known, as JSON, for diff and
 * for other programs.
 *
 * Owns no format: the document is that of "show --json".
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/json.h"

/* The processes that were named.  Those that fail are reported and left out. */
static int add_named(const struct cli_options *options, char **pids, json_t *list)
{
	int exit_code = OUTCOME_OK;

	for (char **pid_text = pids; *pid_text; pid_text++) {
		struct model_process process = { 0 };
		pid_t pid;
		int outcome;

		if (!cli_parse_pid(*pid_text, &pid))
			return OUTCOME_USAGE;
		outcome = (int)model_read(&options->source, pid, &process);
		if (outcome == OUTCOME_OK)
			json_array_append_new(list, json_from_process(&process, true));
		else
			cli_report_failure(&process);
		exit_code = pid_text == pids || exit_code == outcome ? outcome : OUTCOME_PARTIAL;
		model_process_clear(&process);
	}
	return exit_code;
}

static int add_all(const struct cli_options *options, json_t *list)
{
	struct model_process *processes = NULL;
	size_t count = 0, denied = 0;

	if (model_read_all(&options->source, options->all, &processes, &count, &denied) != 0)
		return cli_report_source(options);
	for (size_t index = 0; index < count; index++) {
		if (!cli_matches_filters(options, &processes[index]))
			continue;
		if (processes[index].outcome == OUTCOME_OK || options->all)
			json_array_append_new(list, json_from_process(&processes[index], true));
		else if (processes[index].outcome == OUTCOME_PERMISSION)
			denied++;
	}
	model_free_all(processes, count);
	if (denied)
		cli_note(options, "processes not readable: %zu%s", denied, geteuid() ? "; run as root to have all" : "");
	return OUTCOME_OK;
}

int command_snapshot(int argc, char **argv, const struct cli_options *options)
{
	static const struct option flags[] = { { "output", required_argument, NULL, 'o' }, { 0 } };
	json_t *document = json_document("snapshot"), *list = json_array();
	const char *file = "-";
	int flag, exit_code, saved;

	optind = 0;
	while ((flag = getopt_long(argc, argv, "o:", flags, NULL)) != -1) {
		if (flag == 'o')
			file = optarg;
	}
	exit_code = argv[optind] ? add_named(options, argv + optind, list) : add_all(options, list);
	/* A snapshot with nothing that was asked for would only fool a later diff. */
	if (exit_code != OUTCOME_OK && !json_array_size(list)) {
		json_decref(list);
		json_decref(document);
		return exit_code;
	}
	json_object_set_new(document, "processes", list);
	saved = json_save(document, file);
	return exit_code ? exit_code : saved;
}
