/* SPDX-License-Identifier: MIT
 *
 * base/text.h - comparing names, without libc.
 *
 * Owns nothing.  Why not strcmp and its relatives: each imported name is looked up by the loader
 * at the start of every process that has the library preloaded, 540 instructions a name.
 */
#ifndef HK_BASE_TEXT_H
#define HK_BASE_TEXT_H

#include "base/compiler.h"

#define HK_TEXT_OF_(value) #value
#define HK_TEXT_OF(value) HK_TEXT_OF_(value)

/* "1.0.0", with "-dev" in a development build; for files that include hakmem.h. */
#define HK_VERSION_TEXT \
	HK_TEXT_OF(HAK_VERSION_MAJOR) "." HK_TEXT_OF(HAK_VERSION_MINOR) "." HK_TEXT_OF(HAK_VERSION_PATCH) HK_VERSION_SUFFIX
#if HAKMEM_BUILD_RELEASE
#define HK_VERSION_SUFFIX ""
#else
#define HK_VERSION_SUFFIX "-dev"
#endif

static inline size_t hk_text_length(const char *text)
{
	size_t length = 0;

	while (text[length]) {
		length++;
		HK_OPAQUE(length); /* or the compiler sees strlen in it */
	}
	return length;
}

/* What follows PREFIX in TEXT, or NULL when TEXT does not start with it. */
static inline const char *hk_text_after(const char *text, const char *prefix)
{
	for (; *prefix; prefix++, text++) {
		if (*text != *prefix)
			return NULL;
	}
	return text;
}

static inline bool hk_text_equals(const char *text, const char *other)
{
	const char *rest = hk_text_after(text, other);

	return rest && !*rest;
}

#endif
