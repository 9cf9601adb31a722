/* SPDX-License-Identifier: MIT
 *
 * An odd address inside a living block of 200 bytes is freed.
 */
#include "misuse.h"

int main(void)
{
	char *block = hidden(malloc(200));

	memset(block, 1, 200);
	free(block + 3);
	return lived_on();
}
