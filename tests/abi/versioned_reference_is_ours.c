/* SPDX-License-Identifier: MIT
 *
 * Does a reference that names libc's symbol version, as every binary linked in the past holds
 * one, bind to libhakmem, with lazy binding and with LD_BIND_NOW?
 */
#include "expect.h"

#if defined __x86_64__
#define LIBC_VERSION "GLIBC_2.2.5"
#elif defined __aarch64__
#define LIBC_VERSION "GLIBC_2.17"
#elif defined __i386__
#define LIBC_VERSION "GLIBC_2.0"
#elif defined __riscv
#define LIBC_VERSION "GLIBC_2.27"
#endif

#ifdef LIBC_VERSION
extern void *old_malloc(size_t);
extern void *old_realloc(void *, size_t);
extern void old_free(void *);
__asm__(".symver old_malloc, malloc@" LIBC_VERSION);
__asm__(".symver old_realloc, realloc@" LIBC_VERSION);
__asm__(".symver old_free, free@" LIBC_VERSION);

int main(int count, char **arguments)
{
	void *block = old_malloc(100);

	(void)count;
	EXPECT(is_ours(block));
	block = old_realloc(block, 100000);
	EXPECT(is_ours(block));
	old_free(block);
	run_again_with(arguments, "LD_BIND_NOW", "1");
	return 0;
}
#else
int main(void)
{
	SKIP("the version of libc's malloc is not known for this machine");
}
#endif
