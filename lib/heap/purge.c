/* SPDX-License-Identifier: MIT
 *
 * heap/purge.c - the decay clock and the three reasons to purge: age, request, need.
 *
 * Owns one time stamp, written by compare-and-swap: the thread that moves it does the work.
 */
#include "heap/purge.h"

#include <stdatomic.h>

#include "heap/large.h"
#include "heap/superslab.h"
#include "sys/options.h"
#include "sys/os.h"

static _Atomic uint64_t last_purge_ms;

bool hk_purge_tick(void)
{
	uint64_t now = hk_os_clock_ms();
	uint64_t last = atomic_load_explicit(&last_purge_ms, memory_order_relaxed);

	if (now - last < hk_option_value(HK_OPTION_PURGE_DELAY_MS))
		return false;
	if (!atomic_compare_exchange_strong_explicit(&last_purge_ms, &last, now, memory_order_relaxed,
						     memory_order_relaxed))
		return false;
	if (last) {
		hk_superslab_purge(0, true);
		hk_large_purge(0, true);
	}
	return true;
}

size_t hk_purge_now(size_t keep_bytes)
{
	return hk_superslab_purge(keep_bytes, false) + hk_large_purge(keep_bytes, false);
}

bool hk_purge_for_room(void)
{
	size_t bytes = hk_large_purge(0, false);

	return bytes + hk_superslab_unmap_free() > 0;
}
