/* SPDX-License-Identifier: MIT
 *
 * front/compat.c - the GNU names of <malloc.h> that tell about the heap or tune it.
 *
 * Owns nothing; the numbers come from front/report, and no lock is held while stdio prints.
 */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>

#include "front/foreign.h"
#include "front/names.h"
#include "front/report.h"
#include "sys/options.h"

/* With MODE=off the heap is libc's, and so are the answers. */
#define HK_LIBC_ANSWERS(function) \
	(hk_option_value(HK_OPTION_MODE) == HK_MODE_OFF ? (__typeof__(&function))hk_foreign_function(#function) : NULL)

static int saturate(size_t value)
{
	return value > INT_MAX ? INT_MAX : (int)value;
}

HK_LIBC_NAME struct mallinfo2 mallinfo2(void)
{
	struct hk_report report;
	struct mallinfo2 info = { 0 };
	__typeof__(&mallinfo2) libc_answer = HK_LIBC_ANSWERS(mallinfo2);

	if (libc_answer)
		return libc_answer();
	hk_report_collect(&report);
	info.arena = report.slab_bytes;
	info.ordblks = report.free_blocks;
	info.hblks = report.large_blocks;
	info.hblkhd = report.large_bytes;
	info.uordblks = report.live_bytes - report.large_bytes;
	info.fordblks = info.arena > info.uordblks ? info.arena - info.uordblks : 0;
	info.fsmblks = report.cached_bytes;
	return info;
}

/* The old one has int fields: they stop at INT_MAX instead of wrapping. */
HK_LIBC_NAME struct mallinfo mallinfo(void)
{
	struct mallinfo2 wide = mallinfo2();
	struct mallinfo info = { 0 };

	info.arena = saturate(wide.arena);
	info.ordblks = saturate(wide.ordblks);
	info.hblks = saturate(wide.hblks);
	info.hblkhd = saturate(wide.hblkhd);
	info.uordblks = saturate(wide.uordblks);
	info.fordblks = saturate(wide.fordblks);
	info.fsmblks = saturate(wide.fsmblks);
	return info;
}

HK_LIBC_NAME int malloc_trim(size_t pad)
{
	__typeof__(&malloc_trim) libc_answer = HK_LIBC_ANSWERS(malloc_trim);

	return libc_answer ? libc_answer(pad) : hk_report_trim(pad) > 0;
}

/* bionic's names, for programs that know them: purge now. */
enum { PURGE = -101, PURGE_ALL = -104 };

/* glibc's parameters are about a heap that grows by brk: they are accepted and change nothing. */
HK_LIBC_NAME int mallopt(int parameter, int value)
{
	__typeof__(&mallopt) libc_answer = HK_LIBC_ANSWERS(mallopt);

	if (libc_answer)
		return libc_answer(parameter, value);
	switch (parameter) {
	case M_MXFAST:
	case M_TRIM_THRESHOLD:
	case M_TOP_PAD:
	case M_MMAP_THRESHOLD:
	case M_MMAP_MAX:
	case M_CHECK_ACTION:
	case M_PERTURB:
	case M_ARENA_TEST:
	case M_ARENA_MAX:
		return 1;
	case PURGE:
	case PURGE_ALL:
		hk_report_trim(0);
		return 1;
	default:
		return 0;
	}
}

HK_LIBC_NAME void malloc_stats(void)
{
	struct hk_report report;
	__typeof__(&malloc_stats) libc_answer = HK_LIBC_ANSWERS(malloc_stats);

	if (libc_answer) {
		libc_answer();
		return;
	}
	hk_report_collect(&report);
	fprintf(stderr, "hakmem: system bytes     = %10zu\n", report.committed_bytes);
	fprintf(stderr, "hakmem: in use bytes     = %10zu\n", report.live_bytes);
	fprintf(stderr, "hakmem: cached bytes     = %10zu\n", report.cached_bytes);
	fprintf(stderr, "hakmem: max system bytes = %10zu\n", report.committed_peak_bytes);
	fprintf(stderr, "hakmem: large blocks     = %10zu\n", report.large_blocks);
	fprintf(stderr, "hakmem: large bytes      = %10zu\n", report.large_bytes);
}

HK_LIBC_NAME int malloc_info(int options, FILE *stream)
{
	struct hk_report report;
	__typeof__(&malloc_info) libc_answer = HK_LIBC_ANSWERS(malloc_info);

	if (libc_answer)
		return libc_answer(options, stream);
	if (options != 0) {
		errno = EINVAL;
		return -1;
	}
	hk_report_collect(&report);
	int written = fprintf(stream, "<malloc version=\"hakmem-%d\">\n<heap nr=\"0\">\n<sizes>\n", 1);

	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		const struct hk_heap_census *census = &report.classes[class_index];
		size_t bytes = hk_sizeclass_bytes(class_index);

		if (census->slabs)
			fprintf(stream,
				"  <size from=\"%zu\" to=\"%zu\" total=\"%zu\" count=\"%zu\" slabs=\"%zu\" live=\"%zu\"/>\n",
				class_index == 1 ? 0 : hk_sizeclass_bytes(class_index - 1) + 1, bytes,
				(census->slots - census->used) * bytes, census->slots - census->used, census->slabs,
				census->used - report.cached_blocks[class_index]);
	}
	fprintf(stream, "</sizes>\n</heap>\n<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n", report.free_blocks,
		report.slab_bytes + report.large_bytes > report.live_bytes ?
			report.slab_bytes + report.large_bytes - report.live_bytes : 0);
	fprintf(stream, "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n", report.large_blocks, report.large_bytes);
	fprintf(stream, "<total type=\"live\" size=\"%zu\"/>\n", report.live_bytes);
	fprintf(stream, "<total type=\"cached\" size=\"%zu\"/>\n", report.cached_bytes);
	fprintf(stream, "<system type=\"current\" size=\"%zu\"/>\n", report.committed_bytes);
	fprintf(stream, "<system type=\"max\" size=\"%zu\"/>\n", report.committed_peak_bytes);
	if (fprintf(stream, "<aspace type=\"total\" size=\"%zu\"/>\n</malloc>\n", report.reserved_bytes) < 0)
		written = -1;
	return written < 0 ? -1 : 0;
}
