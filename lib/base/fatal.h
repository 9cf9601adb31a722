/* SPDX-License-Identifier: MIT
 *
 * base/fatal.h - how the library dies, and the assertions that only the development build has.
 *
 * Owns nothing, takes no lock, allocates nothing: it is called with any lock held.
 */
#ifndef HK_BASE_FATAL_H
#define HK_BASE_FATAL_H

#include "base/compiler.h"

/* One line on standard error, "hakmem: WHAT (ADDRESS)", then abort(). */
HK_COLD __attribute__((noreturn)) void hk_fatal(const char *what, const void *address);

/* The same line without dying: for HAKMEM_ABORT=0. */
HK_COLD void hk_complain(const char *what, const void *address);

/* Cheap: a comparison or two on values at hand. */
#define HK_ASSERT(condition) \
	do { \
		if (hk_config_debug && HK_UNLIKELY(!(condition))) \
			hk_fatal("assertion failed: " #condition, NULL); \
	} while (0)

/* Dear: CALL walks a whole structure and calls hk_fatal itself. */
#define HK_AUDIT(call) \
	do { \
		if (hk_config_debug) \
			call; \
	} while (0)

#endif
