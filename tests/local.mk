# SPDX-License-Identifier: MIT
#
# tests/local.mk - what "make check" runs.  A test is one question and its file name is the
# question.  Adding one is one line in one of the lists below.
#
#   tests/unit      internals, against libhakmem-core.la, with Check; each case is a line (TAP)
#   tests/fuzz      targets of libFuzzer, here over a corpus that follows from a fixed seed
#   tests/stress    many threads for a few seconds; x_core links libhakmem-core.la and calls hak_*,
#                   x.abi is an ordinary program and preloaded
#   tests/abi       what a program sees: built against libc alone, run with the library preloaded
#   tests/misuse    programs that break the rules, run by misuse.sh
#   tests/programs  real programs, preloaded
#   tests/lint      laws of the source and of the built library
#
# Exit status: 0 passed, 77 skipped, 99 the test itself is broken, anything else failed.

# ---- lists -----------------------------------------------------------------------------------

hak_unit_tests = \
	tests/unit/cache_batches_stay_consistent.tap \
	tests/unit/control_answers_by_name.tap \
	tests/unit/fork_child_can_allocate.tap \
	tests/unit/heap_blocks_find_home.tap \
	tests/unit/idle_granules_go_back.tap \
	tests/unit/idle_memory_is_purged_on_time.tap \
	tests/unit/large_blocks_keep_counters.tap \
	tests/unit/lock_excludes_others.tap \
	tests/unit/mailbox_loses_no_message.tap \
	tests/unit/old_tiny_names_work.tap \
	tests/unit/options_read_what_users_write.tap \
	tests/unit/owns_only_ours.tap \
	tests/unit/realloc_keeps_contents.tap \
	tests/unit/refused_mappings_are_survived.tap \
	tests/unit/registry_knows_addresses.tap \
	tests/unit/secrets_are_cleared.tap \
	tests/unit/sizeclass_round_trips.tap \
	tests/unit/sizes_told_are_sizes_given.tap \
	tests/unit/slab_slots_are_distinct.tap \
	tests/unit/starter_serves_first_blocks.tap \
	tests/unit/superslab_runs_are_disjoint.tap \
	tests/unit/system_memory_is_counted.tap \
	tests/unit/text_compares_names.tap \
	tests/unit/thread_records_are_reused.tap

hak_fuzz_tests = \
	tests/fuzz/allocator_operations \
	tests/fuzz/options_text

hak_stress_tests = \
	tests/stress/fork_storm_core \
	tests/stress/producers_and_consumer_core \
	tests/stress/random_sizes_core \
	tests/stress/shared_slots_core \
	tests/stress/thread_churn_core

hak_stress_preloaded_tests = \
	tests/stress/fork_storm.abi \
	tests/stress/producers_and_consumer.abi \
	tests/stress/random_sizes.abi \
	tests/stress/shared_slots.abi \
	tests/stress/thread_churn.abi

