/* SPDX-License-Identifier: MIT
 *
 * front/foreign.c - calls into libc's allocator by the names that interposition does not reach.
 *
 * Owns the address of libc's malloc_usable_size, looked up at first use.  All references are
 * weak: a static program that links our archive must not pull libc's malloc in, and then there
 * is nobody whose blocks could be foreign.
 */
#include "front/foreign.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>

#include "sys/counters.h"

extern void *__libc_malloc(size_t size) __attribute__((weak));
extern void *__libc_realloc(void *block, size_t size) __attribute__((weak));
extern void *__libc_memalign(size_t alignment, size_t size) __attribute__((weak));
extern void __libc_free(void *block) __attribute__((weak));
#pragma weak dlsym

static void *refuse(void)
{
	errno = ENOMEM;
	return NULL;
}

void *hk_foreign_malloc(size_t size)
{
	return __libc_malloc ? __libc_malloc(size) : refuse();
}

void *hk_foreign_memalign(size_t alignment, size_t size)
{
	return __libc_memalign ? __libc_memalign(alignment, size) : refuse();
}

void *hk_foreign_realloc(void *block, size_t size)
{
	return __libc_realloc ? __libc_realloc(block, size) : refuse();
}

void hk_foreign_free(void *block)
{
	int saved = errno;

	hk_counters_add(&hk_counters.foreign_frees, 1);
	if (__libc_free)
		__libc_free(block);
	errno = saved;
}

void *hk_foreign_function(const char *name)
{
	int saved = errno;
	void *function = dlsym ? dlsym(RTLD_NEXT, name) : NULL;

	errno = saved;
	return function;
}

size_t hk_foreign_usable_bytes(void *block)
{
	typedef size_t usable_function(void *);
	static _Atomic(usable_function *) cached;
	usable_function *function = atomic_load_explicit(&cached, memory_order_relaxed);

	if (!function) {
		function = (usable_function *)hk_foreign_function("malloc_usable_size");
		atomic_store_explicit(&cached, function, memory_order_relaxed);
	}
	return function ? function(block) : 0;
}
