/* SPDX-License-Identifier: MIT
 *
 * hakmem_stats.h - what libhakmem publishes about a process's heap in shared memory.
 *
 * The contract between the library, which writes, and whoever reads from outside; hakmem-stats(1)
 * is an ordinary reader, and hakmem-stats-abi(5) is the text of this page.
 *
 * Where: nameless shared mappings ("chunks") of the process, found in /proc/PID/maps as
 * "rw-s ... /dev/zero (deleted)", each beginning with struct hak_stats_header; or, with
 * HAKMEM_STATS=shm, the same bytes in a file /dev/shm/hakmem.UID.RANDOM.
 *
 * Rules of the format:
 *   - append-only: fields are never moved, renumbered or reused; a new one comes at the end of its
 *     row, and the stride of its region grows.  A change that breaks a reader changes the major
 *     number; one that only appends, the minor number.
 *   - no pointers, no addresses; integers in the byte order of the machine.
 *   - the magic is stored last: a chunk without it is being made.
 *   - readers copy a chunk and check every count and offset of the copy; nothing in a chunk may be
 *     believed, because any program can make a mapping that looks like one.
 *   - a process owns a chunk if the header's pid is its own (in its innermost pid namespace) and it
 *     did not start later than identity_boottime_ns; a child that has not allocated since fork
 *     still maps its parent's.
 *
 * Consistency: 64-bit fields are stored whole on 64-bit machines.  A thread's row and records
 * belong together: copy them until "sequence" is even and the same before and after.
 */
#ifndef HAKMEM_STATS_H
#define HAKMEM_STATS_H

#include <stddef.h>
#include <stdint.h>

#define HAK_STATS_MAGIC "HAKSTAT" /* with its NUL: eight bytes */
#define HAK_STATS_MAJOR 1
#define HAK_STATS_MINOR 0

enum hak_stats_chunk_kind {
	HAK_STATS_CHUNK_CORE = 1, /* index 0: process, threads, records */
	HAK_STATS_CHUNK_ROWS = 2, /* more threads and records */
	HAK_STATS_CHUNK_MAP = 3,  /* superslabs */
};

enum hak_stats_region_kind {
	HAK_STATS_REGION_PROCESS = 1,
	HAK_STATS_REGION_THREADS = 2,
	HAK_STATS_REGION_RECORDS = 3,
	HAK_STATS_REGION_SUPERSLABS = 4,
};

enum {
	HAK_STATS_CHUNK_BYTES = 65536, /* of every chunk; a reader accepts up to 16 times as much */
	HAK_STATS_REGIONS = 3,
	HAK_STATS_THREAD_ROWS = 64, /* in a chunk of kind CORE or ROWS */
	HAK_STATS_OPTIONS = 16,
	HAK_STATS_GRANULES = 32,    /* of 64 KiB in a superslab */
	HAK_STATS_STARTER_CLASS = 255, /* "class_index" of the granule that sizes share */
};

/* An array of rows within the chunk. */
struct hak_stats_region {
	uint16_t kind;         /* enum hak_stats_region_kind; 0: unused */
	uint16_t stride_bytes; /* from row to row: at least the size of the row's structure here */
	uint32_t offset_bytes; /* from the start of the chunk */
	uint32_t rows;
	uint32_t reserved;
};

struct hak_stats_header {
	char magic[8];
	uint16_t major, minor;
	uint32_t header_bytes;
	uint32_t chunk_kind;
	uint32_t chunk_index;          /* 0 is the CORE chunk; unique within the process */
	uint64_t chunk_bytes;
	uint32_t word_bits;            /* 32: a 64-bit field is two stores */
	uint32_t pid;                  /* as the process sees itself */
	uint64_t identity_boottime_ns; /* CLOCK_BOOTTIME when the process began or was forked */
	uint64_t generation;           /* forks since the library was loaded, along this line of processes */
	char library_version[24];
	struct hak_stats_region regions[HAK_STATS_REGIONS];
};

/* Exact at any moment, except that the fields are not one moment's. */
struct hak_stats_process {
	uint64_t reserved_bytes;        /* address space mapped by the library */
	uint64_t committed_bytes;       /* slabs in use and large blocks */
	uint64_t committed_peak_bytes;
	uint64_t dirty_bytes;           /* free, perhaps still resident, kept for reuse */
	uint64_t purged_bytes_total;    /* ever given back while mapped */
	uint64_t superslabs, superslabs_peak;
	uint64_t slabs, slabs_peak;
	uint64_t large_bytes, large_peak_bytes;
	uint64_t large_blocks, large_blocks_total;
	uint64_t large_cached_bytes;    /* mappings of freed large blocks, kept for reuse */
	uint64_t starter_bytes;         /* live among the first kilobytes, not in any record */
	uint64_t threads, threads_peak, threads_total;
	uint64_t forks;                 /* children made by this process since it began */
	uint64_t foreign_frees_total;   /* blocks of other allocators, handed on to libc */
	uint64_t zero_reallocs_total;   /* realloc(p, 0) */
	uint64_t map_calls_total, unmap_calls_total, map_failures_total, purge_refusals_total;
	uint64_t refills_ended_total, homes_ended_total; /* of threads that have ended */
	uint64_t chunks;                /* that exist */
	uint64_t unlisted;              /* rows that were wanted when there was no room: what they would
	                                   hold is missing from the records */
	uint64_t option_values[HAK_STATS_OPTIONS];  /* in the order of HAK_STATS_OPTION_NAMES */
	uint8_t option_origins[HAK_STATS_OPTIONS];  /* enum hak_stats_origin */
};

