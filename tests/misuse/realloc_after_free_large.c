/* SPDX-License-Identifier: MIT
 *
 * A block of 8 MiB is resized after it was freed.
 */
#include "misuse.h"

int main(void)
{
	char *block = hidden(malloc(8 * MEBIBYTE));

	memset(block, 1, 8 * MEBIBYTE);
	free(block);
	free(hidden(realloc(block, 9 * MEBIBYTE)));
	return lived_on();
}
