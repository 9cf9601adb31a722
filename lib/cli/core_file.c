/* SPDX-License-Identifier: MIT
 *
 * cli/core_file.c - the parts of ELF that a core file needs, 32 and 64 bit, of our byte order.
 *
 * Fields are widened into one structure as they are read; no pointer into the file exists.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cli/core_file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/procfs.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PROGRAM_HEADERS_MAX = 1000 * 1000,
	NOTES_BYTES_MAX = 64 * 1024, /* the process's own note is among the first */
};

struct program_header {
	uint32_t type;
	uint64_t offset, file_bytes;
};

static bool read_at(const struct segment_chunk *chunk, size_t offset, void *to, size_t bytes)
{
	char *at = to;

	while (bytes > 0) {
		ssize_t got = pread(chunk->file, at, bytes, (off_t)(chunk->base + offset));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		offset += (size_t)got;
		bytes -= (size_t)got;
	}
	return true;
}

static bool read_file(const struct core_file *core, uint64_t offset, void *to, size_t bytes)
{
	struct segment_chunk whole = { .file = core->file, .base = offset };

	return read_at(&whole, 0, to, bytes);
}

/* NT_PRPSINFO of this machine's word size: who the process was. */
static void read_notes(struct core_file *core, const struct program_header *header, struct model_process *process)
{
	size_t bytes = header->file_bytes < NOTES_BYTES_MAX ? (size_t)header->file_bytes : NOTES_BYTES_MAX, at = 0;
	unsigned char *notes = malloc(bytes + 1);

	if (!notes || !read_file(core, header->offset, notes, bytes))
		bytes = 0;
	while (bytes - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr note; /* the same in both word sizes */
		struct elf_prpsinfo information;
		uint64_t name_end, end;

		memcpy(&note, notes + at, sizeof note);
		name_end = at + sizeof note + (((uint64_t)note.n_namesz + 3) & ~(uint64_t)3);
		end = name_end + (((uint64_t)note.n_descsz + 3) & ~(uint64_t)3);
		if (end > bytes)
			break;
		if (note.n_type == NT_PRPSINFO && note.n_descsz == sizeof information) {
			memcpy(&information, notes + name_end, sizeof information);
			core->process_known = true;
			core->pid = (uint32_t)information.pr_pid;
			process->pid = information.pr_pid;
			process->uid = information.pr_uid;
			snprintf(process->user, sizeof process->user, "%lu", (unsigned long)process->uid);
			process_info_escape(process->comm, sizeof process->comm, information.pr_fname,
					    strnlen(information.pr_fname, sizeof information.pr_fname));
			break;
		}
		at = (size_t)end;
	}
	free(notes);
}

static void look_at(struct core_file *core, const struct program_header *header)
{
	struct discover_chunk found = { .chunk = { .file = core->file, .base = header->offset, .copy = read_at } };
	unsigned char bytes[sizeof(struct hak_stats_header)];
	struct discover_chunk *chunks;

	if (header->file_bytes < sizeof bytes || !read_file(core, header->offset, bytes, sizeof bytes))
		return;
	found.verdict = segment_check(bytes, header->file_bytes, &found.chunk.header, found.reason,
				      sizeof found.reason);
	if (found.verdict == SEGMENT_NOT_A_CHUNK)
		return;
	if (core->found.count == SEGMENT_CHUNKS_MAX) {
		core->found.cut = true;
		return;
	}
	chunks = realloc(core->found.chunks, (core->found.count + 1) * sizeof *chunks);
	if (!chunks)
		return;
	core->found.chunks = chunks;
	chunks[core->found.count++] = found;
}

/* The header of section 0 holds the count of program headers when 16 bits do not. */
static uint64_t extended_count(const struct core_file *core, bool wide, uint64_t sections_offset)
{
	Elf64_Shdr wide_section;
	Elf32_Shdr narrow_section;

	if (wide)
		return read_file(core, sections_offset, &wide_section, sizeof wide_section) ? wide_section.sh_info : 0;
	return read_file(core, sections_offset, &narrow_section, sizeof narrow_section) ? narrow_section.sh_info : 0;
}