hak_abi_tests = \
	tests/abi/aligned_alloc_rules.abi \
	tests/abi/alignment_of_every_size.abi \
	tests/abi/allocation_is_no_cancellation_point.abi \
	tests/abi/blocks_outlive_their_thread.abi \
	tests/abi/calloc_is_zero_after_dirty_reuse.abi \
	tests/abi/consumer_only_frees.abi \
	tests/abi/data_limit_is_respected.abi \
	tests/abi/dlopened_user.abi \
	tests/abi/foreign_blocks_are_forwarded.abi \
	tests/abi/fork_handlers_allocate.abi \
	tests/abi/fork_in_signal_handler.abi \
	tests/abi/fork_with_allocating_threads.abi \
	tests/abi/free_keeps_errno.abi \
	tests/abi/free_sized_of_reallocated_and_aligned.abi \
	tests/abi/heap_exhaustion_recovers.abi \
	tests/abi/heap_grows_to_a_gibibyte.abi \
	tests/abi/large_alignments.abi \
	tests/abi/libc_internal_blocks_are_ours.abi \
	tests/abi/limit_option_gives_enomem.abi \
	tests/abi/loads_in_second_namespace.abi \
	tests/abi/mallinfo_counts_blocks.abi \
	tests/abi/malloc_in_signal_handler.abi \
	tests/abi/malloc_info_holds_no_lock.abi \
	tests/abi/malloc_info_is_well_formed.abi \
	tests/abi/malloc_stats_prints.abi \
	tests/abi/malloc_trim_gives_memory_back.abi \
	tests/abi/mallopt_knows_its_names.abi \
	tests/abi/memalign_rules.abi \
	tests/abi/mode_off_uses_libc.abi \
	tests/abi/multiply_overflow.abi \
	tests/abi/no_file_descriptor_stays_open.abi \
	tests/abi/pointer_is_ours.abi \
	tests/abi/posix_memalign_rules.abi \
	tests/abi/random_frees_return_memory.abi \
	tests/abi/raw_fork_child_allocates.abi \
	tests/abi/realloc_failure_keeps_block.abi \
	tests/abi/realloc_preserves_contents.abi \
	tests/abi/realloc_to_zero_frees.abi \
	tests/abi/short_threads_leave_bounded_memory.abi \
	tests/abi/sleeping_owner_memory_returns.abi \
	tests/abi/spawn_and_vfork_leave_heap_alone.abi \
	tests/abi/success_keeps_errno.abi \
	tests/abi/thread_destructors_free_late.abi \
	tests/abi/thread_only_allocates.abi \
	tests/abi/too_large_is_enomem.abi \
	tests/abi/true_starts_in_small_address_space.abi \
	tests/abi/unified_only_works.abi \
	tests/abi/usable_size_is_constant_and_writable.abi \
	tests/abi/valloc_and_pvalloc_rules.abi \
	tests/abi/versioned_reference_is_ours.abi \
	tests/abi/works_in_strict_sandbox.abi \
	tests/abi/zero_size_is_unique.abi

hak_misuse_programs = \
	tests/misuse/double_free_large \
	tests/misuse/double_free_large_aligned \
	tests/misuse/free_inside_large \
	tests/misuse/free_inside_small \
	tests/misuse/free_never_used_memory \
	tests/misuse/free_stack_address \
	tests/misuse/free_static_address \
	tests/misuse/free_unaligned_small \
	tests/misuse/realloc_after_free_large

hak_script_tests = \
	tests/abi/deepbind_plugin_block_is_freed.sh \
	tests/abi/loads_under_audit.sh \
	tests/abi/secure_exec_ignores_environment.sh \
	tests/abi/static_program_is_complete.sh \
	tests/lint/cppcheck.sh \
	tests/lint/exported_symbols.sh \
	tests/lint/file_length.sh \
	tests/lint/floors.sh \
	tests/lint/golden_hot_path.sh \
	tests/lint/man.sh \
	tests/lint/option_table.sh \
	tests/lint/shell.sh \
	tests/lint/static_tls.sh \
	tests/lint/version.sh \
	tests/misuse/misuse.sh \
	tests/programs/real_programs.sh

# ---- one block for each unit and stress test ---------------------------------------------------

