/* SPDX-License-Identifier: MIT
 *
 * cli/command_watch.c - hakmem-stats watch: one process, a line at a time, like vmstat.
 *
 * Owns the clock of the lines.  Rates are between two lines, so the first has none.  When the
 * process ends the last line is "exited" and all is well.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/format.h"
#include "cli/json.h"

enum { HEADER_EVERY = 20 };

struct watch {
	const struct cli_options *options;
	bool csv;
	unsigned long line;
	struct timespec taken;  /* CLOCK_MONOTONIC, of the previous line */
	uint64_t refills, homes, maps, committed; /* of the previous line */
	uint64_t start_boottime_ns;
};

struct rates {
	bool known;
	double refills, homes, maps;
	int64_t committed_change;
};

static const char csv_header[] =
	"taken_unix_ns,live_bytes,live_bound_bytes,committed_bytes,dirty_bytes,large_bytes,rss_bytes,threads,"
	"refills_total,homes_total,map_calls_total";

static uint64_t unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static double rate(uint64_t now, uint64_t before, double seconds)
{
	/* A new segment (a child's, after an exec) begins at 0 again. */
	return now > before ? (double)(now - before) / seconds : 0;
}

static struct rates advance(struct watch *watch, const struct model_process *process)
{
	struct rates rates = { .known = watch->line > 0 };
	struct timespec now;
	double seconds;

	clock_gettime(CLOCK_MONOTONIC, &now);
	seconds = (double)(now.tv_sec - watch->taken.tv_sec) + (double)(now.tv_nsec - watch->taken.tv_nsec) / 1e9;
	if (rates.known && seconds > 0) {
		rates.refills = rate(process->refills_total, watch->refills, seconds);
		rates.homes = rate(process->homes_total, watch->homes, seconds);
		rates.maps = rate(process->numbers.map_calls_total, watch->maps, seconds);
		rates.committed_change = (int64_t)(process->numbers.committed_bytes - watch->committed);
	}
	watch->taken = now;
	watch->refills = process->refills_total;
	watch->homes = process->homes_total;
	watch->maps = process->numbers.map_calls_total;
	watch->committed = process->numbers.committed_bytes;
	return rates;
}

static void print_csv(const struct watch *watch, const struct model_process *process)
{
	const struct hak_stats_process *numbers = &process->numbers;

	if (!watch->line && !watch->options->no_header)
		puts(csv_header);
	printf("%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
	       ",%" PRIu64 ",%" PRIu64 "\n",
	       unix_ns(), process->live_bytes, process->live_bound_bytes, numbers->committed_bytes, numbers->dirty_bytes,
	       numbers->large_bytes, process->rss_bytes, numbers->threads, process->refills_total, process->homes_total,
	       numbers->map_calls_total);
}

static void print_row(const struct watch *watch, const struct model_process *process, const struct rates *rates)
{
	bool exact = watch->options->exact_bytes;
	int width = exact ? 13 : 8;
	char live[FORMAT_NUMBER_BYTES], bound[FORMAT_NUMBER_BYTES], committed[FORMAT_NUMBER_BYTES];
	char change[FORMAT_NUMBER_BYTES] = "-", dirty[FORMAT_NUMBER_BYTES], large[FORMAT_NUMBER_BYTES];
	char refills[FORMAT_NUMBER_BYTES] = "-", homes[FORMAT_NUMBER_BYTES] = "-", maps[FORMAT_NUMBER_BYTES] = "-";
	char time_text[16] = "";
	time_t now = time(NULL);
	struct tm local;

	if (localtime_r(&now, &local))
		strftime(time_text, sizeof time_text, "%H:%M:%S", &local);
	format_bytes(live, process->live_bytes, exact);
	format_bytes(bound, process->live_bound_bytes, exact);
	format_bytes(committed, process->numbers.committed_bytes, exact);
	format_bytes(dirty, process->numbers.dirty_bytes, exact);
	format_bytes(large, process->numbers.large_bytes, exact);
	if (rates->known) {
		format_bytes_change(change, rates->committed_change, exact);
		format_rate(refills, rates->refills, exact);
		format_rate(homes, rates->homes, exact);
		format_rate(maps, rates->maps, exact);
	}
	if (!watch->options->no_header && watch->line % HEADER_EVERY == 0)
		printf(watch->options->color ? "\033[1m%-8s %*s %*s %*s %*s %*s %*s %5s %9s %9s %9s\033[0m\n" :
					       "%-8s %*s %*s %*s %*s %*s %*s %5s %9s %9s %9s\n",
		       "TIME", width, "LIVE", width, "+-", width, "COMMIT", width, "CHANGE", width, "DIRTY", width, "LARGE",
		       "THR", "REFILL/s", "HOME/s", "MMAP/s");
	printf("%-8s %*s %*s %*s %*s %*s %*s %5" PRIu64 " %9s %9s %9s\n", time_text, width, live, width, bound, width,
	       committed, width, change, width, dirty, width, large, process->numbers.threads, refills, homes, maps);
}

