/* SPDX-License-Identifier: MIT
 *
 * An address of static data is freed.
 */
#include "misuse.h"

int main(void)
{
	static long in_data[64];

	free(hidden(in_data + 8));
	return lived_on();
}