tests_unit_cache_batches_stay_consistent_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_cache_batches_stay_consistent_tap_LDADD = $(hak_unit_libs)
tests_unit_control_answers_by_name_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_control_answers_by_name_tap_LDADD = $(hak_unit_libs)
tests_unit_fork_child_can_allocate_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_fork_child_can_allocate_tap_LDADD = $(hak_unit_libs)
tests_unit_heap_blocks_find_home_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_heap_blocks_find_home_tap_LDADD = $(hak_unit_libs)
tests_unit_idle_granules_go_back_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_idle_granules_go_back_tap_LDADD = $(hak_unit_libs)
tests_unit_idle_memory_is_purged_on_time_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_idle_memory_is_purged_on_time_tap_LDADD = $(hak_unit_libs)
tests_unit_large_blocks_keep_counters_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_large_blocks_keep_counters_tap_LDADD = $(hak_unit_libs)
tests_unit_lock_excludes_others_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_lock_excludes_others_tap_LDADD = $(hak_unit_libs)
tests_unit_mailbox_loses_no_message_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_mailbox_loses_no_message_tap_LDADD = $(hak_unit_libs)
tests_unit_old_tiny_names_work_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_old_tiny_names_work_tap_LDADD = $(hak_unit_libs)
tests_unit_options_read_what_users_write_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_options_read_what_users_write_tap_LDADD = $(hak_unit_libs)
tests_unit_owns_only_ours_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_owns_only_ours_tap_LDADD = $(hak_unit_libs)
tests_unit_realloc_keeps_contents_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_realloc_keeps_contents_tap_LDADD = $(hak_unit_libs)
tests_unit_refused_mappings_are_survived_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_refused_mappings_are_survived_tap_LDADD = $(hak_unit_libs)
tests_unit_registry_knows_addresses_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_registry_knows_addresses_tap_LDADD = $(hak_unit_libs)
tests_unit_secrets_are_cleared_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_secrets_are_cleared_tap_LDADD = $(hak_unit_libs)
tests_unit_sizeclass_round_trips_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_sizeclass_round_trips_tap_LDADD = $(hak_unit_libs)
tests_unit_sizes_told_are_sizes_given_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_sizes_told_are_sizes_given_tap_LDADD = $(hak_unit_libs)
tests_unit_slab_slots_are_distinct_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_slab_slots_are_distinct_tap_LDADD = $(hak_unit_libs)
tests_unit_starter_serves_first_blocks_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_starter_serves_first_blocks_tap_LDADD = $(hak_unit_libs)
tests_unit_superslab_runs_are_disjoint_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_superslab_runs_are_disjoint_tap_LDADD = $(hak_unit_libs)
tests_unit_system_memory_is_counted_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_system_memory_is_counted_tap_LDADD = $(hak_unit_libs)
tests_unit_text_compares_names_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_text_compares_names_tap_LDADD = $(hak_unit_libs)
tests_unit_thread_records_are_reused_tap_CPPFLAGS = $(hak_unit_cppflags)
tests_unit_thread_records_are_reused_tap_LDADD = $(hak_unit_libs)

tests_fuzz_allocator_operations_CPPFLAGS = $(hak_unit_cppflags)
tests_fuzz_allocator_operations_LDADD = $(hak_fuzz_libs)
tests_fuzz_options_text_CPPFLAGS = $(hak_unit_cppflags)
tests_fuzz_options_text_LDADD = $(hak_fuzz_libs)

tests_stress_fork_storm_core_SOURCES = tests/stress/fork_storm.c
tests_stress_fork_storm_core_CPPFLAGS = $(hak_stress_cppflags)
tests_stress_fork_storm_core_LDADD = $(hak_stress_libs)

tests_stress_producers_and_consumer_core_SOURCES = tests/stress/producers_and_consumer.c
tests_stress_producers_and_consumer_core_CPPFLAGS = $(hak_stress_cppflags)
tests_stress_producers_and_consumer_core_LDADD = $(hak_stress_libs)

tests_stress_random_sizes_core_SOURCES = tests/stress/random_sizes.c
tests_stress_random_sizes_core_CPPFLAGS = $(hak_stress_cppflags)
tests_stress_random_sizes_core_LDADD = $(hak_stress_libs)

tests_stress_shared_slots_core_SOURCES = tests/stress/shared_slots.c
tests_stress_shared_slots_core_CPPFLAGS = $(hak_stress_cppflags)
tests_stress_shared_slots_core_LDADD = $(hak_stress_libs)

