/* SPDX-License-Identifier: MIT
 *
 * cli/command_plot.c - "hakmem-stats plot": live, committed and resident bytes over time.
 *
 * From a live process, read every -i seconds -n times, or from files that "snapshot" wrote; in a
 * file with several processes a PID chooses one, otherwise their sum is shown.  To the terminal as
 * bars, as a picture (--svg FILE) or as JSON.  Called by cli/main.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json.h"
#include "cli/svg.h"

enum plot_curve { PLOT_LIVE, PLOT_COMMITTED, PLOT_RSS, PLOT_CURVES };

static const struct {
	const char *name, *key, *colour;
	char letter;
} curves[PLOT_CURVES] = {
	[PLOT_LIVE] = { "live", "live_bytes", "#4fa952", 'l' },
	[PLOT_COMMITTED] = { "committed", "committed_bytes", "#4e9bd1", 'c' },
	[PLOT_RSS] = { "resident", "rss_bytes", "#e15759", 'r' },
};

/* Points in the order of time. */
struct plot {
	char title[160];
	size_t count, capacity;
	double *seconds; /* since the first point */
	double *bytes[PLOT_CURVES]; /* NAN: not known */
	double first_unix_seconds;
};

static bool reserve(struct plot *plot)
{
	size_t capacity = plot->capacity ? plot->capacity * 2 : 256;
	double *grown;

	if (plot->count < plot->capacity)
		return true;
	grown = realloc(plot->seconds, capacity * sizeof(double));
	if (!grown)
		return false;
	plot->seconds = grown;
	for (unsigned i = 0; i < PLOT_CURVES; i++) {
		grown = realloc(plot->bytes[i], capacity * sizeof(double));
		if (!grown)
			return false;
		plot->bytes[i] = grown;
	}
	plot->capacity = capacity;
	return true;
}

static void plot_clear(struct plot *plot)
{
	free(plot->seconds);
	for (unsigned i = 0; i < PLOT_CURVES; i++)
		free(plot->bytes[i]);
}

/* The sum over the PROCESSES that have numbers (with PID: that one only) as one more point. */
static bool add_point(struct plot *plot, double unix_seconds, const struct model_process *processes, size_t count,
		      pid_t pid)
{
	double sums[PLOT_CURVES] = { 0 };
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		const struct model_process *process = &processes[i];

		if (process->outcome != OUTCOME_OK || (pid && process->pid != pid))
			continue;
		found = true;
		sums[PLOT_LIVE] += (double)process->live_bytes;
		sums[PLOT_COMMITTED] += (double)process->numbers.committed_bytes;
		/* A program that runs has pages: 0 is a core file's "not known". */
		sums[PLOT_RSS] += process->rss_bytes ? (double)process->rss_bytes : NAN;
	}
	if (!reserve(plot)) {
		cli_error("out of memory after %zu points (take fewer with -n)", plot->count);
		return false;
	}
	if (plot->count == 0)
		plot->first_unix_seconds = unix_seconds;
	plot->seconds[plot->count] = unix_seconds - plot->first_unix_seconds;
	for (unsigned i = 0; i < PLOT_CURVES; i++)
		plot->bytes[i][plot->count] = found ? sums[i] : NAN;
	plot->count++;
	return true;
}

static double unix_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- sources --------------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void note_interrupt(int signal_number)
{
	(void)signal_number;
	interrupted = 1;
}

/* Until the next reading; false when Ctrl-C says that it is enough. */
static bool wait_until(const struct timespec *due)
{
	while (!interrupted && clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR)
		;
	return !interrupted;
}