static bool read_program_header(const struct core_file *core, bool wide, uint64_t offset,
				struct program_header *header)
{
	Elf64_Phdr wide_header;
	Elf32_Phdr narrow_header;

	if (wide) {
		if (!read_file(core, offset, &wide_header, sizeof wide_header))
			return false;
		*header = (struct program_header){ wide_header.p_type, wide_header.p_offset, wide_header.p_filesz };
	} else {
		if (!read_file(core, offset, &narrow_header, sizeof narrow_header))
			return false;
		*header = (struct program_header){ narrow_header.p_type, narrow_header.p_offset,
						   narrow_header.p_filesz };
	}
	return true;
}

static const char *scan(struct core_file *core, uint64_t file_bytes, struct model_process *process)
{
	static const unsigned char native = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	union {
		unsigned char identity[EI_NIDENT];
		Elf64_Ehdr wide;
		Elf32_Ehdr narrow;
	} elf;
	uint64_t offset, sections_offset, count, stride;
	bool wide;

	memset(&elf, 0, sizeof elf);
	if (file_bytes < sizeof elf.narrow ||
	    !read_file(core, 0, &elf, file_bytes < sizeof elf ? sizeof elf.narrow : sizeof elf) ||
	    memcmp(elf.identity, ELFMAG, SELFMAG) != 0)
		return "not an ELF file";
	if (elf.identity[EI_DATA] != native)
		return "a core file of a machine with another byte order";
	wide = elf.identity[EI_CLASS] == ELFCLASS64;
	if ((wide ? elf.wide.e_type : elf.narrow.e_type) != ET_CORE)
		return "an ELF file but no core file";
	offset = wide ? elf.wide.e_phoff : elf.narrow.e_phoff;
	sections_offset = wide ? elf.wide.e_shoff : elf.narrow.e_shoff;
	count = wide ? elf.wide.e_phnum : elf.narrow.e_phnum;
	stride = wide ? elf.wide.e_phentsize : elf.narrow.e_phentsize;
	if (count == PN_XNUM && sections_offset != 0 && sections_offset < file_bytes)
		count = extended_count(core, wide, sections_offset);
	if (stride < (wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || offset > file_bytes ||
	    count > PROGRAM_HEADERS_MAX || count * stride > file_bytes - offset)
		return "a damaged core file (program headers exceed it)";

	for (uint64_t index = 0; index < count; index++) {
		struct program_header header;

		if (!read_program_header(core, wide, offset + index * stride, &header))
			return "a damaged core file (program headers cannot be read)";
		/* A core that was cut off (ulimit -c) ends in the middle of its last segments. */
		if (header.offset >= file_bytes)
			continue;
		if (header.file_bytes > file_bytes - header.offset)
			header.file_bytes = file_bytes - header.offset;
		if (header.type == PT_NOTE && !core->process_known)
			read_notes(core, &header, process);
		else if (header.type == PT_LOAD)
			look_at(core, &header);
	}
	return NULL;
}

enum outcome core_file_open(struct core_file *core, const char *path, struct model_process *process,
			    char *reason, size_t reason_bytes)
{
	char printable[160];
	const char *fault;
	struct stat found;

	*core = (struct core_file){ .found = { .memory_file = -1 } };
	process_info_escape(printable, sizeof printable, path, strlen(path));
	/* Without waiting for the other end, should it be a pipe. */
	core->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (core->file < 0 || fstat(core->file, &found) != 0) {
		int error = errno;

		snprintf(reason, reason_bytes, "%s: %s", printable, strerror(error));
		core_file_close(core);
		return error == EACCES || error == EPERM ? OUTCOME_PERMISSION : OUTCOME_NO_PROCESS;
	}
	fault = S_ISREG(found.st_mode) ? scan(core, (uint64_t)found.st_size, process) : "not a regular file";
	if (fault) {
		snprintf(reason, reason_bytes, "%s: %s", printable, fault);
		core_file_close(core);
		return OUTCOME_DAMAGED;
	}
	return OUTCOME_OK;
}

void core_file_close(struct core_file *core)
{
	free(core->found.chunks);
	core->found.chunks = NULL;
	core->found.count = 0;
	if (core->file >= 0)
		close(core->file);
	core->file = -1;
}
