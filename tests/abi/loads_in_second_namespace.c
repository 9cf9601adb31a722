/* SPDX-License-Identifier: MIT
 *
 * R18: is the library's static TLS small enough to be loaded into a second namespace, beside the
 * preloaded copy, and do both work there?
 */
#include "expect.h"

int main(void)
{
	const char *path = getenv("HAKMEM_LIBRARY");
	void *(*other_malloc)(size_t);
	void (*other_free)(void *);
	hak_owns_function *other_owns;
	void *library, *ours, *theirs;

	if (!path || !*path)
		SKIP("HAKMEM_LIBRARY names no library");
	library = dlmopen(LM_ID_NEWLM, path, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		write_line(dlerror());
	EXPECT(library);
	other_malloc = (void *(*)(size_t))dlsym(library, "hak_malloc");
	other_free = (void (*)(void *))dlsym(library, "hak_free");
	other_owns = (hak_owns_function *)dlsym(library, "hak_owns");
	EXPECT(other_malloc && other_free && other_owns);
	for (size_t size = 1; size < 5 * MEBIBYTE; size = size * 3 / 2 + 1) {
		ours = malloc(size);
		theirs = other_malloc(size);
		EXPECT_AT(ours && theirs, size);
		EXPECT_AT(is_ours(ours) && !is_ours(theirs), size);
		EXPECT_AT(other_owns(theirs) && !other_owns(ours), size);
		memset(ours, 1, size);
		memset(theirs, 2, size);
		free(ours);
		other_free(theirs);
	}
	return 0;
}
