/* SPDX-License-Identifier: MIT
 *
 * R4: does realloc(block, 0) free the block and return NULL without touching errno?  That it
 * frees is seen by doing it more often than the address space could hold.
 */
#include "expect.h"
#include <sys/resource.h>

int main(void)
{
	static const size_t sizes[] = { 1, 100, 1024, 20000, 200000, 3000000 };
	struct rlimit limit = { 192 * MEBIBYTE, 192 * MEBIBYTE };
	volatile size_t nothing = 0;

	REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		size_t repeats = sizes[i] == 1 ? 20000000 : 512 * MEBIBYTE / sizes[i];

		errno = ERRNO_SENTINEL;
		for (size_t repeat = 0; repeat < repeats; repeat++) {
			void *block = malloc(sizes[i]);

			EXPECT_AT(block, sizes[i]);
			EXPECT_AT(realloc(block, nothing) == NULL, sizes[i]);
		}
		EXPECT_AT(errno == ERRNO_SENTINEL, sizes[i]);
	}
	EXPECT(reallocarray(malloc(50), 10, nothing) == NULL);
	EXPECT(errno == ERRNO_SENTINEL);
	return 0;
}
