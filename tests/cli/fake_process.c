/* SPDX-License-Identifier: MIT
 *
 * fake_process.c - a process with a valid segment and without the library.
 *
 *   fake_process [plain|busy|forked|version|damaged|newer]
 *
 * Prints the pid to look at and waits until its standard input ends.  busy: the first thread's
 * numbers change all the time, by the rules.  forked: the pid is that of a child which still maps
 * its parent's segment.  version: another major number.  damaged: a region exceeds its chunk.
 * newer: a higher minor number.  For tests of the commands, and for trying them by hand.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "make_segment.h"

/* One block of the first class comes and goes, with the sequence that the format wants. */
static void change(unsigned char *core)
{
	struct hak_stats_thread *thread = made_row(core, HAK_STATS_REGION_THREADS, 0);
	struct hak_stats_record *record = made_row(core, HAK_STATS_REGION_RECORDS, 0);

	*(volatile uint64_t *)&thread->sequence += 1;
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint64_t *)&record->used ^= 1;
	*(volatile uint64_t *)&record->refills_total += 1;
	*(volatile uint64_t *)&thread->refills_total += 1;
	atomic_thread_fence(memory_order_seq_cst);
	*(volatile uint64_t *)&thread->sequence += 1;
}

static void wait_for_end(unsigned char *core, int busy)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte;

	for (;;) {
		if (busy)
			change(core);
		if (poll(&input, 1, busy ? 1 : -1) > 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return;
	}
}

int main(int count, char **arguments)
{
	const char *kind = count > 1 ? arguments[1] : "plain";
	struct made_identity identity = made_identity_now();
	unsigned char *mappings[MADE_CHUNKS];
	pid_t child = 0;

	if (!map_segment(mappings, &identity)) {
		fprintf(stderr, "fake_process: no shared mappings\n");
		return 99;
	}
	if (strcmp(kind, "version") == 0)
		for (unsigned number = 0; number < MADE_CHUNKS; number++)
			made_header(mappings[number])->major = HAK_STATS_MAJOR + 1;
	if (strcmp(kind, "newer") == 0)
		for (unsigned number = 0; number < MADE_CHUNKS; number++)
			made_header(mappings[number])->minor = HAK_STATS_MINOR + 7;
	if (strcmp(kind, "damaged") == 0)
		made_header(mappings[0])->regions[2].rows = UINT32_MAX;
	if (strcmp(kind, "forked") == 0) {
		child = fork();
		if (child == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			pause();
			return 0;
		}
	}
	printf("%ld\n", (long)(child ? child : getpid()));
	fflush(stdout);
	wait_for_end(mappings[0], strcmp(kind, "busy") == 0);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return 0;
}
