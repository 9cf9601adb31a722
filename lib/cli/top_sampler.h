/* SPDX-License-Identifier: MIT
 *
 * cli/top_sampler.h - which processes the live screen knows, read no more often than needed.
 *
 * Owns one entry a process.  Called by cli/command_top at each refresh.  Cost is the reason for
 * all of it: finding out that a process has no segment costs as much as reading one, and most
 * processes of a machine have none; they are asked again every few seconds.  And a refresh takes
 * no more than a share of the time until the next: what did not fit has its turn first next time.
 */
#ifndef HAKMEM_CLI_TOP_SAMPLER_H
#define HAKMEM_CLI_TOP_SAMPLER_H

#include "cli/options.h"

struct top_process {
	pid_t pid;
	struct model_process *process; /* what the last reading said; NULL before the first */
	double read_seconds;           /* when that was */
	double due_seconds;            /* not worth reading before */
	double refills_per_second;
	bool rate_known;               /* there have been two readings */
	bool present;                  /* in the list of processes of this refresh */
};

struct top_sampler {
	const struct cli_options *options;
	struct top_process *entries; /* by pid */
	size_t count, capacity;
	size_t first;                /* whose turn is first */
	double cpu_share;            /* of the delay, that a refresh may take */
	bool behind;                 /* the last refresh could not read all */
	unsigned small, off, denied, inherited; /* that have no numbers, by why */
	pid_t *only;                 /* when pids were given */
	size_t only_count;
};

/* Seconds of the clock that refreshes go by. */
double top_clock(void);

/* False with errno when the list of processes cannot be read. */
bool top_sampler_refresh(struct top_sampler *sampler, double delay_seconds);

/* Whether a row is shown for it: it has numbers, or something is wrong with them. */
bool top_sampler_shows(const struct top_sampler *sampler, const struct top_process *entry);

/* NULL when it is gone. */
const struct top_process *top_sampler_find(const struct top_sampler *sampler, pid_t pid);

void top_sampler_clear(struct top_sampler *sampler);

#endif
