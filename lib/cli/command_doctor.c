/* SPDX-License-Identifier: MIT
 *
 * cli/command_doctor.c - hakmem-stats doctor [PID]: what is wrong, and what to do.
 *
 * Owns the list of findings.  Exit 1 when there is a problem; a process without numbers for a good
 * reason is none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/process_info.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024 }; /* an environment may be large, but not this large */

static const char *const level_names[] = { [DOCTOR_OK] = "ok", [DOCTOR_NOTE] = "note", [DOCTOR_PROBLEM] = "problem" };

void doctor_find(struct doctor *doctor, enum doctor_level level, const char *code, pid_t pid, const char *format, ...)
{
	static const char *const colors[] = { [DOCTOR_OK] = "32", [DOCTOR_NOTE] = "33", [DOCTOR_PROBLEM] = "31" };
	char text[1024];
	va_list arguments;
	json_t *finding;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	doctor->problems += level == DOCTOR_PROBLEM;
	if (!doctor->findings) {
		if (level != DOCTOR_PROBLEM && doctor->options->quiet)
			return;
		if (doctor->options->color)
			printf("\033[%sm%-7s\033[0m %s\n", colors[level], level_names[level], text);
		else
			printf("%-7s %s\n", level_names[level], text);
		return;
	}
	finding = json_object();
	json_object_set_new(finding, "level", json_string(level_names[level]));
	json_object_set_new(finding, "code", json_string(code));
	json_object_set_new(finding, "pid", pid ? json_from_number((uint64_t)pid) : json_null());
	json_object_set_new(finding, "text", json_from_text(text));
	json_array_append_new(doctor->findings, finding);
}

char *doctor_read_file(const char *folder, const char *name, size_t *bytes)
{
	char path[4096], *content = NULL;
	size_t room = 0;
	ssize_t got;
	int file;

	*bytes = 0;
	snprintf(path, sizeof path, "%s/%s", folder, name);
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file < 0)
		return NULL;
	do {
		if (*bytes + 4096 > room) {
			char *grown = room < FILE_BYTES_MAX ? realloc(content, room + 65536) : NULL;

			if (!grown) {
				free(content);
				close(file);
				errno = EFBIG;
				return NULL;
			}
			content = grown;
			room += 65536;
		}
		got = read(file, content + *bytes, room - *bytes - 1);
		if (got > 0)
			*bytes += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	close(file);
	if (got < 0) {
		free(content);
		return NULL;
	}
	content[*bytes] = '\0';
	return content;
}

bool doctor_is_deleted(const char *path)
{
	static const char mark[] = " (deleted)";
	size_t length = strlen(path);

	return length >= sizeof mark - 1 && !strcmp(path + length - (sizeof mark - 1), mark);
}

int doctor_library_of(const struct cli_options *options, pid_t pid, char *path, size_t path_bytes)
{
	char name[32], *maps, *line, *next;
	size_t bytes;
	int found = 0;

	snprintf(name, sizeof name, "%d/maps", (int)pid);
	maps = doctor_read_file(options->source.procfs, name, &bytes);
	if (!maps)
		return -1;
	for (line = maps; *line && !found; line = next) {
		char *file = strchr(line, '/'), *base;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		file = file && file < next ? strchr(line, '/') : NULL;
		base = file ? strrchr(file, '/') : NULL;
		if (!base || strncmp(base, "/libhakmem.so", 13) != 0)
			continue;
		process_info_escape(path, path_bytes, file, strlen(file));
		found = 1;
	}
	free(maps);
	return found;
}

int command_doctor(int argc, char **argv, const struct cli_options *options)
{
	struct doctor doctor = { .options = options, .findings = options->json ? json_array() : NULL };
	int exit_code = OUTCOME_OK;
	json_t *document;
	pid_t pid;

	if (argc > 2 || options->source.core_file) {
		cli_error("doctor takes one process id at most, and no core file");
		exit_code = OUTCOME_USAGE;
	} else if (argc == 2) {
		if (!cli_parse_pid(argv[1], &pid))
			exit_code = OUTCOME_USAGE;
		else
			exit_code = doctor_check_process(&doctor, pid);
	} else {
		exit_code = doctor_check_system(&doctor);
	}
	if (exit_code != OUTCOME_OK) {
		json_decref(doctor.findings);
		return exit_code;
	}
	if (options->json) {
		document = json_document("doctor");
		json_object_set_new(document, "problems", json_from_number(doctor.problems));
		json_object_set_new(document, "findings", doctor.findings);
		json_print(document);
	}
	return doctor.problems ? OUTCOME_PARTIAL : OUTCOME_OK;
}
