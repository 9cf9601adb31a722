/* SPDX-License-Identifier: MIT
 *
 * sys/os.c - mmap and its relatives, counted, with errno kept and failures on demand.
 *
 * Takes no lock.  munmap, mremap and madvise go through syscall(3), which is imported anyway: one
 * name less each for the loader to look up (see base/text.h).  mmap does not, because its raw
 * form differs between architectures.
 */
#include "sys/os.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/fatal.h"
#include "sys/counters.h"
#include "sys/options.h"

size_t hk_os_page_bytes(void)
{
	static _Atomic size_t page_bytes;
	size_t bytes = atomic_load_explicit(&page_bytes, memory_order_relaxed);

	if (!bytes) {
		bytes = getauxval(AT_PAGESZ);
		if (!hk_is_power_of_two(bytes))
			bytes = 4096;
		atomic_store_explicit(&page_bytes, bytes, memory_order_relaxed);
	}
	return bytes;
}

/* Development build: the failures that a full machine would give, on demand. */
static bool must_fail(void)
{
	static _Atomic size_t calls;
	size_t interval = hk_config_debug ? hk_option_value(HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL) : 0;

	return interval && atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) % interval == interval - 1;
}

static void *map_near(size_t bytes, void *hint)
{
	int saved = errno;
	void *address = MAP_FAILED;

	bytes = hk_round_up(bytes, hk_os_page_bytes());
	if (!must_fail())
		address = mmap(hint, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	errno = saved;
	hk_counters_add(&hk_counters.map_calls, 1);
	if (address == MAP_FAILED) {
		hk_counters_add(&hk_counters.map_failures, 1);
		return NULL;
	}
	hk_counters_add(&hk_counters.reserved_bytes, bytes);
	return address;
}

void *hk_os_map(size_t bytes)
{
	return map_near(bytes, NULL);
}

void *hk_os_map_shared(size_t bytes, void *address)
{
	int saved = errno;
	void *mapped = MAP_FAILED;

	if (!must_fail())
		mapped = mmap(address, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | (address ? MAP_FIXED : 0),
			      -1, 0);
	errno = saved;
	hk_counters_add(&hk_counters.map_calls, 1);
	return mapped == MAP_FAILED ? NULL : mapped;
}

void *hk_os_map_aligned(size_t bytes, size_t alignment, void *hint)
{
	bytes = hk_round_up(bytes, hk_os_page_bytes());

	/* The kernel places mappings below each other, so one of aligned size is often aligned. */
	char *address = map_near(bytes, hint);

	if (!address || ((uintptr_t)address & (alignment - 1)) == 0)
		return address;
	hk_os_unmap(address, bytes);
	if (bytes + alignment < bytes)
		return NULL;
	address = hk_os_map(bytes + alignment);
	if (!address)
		return NULL;

	char *aligned = (char *)hk_round_up((uintptr_t)address, alignment);
	size_t head = (size_t)(aligned - address);

	/* A refused unmap only costs address space. */
	if (head)
		hk_os_unmap(address, head);
	if (alignment - head)
		hk_os_unmap(aligned + bytes, alignment - head);
	return aligned;
}

bool hk_os_unmap(void *address, size_t bytes)
{
	int saved = errno;
	bool done = syscall(SYS_munmap, address, hk_round_up(bytes, hk_os_page_bytes())) == 0;

	errno = saved;
	if (done) {
		hk_counters_subtract(&hk_counters.reserved_bytes, hk_round_up(bytes, hk_os_page_bytes()));
		hk_counters_add(&hk_counters.unmap_calls, 1);
	}
	return done;
}

bool hk_os_purge(void *address, size_t bytes)
{
	int saved = errno;
	bool done = syscall(SYS_madvise, address, bytes, MADV_DONTNEED) == 0;

	errno = saved;
	hk_counters_add(done ? &hk_counters.purged_bytes : &hk_counters.purge_refusals, done ? bytes : 1);
	return done;
}

bool hk_os_grow(void *address, size_t old_bytes, size_t new_bytes)
{
	int saved = errno;
	bool done = !must_fail() && syscall(SYS_mremap, address, old_bytes, new_bytes, 0) != -1;

	errno = saved;
	if (done)
		hk_counters_add(&hk_counters.reserved_bytes, new_bytes - old_bytes);
	return done;
}

enum hk_os_moved hk_os_move(void *old_address, size_t old_bytes, void *new_address, size_t new_bytes)
{
	int saved = errno;
	enum hk_os_moved result = HK_OS_MOVED;

	if (must_fail()) {
		result = HK_OS_REFUSED;
	} else if (syscall(SYS_mremap, old_address, old_bytes, new_bytes, MREMAP_MAYMOVE | MREMAP_FIXED,
			   new_address) == -1) {
		/* What filters answer, and what the kernel says before it touches anything. */
		bool untouched = errno == EPERM || errno == EINVAL || errno == ENOSYS;

		result = untouched ? HK_OS_REFUSED : HK_OS_LOST;
	}
	errno = saved;
	if (result == HK_OS_MOVED)
		hk_counters_subtract(&hk_counters.reserved_bytes, old_bytes);
	return result;
}

void hk_os_advise_huge(void *address, size_t bytes, bool wanted)
{
	int saved = errno;

	if (syscall(SYS_madvise, address, bytes, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) != 0)
		hk_counters_add(&hk_counters.purge_refusals, 1);
	errno = saved;
}

uint64_t hk_os_clock_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
