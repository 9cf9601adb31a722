/* SPDX-License-Identifier: MIT
 *
 * In a quiet process: do mallinfo2, malloc_info and hak_ctl tell the numbers that hakmem-stats
 * shows, live bytes within its bound and the others exactly?
 */
#include "stats.h"
#include <malloc.h>
#include <pthread.h>

typedef int hak_ctl_function(const char *, void *, size_t *, const void *, size_t);

static uint64_t from_inside(const char *name)
{
	hak_ctl_function *hak_ctl = (hak_ctl_function *)hak_function("hak_ctl");
	unsigned long long value = 0;
	size_t bytes = sizeof value;

	REQUIRE(hak_ctl);
	EXPECT(hak_ctl(name, &value, &bytes, NULL, 0) == 0);
	return value;
}

static void expect_within(uint64_t value)
{
	uint64_t live = number_of("live_bytes"), bound = number_of("live_bound_bytes");

	if (value + bound < live || value > live + bound)
		fprintf(stderr, "%llu +- %llu is shown, %llu inside\n", (unsigned long long)live,
			(unsigned long long)bound, (unsigned long long)value);
	EXPECT(live != unknown && bound != unknown);
	EXPECT(value + bound >= live && value <= live + bound);
}

static void *hold_some(void *unused)
{
	(void)unused;
	return hold_blocks(20000, 72);
}

static uint64_t live_in_malloc_info(void)
{
	char *text = NULL, *at;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);
	uint64_t live;

	REQUIRE(stream && malloc_info(0, stream) == 0);
	fclose(stream);
	at = strstr(text, "type=\"live\"");
	live = unknown;
	for (; at && *at && live == unknown; at++)
		if (at[-1] == '"' && *at >= '0' && *at <= '9')
			live = strtoull(at, NULL, 10);
	free(text);
	return live;
}

int main(void)
{
	void *small = hold_blocks(30000, 100), *middle = hold_blocks(300, 5000), *other;
	void *large = malloc(3 * MEBIBYTE);
	uint64_t live, told;
	pthread_t thread;
	struct mallinfo2 info;

	give_up_after(60);
	REQUIRE(pthread_create(&thread, NULL, hold_some, NULL) == 0 && pthread_join(thread, &other) == 0);
	live_in_malloc_info(); /* the stream's own buffers are in the cache afterwards */
	drop_blocks(hold_blocks(300, 100));

	told = live_in_malloc_info();
	info = mallinfo2();
	live = from_inside("stats.live_bytes");
	EXPECT_AT(read_process(getpid()) == 0, reading.exit_code);
	expect_within(live);
	expect_within(info.uordblks + info.hblkhd);
	/* Its stream has a buffer or two, meanwhile. */
	EXPECT_AT(told != unknown && told + 16384 > live && told < live + 16384, told);
	EXPECT_AT(from_inside("stats.large_bytes") == number_of("large_bytes"), number_of("large_bytes"));
	EXPECT_AT(from_inside("stats.reserved_bytes") == number_of("reserved_bytes"), number_of("reserved_bytes"));
	EXPECT_AT(from_inside("stats.committed_bytes") == number_of("committed_bytes"), number_of("committed_bytes"));
	EXPECT_AT(from_inside("stats.threads") == number_of("threads"), number_of("threads"));
	drop_blocks(small);
	drop_blocks(middle);
	drop_blocks(other);
	free(large);
	return 0;
}
