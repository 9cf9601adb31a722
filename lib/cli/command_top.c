/* SPDX-License-Identifier: MIT
 *
 * cli/command_top.c - "hakmem-stats top": the loop of the live screen.
 *
 * Owns the state of the screen: which view, which process, which readings.  When processes are
 * read is cli/top_sampler's work, rows are cli/top_table's, the terminal cli/top_screen's.  Where
 * there is no terminal to draw on, it says so and prints what "list" prints.  Called by cli/main.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/top.h"
#include "cli/top_screen.h"

struct top_table *top_table_of(struct top *top)
{
	switch (top->view) {
	case TOP_VIEW_PROCESSES:
		return &top->processes;
	case TOP_VIEW_CLASSES:
		return &top->classes;
	case TOP_VIEW_THREADS:
		return &top->threads;
	default:
		return NULL;
	}
}

/* ---- reading --------------------------------------------------------------------------------- */

static void drop(struct model_process **process)
{
	if (*process)
		model_process_clear(*process);
	free(*process);
	*process = NULL;
}

void top_leave_detail(struct top *top)
{
	drop(&top->detail);
	drop(&top->detail_before);
	top_table_clear(&top->classes);
	top_table_clear(&top->threads);
	memset(&top->palette, 0, sizeof top->palette);
	top->map_first = 0;
	top->view = TOP_VIEW_PROCESSES;
}

static void fill_detail(struct top *top)
{
	if (!top->detail)
		return;
	top_fill_classes(&top->classes, top->detail, top->detail_before, top->detail_interval_seconds,
			 top->exact_bytes);
	top_fill_threads(&top->threads, top->detail, top->detail_before, top->detail_interval_seconds,
			 top->exact_bytes);
}

/* Another reading of the process that is looked at; back to the list when it is gone. */
static void read_detail(struct top *top)
{
	struct model_process *now = calloc(1, sizeof(*now));
	double seconds = top_clock();

	if (!now)
		return;
	if (model_read(&top->options->source, top->detail_pid, now) != OUTCOME_OK ||
	    (top->detail && top->detail->start_boottime_ns != now->start_boottime_ns)) {
		bool gone = now->outcome == OUTCOME_NO_PROCESS || now->outcome == OUTCOME_OK || !now->reason[0];

		if (gone)
			snprintf(top->message, sizeof top->message, "process %ld has ended", (long)top->detail_pid);
		else
			snprintf(top->message, sizeof top->message, "%s", now->reason);
		drop(&now);
		top_leave_detail(top);
		return;
	}
	drop(&top->detail_before);
	top->detail_before = top->detail;
	top->detail = now;
	top->detail_interval_seconds = seconds - top->detail_seconds;
	top->detail_seconds = seconds;
	fill_detail(top);
}

void top_refresh_data(struct top *top)
{
	bool detail = top->view != TOP_VIEW_PROCESSES && top->detail;

	if (detail)
		read_detail(top);
	/* The list stands still while nobody sees it. */
	if (top->view == TOP_VIEW_PROCESSES || !detail) {
		if (!top_sampler_refresh(&top->sampler, top->delay_seconds)) {
			top->failure = errno;
			top->leave = true;
			return;
		}
		top_fill_processes(&top->processes, &top->sampler, top->exact_bytes);
	}
	if (top->refreshes_left && --top->refreshes_left == 0)
		top->leave = true;
}

/* The same values in another form. */
void top_refresh_form(struct top *top)
{
	top->processes.still = top->classes.still = top->threads.still = true;
	top_fill_processes(&top->processes, &top->sampler, top->exact_bytes);
	fill_detail(top);
	/* Not all of them were filled. */
	top->processes.still = top->classes.still = top->threads.still = false;
}

void top_enter_detail(struct top *top, enum top_view view)
{
	const struct top_row *row;

	if (top->view != TOP_VIEW_PROCESSES) {
		top->view = view;
		return;
	}
	row = top_table_selected(&top->processes);
	if (!row) {
		snprintf(top->message, sizeof top->message, "no process is selected");
		return;
	}
	top->detail_pid = (pid_t)row->key;
	top->detail_seconds = top_clock();
	top->view = view;
	read_detail(top);
}

