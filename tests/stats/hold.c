/* SPDX-License-Identifier: MIT
 *
 * hold.c - something for the scripts to look at: a program that has as many MiB as its argument
 * says, in small blocks, says "ready", and ends at the end of its input.
 *
 *   hold MEBIBYTES            as it is
 *   hold MEBIBYTES fork       and the same again in a child, which is "ready" with its pid
 *   hold MEBIBYTES drop       gives root away before it says "ready"
 *   hold MEBIBYTES chroot DIR goes there before it allocates
 */
#include "../abi/expect.h"

enum { BLOCK_BYTES = 240, NOBODY = 65534 };

static void hold(size_t bytes)
{
	for (size_t made = 0; made < bytes; made += BLOCK_BYTES) {
		char *volatile block = malloc(BLOCK_BYTES); /* until the end */

		EXPECT(block);
		*block = 1;
	}
}

static void wait_for_end(void)
{
	char byte;

	printf("ready %d\n", (int)getpid());
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
}

int main(int count, char **arguments)
{
	size_t bytes = (count > 1 ? strtoul(arguments[1], NULL, 10) : 0) * MEBIBYTE;
	const char *how = count > 2 ? arguments[2] : "";
	pid_t child;

	if (strcmp(how, "chroot") == 0)
		REQUIRE(count > 3 && chroot(arguments[3]) == 0 && chdir("/") == 0);
	hold(bytes);
	if (strcmp(how, "drop") == 0)
		REQUIRE(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
	if (strcmp(how, "fork") == 0) {
		child = fork();
		REQUIRE(child >= 0);
		if (child > 0) {
			expect_clean_end(child);
			return 0;
		}
		hold(bytes);
	}
	wait_for_end();
	return 0;
}
