/* SPDX-License-Identifier: MIT
 *
 * sys/counters.c - the one instance, and the account of committed bytes with its limit.
 *
 * Takes no lock: called under the locks of the rooms above.
 */
#include "sys/counters.h"

#include "sys/options.h"

struct hk_counters hk_counters;

bool hk_counters_commit(size_t bytes)
{
	size_t limit = hk_option_value(HK_OPTION_LIMIT);
	size_t before = atomic_fetch_add_explicit(&hk_counters.committed_bytes, bytes, memory_order_relaxed);
	size_t now = before + bytes;

	if (HK_UNLIKELY(limit && (now > limit || now < before))) {
		hk_counters_decommit(bytes);
		return false;
	}

	size_t peak = hk_counters_read(&hk_counters.committed_peak_bytes);

	while (now > peak && !atomic_compare_exchange_weak_explicit(&hk_counters.committed_peak_bytes, &peak, now,
								     memory_order_relaxed, memory_order_relaxed)) {
	}
	return true;
}

void hk_counters_decommit(size_t bytes)
{
	hk_counters_subtract(&hk_counters.committed_bytes, bytes);
}