#define HAK_STATS_OPTION_NAMES \
	"mode", "stats", "tiny_unified_only", "purge_delay_ms", "thp", "limit", "abort", "verbose", \
		"debug_map_failure_interval"

enum hak_stats_origin {
	HAK_STATS_ORIGIN_DEFAULT = 0,
	HAK_STATS_ORIGIN_ENVIRONMENT = 1,
	HAK_STATS_ORIGIN_FILE = 2,
	HAK_STATS_ORIGIN_CALL = 3, /* hak_ctl */
};

enum hak_stats_thread_state {
	HAK_STATS_THREAD_FREE = 0,    /* the row is not in use */
	HAK_STATS_THREAD_LIVE = 1,
	HAK_STATS_THREAD_ORPHANS = 2, /* no thread: the slabs that ended threads left */
};

struct hak_stats_thread {
	uint32_t state;         /* enum hak_stats_thread_state */
	uint32_t tid;           /* as the process sees it; 0 for the orphans */
	uint64_t sequence;      /* odd while the thread changes its records */
	uint64_t mailbox_bytes; /* freed by other threads, not yet back in this thread's slabs */
	uint64_t refills_total; /* batches from slabs to the thread's cache */
	uint64_t homes_total;   /* batches from the cache back to slabs */
	uint64_t reserved[3];
};

/* One size class in one thread.  Blocks that the program has ("live"), over all records of a
 * class, with the mailboxes M of all threads:
 *     sum(used) - sum(cached_max) - M / block_bytes  <=  live  <=  sum(used) - sum(cached_min) */
struct hak_stats_record {
	uint32_t thread;      /* index of the row, counted over chunks: chunk i's rows follow i-1's */
	uint16_t class_index; /* 0: the record is not in use */
	uint16_t reserved;
	uint64_t block_bytes;
	uint64_t slabs;       /* that the thread owns */
	uint64_t slots;       /* in them */
	uint64_t used;        /* slots that are not in a slab's free list: with the program, in a cache,
	                         in a mailbox */
	uint64_t cached_min, cached_max; /* blocks of this class in the thread's own cache */
	uint64_t refills_total;
};

struct hak_stats_superslab {
	uint32_t state;    /* 1: in use */
	uint32_t flags;    /* 1: huge pages were asked for */
	uint32_t mapped;   /* a bit a granule: belongs to the process */
	uint32_t free;     /* is in no slab */
	uint32_t dirty;    /* may be resident */
	uint32_t reserved;
	uint8_t class_index[HAK_STATS_GRANULES]; /* of the slab that the granule is in */
	uint8_t fill[HAK_STATS_GRANULES];        /* used / slots of that slab, times 255, about */
	uint8_t back[HAK_STATS_GRANULES];        /* granules from the slab's first to this one */
};

#if defined __STDC_VERSION__ && __STDC_VERSION__ >= 201112L
#define HAK_STATS_ASSERT(condition) _Static_assert(condition, "the format is fixed: hakmem-stats-abi(5)")
HAK_STATS_ASSERT(sizeof(struct hak_stats_region) == 16);
HAK_STATS_ASSERT(offsetof(struct hak_stats_header, chunk_kind) == 16);
HAK_STATS_ASSERT(offsetof(struct hak_stats_header, chunk_bytes) == 24);
HAK_STATS_ASSERT(offsetof(struct hak_stats_header, identity_boottime_ns) == 40);
HAK_STATS_ASSERT(offsetof(struct hak_stats_header, library_version) == 56);
HAK_STATS_ASSERT(offsetof(struct hak_stats_header, regions) == 80);
HAK_STATS_ASSERT(sizeof(struct hak_stats_header) == 128);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, superslabs) == 40);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, large_bytes) == 72);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, starter_bytes) == 112);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, forks) == 144);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, map_calls_total) == 168);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, chunks) == 216);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, option_values) == 232);
HAK_STATS_ASSERT(offsetof(struct hak_stats_process, option_origins) == 360);
HAK_STATS_ASSERT(sizeof(struct hak_stats_process) == 376);
HAK_STATS_ASSERT(offsetof(struct hak_stats_thread, mailbox_bytes) == 16);
HAK_STATS_ASSERT(sizeof(struct hak_stats_thread) == 64);
HAK_STATS_ASSERT(offsetof(struct hak_stats_record, block_bytes) == 8);
HAK_STATS_ASSERT(offsetof(struct hak_stats_record, used) == 32);
HAK_STATS_ASSERT(sizeof(struct hak_stats_record) == 64);
HAK_STATS_ASSERT(offsetof(struct hak_stats_superslab, class_index) == 24);
HAK_STATS_ASSERT(sizeof(struct hak_stats_superslab) == 120);
#undef HAK_STATS_ASSERT
#endif

#endif
