/* SPDX-License-Identifier: MIT
 *
 * sys/os.h - the only door to the operating system's memory and clock.
 *
 * Owns nothing but the page size.  Every function may be called under any lock, keeps errno,
 * and makes only system calls that sandboxes allow after start: mmap of private anonymous
 * memory, munmap, mremap (may be refused), madvise (may be refused), clock_gettime (vDSO).
 * Refusal is an answer here, never a reason to die.
 */
#ifndef HK_SYS_OS_H
#define HK_SYS_OS_H

#include "base/compiler.h"

/* 4, 16 or 64 KiB, as the kernel says. */
size_t hk_os_page_bytes(void);

/* Zeroed, readable and writable; NULL when refused.  BYTES is rounded up to pages. */
void *hk_os_map(size_t bytes);
/* Shared with children and open to readers through /proc; at ADDRESS, replacing what is there,
 * unless that is NULL. */
void *hk_os_map_shared(size_t bytes, void *address);
/* ALIGNMENT: a power of two, at least a page.  HINT: an aligned address that would be welcome, or
 * NULL; if it is free no address space has to be cut off to align the mapping. */
void *hk_os_map_aligned(size_t bytes, size_t alignment, void *hint);
/* False when refused (the kernel could not split a mapping): the memory stays mapped. */
bool hk_os_unmap(void *address, size_t bytes);

/* Give the pages back; they read as zeros when true is returned.  False: contents unknown. */
bool hk_os_purge(void *address, size_t bytes);

/* Grow the mapping in place; false when there is no room or no permission. */
bool hk_os_grow(void *address, size_t old_bytes, size_t new_bytes);
/* Move the pages of OLD to the start of the mapping NEW of NEW_BYTES >= OLD_BYTES, replacing
 * what is mapped there; OLD is unmapped.
 * HK_OS_LOST: OLD is as it was, but the kernel may have unmapped NEW before it gave up, and
 * somebody else may have mapped there since: NEW must be forgotten, not unmapped. */
enum hk_os_moved { HK_OS_MOVED, HK_OS_REFUSED, HK_OS_LOST };
enum hk_os_moved hk_os_move(void *old_address, size_t old_bytes, void *new_address, size_t new_bytes);

/* Ask for huge pages, or ask to be left alone with them. */
void hk_os_advise_huge(void *address, size_t bytes, bool wanted);

/* Milliseconds of a clock that never goes back; the coarse one, a few ns without a system call. */
uint64_t hk_os_clock_ms(void);

#endif
