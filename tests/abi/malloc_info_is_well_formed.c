/* SPDX-License-Identifier: MIT
 *
 * R12: does malloc_info refuse options with EINVAL, and write well-formed XML whose root element
 * is <malloc version="...">?
 */
#include "expect.h"
#include <ctype.h>
#include <malloc.h>

enum { DEEPEST = 32, NAME_BYTES = 64 };

/* Skips NAME="VALUE" pairs; returns the place of '>' or '/'. */
static const char *skip_attributes(const char *at)
{
	for (;;) {
		while (isspace((unsigned char)*at))
			at++;
		if (*at == '>' || *at == '/')
			return at;
		EXPECT(isalpha((unsigned char)*at));
		while (isalnum((unsigned char)*at) || *at == '_' || *at == '-' || *at == ':')
			at++;
		EXPECT(at[0] == '=' && at[1] == '"');
		at += 2;
		while (*at != '"') {
			EXPECT(*at && *at != '<');
			at++;
		}
		at++;
	}
}

static void expect_well_formed(const char *at)
{
	char open_names[DEEPEST][NAME_BYTES];
	int depth = 0, roots = 0;

	while (*at) {
		char name[NAME_BYTES];
		size_t length = 0;
		int closing;

		if (*at != '<') {
			EXPECT(*at != '>' && (depth > 0 || isspace((unsigned char)*at)));
			at++;
			continue;
		}
		at++;
		if (*at == '?' || *at == '!') { /* declaration or comment */
			at = strchr(at, '>');
			EXPECT(at);
			at++;
			continue;
		}
		closing = *at == '/';
		at += closing;
		while (isalnum((unsigned char)*at) || *at == '_' || *at == '-') {
			EXPECT(length < NAME_BYTES - 1);
			name[length++] = *at++;
		}
		name[length] = 0;
		EXPECT(length > 0);
		if (closing) {
			EXPECT(*at == '>' && depth > 0);
			EXPECT(strcmp(open_names[--depth], name) == 0);
			at++;
			continue;
		}
		if (depth == 0) {
			EXPECT(roots++ == 0 && strcmp(name, "malloc") == 0);
			EXPECT(strncmp(at, " version=\"", 10) == 0);
		}
		at = skip_attributes(at);
		if (*at == '/') {
			EXPECT(*++at == '>' && depth > 0);
		} else {
			EXPECT(depth < DEEPEST);
			strcpy(open_names[depth++], name);
		}
		at++;
	}
	EXPECT(depth == 0 && roots == 1);
}

int main(void)
{
	void *blocks[300];

	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		blocks[i] = malloc(i * i * 10);
	for (int round = 0; round < 2; round++) {
		char *text = NULL;
		size_t bytes = 0;
		FILE *file = open_memstream(&text, &bytes);

		REQUIRE(file);
		for (int options = -1; options <= 1; options += 2) {
			int code;

			errno = 0;
			code = malloc_info(options, file);
			/* libc returns the code, its manual page says -1 and errno */
			EXPECT_AT(code == EINVAL || (code == -1 && errno == EINVAL), code);
		}
		fflush(file);
		EXPECT(bytes == 0);
		EXPECT(malloc_info(0, file) == 0);
		fclose(file);
		EXPECT(bytes > 0);
		expect_well_formed(text);
		free(text);
		for (size_t i = 0; i < COUNT_OF(blocks); i++) {
			free(blocks[i]);
			blocks[i] = NULL;
		}
	}
	return 0;
}
