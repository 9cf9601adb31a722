/* SPDX-License-Identifier: MIT
 *
 * sys/counters.c - the one instance, and the account of committed bytes with its limit.
 *
 * Takes no lock: called under the locks of the rooms above.
 */
#include "sys/counters.h"

#include "sys/options.h"

struct hk_counters hk_counters;

static void raise_peak(_Atomic size_t *peak, size_t now)
{
	size_t seen = hk_counters_read(peak);

	while (now > seen && !atomic_compare_exchange_weak_explicit(peak, &seen, now, memory_order_relaxed,
								     memory_order_relaxed)) {
	}
}

void hk_counters_add_peak(_Atomic size_t *field, _Atomic size_t *peak, size_t amount)
{
	raise_peak(peak, atomic_fetch_add_explicit(field, amount, memory_order_relaxed) + amount);
}

bool hk_counters_commit(size_t bytes)
{
	size_t limit = hk_option_value(HK_OPTION_LIMIT);
	size_t before = atomic_fetch_add_explicit(&hk_counters.committed_bytes, bytes, memory_order_relaxed);
	size_t now = before + bytes;

	if (HK_UNLIKELY(limit && (now > limit || now < before))) {
		hk_counters_decommit(bytes);
		return false;
	}
	raise_peak(&hk_counters.committed_peak_bytes, now);
	return true;
}

void hk_counters_decommit(size_t bytes)
{
	hk_counters_subtract(&hk_counters.committed_bytes, bytes);
}
