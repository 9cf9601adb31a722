/* SPDX-License-Identifier: MIT
 *
 * cli/doctor.h - findings, and the checks that make them.
 *
 * command_doctor owns the list of findings and prints it; doctor_system looks at the machine,
 * doctor_process at one process.  A finding says what to do, or that nothing is to be done.
 */
#ifndef HAKMEM_CLI_DOCTOR_H
#define HAKMEM_CLI_DOCTOR_H

#include "cli/json.h"
#include "cli/options.h"

enum doctor_level { DOCTOR_OK, DOCTOR_NOTE, DOCTOR_PROBLEM };

struct doctor {
	const struct cli_options *options;
	json_t *findings; /* with --json; else NULL: they are printed at once */
	size_t problems;
};

/* CODE names the kind of finding, for programs; it never changes.  PID 0: about the machine. */
void doctor_find(struct doctor *doctor, enum doctor_level level, const char *code, pid_t pid, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The machine: preload file, Yama, which libraries run where.  An exit code other than 0 when
 * nothing could be looked at. */
int doctor_check_system(struct doctor *doctor);

/* Only the machine's settings, not its processes. */
void doctor_check_settings(struct doctor *doctor);

/* The process.  The exit code when there is none. */
int doctor_check_process(struct doctor *doctor, pid_t pid);

/* The path of libhakmem in process PID, safe to print, as /proc/PID/maps has it ("... (deleted)").
 * 1 mapped, 0 not mapped, -1 with errno when maps cannot be read. */
int doctor_library_of(const struct cli_options *options, pid_t pid, char *path, size_t path_bytes);

/* Does PATH, as in maps, end in " (deleted)"? */
bool doctor_is_deleted(const char *path);

/* Whole small file PROCFS/NAME, with a NUL behind it; malloc'ed.  NULL with errno. */
char *doctor_read_file(const char *folder, const char *name, size_t *bytes);

#endif
