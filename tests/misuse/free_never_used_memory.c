/* SPDX-License-Identifier: MIT
 *
 * An address in a part of the heap that was never handed out is freed.
 */
#include "misuse.h"

int main(void)
{
	enum { STEP = 65536 };
	char *block = hidden(malloc(100)), *last = block;

	if (!hak_function("hak_owns"))
		SKIP("only libhakmem tells which memory is its own");
	while (is_ours(last + STEP))
		last += STEP;
	if (last == block)
		SKIP("the heap of a young process is a single unit");
	last -= (uintptr_t)last % STEP;
	free(last + STEP / 2);
	return lived_on();
}
