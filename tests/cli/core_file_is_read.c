/* SPDX-License-Identifier: MIT
 *
 * Are the segments of a dead process found in its core file, and is a core file that is cut off,
 * damaged or made to mislead refused without harm?
 */
#include "reader.h"

#include <elf.h>
#include <sys/procfs.h>

enum {
	HEADERS = 2 + MADE_CHUNKS, /* a note, a segment that was left out, the chunks */
	NOTE_AT = sizeof(Elf64_Ehdr) + HEADERS * sizeof(Elf64_Phdr),
	NOTE_BYTES = sizeof(Elf64_Nhdr) + 8 + sizeof(struct elf_prpsinfo),
	CHUNKS_AT = 4096,
	CORE_BYTES = CHUNKS_AT + MADE_CHUNKS * HAK_STATS_CHUNK_BYTES,
	OTHERS_PID = 5000,
};

static char path[] = "core_file_is_read.XXXXXX";
static int file;

static void make_core(unsigned char *core, uint32_t pid)
{
	struct elf_prpsinfo who = { .pr_pid = (pid_t)pid, .pr_uid = 7, .pr_fname = "dead\033one" };
	Elf64_Ehdr header = { .e_ident = ELFMAG, .e_type = ET_CORE, .e_phoff = sizeof header, .e_phnum = HEADERS,
			      .e_phentsize = sizeof(Elf64_Phdr) };
	Elf64_Phdr headers[HEADERS] = {
		{ .p_type = PT_NOTE, .p_offset = NOTE_AT, .p_filesz = NOTE_BYTES },
		{ .p_type = PT_LOAD, .p_offset = CHUNKS_AT, .p_filesz = 0, .p_memsz = 1 << 20 },
	};
	Elf64_Nhdr note = { .n_namesz = 5, .n_descsz = sizeof who, .n_type = NT_PRPSINFO };
	const struct made_identity identity = { 4711, 1000000000, 0 };

	memset(core, 0, CORE_BYTES);
	header.e_ident[EI_CLASS] = ELFCLASS64;
	header.e_ident[EI_DATA] = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	for (unsigned chunk = 0; chunk < MADE_CHUNKS; chunk++)
		headers[2 + chunk] = (Elf64_Phdr){ .p_type = PT_LOAD, .p_filesz = HAK_STATS_CHUNK_BYTES,
						   .p_offset = CHUNKS_AT + chunk * HAK_STATS_CHUNK_BYTES };
	memcpy(core, &header, sizeof header);
	memcpy(core + sizeof header, headers, sizeof headers);
	memcpy(core + NOTE_AT, &note, sizeof note);
	memcpy(core + NOTE_AT + sizeof note, "CORE", 5);
	memcpy(core + NOTE_AT + sizeof note + 8, &who, sizeof who);
	make_segment(core + CHUNKS_AT, &identity);
}

static enum outcome read_core(const unsigned char *core, size_t bytes, struct model_process *process)
{
	const struct model_source source = { .procfs = "/proc", .core_file = path };

	REQUIRE(ftruncate(file, 0) == 0 && pwrite(file, core, bytes, 0) == (ssize_t)bytes);
	return model_read(&source, 0, process);
}

static void expect_core(const unsigned char *core, size_t bytes, enum outcome outcome)
{
	struct model_process process;
	enum outcome got = read_core(core, bytes, &process);

	if (got != outcome)
		printf("%zu bytes: outcome %d \"%s\"\n", bytes, (int)got, process.reason);
	fflush(stdout);
	EXPECT(got == outcome);
	EXPECT(got == OUTCOME_OK || process.reason[0]);
	model_process_clear(&process);
}

int main(int count, char **arguments)
{
	static unsigned char core[CORE_BYTES], whole[CORE_BYTES];
	const struct model_source source = { .procfs = "/proc", .core_file = path };
	Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)core;
	uint64_t random = seed_from(count, arguments, 20260101);
	struct model_process process;

	if (sizeof(void *) != 8)
		SKIP("the core file of this test is a 64-bit one");
	give_up_after(120);
	file = mkstemp(path);
	REQUIRE(file >= 0);

	make_core(core, 4711);
	memcpy(whole, core, CORE_BYTES);
	EXPECT(read_core(core, CORE_BYTES, &process) == OUTCOME_OK);
	EXPECT(process.pid == 4711 && process.uid == 7 && strcmp(process.comm, "dead\\x1bone") == 0);
	EXPECT(process.classes[0].used == MADE_FIRST_USED && process.thread_count == MADE_THREADS);
	model_process_clear(&process);

	header->e_phnum = 0;
	expect_core(core, CORE_BYTES, OUTCOME_NO_SEGMENT);
	header->e_phnum = PN_XNUM;
	expect_core(core, CORE_BYTES, OUTCOME_DAMAGED);
	header->e_phnum = HEADERS;
	header->e_phoff = UINT64_MAX - 10;
	expect_core(core, CORE_BYTES, OUTCOME_DAMAGED);
	make_core(core, 4711);
	header->e_phentsize = 1;
	expect_core(core, CORE_BYTES, OUTCOME_DAMAGED);
	make_core(core, 4711);
	header->e_type = ET_EXEC;
	expect_core(core, CORE_BYTES, OUTCOME_DAMAGED);
	make_core(core, OTHERS_PID);
	expect_core(core, CORE_BYTES, OUTCOME_NO_SEGMENT);
	make_core(core, 4711);
	expect_core(core, 0, OUTCOME_DAMAGED);
	expect_core(core, 100, OUTCOME_DAMAGED);
	expect_core(core, CHUNKS_AT, OUTCOME_NO_SEGMENT);
	expect_core(core, CORE_BYTES - 100, OUTCOME_DAMAGED);

	/* Anything may be wrong in the parts that lead to the chunks. */
	expect_core(whole, CORE_BYTES, OUTCOME_OK);
	for (unsigned round = 0; round < 5000; round++) {
		memcpy(core, whole, CHUNKS_AT);
		for (unsigned change = 0; change < 1 + round % 4; change++)
			core[next_random(&random) % (NOTE_AT + NOTE_BYTES)] = (unsigned char)next_random(&random);
		REQUIRE(pwrite(file, core, CHUNKS_AT, 0) == CHUNKS_AT);
		model_read(&source, 0, &process);
		model_process_clear(&process);
	}
	unlink(path);
	return 0;
}
