/* SPDX-License-Identifier: MIT
 *
 * base/compiler.h - the words of the compiler that every other file uses, and the build switch.
 *
 * Owns nothing.  Anyone may include it.  The only place where HAKMEM_BUILD_RELEASE is looked at:
 * everywhere else the constant hk_config_debug is tested with `if`, so that both builds compile
 * every line.
 */
#ifndef HK_BASE_COMPILER_H
#define HK_BASE_COMPILER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef HAKMEM_BUILD_RELEASE
#define HAKMEM_BUILD_RELEASE 0
#endif

enum { hk_config_debug = !HAKMEM_BUILD_RELEASE };

#define HK_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define HK_UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* malloc's and free's only copies lie side by side, each on its own cache line. */
#define HK_HOT __attribute__((noinline, section(".text.hakmem_hot"), aligned(64)))
/* Twins of the hot path: out of line, away from it, reached by a tail jump. */
#define HK_COLD __attribute__((noinline, cold))
#define HK_PUBLIC __attribute__((visibility("default")))
/* Large and rarely written: behind everything else in .bss, so that what every process writes shares
 * few pages.  Not for static objects. */
#define HK_LAST_IN_BSS __attribute__((common))
#define HK_INLINE static inline __attribute__((always_inline))

/* Two hints without an instruction of their own, for the hot path only.
 * HK_OPAQUE: the compiler forgets how VALUE was computed, and so does not take the sum apart again.
 * HK_TO_RETURN: VALUE is wanted in the register that it is returned in (gcc 12 adds a move). */
#define HK_OPAQUE(value) __asm__("" : "+r"(value))
#if defined __x86_64__
#define HK_TO_RETURN(value) __asm__("" : "+a"(value))
#else
#define HK_TO_RETURN(value) HK_OPAQUE(value)
#endif

#if defined __SANITIZE_THREAD__
#define HK_THREAD_SANITIZED 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define HK_THREAD_SANITIZED 1
#endif
#endif
#ifndef HK_THREAD_SANITIZED
#define HK_THREAD_SANITIZED 0
#endif

/* A relaxed atomic load that gcc can fold into another instruction, as it does not with real
 * ones.  Only for objects whose loads the machine does in one piece. */
#if HK_THREAD_SANITIZED
#define HK_LOAD_FOLDED(object) __atomic_load_n(&(object), __ATOMIC_RELAXED)
/* gcc refuses fences here; who would notice is another process. */
#define HK_FENCE_RELEASE() ((void)0)
#else
#define HK_FENCE_RELEASE() __atomic_thread_fence(__ATOMIC_RELEASE)
#define HK_LOAD_FOLDED(object) (object)
#endif

/* Whoever links this object from an archive gets the one that defines SYMBOL too, as if it were
 * called here: a relocation that does nothing, and is gone after the link. */
#define HK_LINK_WITH(symbol) __asm__(".globl " #symbol "\n\t.reloc ., BFD_RELOC_NONE, " #symbol)

#define HK_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

HK_INLINE size_t hk_round_up(size_t value, size_t power_of_two)
{
	return (value + power_of_two - 1) & ~(power_of_two - 1);
}

HK_INLINE bool hk_is_power_of_two(size_t value)
{
	return value && !(value & (value - 1));
}

#endif
