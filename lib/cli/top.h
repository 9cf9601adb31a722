/* SPDX-License-Identifier: MIT
 *
 * cli/top.h - the state of the live screen, which its loop, its keys and its drawing share.
 *
 * Owned by cli/command_top, whose loop calls cli/top_draw and cli/top_keys in turn.
 */
#ifndef HAKMEM_CLI_TOP_H
#define HAKMEM_CLI_TOP_H

#include "cli/options.h"
#include "cli/top_sampler.h"
#include "cli/top_table.h"
#include "cli/top_views.h"

enum top_prompt { TOP_PROMPT_NONE, TOP_PROMPT_FILTER, TOP_PROMPT_DELAY };

struct top {
	const struct cli_options *options;
	struct top_sampler sampler;
	struct top_table processes, classes, threads;
	enum top_view view, view_before_help;
	struct model_process *detail, *detail_before; /* the process of the other views; two readings */
	pid_t detail_pid;
	double detail_seconds, detail_interval_seconds;
	struct heap_map_palette palette;
	size_t map_first;
	double delay_seconds;
	bool exact_bytes, paused, leave;
	unsigned long refreshes_left; /* 0: no end */
	enum top_prompt prompt;
	char typed[TOP_FILTER_BYTES];
	char message[256]; /* in the last line until the next key */
	int failure; /* errno: the list of processes could not be read */
	int exit_code;
};

/* The table of the view, or NULL. */
struct top_table *top_table_of(struct top *top);

/* cli/command_top: read again; the same values in another form; look at the selected process;
 * back to the list. */
void top_refresh_data(struct top *top);
void top_refresh_form(struct top *top);
void top_enter_detail(struct top *top, enum top_view view);
void top_leave_detail(struct top *top);

/* cli/top_draw */
void top_draw(struct top *top);

/* cli/top_keys */
void top_take_key(struct top *top, int key);

#endif
