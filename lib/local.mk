# SPDX-License-Identifier: MIT
#
# lib/local.mk - the library.  Adding a file is one line in one of the lists below.

# Everything but the hot path and the doors with libc's names.  The last four stand there because
# the linker lays .bss out in this order: what every process writes comes first and shares pages,
# what is large and mostly never written comes last.
hak_common_sources = \
	lib/base/compiler.h \
	lib/base/text.h \
	lib/base/fatal.h lib/base/fatal.c \
	lib/base/lock.h lib/base/lock.c \
	lib/base/chain.h \
	lib/base/sizeclass.h lib/base/sizeclass.c \
	lib/sys/os.h lib/sys/os.c \
	lib/sys/options.h lib/sys/options.c \
	lib/sys/counters.h lib/sys/counters.c \
	lib/sys/segment.h lib/sys/segment.c \
	lib/sys/segment_file.h lib/sys/segment_file.c \
	lib/heap/layout.h \
	lib/heap/superslab.h lib/heap/superslab.c \
	lib/heap/slab.h lib/heap/slab.c \
	lib/heap/tally.h lib/heap/tally.c \
	lib/heap/starter.h lib/heap/starter.c \
	lib/heap/purge.h lib/heap/purge.c \
	lib/cache/refill.h lib/cache/refill.c \
	lib/life/process.c \
	lib/life/attach.h lib/life/attach.c \
	lib/life/fork.h lib/life/fork.c \
	lib/front/names.h \
	lib/front/slow.h lib/front/slow.c \
	lib/front/block.h lib/front/block.c \
	lib/front/api.c \
	lib/front/control.c \
	lib/front/report.h lib/front/report.c \
	lib/front/foreign.h lib/front/foreign.c \
	lib/cache/thread.h lib/cache/thread.c \
	lib/heap/heap.h lib/heap/heap.c \
	lib/heap/large.h lib/heap/large.c \
	lib/heap/registry.h lib/heap/registry.c

# The hot path: compiled twice, with the names of libc and without.
hak_hot_sources = \
	lib/front/hot.h lib/front/hot.c

# The doors that carry libc's names: only in the library that programs load.
hak_libc_sources = \
	lib/front/malloc.c \
	lib/front/memalign.c \
	lib/front/compat.c

include_HEADERS += include/hakmem.h include/hakmem_stats.h
EXTRA_DIST += lib/hakmem.map
pkgconfigdir = $(libdir)/pkgconfig

hak_lib_cppflags = -include $(top_builddir)/config.h $(AM_CPPFLAGS)
hak_lib_cflags = $(HAK_CFLAGS) $(HAK_LIB_CFLAGS) $(HAK_SANITIZER_CFLAGS) $(HAK_PGO_CFLAGS)

noinst_LTLIBRARIES += libhakmem-common.la
libhakmem_common_la_SOURCES = $(hak_common_sources)
libhakmem_common_la_CPPFLAGS = $(hak_lib_cppflags)
libhakmem_common_la_CFLAGS = $(hak_lib_cflags)

# What unit tests and sanitizer builds link: the harness keeps libc's malloc, and every internal
# function is within reach.
check_LTLIBRARIES += libhakmem-core.la
libhakmem_core_la_SOURCES = $(hak_hot_sources)
libhakmem_core_la_CPPFLAGS = $(hak_lib_cppflags)
libhakmem_core_la_CFLAGS = $(hak_lib_cflags)
libhakmem_core_la_LIBADD = libhakmem-common.la

if !HAK_SANITIZER
lib_LTLIBRARIES += libhakmem.la
pkgconfig_DATA = lib/hakmem.pc
endif

libhakmem_la_SOURCES = $(hak_hot_sources) $(hak_libc_sources)
libhakmem_la_CPPFLAGS = $(hak_lib_cppflags) -DHK_EXPORT_LIBC_NAMES=1
libhakmem_la_CFLAGS = $(hak_lib_cflags)
libhakmem_la_LIBADD = libhakmem-common.la
# noseparate-code: two mappings and two page faults less in every process (ls +23 us over glibc
# instead of +30), at the price of an executable mapping of 20 KiB of read-only data.
# nodelete: thread exit would run our code after dlclose.  initfirst: our constructor before the
# constructors that allocate.
libhakmem_la_LDFLAGS = \
	$(AM_LDFLAGS) $(HAK_PGO_CFLAGS) \
	-version-info $(HAKMEM_LT_VERSION) -no-undefined \
	-Wl,-z,noseparate-code -Wl,-z,defs -Wl,-z,relro -Wl,-z,now -Wl,-z,nodelete -Wl,-z,initfirst -Wl,--as-needed \
	-Wl,--version-script,$(top_srcdir)/lib/hakmem.map
# The plain variable would replace automake's own list.
EXTRA_libhakmem_la_DEPENDENCIES = lib/hakmem.map
