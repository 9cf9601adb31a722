/* SPDX-License-Identifier: MIT
 *
 * Can a process put anything on the reader's terminal or into JSON through a name that it chose?
 */
#include "reader.h"

#include <sys/prctl.h>

#include "cli/process_info.h"

static const struct {
	const char *from, *to;
} texts[] = {
	{ "plain", "plain" },
	{ "", "" },
	{ "gr\303\274\303\237e \342\202\254 \360\237\230\200", "gr\303\274\303\237e \342\202\254 \360\237\230\200" },
	{ "\033[2J", "\\x1b[2J" },
	{ "a\nb\tc\177", "a\\x0ab\\x09c\\x7f" },
	{ "\302\233m", "\\xc2\\x9bm" },                 /* a control character of the second page */
	{ "\342\200\256abc", "\\xe2\\x80\\xaeabc" },    /* turns the direction of text */
	{ "\300\257", "\\xc0\\xaf" },                   /* longer than needed */
	{ "\355\240\200", "\\xed\\xa0\\x80" },          /* half of a pair */
	{ "\364\220\200\200", "\\xf4\\x90\\x80\\x80" }, /* beyond the last character */
	{ "\342\202", "\\xe2\\x82" },                   /* cut off */
	{ "\200\377", "\\x80\\xff" },
};

static void name_itself(void)
{
	REQUIRE(prctl(PR_SET_NAME, ") R 1\033\377\n", 0, 0, 0) == 0);
}

int main(void)
{
	char to[64], small[8];
	struct model_process process;
	pid_t child;

	give_up_after(60);
	for (size_t index = 0; index < COUNT_OF(texts); index++) {
		process_info_escape(to, sizeof to, texts[index].from, strlen(texts[index].from));
		EXPECT_AT(strcmp(to, texts[index].to) == 0, index);
	}
	process_info_escape(to, sizeof to, "a\0b", 3);
	EXPECT(strcmp(to, "a\\x00b") == 0);
	/* Cut at a whole character or escape, never in it. */
	process_info_escape(small, sizeof small, "ab\033\033", 4);
	EXPECT(strcmp(small, "ab\\x1b") == 0);
	process_info_escape(small, sizeof small, "abcdef\342\202\254", 9);
	EXPECT(strcmp(small, "abcdef") == 0);
	process_info_escape(small, 1, "abc", 3);
	EXPECT(small[0] == '\0');

	/* A name that tries to look like the rest of /proc/PID/stat. */
	child = start_child(name_itself);
	model_read(&this_machine, child, &process);
	EXPECT(strcmp(process.comm, ") R 1\\x1b\\xff\\x0a") == 0);
	EXPECT(process.start_boottime_ns > 0 && process.rss_bytes > 0 && process.uid == geteuid());
	EXPECT(!strchr(process.reason, '\033'));
	model_process_clear(&process);
	end_child(child);
	return 0;
}
