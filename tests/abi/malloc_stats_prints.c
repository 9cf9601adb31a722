/* SPDX-License-Identifier: MIT
 *
 * Does malloc_stats write something readable, whole lines of text, to standard error?
 */
#include "expect.h"
#include <ctype.h>
#include <malloc.h>

int main(void)
{
	static char text[60000];
	int ends[2], saved = dup(STDERR_FILENO);
	void *block = malloc(1000);
	ssize_t length;

	REQUIRE(block && saved >= 0 && pipe(ends) == 0);
	REQUIRE(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	REQUIRE(dup2(ends[1], STDERR_FILENO) >= 0);
	malloc_stats();
	fflush(stderr);
	REQUIRE(dup2(saved, STDERR_FILENO) >= 0);
	length = read(ends[0], text, sizeof text);
	EXPECT(length > 20);
	EXPECT(text[length - 1] == '\n');
	for (ssize_t i = 0; i < length; i++)
		EXPECT(isprint((unsigned char)text[i]) || isspace((unsigned char)text[i]));
	free(block);
	return 0;
}