static int print_json_line(const struct model_process *process, const struct rates *rates)
{
	json_t *document = json_document("watch");

	json_object_set_new(document, "process", json_from_process(process, false));
	json_object_set_new(document, "refills_per_second", rates->known ? json_real(rates->refills) : json_null());
	json_object_set_new(document, "homes_per_second", rates->known ? json_real(rates->homes) : json_null());
	return json_print_line(document);
}

static void print_end(const struct watch *watch)
{
	json_t *document;

	if (!watch->options->json) {
		puts("exited");
		return;
	}
	document = json_document("watch");
	json_object_set_new(document, "state", json_string("exited"));
	json_print_line(document);
}

/* One line.  True while there is more to come. */
static bool print_line(struct watch *watch, pid_t pid, int *exit_code)
{
	struct model_process process = { 0 };
	struct rates rates;

	*exit_code = (int)model_read(&watch->options->source, pid, &process);
	/* The number may belong to another process by now. */
	if (*exit_code == OUTCOME_OK && watch->line && process.start_boottime_ns != watch->start_boottime_ns)
		*exit_code = OUTCOME_NO_PROCESS;
	if (*exit_code == OUTCOME_NO_PROCESS && watch->line) {
		print_end(watch);
		*exit_code = OUTCOME_OK;
		model_process_clear(&process);
		return false;
	}
	if (*exit_code != OUTCOME_OK) {
		cli_report_failure(&process);
		model_process_clear(&process);
		return false;
	}
	watch->start_boottime_ns = process.start_boottime_ns;
	rates = advance(watch, &process);
	if (watch->options->json)
		*exit_code = print_json_line(&process, &rates);
	else if (watch->csv)
		print_csv(watch, &process);
	else
		print_row(watch, &process, &rates);
	watch->line++;
	model_process_clear(&process);
	/* A line is for now; and when nobody reads them any more, that must show. */
	return fflush(stdout) == 0 && *exit_code == OUTCOME_OK;
}

static void wait_until(struct timespec *due, double seconds)
{
	due->tv_sec += (time_t)seconds;
	due->tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
	if (due->tv_nsec >= 1000000000) {
		due->tv_sec++;
		due->tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR)
		;
}

int command_watch(int argc, char **argv, const struct cli_options *options)
{
	static const struct option flags[] = { { "interval", required_argument, NULL, 'i' },
					       { "count", required_argument, NULL, 'n' },
					       { "csv", no_argument, NULL, 'c' },
					       { 0 } };
	struct watch watch = { .options = options };
	unsigned long count = 0;
	double interval_seconds = 1;
	struct timespec due;
	int flag, exit_code;
	pid_t pid;

	optind = 0;
	while ((flag = getopt_long(argc, argv, "i:n:", flags, NULL)) != -1) {
		if (flag == 'i' && !cli_parse_seconds("-i", optarg, &interval_seconds))
			return OUTCOME_USAGE;
		if (flag == 'n' && !cli_parse_count("-n", optarg, 1, 1000000000, &count))
			return OUTCOME_USAGE;
		if (flag == 'c')
			watch.csv = true;
	}
	if (argc - optind != 1 || options->source.core_file) {
		cli_error("watch needs one running process (hakmem-stats watch PID)");
		return OUTCOME_USAGE;
	}
	if (!cli_parse_pid(argv[optind], &pid))
		return OUTCOME_USAGE;
	clock_gettime(CLOCK_MONOTONIC, &due);
	while (print_line(&watch, pid, &exit_code) && (!count || watch.line < count))
		wait_until(&due, interval_seconds);
	return exit_code;
}