static int record_process(struct plot *plot, pid_t pid, double interval_seconds, unsigned long points,
			  const struct cli_options *options)
{
	/* Once only: a second Ctrl-C ends the program as usual. */
	struct sigaction action = { .sa_handler = note_interrupt, .sa_flags = (int)SA_RESETHAND };
	struct timespec due;

	sigaction(SIGINT, &action, NULL);
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (unsigned long i = 0; i < points; i++) {
		struct model_process process = { .pid = pid };
		enum outcome outcome = model_read(&options->source, pid, &process);
		bool added = true;

		if (outcome != OUTCOME_OK && i == 0) {
			cli_report_failure(&process);
			model_process_clear(&process);
			return (int)outcome;
		}
		if (i == 0)
			snprintf(plot->title, sizeof plot->title, "%ld (%s)", (long)pid, process.comm);
		if (outcome == OUTCOME_OK)
			added = add_point(plot, unix_now(), &process, 1, 0);
		model_process_clear(&process);
		if (!added)
			return OUTCOME_PARTIAL;
		/* What was recorded until the process ended is worth showing. */
		if (outcome != OUTCOME_OK) {
			cli_note(options, "%ld ended after %lu readings", (long)pid, i);
			return OUTCOME_OK;
		}
		if (i + 1 == points)
			break;
		due.tv_sec += (time_t)interval_seconds;
		due.tv_nsec += (long)((interval_seconds - floor(interval_seconds)) * 1e9);
		if (due.tv_nsec >= 1000000000) {
			due.tv_sec++;
			due.tv_nsec -= 1000000000;
		}
		if (!wait_until(&due))
			break;
	}
	return OUTCOME_OK;
}

struct recording {
	struct model_process *processes;
	size_t count;
	uint64_t taken_unix_ns;
};

static int compare_recordings(const void *left, const void *right)
{
	uint64_t a = ((const struct recording *)left)->taken_unix_ns, b = ((const struct recording *)right)->taken_unix_ns;

	return a < b ? -1 : a > b;
}

static int load_files(struct plot *plot, char **files, size_t count, pid_t pid)
{
	struct recording *recordings = calloc(count, sizeof(*recordings));
	int exit_code = recordings ? OUTCOME_OK : OUTCOME_PARTIAL;
	size_t loaded = 0;

	if (!recordings)
		cli_error("out of memory for %zu files", count);
	while (exit_code == OUTCOME_OK && loaded < count) {
		struct recording *next = &recordings[loaded];

		exit_code = json_load_snapshot(files[loaded], &next->processes, &next->count, &next->taken_unix_ns);
		loaded += exit_code == OUTCOME_OK;
	}
	if (exit_code == OUTCOME_OK) {
		snprintf(plot->title, sizeof plot->title, "all processes");
		qsort(recordings, count, sizeof(*recordings), compare_recordings);
	}
	for (size_t i = 0; exit_code == OUTCOME_OK && i < count; i++) {
		const struct recording *recording = &recordings[i];

		if (!add_point(plot, (double)recording->taken_unix_ns / 1e9, recording->processes, recording->count, pid))
			exit_code = OUTCOME_PARTIAL;
		for (size_t j = 0; j < recording->count; j++) {
			if (pid ? recording->processes[j].pid == pid : recording->count == 1)
				snprintf(plot->title, sizeof plot->title, "%ld (%s)", (long)recording->processes[j].pid,
					 recording->processes[j].comm);
		}
	}
	for (size_t i = 0; i < loaded; i++)
		model_free_all(recordings[i].processes, recordings[i].count);
	free(recordings);
	return exit_code;
}

/* ---- output ---------------------------------------------------------------------------------- */

static double greatest(const struct plot *plot)
{
	double most = 0;

	for (unsigned i = 0; i < PLOT_CURVES; i++) {
		for (size_t j = 0; j < plot->count; j++) {
			if (isfinite(plot->bytes[i][j]) && plot->bytes[i][j] > most)
				most = plot->bytes[i][j];
		}
	}
	return most;
}

static void label_bytes(char *text, size_t text_bytes, double value)
{
	char number[FORMAT_NUMBER_BYTES];

	format_bytes(number, (uint64_t)value, false);
	snprintf(text, text_bytes, "%s", number);
}

