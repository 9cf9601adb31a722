/* SPDX-License-Identifier: MIT
 *
 * cli/process_info.h - what the kernel says about a process besides its memory.
 *
 * Owns the escaping of texts: names of programs, files and control groups are chosen by the
 * process that is being looked at, and end up on root's terminal and in JSON.
 *
 * A process is held by a descriptor of its folder in procfs, not by its number: everything that
 * is opened below it fails once the process is gone, even if the number belongs to another one by
 * then.  Called by cli/model; cli/discover reads memory through the same descriptor.
 */
#ifndef HAKMEM_CLI_PROCESS_INFO_H
#define HAKMEM_CLI_PROCESS_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/model.h"

struct process_info {
	int folder;               /* O_PATH descriptor of PROCFS/PID; -1 when not open */
	pid_t pid;
	bool own_procfs;          /* the numbers of this procfs are those of our system calls */
	uint32_t innermost_pid;   /* as the process sees itself */
	bool nested;              /* it lives in a pid namespace below the reader's */
	bool gone;                /* a zombie: its memory is given back */
	bool same_time_namespace; /* else start times cannot be compared */
	pid_t group_pid;          /* differs from pid for a thread */
};

/* Text that is safe to print: control characters (also the invisible ones that change the
 * direction of text) and bytes that are not UTF-8 become \xNN; cut at a whole character. */
void process_info_escape(char *to, size_t to_bytes, const char *from, size_t from_bytes);

/* Hold process PID.  0 or an errno: ENOENT when there is none. */
int process_info_open(struct process_info *info, const char *procfs, pid_t pid);
void process_info_close(struct process_info *info);

/* Fill the texts, ids and times of PROCESS as far as they may be read.  False: the process has
 * gone. */
bool process_info_read(struct process_info *info, struct model_process *process);

/* Fill in the names of the threads that exist. */
void process_info_name_threads(const struct process_info *info, struct model_process *process);

/* Does the process's environment say NAME=VALUE?  False too when it may not be read. */
bool process_info_has_environment(const struct process_info *info, const char *name_and_value);

/* The beginning of file PATH of the process, as a string; its length or -1 with errno. */
ssize_t process_info_slurp(const struct process_info *info, const char *path, char *to, size_t to_bytes);

/* Does it still exist? */
bool process_info_alive(const struct process_info *info);

#endif
