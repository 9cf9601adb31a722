/* SPDX-License-Identifier: MIT
 *
 * R19: may a program that runs on libc's malloc load libhakmem with dlopen, use its hak_*
 * functions from several threads, close it while one of them lives, and end cleanly?
 */
#include "expect.h"
#include <pthread.h>

static void *(*hak_malloc)(size_t);
static void *(*hak_realloc)(void *, size_t);
static void (*hak_free)(void *);
static hak_owns_function *hak_owns;
static pthread_barrier_t closed;

static void *use_the_library(void *wait_for_close)
{
	for (size_t size = 1; size < 5 * MEBIBYTE; size = size * 5 / 4 + 1) {
		char *block = hak_malloc(size);

		EXPECT_AT(block && hak_owns(block), size);
		fill_block(block, size < 5000 ? size : 5000, size);
		block = hak_realloc(block, size * 2);
		EXPECT_AT(block && holds_fill(block, size < 5000 ? size : 5000, size), size);
		hak_free(block);
	}
	if (wait_for_close) {
		pthread_barrier_wait(&closed); /* the library is open */
		pthread_barrier_wait(&closed); /* and now it is closed */
	}
	return NULL;
}

int main(int count, char **arguments)
{
	const char *path = getenv("HAKMEM_LIBRARY");
	pthread_t thread;
	void *library, *block;

	(void)count;
	if (!path || !*path)
		SKIP("HAKMEM_LIBRARY names no library");
	if (getenv("LD_PRELOAD")) {
		unsetenv("LD_PRELOAD");
		execv("/proc/self/exe", arguments);
		REQUIRE(!"execv of this program");
	}
	give_up_after(60);
	EXPECT(!hak_function("hak_malloc"));
	block = malloc(100);
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		write_line(dlerror());
	EXPECT(library);
	hak_malloc = (void *(*)(size_t))dlsym(library, "hak_malloc");
	hak_realloc = (void *(*)(void *, size_t))dlsym(library, "hak_realloc");
	hak_free = (void (*)(void *))dlsym(library, "hak_free");
	hak_owns = (hak_owns_function *)dlsym(library, "hak_owns");
	EXPECT(hak_malloc && hak_realloc && hak_free && hak_owns);
	EXPECT(!hak_owns(block));
	free(block);
	use_the_library(NULL);
	for (int i = 0; i < 20; i++) {
		REQUIRE(pthread_create(&thread, NULL, use_the_library, NULL) == 0);
		pthread_join(thread, NULL);
	}
	block = malloc(3000);
	EXPECT(!hak_owns(block)); /* RTLD_LOCAL must not have changed the program's malloc */
	free(block);

	pthread_barrier_init(&closed, NULL, 2);
	REQUIRE(pthread_create(&thread, NULL, use_the_library, &closed) == 0);
	pthread_barrier_wait(&closed);
	dlclose(library);
	pthread_barrier_wait(&closed);
	pthread_join(thread, NULL);
	return 0;
}
