/* SPDX-License-Identifier: MIT
 *
 * With HAKMEM_MODE=off, do all calls reach libc's allocator, and does everything work, from
 * threads too?
 */
#include "expect.h"
#include <malloc.h>
#include <pthread.h>

static void (*libc_free)(void *);

static void expect_libc(void *block, size_t size)
{
	EXPECT_AT(block, size);
	EXPECT_AT(!is_ours(block), size);
	EXPECT_AT(malloc_usable_size(block) >= size, size);
	memset(block, 1, size);
	if (libc_free && size % 2)
		libc_free(block);
	else
		free(block);
}

static void *try_everything(void *unused)
{
	volatile size_t half = SIZE_MAX / 2;

	for (size_t size = 0; size < 5 * MEBIBYTE; size = size * 3 / 2 + 1) {
		void *block = NULL;

		expect_libc(malloc(size), size);
		block = calloc(1, size);
		EXPECT_AT(block && is_zero(block, size), size);
		expect_libc(block, size);
		expect_libc(realloc(malloc(7), size + 1), size + 1);
		expect_libc(reallocarray(NULL, 2, size + 1), 2 * size + 2);
		expect_libc(aligned_alloc(1024, size), size);
		expect_libc(memalign(64, size), size);
		expect_libc(valloc(size), size);
		expect_libc(pvalloc(size), size);
		EXPECT(posix_memalign(&block, 256, size) == 0);
		expect_libc(block, size);
	}
	EXPECT(realloc(malloc(10), 0) == NULL);
	free(NULL);
	errno = 0;
	EXPECT(calloc(half, 3) == NULL && errno == ENOMEM);
	malloc_trim(0);
	EXPECT(mallinfo2().arena > 0);
	return unused;
}

int main(int count, char **arguments)
{
	pthread_t thread;
	pid_t child;

	(void)count;
	run_again_with(arguments, "HAKMEM_MODE", "off");
	libc_free = (void (*)(void *))dlsym(RTLD_DEFAULT, "__libc_free");
	try_everything(NULL);
	for (int i = 0; i < 4; i++) {
		REQUIRE(pthread_create(&thread, NULL, try_everything, NULL) == 0);
		pthread_join(thread, NULL);
	}
	child = fork();
	REQUIRE(child >= 0);
	if (child == 0) {
		try_everything(NULL);
		exit(0);
	}
	expect_clean_end(child);
	return 0;
}