static void label_seconds(char *text, size_t text_bytes, double value)
{
	char number[FORMAT_NUMBER_BYTES];

	/* Below a minute the steps may be fractions. */
	if (value < 60)
		snprintf(number, sizeof number, "%.10gs", round(value * 1000) / 1000);
	else
		format_duration(number, value);
	snprintf(text, text_bytes, "%s", number);
}

/* Steps of time at which people look: not 50 but 60 seconds. */
static double time_step(double range)
{
	static const double steps[] = { 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800 };

	if (range <= 60)
		return svg_step(range, 8, false);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (range / steps[i] <= 8)
			return steps[i];
	}
	return svg_step(range / 86400, 8, false) * 86400;
}

static int draw_plot(const struct plot *plot, const char *file)
{
	double range = plot->seconds[plot->count - 1], step = svg_step(greatest(plot), 6, true);
	struct svg_scale x_scale = { 0, range > 0 ? range : 1, 80, 700 };
	struct svg_scale y_scale = { 0, fmax(step, ceil(greatest(plot) / step) * step), 320, 50 };
	char title[224];
	struct svg svg;

	snprintf(title, sizeof title, "Heap of %s", plot->title);
	if (!svg_open(&svg, file, 720, 360, title))
		return OUTCOME_PARTIAL;
	svg_text(&svg, 80, 26, SVG_START, "ink", title);
	svg_axis_left(&svg, &x_scale, &y_scale, step, label_bytes);
	svg_axis_bottom(&svg, &x_scale, &y_scale, time_step(x_scale.value_to), label_seconds);
	for (unsigned i = 0; i < PLOT_CURVES; i++) {
		double x = 415 + i * 98.0;

		svg_curve(&svg, &x_scale, &y_scale, plot->seconds, plot->bytes[i], plot->count, curves[i].colour);
		svg_rectangle(&svg, x, 17, 12, 12, curves[i].colour, 1, NULL);
		svg_text(&svg, x + 17, 27, SVG_START, "ink", curves[i].name);
	}
	return svg_close(&svg) ? OUTCOME_OK : OUTCOME_PARTIAL;
}

/* A line a point: the letters of the curves at their places. */
static void print_plot(const struct plot *plot, const struct cli_options *options)
{
	enum { COLUMNS = PLOT_CURVES };
	unsigned width = options->width ? options->width : 80, bar = width > 50 ? width - 38 : 12;
	double most = greatest(plot);

	if (bar > 200)
		bar = 200;
	if (!options->no_header)
		printf("%8s %8s %9s %8s  %s\n", "TIME", "LIVE", "COMMITTED", "RESIDENT", plot->title);
	for (size_t i = 0; i < plot->count; i++) {
		char line[201], time[FORMAT_NUMBER_BYTES], numbers[COLUMNS][FORMAT_NUMBER_BYTES];

		memset(line, ' ', bar);
		for (unsigned j = 0; j < PLOT_CURVES; j++) {
			double bytes = plot->bytes[j][i];
			unsigned place;

			snprintf(numbers[j], sizeof numbers[j], "-");
			if (!isfinite(bytes))
				continue;
			format_bytes(numbers[j], (uint64_t)bytes, options->exact_bytes);
			place = most > 0 ? (unsigned)(bytes / most * (bar - 1)) : 0;
			line[place] = line[place] == ' ' ? curves[j].letter : '*';
		}
		for (unsigned end = bar; end > 0 && line[end - 1] == ' '; end--)
			line[end - 1] = '\0';
		line[bar] = '\0';
		label_seconds(time, sizeof time, plot->seconds[i]);
		printf("%8s %8s %9s %8s |%s\n", time, numbers[PLOT_LIVE], numbers[PLOT_COMMITTED], numbers[PLOT_RSS],
		       line);
	}
	if (!options->quiet)
		puts("l live, c committed, r resident, * several at one place; the right edge is the greatest value");
}

