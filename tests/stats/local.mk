# SPDX-License-Identifier: MIT
#
# tests/stats/local.mk - the tests of what processes show of their heaps.  Included by Makefile.am
# behind tests/cli/local.mk (libhakmem-cli-reader.la) and tests/local.mk (the extensions).
# Programs run with the library preloaded; most ask hakmem-stats about themselves or their
# children (stats.h), scripts about processes of tests/stats/hold (holders.sh).

hak_stats_tests = \
	tests/stats/exec_replaces_the_segment.abi \
	tests/stats/forked_children_show_themselves.abi \
	tests/stats/freeing_thread_does_not_drift.abi \
	tests/stats/live_bytes_stay_inside_the_bound.abi \
	tests/stats/more_threads_than_rows.abi \
	tests/stats/opening_shows_everything.abi \
	tests/stats/other_children_leave_totals_alone.abi \
	tests/stats/raw_children_heal.abi \
	tests/stats/same_numbers_from_inside.abi \
	tests/stats/stats_survive_limits.abi

hak_stats_script_tests = \
	tests/stats/chroot_without_shm.sh \
	tests/stats/named_segment_survives_odd_places.sh \
	tests/stats/no_segment_is_left_behind.sh \
	tests/stats/other_namespaces_are_read.sh \
	tests/stats/privileges_are_dropped.sh \
	tests/stats/small_processes_make_no_segment.sh

# These need no hakmem-stats.
hak_stats_format_tests = \
	tests/stats/segment_bytes_stay_where_they_are.abi

tests_stats_reader_knows_format_1_0_LDADD = $(hak_cli_reader_libs)

check_PROGRAMS += tests/stats/reader_knows_format_1_0
TESTS += tests/stats/reader_knows_format_1_0

# A sanitizer brings its own malloc, and nothing may be preloaded before it.
if !HAK_SANITIZER
if HAK_SHARED
check_PROGRAMS += $(hak_stats_format_tests)
TESTS += $(hak_stats_format_tests)
if HAK_CLI
check_PROGRAMS += $(hak_stats_tests) tests/stats/hold
TESTS += $(hak_stats_tests) $(hak_stats_script_tests)
endif
endif
endif

EXTRA_DIST += $(hak_stats_script_tests) tests/stats/holders.sh tests/stats/stats.h
