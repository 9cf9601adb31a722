/* SPDX-License-Identifier: MIT
 *
 * Does each process that can or cannot be shown get its state, its exit code and one line that
 * says what to do?
 */
#include "reader.h"

#include <pthread.h>
#include <stdatomic.h>

static void expect_state(pid_t pid, const char *state, enum outcome outcome, const char *part)
{
	struct model_process process;

	EXPECT(model_read(&this_machine, pid, &process) == process.outcome);
	skip_if_denied(&process);
	if (process.outcome != outcome || strcmp(process.state, state) != 0 || !strstr(process.reason, part)) {
		printf("wanted %s, %d, \"%s\"; got %s, %d, \"%s\"\n", state, (int)outcome, part, process.state,
		       (int)process.outcome, process.reason);
		fflush(stdout);
		EXPECT(!"the state");
	}
	EXPECT(!strchr(process.reason, '\n'));
	model_process_clear(&process);
}

static void with_child(void (*prepare)(void), const char *state, enum outcome outcome, const char *part)
{
	pid_t child = start_child(prepare);

	expect_state(child, state, outcome, part);
	end_child(child);
	expect_state(child, "exited", OUTCOME_NO_PROCESS, "no process");
}

static unsigned char *mappings[MADE_CHUNKS];

static void nothing(void)
{
}

static void valid(void)
{
	struct made_identity identity = made_identity_now();

	REQUIRE(map_segment(mappings, &identity));
}

static void of_parent(void)
{
	struct made_identity identity = made_identity_now();

	identity.pid = (uint32_t)getppid();
	REQUIRE(map_segment(mappings, &identity));
}

/* The pid fits by chance, as in nested pid namespaces; the time does not. */
static void of_namesake(void)
{
	struct made_identity identity = made_identity_now();

	identity.boottime_ns = 1;
	REQUIRE(map_segment(mappings, &identity));
}

static void of_parent_and_own(void)
{
	of_parent();
	valid();
}

static void another_version(void)
{
	valid();
	for (unsigned number = 0; number < MADE_CHUNKS; number++)
		made_header(mappings[number])->major = HAK_STATS_MAJOR + 1;
}

static void damaged_map(void)
{
	valid();
	made_header(mappings[2])->regions[0].rows = UINT32_MAX;
}

static void in_the_making(void)
{
	valid();
	memset(made_header(mappings[0])->magic, 0, 8);
}

/* The named mode: a file on a tmpfs for each chunk.  Its name is gone again before it is read, as
 * it would be after a clean-up. */
static char named_path[] = "/dev/shm/hakmem.0.XXXXXX";

static void named(void)
{
	struct made_identity identity = made_identity_now();

	for (unsigned number = 0; number < MADE_CHUNKS; number++) {
		int file = mkstemp(named_path);

		REQUIRE(file >= 0 && ftruncate(file, HAK_STATS_CHUNK_BYTES) == 0);
		mappings[number] = mmap(NULL, HAK_STATS_CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		REQUIRE(mappings[number] != MAP_FAILED);
		make_segment_chunk(mappings[number], number, &identity);
		unlink(named_path);
		memcpy(named_path + sizeof named_path - 7, "XXXXXX", 6);
	}
}

static atomic_int thread_id;

static void *sleep_for_ever(void *unused)
{
	atomic_store(&thread_id, gettid());
	for (;;)
		pause();
	return unused;
}

static void expect_all(void)
{
	struct model_process *processes;
	size_t count, denied;
	pid_t children[3] = { start_child(valid), start_child(of_parent), start_child(nothing) };
	unsigned seen[3] = { 0, 0, 0 };

	EXPECT(model_read_all(&this_machine, false, &processes, &count, &denied) == 0);
	for (size_t index = 0; index < count; index++) {
		EXPECT(index == 0 || processes[index - 1].pid < processes[index].pid);
		for (unsigned child = 0; child < 3; child++)
			seen[child] += processes[index].pid == children[child];
	}
	EXPECT(seen[0] == 1 && seen[1] == 1 && seen[2] == 0);
	model_free_all(processes, count);
	EXPECT(model_read_all(&(struct model_source){ .procfs = "/nonexistent" }, false, &processes, &count, &denied) ==
	       -1);
	EXPECT(errno == ENOENT && count == 0);
	for (unsigned child = 0; child < 3; child++)
		end_child(children[child]);
}

int main(void)
{
	struct model_resident resident;
	pthread_t thread;

	give_up_after(60);
	with_child(valid, "live", OUTCOME_OK, "");
	with_child(nothing, "unloaded", OUTCOME_NO_SEGMENT, "libhakmem is not loaded");
	with_child(of_parent, "inherited", OUTCOME_NO_SEGMENT, "parent's segment");
	with_child(of_namesake, "inherited", OUTCOME_NO_SEGMENT, "parent's segment");
	with_child(of_parent_and_own, "live", OUTCOME_OK, "");
	with_child(another_version, "version", OUTCOME_VERSION, "uses stats ABI 2.x");
	with_child(damaged_map, "damaged", OUTCOME_DAMAGED, "region 0 exceeds the chunk");
	with_child(in_the_making, "damaged", OUTCOME_DAMAGED, "no first chunk");
	if (access("/dev/shm", W_OK) == 0)
		with_child(named, "live", OUTCOME_OK, "");
	expect_all();

	REQUIRE(pthread_create(&thread, NULL, sleep_for_ever, NULL) == 0);
	while (atomic_load(&thread_id) == 0)
		sched_yield();
	expect_state(atomic_load(&thread_id), "exited", OUTCOME_NO_PROCESS, "a thread of process");

	EXPECT(model_read_resident(&this_machine, getpid(), &resident));
	EXPECT(resident.rss_bytes > 100000 && resident.pss_bytes > 0);
	EXPECT(!model_read_resident(&this_machine, 0x7FFFFFFF, &resident));
	return 0;
}
