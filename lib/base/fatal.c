/* SPDX-License-Identifier: MIT
 *
 * base/fatal.c - one line to standard error by a raw write, then abort().
 *
 * No stdio: it allocates, and takes locks that the caller may hold.  errno is kept because
 * hk_complain returns into programs that look at it after free.
 */
#include "base/fatal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t append_text(char *line, size_t used, size_t room, const char *text)
{
	while (*text && used < room)
		line[used++] = *text++;
	return used;
}

static size_t append_hex(char *line, size_t used, size_t room, uintptr_t value)
{
	used = append_text(line, used, room, "0x");
	for (int shift = (int)sizeof(value) * 8 - 4; shift >= 0; shift -= 4) {
		if (used < room)
			line[used++] = "0123456789abcdef"[(value >> shift) & 15];
	}
	return used;
}

void hk_complain(const char *what, const void *address)
{
	char line[200];
	size_t room = sizeof(line) - 1;
	int saved = errno;
	size_t used = append_text(line, 0, room, "hakmem: ");

	used = append_text(line, used, room, what);
	if (address) {
		used = append_text(line, used, room, " (");
		used = append_hex(line, used, room, (uintptr_t)address);
		used = append_text(line, used, room, ")");
	}
	line[used++] = '\n';
	/* The raw call: write(2) of libc is a cancellation point. */
	long ignored = syscall(SYS_write, STDERR_FILENO, line, used);
	(void)ignored;
	errno = saved;
}

void hk_fatal(const char *what, const void *address)
{
	hk_complain(what, address);
	abort();
}
