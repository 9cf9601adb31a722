# SPDX-License-Identifier: MIT
#
# lib/cli/local.mk - hakmem-stats, an ordinary reader of what the library publishes.

# From processes, core files and a foreign /proc to struct model_process; tests link these too.
hak_cli_reader_sources = \
	lib/cli/model.h lib/cli/model.c \
	lib/cli/owner.h lib/cli/owner.c \
	lib/cli/segment.h lib/cli/segment.c lib/cli/segment_check.c \
	lib/cli/discover.h lib/cli/discover.c \
	lib/cli/core_file.h lib/cli/core_file.c \
	lib/cli/process_info.h lib/cli/process_info.c

# The commands, and what they share.
hak_cli_command_sources = \
	lib/cli/main.c lib/cli/commands.h \
	lib/cli/options.h lib/cli/options.c \
	lib/cli/option_names.h lib/cli/option_names.c \
	lib/cli/fields.h lib/cli/fields.c \
	lib/cli/format.h lib/cli/format.c \
	lib/cli/table.h lib/cli/table.c \
	lib/cli/one_process.h lib/cli/one_process.c \
	lib/cli/output.h lib/cli/output.c \
	lib/cli/json.h lib/cli/json.c lib/cli/json_load.c \
	lib/cli/metrics_text.h lib/cli/metrics_text.c \
	lib/cli/doctor.h lib/cli/doctor_system.c lib/cli/doctor_process.c \
	lib/cli/command_classes.c \
	lib/cli/command_conf.c \
	lib/cli/command_diff.c \
	lib/cli/command_doctor.c \
	lib/cli/command_reap.c \
	lib/cli/command_list.c \
	lib/cli/command_metrics.c \
	lib/cli/command_show.c \
	lib/cli/command_snapshot.c \
	lib/cli/command_threads.c \
	lib/cli/command_watch.c

# Pictures and the whole screen.
hak_cli_screen_sources = \
	lib/cli/svg.h lib/cli/svg.c \
	lib/cli/heap_map.h lib/cli/heap_map.c \
	lib/cli/top_sampler.h lib/cli/top_sampler.c \
	lib/cli/top_table.h lib/cli/top_table.c \
	lib/cli/top_views.h lib/cli/top_views.c \
	lib/cli/top_screen.h lib/cli/top_screen.c \
	lib/cli/top_draw.c \
	lib/cli/top.h lib/cli/top_keys.c \
	lib/cli/command_map.c \
	lib/cli/command_plot.c \
	lib/cli/command_top.c

if HAK_CLI
bin_PROGRAMS += hakmem-stats
dist_man_MANS += man/hakmem-stats.1 man/hakmem-stats-abi.5

# Found as "hakmem-stats.bash" by bash-completion 2.  The units are not enabled by anything here.
bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = lib/cli/data/hakmem-stats.bash
systemdunitdir = $(prefix)/lib/systemd/system
dist_systemdunit_DATA = \
	lib/cli/data/hakmem-stats-textfile.service \
	lib/cli/data/hakmem-stats-textfile.timer
dist_pkgdata_DATA = lib/cli/data/grafana-dashboard.json
endif
EXTRA_DIST += lib/cli/data/hakmem-stats.svg

hakmem_stats_SOURCES = $(hak_cli_reader_sources) $(hak_cli_command_sources) $(hak_cli_screen_sources)
hakmem_stats_CPPFLAGS = -include $(top_builddir)/config.h $(AM_CPPFLAGS)
hakmem_stats_CFLAGS = $(HAK_CFLAGS) $(HAK_SANITIZER_CFLAGS) $(JANSSON_CFLAGS) $(NCURSESW_CFLAGS)
hakmem_stats_LDADD = $(JANSSON_LIBS) $(NCURSESW_LIBS) -lm
