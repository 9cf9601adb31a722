/* SPDX-License-Identifier: MIT
 *
 * sys/segment_file.c - a name for the segment, for hosts where an unprivileged monitor may not read
 * other processes, and for sidecars that share nothing but /dev/shm.
 *
 * Owns nothing.  Raw system calls throughout: libc's wrappers may be interposed, and may allocate.
 *
 * Each step has its trap: a file-size limit would kill the process (so a finite one means no file),
 * a sparse file on a full tmpfs would kill it at the first touch (so its blocks are allocated), a
 * name that exists is somebody else's (so it is never opened), a process that is killed leaves the
 * file behind (hakmem-stats doctor tells, hakmem-stats reap removes it).
 */
#include "sys/segment_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *append_text(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *append_number(char *at, unsigned long number)
{
	char digits[24];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*at++ = digits[--count];
	return at;
}

static char *append_hex(char *at, uint64_t value)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[(value >> shift) & 15];
	return at;
}

static bool file_size_is_limited(void)
{
	struct { uint64_t current, maximum; } limit = { 0, 0 };

	if (syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) != 0)
		return true;
	return limit.current != UINT64_MAX;
}

static void *map_new_file(const char *path, size_t bytes)
{
	long file = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	void *address = MAP_FAILED;

	if (file < 0)
		return NULL;
	if (syscall(SYS_fallocate, file, 0, 0L, (long)bytes) == 0)
		address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, (int)file, 0);
	if (address == MAP_FAILED)
		syscall(SYS_unlinkat, AT_FDCWD, path, 0);
	syscall(SYS_close, file);
	return address == MAP_FAILED ? NULL : address;
}

void *hk_segment_file_map(size_t bytes)
{
	char path[80];
	uint64_t random;
	char *at;
	void *address = NULL;
	int saved = errno;

	if (!file_size_is_limited() && syscall(SYS_getrandom, &random, sizeof(random), 0) == (long)sizeof(random)) {
		at = append_text(path, "/dev/shm/hakmem.");
		at = append_number(at, (unsigned long)syscall(SYS_geteuid));
		at = append_text(at, ".");
		at = append_hex(at, random);
		*at = '\0';
		address = map_new_file(path, bytes);
	}
	errno = saved;
	return address;
}