tests_stress_thread_churn_core_SOURCES = tests/stress/thread_churn.c
tests_stress_thread_churn_core_CPPFLAGS = $(hak_stress_cppflags)
tests_stress_thread_churn_core_LDADD = $(hak_stress_libs)

# ---- rules -----------------------------------------------------------------------------------

# The extension chooses the runner: .tap a Check program, .abi a program to be preloaded, .sh a
# script, none a plain program.  A program "x.tap" is built from x.c.
TEST_EXTENSIONS = .tap .abi .sh
TAP_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TAP_LOG_COMPILER = $(TIMEOUT)
ABI_LOG_COMPILER = $(SHELL) $(top_srcdir)/tests/abi/run-preloaded.sh
SH_LOG_COMPILER = $(TIMEOUT) $(SHELL)
LOG_COMPILER = $(TIMEOUT)

AM_TESTS_ENVIRONMENT = \
	CK_TAP_LOG_FILE_NAME=-; CK_VERBOSITY=silent; CK_DEFAULT_TIMEOUT=120; \
	export CK_TAP_LOG_FILE_NAME CK_VERBOSITY CK_DEFAULT_TIMEOUT; \
	HAK_SRCDIR='$(abs_top_srcdir)'; HAK_BUILDDIR='$(abs_top_builddir)'; \
	HAKMEM_LIBRARY='$(abs_top_builddir)/.libs/libhakmem.so'; \
	HAK_RELEASE='$(HAKMEM_BUILD_RELEASE)'; HAK_PROFILED='$(hak_profiled)'; \
	HAK_TIMEOUT='$(TIMEOUT)'; NM='$(PLAIN_NM)'; OBJDUMP='$(OBJDUMP)'; READELF='$(READELF)'; CC='$(CC)'; \
	export HAK_SRCDIR HAK_BUILDDIR HAKMEM_LIBRARY HAK_RELEASE HAK_PROFILED HAK_TIMEOUT; \
	export NM OBJDUMP READELF CC; $(hak_sanitizer_environment)

# Sanitizers make everything five to twenty times slower.
if HAK_SANITIZER
hak_sanitizer_environment = \
	STRESS_OPERATIONS=20000; TSAN_OPTIONS=die_after_fork=0:$$TSAN_OPTIONS; \
	export STRESS_OPERATIONS TSAN_OPTIONS;
endif

if HAK_PGO
hak_profiled = 1
else
hak_profiled = 0
endif

# What is linked: nothing, unless a test says otherwise.
hak_unit_libs = libhakmem-core.la $(CHECK_LIBS)
# They see the inside of the library, and so must know which build it is.
hak_unit_cppflags = -include $(top_builddir)/config.h $(AM_CPPFLAGS)
hak_fuzz_libs = libhakmem-core.la
hak_stress_libs = libhakmem-core.la
hak_stress_cppflags = $(AM_CPPFLAGS) -DSTRESS_USE_HAK_API=1

if HAVE_CHECK
check_PROGRAMS += $(hak_unit_tests)
TESTS += $(hak_unit_tests)
endif

check_PROGRAMS += $(hak_fuzz_tests) $(hak_stress_tests)
TESTS += $(hak_fuzz_tests) $(hak_stress_tests)

# A sanitizer brings its own malloc, and nothing may be preloaded before it.
if !HAK_SANITIZER
TESTS += $(hak_script_tests)
if HAK_SHARED
check_PROGRAMS += $(hak_abi_tests) $(hak_misuse_programs) $(hak_stress_preloaded_tests)
TESTS += $(hak_abi_tests) $(hak_stress_preloaded_tests)
endif
endif

EXTRA_DIST += \
	$(hak_script_tests) \
	tests/abi/expect.h \
	tests/abi/run-preloaded.sh \
	tests/abi/symbols.expected \
	tests/fuzz/fuzz.h \
	tests/misuse/misuse.h \
	tests/stress/stress.h \
	tests/unit/unit.h \
	tests/lint/hot_path.x86_64.gcc.golden
