/* SPDX-License-Identifier: MIT
 *
 * allocator_operations - any sequence of calls that the rules allow, made from the bytes of the
 * input: no block may overlap another, lose its contents, or be missing at the end.
 *
 * An operation is a byte that says which, a byte for the slot, and two bytes for the size.
 */
#include "fuzz.h"

#include "hakmem.h"

enum { SLOTS = 256, TOTAL_BYTES_MAX = 64 << 20 };

static struct {
	unsigned char *block;
	size_t bytes;
	size_t tag;
} slots[SLOTS];

static size_t total_bytes;

struct input {
	const uint8_t *data;
	size_t left;
};

static unsigned next_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->data++;
}

/* Two bytes make any size up to 4 MiB, small ones mostly and edges often. */
static size_t next_size(struct input *input)
{
	unsigned low = next_byte(input), high = next_byte(input);

	switch (high >> 5) {
	case 0: case 1: case 2: case 3:
		return low + (high & 3) * 256;
	case 4:
		return ((size_t)1 << (low % 23)) + (high & 3) - 1;
	case 5:
		return (high & 31) * 1024 + low;
	case 6:
		return (high & 31) * 8192 + low;
	default:
		return (high & 31) * 131072 + low;
	}
}

/* Both ends in full and some bytes between them, or large blocks would take all the time. */
static size_t step_at(size_t place, size_t bytes)
{
	return place < 128 || place + 128 >= bytes ? 1 : 509;
}

static void fill(unsigned slot)
{
	for (size_t place = 0; place < slots[slot].bytes; place += step_at(place, slots[slot].bytes))
		slots[slot].block[place] = byte_at(slots[slot].tag, place);
}

/* The first BYTES are still those of a block of slots[slot].bytes. */
static void check(unsigned slot, size_t bytes)
{
	for (size_t place = 0; place < bytes; place += step_at(place, slots[slot].bytes))
		EXPECT_AT(slots[slot].block[place] == byte_at(slots[slot].tag, place), place);
}

static void put(unsigned slot, unsigned char *block, size_t bytes)
{
	static size_t next_tag;

	EXPECT_AT(block && is_aligned(block, 16), bytes);
	EXPECT_AT(hak_usable_size(block) >= bytes && hak_owns(block), bytes);
	total_bytes += bytes;
	slots[slot].block = block;
	slots[slot].bytes = bytes;
	slots[slot].tag = next_tag++;
	fill(slot);
}

static void take_out(unsigned slot)
{
	check(slot, slots[slot].bytes);
	total_bytes -= slots[slot].bytes;
	slots[slot].block = NULL;
}

static void release(unsigned slot, unsigned how)
{
	unsigned char *block = slots[slot].block;

	if (!block)
		return;
	take_out(slot);
	switch (how % 4) {
	case 0:
		hak_freezero(block, slots[slot].bytes);
		break;
	case 1:
		hak_free_sized(block, slots[slot].bytes);
		break;
	case 2:
		EXPECT(!hak_realloc(block, 0));
		break;
	default:
		hak_free(block);
	}
}

static void allocate(unsigned slot, size_t bytes, unsigned how)
{
	unsigned char *block;

	switch (how % 5) {
	case 0:
		block = hak_calloc(1, bytes);
		EXPECT_AT(block && is_zero(block, bytes), bytes);
		break;
	case 1: {
		size_t alignment = (size_t)1 << (bytes % 19);

		block = hak_aligned_alloc(alignment, bytes);
		EXPECT_AT(is_aligned(block, alignment), alignment);
		break;
	}
	case 2: {
		struct hak_sized_block sized = hak_malloc_sized(bytes);

		EXPECT_AT(sized.block && sized.bytes >= bytes, bytes);
		block = sized.block;
		bytes = sized.bytes;
		break;
	}
	case 3:
		block = hak_tiny_alloc(bytes);
		break;
	default:
		block = hak_malloc(bytes);
	}
	put(slot, block, bytes);
}

static void resize(unsigned slot, size_t bytes, unsigned how)
{
	size_t before = slots[slot].bytes, kept = before < bytes ? before : bytes;

	check(slot, before);
	if (how % 3 == 0) {
		if (!hak_expand(slots[slot].block, bytes) || bytes <= before)
			return;
		EXPECT_AT(hak_usable_size(slots[slot].block) >= bytes, bytes);
	} else if (how % 3 == 1) {
		slots[slot].block = hak_recallocarray(slots[slot].block, before, bytes, 1);
		EXPECT_AT(slots[slot].block, bytes);
		EXPECT_AT(bytes <= before || is_zero(slots[slot].block + before, bytes - before), bytes);
	} else {
		bytes += !bytes;
		kept += kept < before && !kept;
		slots[slot].block = hak_realloc(slots[slot].block, bytes);
		EXPECT_AT(slots[slot].block, bytes);
	}
	check(slot, kept);
	total_bytes -= before;
	put(slot, slots[slot].block, bytes);
}

static void operate(struct input *input)
{
	unsigned operation = next_byte(input), slot = next_byte(input);
	size_t bytes = next_size(input);

	if (total_bytes + bytes > TOTAL_BYTES_MAX)
		operation = 0;
	switch (operation % 8) {
	case 0: case 1:
		release(slot, operation >> 3);
		break;
	case 2: case 3: case 4:
		if (slots[slot].block)
			release(slot, operation >> 3);
		else
			allocate(slot, bytes, operation >> 3);
		break;
	case 5: case 6:
		if (slots[slot].block)
			resize(slot, bytes, operation >> 3);
		else
			allocate(slot, bytes, operation >> 3);
		break;
	default:
		/* Rarely: what makes the heap give back, or fills it in advance. */
		if (operation >> 3 == 0)
			hak_trim(bytes);
		else if (operation >> 3 == 1)
			hak_tiny_prewarm_tls_cache((int)(bytes % 10) - 1);
		else if (slots[slot].block)
			check(slot, slots[slot].bytes);
	}
}

static unsigned long long live_bytes(void)
{
	unsigned long long number = 0;
	size_t bytes = sizeof(number);

	EXPECT(hak_ctl("stats.live_bytes", &number, &bytes, NULL, 0) == 0);
	return number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input input = { data, bytes };
	unsigned long long before = live_bytes();

	while (input.left)
		operate(&input);
	for (unsigned slot = 0; slot < SLOTS; slot++)
		release(slot, 3);
	EXPECT_AT(total_bytes == 0, total_bytes);
	EXPECT_AT(live_bytes() == before, live_bytes());
	return 0;
}

FUZZ_MAIN(150)
