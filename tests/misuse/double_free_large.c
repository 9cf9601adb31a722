/* SPDX-License-Identifier: MIT
 *
 * A block of 8 MiB is freed twice in a row.
 */
#include "misuse.h"

int main(void)
{
	char *block = hidden(malloc(8 * MEBIBYTE));

	memset(block, 1, 8 * MEBIBYTE);
	free(block);
	free(block);
	return lived_on();
}
