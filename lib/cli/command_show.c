/* SPDX-License-Identifier: MIT
 *
 * cli/command_show.c - hakmem-stats show: the summary of one process, or of several.
 *
 * Owns the wording of the summary.  Processes that fail are reported on stderr and, with --json,
 * have null for their numbers.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/fields.h"
#include "cli/format.h"
#include "cli/json.h"

struct summary {
	const struct cli_options *options;
	const struct model_process *process;
};

#define NUMBER(field) offsetof(struct model_process, numbers.field)
#define DERIVED(field) offsetof(struct model_process, field)

/* "-" for what the segment does not have. */
static const char *bytes_at(const struct summary *summary, size_t offset, char text[static FORMAT_NUMBER_BYTES])
{
	uint64_t number;

	if (cli_number_at(offset, summary->process, &number))
		format_bytes(text, number, summary->options->exact_bytes);
	else
		snprintf(text, FORMAT_NUMBER_BYTES, "-");
	return text;
}

static const char *count_at(const struct summary *summary, size_t offset, char text[static FORMAT_NUMBER_BYTES])
{
	uint64_t number;

	if (cli_number_at(offset, summary->process, &number))
		snprintf(text, FORMAT_NUMBER_BYTES, "%" PRIu64, number);
	else
		snprintf(text, FORMAT_NUMBER_BYTES, "-");
	return text;
}

static void print_heading(const struct summary *summary)
{
	const struct model_process *process = summary->process;

	printf(summary->options->color ? "\033[1m%d %s\033[0m" : "%d %s", (int)process->pid, process->comm);
	printf("  user %s  state %s", process->user[0] ? process->user : "-", process->state);
	if (process->unit[0])
		printf("  unit %s", process->unit);
	printf("  library %s  format %u.%u\n", process->library_version[0] ? process->library_version : "-",
	       process->format_major, process->format_minor);
	if (process->executable[0])
		printf("  %-11s%s\n", "executable", process->executable);
}

static void print_memory(const struct summary *summary)
{
	char a[FORMAT_NUMBER_BYTES], b[FORMAT_NUMBER_BYTES], c[FORMAT_NUMBER_BYTES];
	uint64_t live = summary->process->live_bytes, committed = summary->process->numbers.committed_bytes;

	printf("  %-11s%s +- %s", "live", bytes_at(summary, DERIVED(live_bytes), a),
	       bytes_at(summary, DERIVED(live_bound_bytes), b));
	if (committed)
		printf("  (%.0f%% of committed)", live < committed ? 100.0 * (double)live / (double)committed : 100.0);
	printf("\n  %-11s%s  (peak %s)\n", "committed", bytes_at(summary, NUMBER(committed_bytes), a),
	       bytes_at(summary, NUMBER(committed_peak_bytes), b));
	printf("  %-11s%s  in %s superslabs (peak %s)\n", "reserved", bytes_at(summary, NUMBER(reserved_bytes), a),
	       count_at(summary, NUMBER(superslabs), b), count_at(summary, NUMBER(superslabs_peak), c));
	printf("  %-11s%s free and kept for reuse, %s ever given back\n", "dirty", bytes_at(summary, NUMBER(dirty_bytes), a),
	       bytes_at(summary, NUMBER(purged_bytes_total), b));
	printf("  %-11s%s in thread caches, about\n", "cached", bytes_at(summary, DERIVED(cached_bytes), a));
	printf("  %-11s%s (peak %s)\n", "slabs", count_at(summary, NUMBER(slabs), a),
	       count_at(summary, NUMBER(slabs_peak), b));
	printf("  %-11s%s in %s blocks", "large", bytes_at(summary, NUMBER(large_bytes), a),
	       count_at(summary, NUMBER(large_blocks), b));
	printf("  (peak %s, %s kept for reuse)\n", bytes_at(summary, NUMBER(large_peak_bytes), a),
	       bytes_at(summary, NUMBER(large_cached_bytes), b));
	if (summary->process->rss_bytes)
		printf("  %-11s%s, of everything in the process\n", "resident", bytes_at(summary, DERIVED(rss_bytes), a));
}

