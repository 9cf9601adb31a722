/* SPDX-License-Identifier: MIT
 *
 * An address of the stack is freed.
 */
#include "misuse.h"

int main(void)
{
	long on_stack[64];

	memset(on_stack, 0, sizeof on_stack);
	free(hidden(on_stack + 8));
	return lived_on();
}
