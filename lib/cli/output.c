/* SPDX-License-Identifier: MIT
 *
 * cli/output.c - files that are complete or not there.
 *
 * Called by cli/json (snapshot -o) and command_metrics (--textfile).
 */
#include "cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/format.h"
#include "cli/options.h"

static void complain(const char *what, const char *path)
{
	const char *reason = strerror(errno);
	char safe[256];

	cli_error("cannot %s '%s': %s", what, format_safe_text(safe, sizeof safe, path), reason);
}

static bool open_temporary(struct output *output)
{
	mode_t mask = umask(0);
	int file;

	umask(mask);
	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return false;
	}
	file = mkstemp(output->temporary);
	if (file < 0)
		return false;
	/* mkstemp gives 0600; whoever collects the file is somebody else. */
	if (fchmod(file, 0666 & ~mask) == 0)
		output->stream = fdopen(file, "w");
	if (!output->stream) {
		int reason = errno;

		close(file);
		unlink(output->temporary);
		errno = reason;
	}
	return output->stream != NULL;
}

bool output_open(struct output *output, const char *path)
{
	struct stat status;

	*output = (struct output){ .path = path };
	if (!strcmp(path, "-")) {
		output->stream = stdout;
		return true;
	}
	/* Renaming over /dev/null would be the end of it for everybody. */
	if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
		output->stream = fopen(path, "we");
	else
		open_temporary(output);
	if (output->stream)
		return true;
	complain("write", path);
	free(output->temporary);
	return false;
}

bool output_commit(struct output *output)
{
	bool done = !ferror(output->stream);

	if (output->stream == stdout)
		return true; /* cli/main flushes and checks */
	if (fclose(output->stream) != 0)
		done = false;
	if (done && output->temporary)
		done = rename(output->temporary, output->path) == 0;
	if (!done) {
		complain("write", output->path);
		if (output->temporary)
			unlink(output->temporary);
	}
	free(output->temporary);
	output->temporary = NULL;
	return done;
}
