# SPDX-License-Identifier: MIT
#
# tests/bench/local.mk: the benchmark programs and `make bench`.
#
# EXTRA_PROGRAMS: neither `make` nor `make check` builds them.  They are not linked
# with the library, because bench.py chooses the allocator by LD_PRELOAD.  cxx_maps.cc
# is compiled by bench.py where there is a g++, so that configure needs no C++.
# The Makefile.am must have set EXTRA_PROGRAMS, EXTRA_DIST and CLEANFILES before it
# includes this fragment (automake refuses += on an unset variable).
#
#     make bench
#     make bench BENCH_FLAGS='--quick --only micro,exec other=/path/to/other.so'

EXTRA_PROGRAMS += %D%/micro %D%/exec_cost

# The builtins must go: gcc would delete a malloc whose result is only freed.
BENCH_CFLAGS = $(HAK_CFLAGS) -O2 -pthread -fno-builtin-malloc -fno-builtin-calloc \
	-fno-builtin-realloc -fno-builtin-free

%C%_micro_SOURCES = %D%/micro.c %D%/micro_threads.c %D%/measure.c %D%/measure.h
%C%_micro_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_micro_CFLAGS = $(BENCH_CFLAGS)
%C%_micro_LDADD =

%C%_exec_cost_SOURCES = %D%/exec_cost.c
%C%_exec_cost_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE
%C%_exec_cost_CFLAGS = $(BENCH_CFLAGS)
%C%_exec_cost_LDADD =

EXTRA_DIST += \
	%D%/README.md \
	%D%/bench.py \
	%D%/bench_programs.py \
	%D%/bench_report.py \
	%D%/cxx_maps.cc \
	%D%/workloads/filter.jq \
	%D%/workloads/generate.py \
	%D%/workloads/lua.lua \
	%D%/workloads/multiply.smt2 \
	%D%/workloads/perl.pl \
	%D%/workloads/python.py \
	%D%/workloads/sqlite.sql

BENCH_OUTPUT = bench-results
# Not BENCH_PYTHON: automake takes every name in _PYTHON for a list of files to install.
BENCH_INTERPRETER = python3
BENCH_FLAGS =

CLEANFILES += %D%/micro$(EXEEXT) %D%/exec_cost$(EXEEXT) \
	$(BENCH_OUTPUT)/bench.md $(BENCH_OUTPUT)/bench.json $(BENCH_OUTPUT)/bench.svg

# The .la file knows the name of the shared object; with --disable-shared that name
# is empty and there is nothing to preload.
.PHONY: bench
bench: $(lib_LTLIBRARIES) %D%/micro$(EXEEXT) %D%/exec_cost$(EXEEXT)
	@for archive in $(lib_LTLIBRARIES); do \
	  case $$archive in *libhakmem.la) break;; esac; \
	done; \
	name=`sed -n "s/^dlname='\(.*\)'$$/\1/p" $$archive`; \
	test -n "$$name" || { echo "bench: $$archive has no shared library" >&2; exit 1; }; \
	$(BENCH_INTERPRETER) $(srcdir)/%D%/bench.py --library "`dirname $$archive`/.libs/$$name" \
	  --binary-dir %D% --output $(BENCH_OUTPUT) $(BENCH_FLAGS)
