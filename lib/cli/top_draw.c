/* SPDX-License-Identifier: MIT
 *
 * cli/top_draw.c - the frame of the live screen: the first line, the last line, the view between.
 *
 * Called by the loop in cli/command_top after each key and each refresh.
 */
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/format.h"
#include "cli/top.h"
#include "cli/top_screen.h"

static void append(char *text, size_t text_bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void append(char *text, size_t text_bytes, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, text_bytes - used, format, arguments);
	va_end(arguments);
}

static void draw_header(struct top *top)
{
	const struct top_sampler *sampler = &top->sampler;
	char text[512] = "";
	time_t now = time(NULL);
	struct tm local;

	if (top->detail && top->view != TOP_VIEW_PROCESSES) {
		const struct model_process *process = top->detail;
		char live[FORMAT_NUMBER_BYTES], bound[FORMAT_NUMBER_BYTES], committed[FORMAT_NUMBER_BYTES];

		format_bytes(live, process->live_bytes, top->exact_bytes);
		format_bytes(bound, process->live_bound_bytes, top->exact_bytes);
		format_bytes(committed, process->numbers.committed_bytes, top->exact_bytes);
		append(text, sizeof text, "%ld %s (%s)  live %s %s %s  committed %s", (long)process->pid, process->comm,
		       process->user, live, top->options->unicode ? "±" : "+-", bound, committed);
	} else {
		if (localtime_r(&now, &local))
			append(text, sizeof text, "%02d:%02d:%02d  ", local.tm_hour, local.tm_min, local.tm_sec);
		append(text, sizeof text, "%zu processes", top->processes.count);
		if (top->processes.filter[0])
			append(text, sizeof text, ", %zu with \"%s\"", top->processes.shown_count, top->processes.filter);
		if (sampler->small)
			append(text, sizeof text, ", %u small", sampler->small);
		if (sampler->off)
			append(text, sizeof text, ", %u off", sampler->off);
		if (sampler->inherited)
			append(text, sizeof text, ", %u inherited", sampler->inherited);
		if (sampler->denied)
			append(text, sizeof text, ", %u denied%s", sampler->denied, geteuid() ? " (run as root)" : "");
	}
	append(text, sizeof text, "  every %.10g s%s%s", top->delay_seconds, sampler->behind ? " (in turns)" : "",
	       top->paused ? "  PAUSED" : "");
	top_screen_put(0, 0, top_screen_columns(), false, TOP_STRONG, text);
}

static void draw_last_line(struct top *top, int row)
{
	static const char *const keys[] = {
		[TOP_VIEW_PROCESSES] = "? help  Enter classes  t threads  m map  / filter  < > sort  p pause  q quit",
		[TOP_VIEW_CLASSES] = "? help  t threads  m map  < > sort  r reverse  b bytes  p pause  q back",
		[TOP_VIEW_THREADS] = "? help  c classes  m map  < > sort  r reverse  b bytes  p pause  q back",
		[TOP_VIEW_MAP] = "? help  c classes  t threads  arrows move  p pause  q back",
		[TOP_VIEW_HELP] = "q back",
	};
	char text[sizeof top->typed + 64];

	if (top->prompt != TOP_PROMPT_NONE) {
		snprintf(text, sizeof text, "%s: %s_",
			 top->prompt == TOP_PROMPT_FILTER ? "show names with" : "seconds between refreshes", top->typed);
		top_screen_put(row, 0, 0, false, TOP_STRONG, text);
	} else if (top->message[0]) {
		top_screen_put(row, 0, 0, false, TOP_STRONG, top->message);
	} else {
		top_screen_put(row, 0, 0, false, TOP_FAINT, keys[top->view]);
	}
}

void top_draw(struct top *top)
{
	struct top_table *table = top_table_of(top);
	int last = top_screen_rows() - 1;

	top_screen_erase();
	draw_header(top);
	if (table)
		top_screen_table(table, 1, last - (table->has_totals ? 1 : 0));
	else if (top->view == TOP_VIEW_HELP)
		top_draw_help(2, last - 1);
	else if (top->detail)
		top_draw_map(top->detail, &top->palette, &top->map_first, 1, last - 1, top->options->unicode);
	draw_last_line(top, last);
	top_screen_show();
}
