/* SPDX-License-Identifier: MIT
 *
 * sys/options.h - the wishes of the user: one table, read once at start.
 *
 * Owns the option table.  Set by hk_options_read in the constructor (life/process) and, for the
 * names that may change later, by hak_ctl; read by anyone, never on the hot path: what an option
 * changes there it changes by data (capacities, tables), not by a branch.
 */
#ifndef HK_SYS_OPTIONS_H
#define HK_SYS_OPTIONS_H

#include <stdatomic.h>

#include "base/compiler.h"

enum hk_option {
	HK_OPTION_MODE,
	HK_OPTION_STATS,
	HK_OPTION_TINY_UNIFIED_ONLY,
	HK_OPTION_PURGE_DELAY_MS,
	HK_OPTION_THP,
	HK_OPTION_LIMIT,
	HK_OPTION_ABORT,
	HK_OPTION_VERBOSE,
	HK_OPTION_DEBUG_MAP_FAILURE_INTERVAL,
	HK_OPTION_COUNT,
};

enum hk_mode { HK_MODE_OFF, HK_MODE_ON };
enum hk_stats { HK_STATS_OFF, HK_STATS_AUTO, HK_STATS_ON, HK_STATS_SHM };
enum hk_thp { HK_THP_NEVER, HK_THP_AUTO, HK_THP_ALWAYS };

struct hk_option_entry {
	const char name[28];    /* lower case; HAKMEM_<upper case> in the environment */
	const char words[24];   /* "off|on|": the words, value 0 first; "" for numbers */
	size_t maximum;         /* of a number */
	bool may_change;        /* by hak_ctl while the program runs */
};

extern const struct hk_option_entry hk_option_table[HK_OPTION_COUNT];
extern _Atomic size_t hk_option_values[HK_OPTION_COUNT];
/* enum hak_stats_origin of hakmem_stats.h */
extern uint8_t hk_option_origins[HK_OPTION_COUNT];

HK_INLINE size_t hk_option_value(enum hk_option option)
{
	return atomic_load_explicit(&hk_option_values[option], memory_order_relaxed);
}

/* Values from ENVIRONMENT ("NAME=value" strings, NULL at the end).  A value that cannot be read
 * leaves the default: the library never prints about options and never fails for them. */
void hk_options_read(char *const *environment);

/* 0, or ERANGE, or EPERM. */
int hk_option_set(enum hk_option option, size_t value);

#endif
