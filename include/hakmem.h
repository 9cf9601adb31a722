/* SPDX-License-Identifier: MIT
 *
 * hakmem.h - the public interface of libhakmem beside the names of <stdlib.h> and <malloc.h>.
 *
 * A program needs none of this to run on libhakmem: linking with -lhakmem or preloading the
 * library replaces malloc(3) and its relatives.  The functions here serve programs that want the
 * real size of a block, a guarantee of the allocator they talk to, or numbers about the heap.
 *
 * Unless a function says otherwise:
 *   - it may be called from any thread at any time, before and after main() included;
 *   - it is not async-signal-safe (neither is malloc(3));
 *   - sizes are in bytes; blocks are aligned to 16 bytes at least, whatever their size;
 *   - failure is NULL with errno set to ENOMEM; success leaves errno alone;
 *   - blocks of hak_* and of malloc(3) may be mixed freely where this library provides both.
 */
#ifndef HAKMEM_H
#define HAKMEM_H

#include <stddef.h>

#define HAK_VERSION_MAJOR 1
#define HAK_VERSION_MINOR 0
#define HAK_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

#if defined __GNUC__
#define HAK_API __attribute__((visibility("default"), nothrow))
#else
#define HAK_API
#endif

/* ---- blocks ---------------------------------------------------------------------------- */

/* As malloc(3) of ISO C: a block of at least SIZE bytes; SIZE 0 gives a unique block. */
HAK_API void *hak_malloc(size_t size);

/* As calloc(3): COUNT * SIZE zeroed bytes; ENOMEM when the product overflows. */
HAK_API void *hak_calloc(size_t count, size_t size);

/* As realloc(3) of the GNU C library: BLOCK keeps its contents up to the smaller of both sizes.
 * hak_realloc(BLOCK, 0) frees BLOCK and returns NULL with errno untouched.  On failure BLOCK stays valid. */
HAK_API void *hak_realloc(void *block, size_t size);

/* As free(3) of POSIX.1-2024: errno is preserved; NULL is allowed. */
HAK_API void hak_free(void *block);

/* As free_sized(3) of C23.  SIZE must be the size that was asked for; it is a hint that is
 * checked in development builds and never trusted. */
HAK_API void hak_free_sized(void *block, size_t size);

/* As aligned_alloc(3) of C17: ALIGNMENT a power of two, otherwise NULL with EINVAL;
 * SIZE need not be a multiple of it. */
HAK_API void *hak_aligned_alloc(size_t alignment, size_t size);

/* As recallocarray(3) of OpenBSD: resize an array from OLD_COUNT to NEW_COUNT elements of SIZE
 * bytes; new elements are zero, and memory that is given up is cleared first.  EINVAL when the
 * old product overflows, ENOMEM when the new one does. */
HAK_API void *hak_recallocarray(void *block, size_t old_count, size_t new_count, size_t size);

/* As freezero(3) of OpenBSD: clear the first SIZE bytes (never more than the block has), then
 * free.  For secrets. */
HAK_API void hak_freezero(void *block, size_t size);

/* ---- the real size ------------------------------------------------------------------------ */

/* A block and the number of bytes that may be used in it. */
struct hak_sized_block {
	void *block;   /* NULL on failure */
	size_t bytes;  /* >= the size asked for; 0 on failure */
};

/* malloc that also tells the real size: the program may use all of it, _FORTIFY_SOURCE included. */
HAK_API struct hak_sized_block hak_malloc_sized(size_t size);

/* As malloc_usable_size(3): constant over the life of BLOCK; 0 for NULL. */
HAK_API size_t hak_usable_size(const void *block);

/* The usable size that hak_malloc(SIZE) would give; SIZE itself when no such block can exist. */
HAK_API size_t hak_good_size(size_t size);

/* Make BLOCK at least SIZE bytes without moving it: returns BLOCK, or NULL when that cannot be
 * done; errno is untouched, and BLOCK stays as it was. */
HAK_API void *hak_expand(void *block, size_t size);

/* 1 when BLOCK lies in memory that this library manages, else 0.  Reads nothing at BLOCK. */
HAK_API int hak_owns(const void *block);

/* ---- the whole heap ------------------------------------------------------------------------ */

/* As malloc_trim(3): give all idle memory back to the system except about PAD bytes.
 * 1 when something was given back, else 0.  Takes time in proportion to the heap. */
HAK_API int hak_trim(size_t pad);

/* "1.0.0", with "-dev" behind it in a development build.  Static storage. */
HAK_API const char *hak_version(void);

/* Read (and for a few names write) one option or counter by NAME, such as "stats.live_bytes" or
 * "option.purge_delay_ms"; hakmem(3) lists them.
 *
 * OLD_VALUE, when not NULL, receives the value: *OLD_BYTES bytes are there on entry, and what the
 * value takes is stored in *OLD_BYTES.  Numbers are unsigned long long, texts are NUL-terminated.
 * NEW_VALUE, when not NULL, is NEW_BYTES bytes of a number to be set.
 *
 * Returns 0, or an error number, which is also stored in errno: ENOENT no such name, EINVAL a buffer
 * too small or a value of the wrong size, EPERM the name cannot be written, ERANGE out of range. */
HAK_API int hak_ctl(const char *name, void *old_value, size_t *old_bytes, const void *new_value, size_t new_bytes);

/* ---- blocks of up to 1,024 bytes, by their historical names ---------------------------------- */

/* hak_malloc and hak_free; sizes above 1,024 are served as well. */
HAK_API void *hak_tiny_alloc(size_t size);
HAK_API void hak_tiny_free(void *block);

/* Start the library now instead of at the first allocation; optional and idempotent. */
HAK_API void hak_tiny_init(void);

/* Give idle memory back, this thread's cache included; the library stays usable. */
HAK_API void hak_tiny_shutdown(void);

/* Fill this thread's cache for the old size class CLASS_INDEX, 0 to 7 meaning blocks of
 * 8 << CLASS_INDEX bytes; other values do nothing. */
HAK_API void hak_tiny_prewarm_tls_cache(int class_index);

#ifdef __cplusplus
}
#endif

#undef HAK_API

#endif
