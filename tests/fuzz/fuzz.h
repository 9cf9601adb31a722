/* SPDX-License-Identifier: MIT
 *
 * fuzz.h - a main for fuzz targets that are not linked with libFuzzer.
 *
 *   PROGRAM               the corpus: pseudo-random inputs that follow from a fixed seed, so that
 *                         every run of "make check" tries the same ones
 *   PROGRAM -s SEED [N]   N inputs from another seed
 *   PROGRAM FILE...       the inputs in these files, such as a crash that libFuzzer has left
 *
 * With libFuzzer: clang -fsanitize=fuzzer,address,undefined -DHAKMEM_BUILD_RELEASE=0 -Ilib
 * -Iinclude tests/fuzz/TARGET.c and the sources of lib/ without the names of libc, and
 * -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION, which clang 14 does not define by itself.
 */
#ifndef HAKMEM_TESTS_FUZZ_H
#define HAKMEM_TESTS_FUZZ_H

#include "../abi/expect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#if !defined FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { FUZZ_INPUT_BYTES_MAX = 4096 };

static inline void run_corpus(uint64_t seed, size_t inputs)
{
	static uint8_t data[FUZZ_INPUT_BYTES_MAX];
	uint64_t random = seed ? seed : 1;

	printf("seed %llu, %zu inputs\n", (unsigned long long)seed, inputs);
	fflush(stdout);
	for (size_t input = 0; input < inputs; input++) {
		size_t bytes = next_random(&random) % (input % 8 ? 600 : FUZZ_INPUT_BYTES_MAX);

		for (size_t place = 0; place < bytes; place++)
			data[place] = (uint8_t)(next_random(&random) >> 32);
		LLVMFuzzerTestOneInput(data, bytes);
	}
}

static inline void run_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	size_t room = 1 << 20;
	uint8_t *data = malloc(room);

	REQUIRE(file && data);

	size_t bytes = fread(data, 1, room, file);

	fclose(file);
	LLVMFuzzerTestOneInput(data, bytes);
	free(data);
}

static inline int fuzz_main(int count, char **arguments, size_t inputs)
{
	give_up_after(120);
	if (count > 2 && strcmp(arguments[1], "-s") == 0) {
		run_corpus(strtoull(arguments[2], NULL, 0), count > 3 ? strtoull(arguments[3], NULL, 0) : inputs);
	} else if (count > 1) {
		for (int index = 1; index < count; index++)
			run_file(arguments[index]);
	} else {
		run_corpus(20260101, inputs);
	}
	return 0;
}

#define FUZZ_MAIN(inputs) \
	int main(int count, char **arguments) \
	{ \
		return fuzz_main(count, arguments, inputs); \
	}
#else
#define FUZZ_MAIN(inputs) /* libFuzzer has its own */
#endif

#endif
