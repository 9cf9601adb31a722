/* SPDX-License-Identifier: MIT
 *
 * Does memory that libc allocates on behalf of the program come from libhakmem too, and can the
 * program free it?
 */
#include "expect.h"
#include <locale.h>

int main(void)
{
	char *copy = strdup("some words"), *line = NULL, *text = NULL;
	char *stream_text = NULL, *directory, *path;
	size_t line_bytes = 0, stream_bytes = 0;
	FILE *file;

	EXPECT(is_ours(copy));
	free(copy);
	copy = strndup("some words", 4);
	EXPECT(is_ours(copy) && strcmp(copy, "some") == 0);
	free(copy);
	EXPECT(asprintf(&text, "%0*d", 3000, 7) == 3000);
	EXPECT(is_ours(text));
	free(text);

	file = fopen("/proc/self/status", "r");
	REQUIRE(file);
	EXPECT(is_ours(file));
	EXPECT(getline(&line, &line_bytes, file) > 0);
	EXPECT(is_ours(line));
	free(line);
	fclose(file);

	file = open_memstream(&stream_text, &stream_bytes);
	EXPECT(file);
	for (int i = 0; i < 10000; i++)
		fprintf(file, "%d\n", i);
	fclose(file);
	EXPECT(is_ours(stream_text) && stream_bytes == 48890);
	free(stream_text);

	directory = getcwd(NULL, 0);
	EXPECT(is_ours(directory));
	free(directory);
	path = realpath("/proc/../proc", NULL);
	EXPECT(is_ours(path) && strcmp(path, "/proc") == 0);
	free(path);
	return 0;
}