/* ---- command line ---------------------------------------------------------------------------- */

static void run_screen(struct top *top)
{
	double due = top_clock();

	while (!top->leave) {
		double now = top_clock(), wait;
		int key;

		if (now >= due) {
			if (!top->paused)
				top_refresh_data(top);
			due = top_clock() + top->delay_seconds;
		}
		top_draw(top);
		wait = due - top_clock();
		key = top_screen_key(wait > 0 ? wait : 0);
		if (key == TOP_KEY_GONE)
			top->leave = true;
		else if (key != TOP_KEY_NONE)
			top_take_key(top, key);
		/* A shorter delay counts from now on. */
		if (due > top_clock() + top->delay_seconds)
			due = top_clock() + top->delay_seconds;
	}
}

static bool take_flags(int argc, char **argv, struct top *top)
{
	static const struct option flags[] = { { "delay", required_argument, NULL, 'd' },
					       { "iterations", required_argument, NULL, 'n' },
					       { 0 } };
	int flag;

	optind = 0;
	while ((flag = getopt_long(argc, argv, "d:n:", flags, NULL)) != -1) {
		if (flag == 'd' && !cli_parse_seconds("-d", optarg, &top->delay_seconds))
			return false;
		if (flag == 'n' && !cli_parse_count("-n", optarg, 1, 1000000000, &top->refreshes_left))
			return false;
		if (flag == '?')
			return false;
	}
	/* Less than this the terminal cannot show and the reader would only burn. */
	if (top->delay_seconds < 0.1)
		top->delay_seconds = 0.1;
	for (; optind < argc; optind++) {
		if (!cli_parse_pid(argv[optind], &top->sampler.only[top->sampler.only_count]))
			return false;
		top->sampler.only_count++;
	}
	return true;
}

static int print_once(const struct cli_options *options, const char *why)
{
	char *arguments[] = { (char *)"list", NULL };

	cli_note(options, "top: %s; this is one look (hakmem-stats watch PID goes on)", why);
	return command_list(1, arguments, options);
}

int command_top(int argc, char **argv, const struct cli_options *options)
{
	const char *terminal = getenv("TERM");
	struct top top = { .options = options, .delay_seconds = 1, .exact_bytes = options->exact_bytes,
			   .sampler = { .options = options, .cpu_share = 0.02 } };
	pid_t *pids = calloc((size_t)argc, sizeof(*pids));

	top.sampler.only = pids;
	if (!pids)
		return OUTCOME_PARTIAL;
	if (!take_flags(argc, argv, &top)) {
		free(pids);
		return OUTCOME_USAGE;
	}
	if (options->source.core_file) {
		cli_error("top shows what changes, and a core file does not (use hakmem-stats show --core)");
		free(pids);
		return OUTCOME_USAGE;
	}
	top_views_start(&top.processes, &top.classes, &top.threads, options->unicode);
	if (options->sort_key && !top_views_sort(&top.processes, options->sort_key, options->sort_reversed)) {
		cli_error("top cannot sort by that column (it can by those that list shows first)");
		top.exit_code = OUTCOME_USAGE;
	} else if (options->json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		top.exit_code = print_once(options, "not on a terminal");
	} else if (!terminal || strcmp(terminal, "dumb") == 0 || !top_screen_start(options->color)) {
		top.exit_code = print_once(options, "this terminal cannot draw (TERM)");
	} else {
		run_screen(&top);
		top_screen_end();
		/* Not before: ncurses would wipe it away. */
		errno = top.failure;
		if (top.failure)
			top.exit_code = cli_report_source(options);
	}
	top_leave_detail(&top);
	top_table_clear(&top.processes);
	top_sampler_clear(&top.sampler);
	free(pids);
	return top.exit_code;
}
