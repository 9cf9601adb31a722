/* SPDX-License-Identifier: MIT
 *
 * An over-aligned block of 3 MiB is freed twice in a row.
 */
#include "misuse.h"

int main(void)
{
	char *block = hidden(aligned_alloc(MEBIBYTE, 3 * MEBIBYTE));

	memset(block, 1, 3 * MEBIBYTE);
	free(block);
	free(block);
	return lived_on();
}
