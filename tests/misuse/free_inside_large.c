/* SPDX-License-Identifier: MIT
 *
 * An address inside a living block of 8 MiB is freed.
 */
#include "misuse.h"

int main(void)
{
	char *block = hidden(malloc(8 * MEBIBYTE));

	memset(block, 1, 8 * MEBIBYTE);
	free(block + 4 * MEBIBYTE);
	free(block);
	return lived_on();
}