static int plot_to_json(const struct plot *plot)
{
	json_t *document = json_document("plot"), *points = json_array();

	json_object_set_new(document, "title", json_from_text(plot->title));
	for (size_t i = 0; i < plot->count; i++) {
		json_t *point = json_object();

		json_object_set_new(point, "taken_unix_ns",
				    json_from_number((uint64_t)((plot->first_unix_seconds + plot->seconds[i]) * 1e9)));
		for (unsigned j = 0; j < PLOT_CURVES; j++)
			json_object_set_new(point, curves[j].key,
					    isfinite(plot->bytes[j][i]) ? json_from_number((uint64_t)plot->bytes[j][i]) :
									  json_null());
		json_array_append_new(points, point);
	}
	json_object_set_new(document, "points", points);
	return json_print(document);
}

/* ---- command line ---------------------------------------------------------------------------- */

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* Arguments that are numbers are pids, others files ("./123" for a file of that name). */
static int take_arguments(int argc, char **argv, pid_t *pid, char **files, size_t *file_count)
{
	for (int i = 0; i < argc; i++) {
		if (!is_number(argv[i])) {
			files[(*file_count)++] = argv[i];
			continue;
		}
		if (*pid) {
			cli_error("plot takes one process id; '%s' is too much", argv[i]);
			return OUTCOME_USAGE;
		}
		if (!cli_parse_pid(argv[i], pid))
			return OUTCOME_USAGE;
	}
	if (!*pid && !*file_count) {
		cli_error("plot needs a process id (hakmem-stats list shows them) or files of hakmem-stats snapshot");
		return OUTCOME_USAGE;
	}
	return OUTCOME_OK;
}

int command_plot(int argc, char **argv, const struct cli_options *options)
{
	static const struct option flags[] = {
		{ "svg", required_argument, NULL, 'o' },      { "output", required_argument, NULL, 'o' },
		{ "interval", required_argument, NULL, 'i' }, { "count", required_argument, NULL, 'n' }, { 0 },
	};
	struct plot plot = { .count = 0 };
	const char *picture = NULL;
	double interval_seconds = 1;
	unsigned long points = 60;
	size_t file_count = 0;
	char **files = calloc((size_t)argc + 1, sizeof(*files));
	int flag, exit_code = files ? OUTCOME_OK : OUTCOME_PARTIAL;
	pid_t pid = 0;

	optind = 0;
	while (exit_code == OUTCOME_OK && (flag = getopt_long(argc, argv, "i:n:o:", flags, NULL)) != -1) {
		if (flag == 'o')
			picture = optarg;
		else if (flag == '?' || (flag == 'i' && !cli_parse_seconds("-i", optarg, &interval_seconds)) ||
			 (flag == 'n' && !cli_parse_count("-n", optarg, 1, 1000000, &points)))
			exit_code = OUTCOME_USAGE;
	}
	if (exit_code == OUTCOME_OK)
		exit_code = take_arguments(argc - optind, argv + optind, &pid, files, &file_count);
	if (exit_code == OUTCOME_OK)
		exit_code = file_count ? load_files(&plot, files, file_count, pid) :
					 record_process(&plot, pid, interval_seconds, points, options);
	if (exit_code == OUTCOME_OK && greatest(&plot) <= 0) {
		cli_error("there is nothing to plot: no numbers about %s in the files", pid ? "this process" : "any process");
		exit_code = OUTCOME_NO_PROCESS;
	}
	if (exit_code == OUTCOME_OK && picture)
		exit_code = draw_plot(&plot, picture);
	if (exit_code == OUTCOME_OK && options->json)
		exit_code = plot_to_json(&plot);
	else if (exit_code == OUTCOME_OK && !picture)
		print_plot(&plot, options);
	plot_clear(&plot);
	free(files);
	return exit_code;
}
