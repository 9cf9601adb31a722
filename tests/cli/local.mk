# SPDX-License-Identifier: MIT
#
# tests/cli/local.mk - the tests of hakmem-stats's reader.  Included by Makefile.am behind
# lib/cli/local.mk (hak_cli_reader_sources) and tests/local.mk.  Nothing here needs the library:
# tests/cli/make_segment makes what is read.

hak_cli_reader_tests = \
	tests/cli/core_file_is_read \
	tests/cli/look_alike_mappings \
	tests/cli/segment_changes_during_read \
	tests/cli/segment_rejects_damage \
	tests/cli/segment_sums_are_right \
	tests/cli/states_are_told_apart \
	tests/cli/texts_are_escaped \
	tests/fuzz/segment_parser

# The reader and the made segment, compiled once for all of them.
check_LTLIBRARIES += libhakmem-cli-reader.la
libhakmem_cli_reader_la_SOURCES = $(hak_cli_reader_sources) tests/cli/make_segment.h tests/cli/make_segment.c
hak_cli_reader_libs = libhakmem-cli-reader.la

tests_cli_core_file_is_read_LDADD = $(hak_cli_reader_libs)
tests_cli_look_alike_mappings_LDADD = $(hak_cli_reader_libs)
tests_cli_segment_changes_during_read_LDADD = $(hak_cli_reader_libs)
tests_cli_segment_rejects_damage_LDADD = $(hak_cli_reader_libs)
tests_cli_segment_sums_are_right_LDADD = $(hak_cli_reader_libs)
tests_cli_states_are_told_apart_LDADD = $(hak_cli_reader_libs) -lpthread
tests_cli_texts_are_escaped_LDADD = $(hak_cli_reader_libs)
tests_fuzz_segment_parser_LDADD = $(hak_cli_reader_libs)

# Something for tests of the commands to look at.
tests_cli_fake_process_LDADD = $(hak_cli_reader_libs)

check_PROGRAMS += $(hak_cli_reader_tests) tests/cli/fake_process
TESTS += $(hak_cli_reader_tests)
EXTRA_DIST += tests/cli/reader.h

# Pictures and the live screen, of fake processes; tests/cli/screen.sh is what they share.
hak_cli_screen_tests = \
	tests/cli/map_draws_cells.sh \
	tests/cli/plot_writes_svg.sh \
	tests/cli/top_is_cheap.sh \
	tests/cli/top_keys_work.sh

if HAK_CLI
TESTS += $(hak_cli_screen_tests)
endif
EXTRA_DIST += $(hak_cli_screen_tests) tests/cli/screen.sh

# The commands, of fake processes; what is sourced is tests/cli/screen.sh again.
hak_cli_command_tests = \
	tests/cli/copies_of_tables_agree.sh \
	tests/cli/doctor_finds_faults.sh \
	tests/cli/exit_codes_tell_why.sh \
	tests/cli/json_is_complete.sh \
	tests/cli/metrics_pass_promtool.sh \
	tests/cli/names_are_escaped.sh \
	tests/cli/pipes_are_silent.sh \
	tests/cli/rows_and_columns_are_chosen.sh \
	tests/cli/snapshot_and_diff_agree.sh \
	tests/cli/watch_ends_with_exited.sh

if HAK_CLI
TESTS += $(hak_cli_command_tests)
endif
EXTRA_DIST += $(hak_cli_command_tests)

# What is installed beside hakmem-stats, and who reads what it writes.
hak_cli_data_tests = \
	tests/cli/completion_knows_every_command.sh \
	tests/cli/dashboard_uses_real_metrics.sh \
	tests/cli/prometheus_scrapes_the_textfile.sh

if HAK_CLI
TESTS += $(hak_cli_data_tests)
endif
EXTRA_DIST += $(hak_cli_data_tests)
