/* SPDX-License-Identifier: MIT
 *
 * cli/commands.h - the commands of hakmem-stats.
 *
 * Each gets its own arguments: ARGV[0] is the name of the command, for messages and getopt_long;
 * ARGV[1] and so on are what follows it, without the flags that cli/main has taken (it knows all
 * flags and puts those of one command only, with their values, before the other arguments).  A
 * command with flags of its own calls getopt_long with optind = 0.  The result is the exit code,
 * enum outcome.  Standard output is flushed and checked by cli/main.
 */
#ifndef HAKMEM_CLI_COMMANDS_H
#define HAKMEM_CLI_COMMANDS_H

#include "cli/options.h"

int command_list(int argc, char **argv, const struct cli_options *options);
int command_show(int argc, char **argv, const struct cli_options *options);
int command_classes(int argc, char **argv, const struct cli_options *options);
int command_threads(int argc, char **argv, const struct cli_options *options);
int command_watch(int argc, char **argv, const struct cli_options *options);
int command_snapshot(int argc, char **argv, const struct cli_options *options);
int command_diff(int argc, char **argv, const struct cli_options *options);
int command_metrics(int argc, char **argv, const struct cli_options *options);
int command_conf(int argc, char **argv, const struct cli_options *options);
int command_doctor(int argc, char **argv, const struct cli_options *options);
int command_reap(int argc, char **argv, const struct cli_options *options);
int command_map(int argc, char **argv, const struct cli_options *options);  /* heap map; [-o FILE] and so on */
int command_top(int argc, char **argv, const struct cli_options *options);  /* ncurses; [-d SECONDS] */
int command_plot(int argc, char **argv, const struct cli_options *options);

#endif
