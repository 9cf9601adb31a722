/* SPDX-License-Identifier: MIT
 *
 * cli/main.c - hakmem-stats: flags that all commands share, and which command it is.
 *
 * Owns the table of commands and of the flags that only one of them has.  The first argument that
 * is no flag names the command (none: list); everything behind it is parsed once more with the
 * flags of that command added, so that flags may stand anywhere.
 */
#include <errno.h>
#include <getopt.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/format.h"
#include "hakmem.h"

enum {
	FLAG_JSON = 256, FLAG_BYTES, FLAG_SORT, FLAG_COLUMNS, FLAG_USER, FLAG_COMM, FLAG_UNIT, FLAG_ALL, FLAG_LIMIT,
	FLAG_RESIDENT, FLAG_CORE, FLAG_PROCFS, FLAG_NO_HEADER, FLAG_COLOR,
	FLAG_OWN = 512, /* of the command: the place in its list is added */
	OWN_FLAGS_MAX = 12,
};

static const struct option common_flags[] = {
	{ "json", no_argument, NULL, FLAG_JSON },
	{ "bytes", no_argument, NULL, FLAG_BYTES },
	{ "sort", required_argument, NULL, FLAG_SORT },
	{ "columns", required_argument, NULL, FLAG_COLUMNS },
	{ "user", required_argument, NULL, FLAG_USER },
	{ "comm", required_argument, NULL, FLAG_COMM },
	{ "unit", required_argument, NULL, FLAG_UNIT },
	{ "all", no_argument, NULL, FLAG_ALL },
	{ "limit", required_argument, NULL, FLAG_LIMIT },
	{ "resident", no_argument, NULL, FLAG_RESIDENT },
	{ "core", required_argument, NULL, FLAG_CORE },
	{ "procfs", required_argument, NULL, FLAG_PROCFS },
	{ "no-header", no_argument, NULL, FLAG_NO_HEADER },
	{ "color", optional_argument, NULL, FLAG_COLOR },
	{ "quiet", no_argument, NULL, 'q' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
};
enum { COMMON_FLAGS = sizeof common_flags / sizeof *common_flags };

/* Flags of its own reach the command in its argv, before the other arguments. */
struct command {
	const char *name;
	int (*run)(int argc, char **argv, const struct cli_options *options);
	const char *own_short; /* as for getopt */
	struct option own_long[OWN_FLAGS_MAX];
	const char *arguments, *summary;
};

static const struct command commands[] = {
	{ "list", command_list, "", { { 0 } }, "", "one line per process (the default)" },
	{ "show", command_show, "", { { 0 } }, "PID...", "summary of a process" },
	{ "classes", command_classes, "", { { 0 } }, "PID", "by size of block" },
	{ "threads", command_threads, "", { { 0 } }, "PID", "by thread" },
	{ "map", command_map, "o:", { { "svg", required_argument, NULL, 0 }, { "output", required_argument, NULL, 0 } },
	  "PID [--svg FILE]", "picture of the heap" },
	{ "top", command_top, "d:n:", { { "delay", required_argument, NULL, 0 },
	  { "iterations", required_argument, NULL, 0 } }, "[-d SECONDS]", "live, on the whole screen" },
	{ "watch", command_watch, "i:n:", { { "interval", required_argument, NULL, 0 },
	  { "count", required_argument, NULL, 0 }, { "csv", no_argument, NULL, 0 } },
	  "PID [-i SECONDS] [-n COUNT] [--csv]", "a line every second" },
	{ "plot", command_plot, "i:n:o:", { { "svg", required_argument, NULL, 0 },
	  { "output", required_argument, NULL, 0 }, { "interval", required_argument, NULL, 0 },
	  { "count", required_argument, NULL, 0 } }, "PID|FILE... [--svg FILE]", "curves over time" },
	{ "snapshot", command_snapshot, "o:", { { "output", required_argument, NULL, 0 } },
	  "[PID...] [-o FILE]", "everything as JSON" },
	{ "diff", command_diff, "", { { 0 } }, "A [B|PID]", "what has grown since a snapshot" },
	{ "metrics", command_metrics, "", { { "textfile", required_argument, NULL, 0 },
	  { "by", required_argument, NULL, 0 }, { "classes", no_argument, NULL, 0 },
	  { "openmetrics", no_argument, NULL, 0 } },
	  "[--textfile FILE] [--by KEY] [--classes] [--openmetrics]", "for Prometheus and PCP" },
	{ "conf", command_conf, "", { { 0 } }, "PID", "options in force and where they are from" },
	{ "doctor", command_doctor, "", { { 0 } }, "[PID]", "what is wrong, and what to do" },
	{ "reap", command_reap, "", { { 0 } }, "", "remove what killed processes left in /dev/shm" },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_help(void)
{
	puts("Usage: hakmem-stats [COMMAND] [FLAG]... [ARGUMENT]...\n"
	     "Heap statistics of the processes that run on libhakmem.\n");
	for (size_t index = 0; index < COMMANDS; index++)
		printf("  %-9s%-32s %s\n", commands[index].name, commands[index].arguments, commands[index].summary);
	puts("\n  --json               JSON instead of a table\n"
	     "  --bytes              all digits instead of 1.8G\n"
	     "  --sort KEY[:r]       by a column, :r in reverse\n"
	     "  --columns LIST|help  which columns\n"
	     "  --limit N            first N rows\n"
	     "  --user USER, --comm GLOB, --unit GLOB  only these processes\n"
	     "  --all                also processes without numbers\n"
	     "  --resident           RSS and PSS (costs the kernel a walk over all pages)\n"
	     "  --core FILE          from a core file\n"
	     "  --procfs DIR         another /proc, such as the host's in a container\n"
	     "  --no-header          rows only\n"
	     "  --color=WHEN         auto, always or never\n"
	     "  -q, --quiet          no notes, no totals\n"
	     "  -V, --version        -h, --help");
}

static void print_version(void)
{
	printf("hakmem-stats %d.%d.%d (stats format %d.%d)\n", HAK_VERSION_MAJOR, HAK_VERSION_MINOR, HAK_VERSION_PATCH,
	       HAK_STATS_MAJOR, HAK_STATS_MINOR);
}

static void set_defaults(struct cli_options *options)
{
	struct winsize window;
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	options->source.procfs = "/proc";
	options->unicode = !strcmp(nl_langinfo(CODESET), "UTF-8");
	if (!isatty(STDOUT_FILENO))
		return;
	options->color = !(no_color && *no_color) && terminal && strcmp(terminal, "dumb") != 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0)
		options->width = window.ws_col;
}

static bool take_sort(struct cli_options *options, char *key)
{
	size_t length = strlen(key);

	options->sort_reversed = length > 2 && !strcmp(key + length - 2, ":r");
	if (options->sort_reversed)
		key[length - 2] = '\0';
	options->sort_key = key;
	return true;
}

static bool take_color(struct cli_options *options, const char *when)
{
	char safe[64];

	if (!when || !strcmp(when, "always")) {
		options->color = true;
	} else if (!strcmp(when, "never")) {
		options->color = false;
	} else if (strcmp(when, "auto") != 0) {
		cli_error("'%s' is no time for --color (give auto, always or never)",
			  format_safe_text(safe, sizeof safe, when));
		return false;
	}
	return true;
}

/* False: EXIT_CODE says with what to end. */
static bool take_common(struct cli_options *options, int flag, int *exit_code)
{
	unsigned long limit;

	*exit_code = OUTCOME_USAGE;
	switch (flag) {
	case FLAG_JSON: options->json = true; return true;
	case FLAG_BYTES: options->exact_bytes = true; return true;
	case FLAG_SORT: return take_sort(options, optarg);
	case FLAG_COLUMNS: options->columns = optarg; return true;
	case FLAG_USER: options->user_filter = optarg; return true;
	case FLAG_COMM: options->comm_filter = optarg; return true;
	case FLAG_UNIT: options->unit_filter = optarg; return true;
	case FLAG_ALL: options->all = true; return true;
	case FLAG_RESIDENT: options->resident = true; return true;
	case FLAG_CORE: options->source.core_file = optarg; return true;
	case FLAG_PROCFS: options->source.procfs = optarg; return true;
	case FLAG_NO_HEADER: options->no_header = true; return true;
	case FLAG_COLOR: return take_color(options, optarg);
	case 'q': options->quiet = true; return true;
	case FLAG_LIMIT:
		options->limited = cli_parse_count("--limit", optarg, 1, 1000000000, &limit);
		options->limit = limit;
		return options->limited;
	case 'h':
		print_help();
		*exit_code = OUTCOME_OK;
		return false;
	case 'V':
		print_version();
		*exit_code = OUTCOME_OK;
		return false;
	default:
		return false;
	}
}

static bool complain(int flag, char **argv, const char *command)
{
	char safe[64];
	const char *word = optopt && optopt < 256 ? NULL : argv[optind - 1];
	char letter[3] = { '-', (char)optopt, '\0' };

	format_safe_text(safe, sizeof safe, word ? word : letter);
	if (flag == ':')
		cli_error("%s needs a value (see hakmem-stats --help)", safe);
	else if (command)
		cli_error("%s: unknown flag '%s' (see hakmem-stats --help)", command, safe);
	else
		cli_error("unknown flag '%s' (see hakmem-stats --help)", safe);
	return false;
}

/* The flags before the command.  They are not taken here but with the others; this only finds the
 * command's place, which depends on which flags have values. */
static bool find_command(int argc, char **argv, int *place)
{
	struct option flags[COMMON_FLAGS + 1];
	int flag;

	memcpy(flags, common_flags, sizeof common_flags);
	flags[COMMON_FLAGS] = (struct option){ 0 };
	opterr = 0;
	optind = 0;
	while ((flag = getopt_long(argc, argv, "+:qVh", flags, NULL)) != -1) {
		if (flag == '?' || flag == ':')
			return complain(flag, argv, NULL);
	}
	*place = optind;
	return true;
}

/* What a command gets.  The texts that were made for it are kept apart, because getopt_long and
 * commands move and replace what is in argv. */
struct own_arguments {
	char **argv, **made;
	int argc, made_count;
};

static bool prepare(struct own_arguments *own, int argc)
{
	own->argv = calloc((size_t)argc + 4, sizeof *own->argv);
	own->made = calloc((size_t)argc + 4, sizeof *own->made);
	return own->argv && own->made;
}

static void discard(struct own_arguments *own)
{
	for (int index = 0; index < own->made_count; index++)
		free(own->made[index]);
	free(own->made);
	free(own->argv);
}

/* "--name=value", "--name" or "-nvalue". */
static bool pass(struct own_arguments *own, const struct option *flag, int letter)
{
	const char *value = optarg ? optarg : "";
	char *text;
	int length = flag ? asprintf(&text, "--%s%s%s", flag->name, optarg ? "=" : "", value) :
			    asprintf(&text, "-%c%s", letter, value);

	if (length < 0)
		return false;
	own->made[own->made_count++] = text;
	own->argv[own->argc++] = text;
	return true;
}

/* Takes the common flags into OPTIONS and leaves the command's argv in OWN. */
static bool parse(const struct command *command, int argc, char **argv, struct cli_options *options,
		  struct own_arguments *own, int *exit_code)
{
	struct option flags[COMMON_FLAGS + OWN_FLAGS_MAX + 1];
	char letters[32];
	int flag, own_flags = 0;

	memcpy(flags, common_flags, sizeof common_flags);
	for (; command->own_long[own_flags].name; own_flags++) {
		flags[COMMON_FLAGS + own_flags] = command->own_long[own_flags];
		flags[COMMON_FLAGS + own_flags].val = FLAG_OWN + own_flags;
	}
	flags[COMMON_FLAGS + own_flags] = (struct option){ 0 };
	snprintf(letters, sizeof letters, ":qVh%s", command->own_short);
	opterr = 0;
	optind = 0;
	own->argv[own->argc++] = (char *)command->name;
	while ((flag = getopt_long(argc, argv, letters, flags, NULL)) != -1) {
		bool taken;

		*exit_code = OUTCOME_USAGE;
		if (flag == '?' || flag == ':')
			taken = complain(flag, argv, command->name);
		else if (flag >= FLAG_OWN)
			taken = pass(own, &command->own_long[flag - FLAG_OWN], 0);
		else if (flag < 256 && strchr(command->own_short, flag))
			taken = pass(own, NULL, flag);
		else
			taken = take_common(options, flag, exit_code);
		if (!taken)
			return false;
	}
	/* Commands with flags parse again: a file "-x" must stay a file. */
	if (own_flags)
		own->argv[own->argc++] = (char *)"--";
	while (optind < argc)
		own->argv[own->argc++] = argv[optind++];
	own->argv[own->argc] = NULL;
	return true;
}

static int finish(int exit_code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return exit_code;
	/* Whoever read the pipe has had enough: that is no error, and SIGPIPE was only blocked. */
	if (errno == EPIPE)
		return exit_code;
	fprintf(stderr, "hakmem-stats: cannot write the output: %s\n", strerror(errno));
	return exit_code ? exit_code : OUTCOME_PARTIAL;
}

/* The command that ARGV names, whose name is taken out of it; NULL after a message. */
static const struct command *choose(int *argc, char **argv)
{
	char safe[64];
	int place = 0;

	if (!find_command(*argc, argv, &place))
		return NULL;
	if (place >= *argc)
		return &commands[0];
	for (size_t index = 0; index < COMMANDS; index++) {
		if (strcmp(commands[index].name, argv[place]) != 0)
			continue;
		/* What was before and behind it moves together. */
		memmove(&argv[place], &argv[place + 1], (size_t)(*argc - place) * sizeof *argv);
		--*argc;
		return &commands[index];
	}
	cli_error("unknown command '%s' (see hakmem-stats --help)", format_safe_text(safe, sizeof safe, argv[place]));
	return NULL;
}

int main(int argc, char **argv)
{
	struct own_arguments own = { 0 };
	struct cli_options options = { 0 };
	const struct command *command;
	int exit_code = OUTCOME_USAGE;

	/* Only letters: a comma in numbers would break every reader. */
	setlocale(LC_CTYPE, "");
	/* "hakmem-stats | head" ends here, without a word, whatever the parent had ignored. */
	signal(SIGPIPE, SIG_DFL);
	set_defaults(&options);
	command = choose(&argc, argv);
	if (command && prepare(&own, argc) && parse(command, argc, argv, &options, &own, &exit_code))
		exit_code = command->run(own.argc, own.argv, &options);
	discard(&own);
	return finish(exit_code);
}
