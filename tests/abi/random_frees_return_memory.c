/* SPDX-License-Identifier: MIT
 *
 * After a million objects of 8 to 256 bytes were freed in random order, does their memory go back
 * to the system although nobody asked for it?
 */
#include "expect.h"

enum { OBJECTS = 1000000 };

static void *objects[OBJECTS];

int main(int count, char **arguments)
{
	uint64_t random = seed_from(count, arguments, 20250101);
	size_t baseline;

	memset(objects, 1, sizeof objects); /* its pages belong to the baseline */
	baseline = resident_bytes();
	for (size_t i = 0; i < OBJECTS; i++) {
		size_t size = 8 + next_random(&random) % 249;

		EXPECT(objects[i] = malloc(size));
		memset(objects[i], 1, size);
	}
	EXPECT(resident_bytes() > baseline + 100 * MEBIBYTE);
	for (size_t i = OBJECTS - 1; i > 0; i--) {
		size_t other = next_random(&random) % (i + 1);
		void *held = objects[i];

		objects[i] = objects[other];
		objects[other] = held;
	}
	for (size_t i = 0; i < OBJECTS; i++)
		free(objects[i]);
	EXPECT_AT(resident_bytes() <= baseline + 20 * MEBIBYTE, resident_bytes() - baseline);
	return 0;
}