static void print_resident(const struct summary *summary)
{
	char pss[FORMAT_NUMBER_BYTES], private[FORMAT_NUMBER_BYTES], huge[FORMAT_NUMBER_BYTES];
	bool exact = summary->options->exact_bytes;
	struct model_resident resident;

	if (!model_read_resident(&summary->options->source, summary->process->pid, &resident))
		return;
	format_bytes(pss, resident.pss_bytes, exact);
	format_bytes(private, resident.private_dirty_bytes, exact);
	format_bytes(huge, resident.anonymous_huge_bytes, exact);
	printf("  %-11s%s, private and dirty %s, in huge pages %s\n", "pss", pss, private, huge);
}

static void print_events(const struct summary *summary)
{
	char a[FORMAT_NUMBER_BYTES], b[FORMAT_NUMBER_BYTES], c[FORMAT_NUMBER_BYTES], d[FORMAT_NUMBER_BYTES];
	uint64_t unlisted;

	printf("  %-11s%s (peak %s, ever %s), forks %s\n", "threads", count_at(summary, NUMBER(threads), a),
	       count_at(summary, NUMBER(threads_peak), b), count_at(summary, NUMBER(threads_total), c),
	       count_at(summary, NUMBER(forks), d));
	printf("  %-11s%s from slabs to caches, %s home\n", "batches", count_at(summary, DERIVED(refills_total), a),
	       count_at(summary, DERIVED(homes_total), b));
	printf("  %-11s%s mmap (%s refused), %s munmap, %s madvise refused\n", "system",
	       count_at(summary, NUMBER(map_calls_total), a), count_at(summary, NUMBER(map_failures_total), b),
	       count_at(summary, NUMBER(unmap_calls_total), c), count_at(summary, NUMBER(purge_refusals_total), d));
	printf("  %-11s%s blocks of other allocators freed, %s realloc to 0\n", "oddities",
	       count_at(summary, NUMBER(foreign_frees_total), a), count_at(summary, NUMBER(zero_reallocs_total), b));
	if (cli_number_at(NUMBER(unlisted), summary->process, &unlisted) && unlisted)
		printf("  %-11s%" PRIu64 " rows had no room: live may be higher than shown\n", "incomplete", unlisted);
	if (summary->process->newer_fields)
		printf("  %-11sthe library is newer than this program; newer fields are hidden\n", "note");
}

static void print_summary(const struct summary *summary)
{
	print_heading(summary);
	print_memory(summary);
	if (summary->options->resident)
		print_resident(summary);
	print_events(summary);
}

/* Ready for several: with one process its own outcome is the exit code; with more, 1 when not all
 * ended alike. */
static int merge_outcomes(int so_far, int outcome, bool first)
{
	return first || so_far == outcome ? outcome : OUTCOME_PARTIAL;
}

int command_show(int argc, char **argv, const struct cli_options *options)
{
	json_t *document = options->json ? json_document("show") : NULL;
	json_t *list = options->json ? json_array() : NULL;
	int exit_code = OUTCOME_OK, count = argc - 1;

	if (options->source.core_file && !count)
		count = 1;
	if (!count) {
		cli_error("show needs a process id (hakmem-stats list shows them)");
		exit_code = OUTCOME_USAGE;
	}
	for (int index = 0; index < count; index++) {
		struct model_process process = { 0 };
		pid_t pid = 0;
		int outcome;

		if (index + 1 < argc && !cli_parse_pid(argv[index + 1], &pid)) {
			exit_code = OUTCOME_USAGE;
			break;
		}
		outcome = (int)model_read(&options->source, pid, &process);
		exit_code = merge_outcomes(exit_code, outcome, index == 0);
		if (outcome != OUTCOME_OK)
			cli_report_failure(&process);
		if (list)
			json_array_append_new(list, json_from_process(&process, true));
		else if (outcome == OUTCOME_OK)
			print_summary(&(struct summary){ options, &process });
		model_process_clear(&process);
	}
	if (exit_code == OUTCOME_USAGE) {
		json_decref(list);
		json_decref(document);
		return exit_code;
	}
	if (document) {
		int printed;

		json_object_set_new(document, "processes", list);
		printed = json_print(document);
		return exit_code ? exit_code : printed;
	}
	return exit_code;
}
