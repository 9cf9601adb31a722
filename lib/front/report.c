/* SPDX-License-Identifier: MIT
 *
 * front/report.c - collecting the numbers, trimming, and the page that HAKMEM_VERBOSE=1 prints
 * at exit.
 *
 * Owns nothing; see report.h for locks.
 */
#include "front/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "cache/refill.h"
#include "hakmem.h"
#include "heap/purge.h"
#include "sys/counters.h"
#include "sys/options.h"

/* Other threads change their bins while we look: the sum is then about right, which is all that
 * the reports promise.  The sanitizer is told not to mind. */
__attribute__((no_sanitize("thread"))) static size_t peek_cached(const struct hk_thread *thread, unsigned class_index)
{
	size_t count = hk_cache_count(thread, class_index);

	return count > UINT32_MAX / 2 ? 0 : count;
}

void hk_report_collect(struct hk_report *report)
{
	memset(report, 0, sizeof(*report));
	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (!thread->in_use)
			continue;
		hk_heap_count(&thread->heap, report->classes);
		for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++)
			report->cached_blocks[class_index] += peek_cached(thread, class_index);
	}
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	hk_heap_count(&hk_heap_orphans, report->classes);

	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		struct hk_heap_census *census = &report->classes[class_index];
		size_t block_bytes = hk_sizeclass_bytes(class_index);

		if (report->cached_blocks[class_index] > census->used)
			report->cached_blocks[class_index] = census->used;
		report->cached_bytes += report->cached_blocks[class_index] * block_bytes;
		report->live_bytes += (census->used - report->cached_blocks[class_index]) * block_bytes;
		report->free_blocks += census->slots - census->used;
	}
	report->large_bytes = hk_counters_read(&hk_counters.large_bytes);
	report->large_blocks = hk_counters_read(&hk_counters.large_blocks);
	report->live_bytes += report->large_bytes + hk_counters_read(&hk_counters.starter_bytes);
	report->reserved_bytes = hk_counters_read(&hk_counters.reserved_bytes);
	report->committed_bytes = hk_counters_read(&hk_counters.committed_bytes);
	report->committed_peak_bytes = hk_counters_read(&hk_counters.committed_peak_bytes);
	report->slab_bytes = report->committed_bytes - report->large_bytes;
	report->slabs = hk_counters_read(&hk_counters.slabs);
	report->superslabs = hk_counters_read(&hk_counters.superslabs);
	report->threads = hk_counters_read(&hk_counters.threads);
	report->foreign_frees = hk_counters_read(&hk_counters.foreign_frees);
	report->purged_bytes = hk_counters_read(&hk_counters.purged_bytes);
}

const char *hk_report_version(void)
{
	static const char version[] = HK_VERSION_TEXT;

	return version;
}

size_t hk_report_trim(size_t keep_bytes)
{
	if (hk_thread_is_attached(hk_thread_current()))
		hk_cache_flush(hk_thread_current());
	hk_lock_take(&hk_thread_list_lock, HK_RANK_THREADS);
	for (struct hk_thread *thread = hk_thread_list(); thread; thread = thread->next) {
		if (thread->in_use)
			hk_heap_tidy(&thread->heap);
	}
	hk_lock_give(&hk_thread_list_lock, HK_RANK_THREADS);
	hk_heap_tidy(&hk_heap_orphans);
	return hk_purge_now(keep_bytes);
}

/* snprintf into a buffer of ours, then one raw write: at exit stdio may be gone. */
__attribute__((format(printf, 3, 4))) static size_t append(char *page, size_t used, const char *format, ...)
{
	enum { PAGE_ROOM = 4096 };
	va_list arguments;

	va_start(arguments, format);
	int more = vsnprintf(page + used, PAGE_ROOM - used, format, arguments);
	va_end(arguments);
	if (more < 0 || (size_t)more >= PAGE_ROOM - used)
		return used;
	return used + (size_t)more;
}

__attribute__((destructor)) static void report_at_exit(void)
{
	struct hk_report report;
	char page[4096];
	size_t used = 0;

	if (!hk_option_value(HK_OPTION_VERBOSE))
		return;
	hk_report_collect(&report);
	used = append(page, used, "hakmem: process %ld at exit\n", syscall(SYS_getpid));
	used = append(page, used, "  live       %12zu bytes, of them %zu in %zu large blocks\n", report.live_bytes,
		      report.large_bytes, report.large_blocks);
	used = append(page, used, "  cached     %12zu bytes in the caches of %zu threads\n", report.cached_bytes,
		      report.threads);
	used = append(page, used, "  committed  %12zu bytes, at most %zu\n", report.committed_bytes,
		      report.committed_peak_bytes);
	used = append(page, used, "  reserved   %12zu bytes of address space, %zu superslabs, %zu slabs\n",
		      report.reserved_bytes, report.superslabs, report.slabs);
	used = append(page, used, "  given back %12zu bytes to the system so far\n", report.purged_bytes);
	used = append(page, used, "  class (bytes)      slabs      slots       live     cached\n");
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		const struct hk_heap_census *census = &report.classes[class_index];

		if (census->slabs)
			used = append(page, used, "  %13zu %10zu %10zu %10zu %10zu\n", hk_sizeclass_bytes(class_index),
				      census->slabs, census->slots, census->used - report.cached_blocks[class_index],
				      report.cached_blocks[class_index]);
	}
	/* The raw call: write(2) of libc is a cancellation point. */
	long ignored = syscall(SYS_write, STDERR_FILENO, page, used);
	(void)ignored;
}
