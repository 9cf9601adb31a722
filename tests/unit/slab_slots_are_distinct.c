/* SPDX-License-Identifier: MIT
 *
 * Are the slots of a slab distinct, aligned as their size promises and inside its run, and do
 * they come and go in the right order?
 */
#include "unit.h"

#include "heap/registry.h"
#include "heap/slab.h"
#include "heap/superslab.h"

static struct hk_heap heap;

/* The next block of CHAIN, whose single fresh blocks have no link. */
static char *pop(struct hk_chain *chain)
{
	struct hk_block *block = chain->head;

	if (!chain->count)
		return NULL;
	chain->head = chain->count > 1 ? block->next : NULL;
	chain->count--;
	return (char *)block;
}

static size_t natural_alignment(size_t block_bytes)
{
	size_t natural = block_bytes & -block_bytes;

	/* Nothing above a granule is asked of a slab. */
	return natural < HK_GRANULE_BYTES ? natural : HK_GRANULE_BYTES;
}

static void expect_sound_slots(struct hk_slab *slab, unsigned class_index)
{
	static uint8_t seen[HK_SUPERSLAB_BYTES / HK_ALIGNMENT_BYTES];
	size_t block_bytes = hk_sizeclass_bytes(class_index);
	char *begin = hk_superslab_address(slab), *end = begin + (size_t)slab->granules * HK_GRANULE_BYTES;
	uint32_t wanted = 1, total = 0;

	memset(seen, 0, sizeof(seen));
	while (!hk_slab_is_full(slab)) {
		struct hk_chain chain = hk_slab_take(slab, wanted);
		char *block;

		EXPECT_AT(chain.count >= 1 && chain.count <= wanted, class_index);
		total += chain.count;
		EXPECT_AT(slab->used == total && slab->fresh == total, class_index);
		while ((block = pop(&chain))) {
			size_t slot = (size_t)(block - slab->base) / block_bytes;

			EXPECT_AT(block >= begin && block + block_bytes <= end, class_index);
			EXPECT_AT((size_t)(block - slab->base) % block_bytes == 0, class_index);
			EXPECT_AT(is_aligned(block, natural_alignment(block_bytes)), class_index);
			EXPECT_AT(!seen[slot], slot);
			seen[slot] = 1;
			EXPECT_AT(hk_registry_class(block) == class_index, class_index);
			EXPECT_AT(hk_registry_class(block + block_bytes - 1) == class_index, class_index);
			EXPECT_AT(hk_registry_slab(block) == slab && hk_slab_has_slot(slab, block), class_index);
			EXPECT_AT(!hk_slab_has_slot(slab, block + 8), class_index);
		}
		wanted = wanted % 300 + 7;
	}
	EXPECT_AT(total == slab->slots, total);
	EXPECT_AT(hk_slab_take(slab, 10).count == 0, class_index);
	/* Less is left over than a slot and what colouring may take. */
	EXPECT_AT((size_t)slab->granules * HK_GRANULE_BYTES - total * block_bytes < block_bytes + 512, class_index);
}

static void give_all_back(struct hk_slab *slab)
{
	for (uint32_t slot = 0; slot < slab->slots; slot++)
		hk_slab_give(slab, (struct hk_block *)(slab->base + slot * (size_t)slab->block_bytes));
}

START_TEST(slots_of_every_class_are_sound)
{
	size_t slabs = hk_counters_read(&hk_counters.slabs), committed = hk_counters_read(&hk_counters.committed_bytes);

	for (unsigned class_index = 1; class_index <= HK_CLASS_LAST; class_index++) {
		struct hk_slab *slab = hk_slab_make(&heap, class_index);

		EXPECT_AT(slab && slab->used == 0 && !hk_slab_is_full(slab), class_index);
		EXPECT_AT(slab->class_index == class_index, class_index);
		EXPECT_AT(slab->granules == hk_slab_granules(class_index), class_index);
		EXPECT_AT(atomic_load(&slab->owner) == &heap, class_index);
		expect_sound_slots(slab, class_index);

		char *address = hk_superslab_address(slab);
		unsigned granules = slab->granules;

		give_all_back(slab);
		hk_slab_destroy(slab);
		for (unsigned index = 0; index < granules; index++)
			EXPECT_AT(hk_registry_class(address + index * (size_t)HK_GRANULE_BYTES) == HK_CLASS_NONE, class_index);
	}
	EXPECT(hk_counters_read(&hk_counters.slabs) == slabs);
	EXPECT(hk_counters_read(&hk_counters.committed_bytes) == committed);
}
END_TEST

START_TEST(colouring_staggers_and_keeps_alignment)
{
	enum { SLABS = 16 };
	static const size_t sizes[] = { 16, 48, 64, 80, 128, 256, 320, 512, 1024, 4096, 65536 };

	for (size_t index = 0; index < COUNT_OF(sizes); index++) {
		unsigned class_index = hk_sizeclass_of(sizes[index]);
		size_t offsets[SLABS], different = 0;

		for (size_t number = 0; number < SLABS; number++) {
			struct hk_slab *slab = hk_slab_make(&heap, class_index);

			EXPECT_AT(slab && is_aligned(slab->base, natural_alignment(sizes[index])), sizes[index]);
			offsets[number] = (size_t)(slab->base - hk_superslab_address(slab));
			EXPECT_AT(offsets[number] < 512, offsets[number]);
			EXPECT_AT(hk_superslab_address(slab) + slab->granules * (size_t)HK_GRANULE_BYTES >=
				  slab->base + slab->slots * sizes[index], sizes[index]);
			different += number && offsets[number] != offsets[0];
		}
		/* Blocks of 512 bytes and multiples leave no room for colours. */
		EXPECT_AT((different > 0) == (sizes[index] % 512 != 0), sizes[index]);
	}
}
END_TEST

START_TEST(fresh_slots_come_by_the_page)
{
	enum { PAGE_BYTES = 4096 };

	for (unsigned class_index = 1; class_index <= HK_CLASS_LAST; class_index += 5) {
		struct hk_slab *slab = hk_slab_make(&heap, class_index);

		EXPECT_AT(slab, class_index);
		for (size_t turn = 0; turn < 5 && !hk_slab_is_full(slab); turn++) {
			struct hk_chain chain = hk_slab_take(slab, UINT32_MAX);
			uintptr_t page = (uintptr_t)chain.head / PAGE_BYTES;
			char *block;

			EXPECT_AT(chain.count > 0, class_index);
			while ((block = pop(&chain)))
				EXPECT_AT((uintptr_t)block / PAGE_BYTES == page, class_index);
		}
	}
}
END_TEST

START_TEST(a_lone_fresh_slot_is_not_touched)
{
	struct hk_slab *slab = hk_slab_make(&heap, HK_CLASS_LAST);

	EXPECT(slab);
	memset(hk_superslab_address(slab), 0xAB, (size_t)slab->granules * HK_GRANULE_BYTES);

	struct hk_chain chain = hk_slab_take(slab, 5);
	const unsigned char *block = (const unsigned char *)chain.head;

	EXPECT(chain.count == 1 && block[0] == 0xAB && block[7] == 0xAB);
}
END_TEST

START_TEST(used_slots_come_first_and_last_in_first_out)
{
	struct hk_slab *slab = hk_slab_make(&heap, hk_sizeclass_of(64));
	struct hk_chain chain = hk_slab_take(slab, 10);
	char *blocks[10];

	EXPECT(chain.count == 10);
	for (size_t index = 0; index < COUNT_OF(blocks); index++)
		EXPECT((blocks[index] = pop(&chain)));

	uint32_t fresh = slab->fresh;

	for (size_t index = 0; index < 4; index++)
		hk_slab_give(slab, (struct hk_block *)blocks[index]);
	EXPECT(slab->used == 6);

	chain = hk_slab_take(slab, 3);
	EXPECT(chain.count == 3 && slab->used == 9);
	EXPECT(pop(&chain) == blocks[3] && pop(&chain) == blocks[2]);
	EXPECT(chain.head == (struct hk_block *)blocks[1] && !chain.head->next);

	chain = hk_slab_take(slab, 100);
	EXPECT(chain.count == 1 && chain.head == (struct hk_block *)blocks[0]);
	EXPECT(!chain.head->next);
	EXPECT(slab->fresh == fresh);
	chain = hk_slab_take(slab, 1);
	EXPECT(chain.count == 1 && slab->fresh == fresh + 1);
}
END_TEST

START_TEST(slots_that_never_were_are_not_there)
{
	struct hk_slab *slab = hk_slab_make(&heap, hk_sizeclass_of(96));
	struct hk_chain chain = hk_slab_take(slab, 2);
	char *first = (char *)chain.head;

	EXPECT(chain.count == 2);
	EXPECT(hk_slab_has_slot(slab, first) && hk_slab_has_slot(slab, first + 96));
	EXPECT(!hk_slab_has_slot(slab, first + 192));
	EXPECT(!hk_slab_has_slot(slab, first - 96));
	EXPECT(!hk_slab_has_slot(slab, first + 16));
	EXPECT(!hk_slab_has_slot(slab, first + (size_t)slab->slots * 96));
}
END_TEST

START_TEST(a_refused_slab_is_no_slab)
{
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 1) == 0);
	EXPECT(!hk_slab_make(&heap, 1));
	EXPECT(!hk_slab_make(&heap, HK_CLASS_LAST));
	EXPECT(hk_counters_read(&hk_counters.slabs) == 0);
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 0) == 0);
	EXPECT(hk_slab_make(&heap, 1));
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, slots_of_every_class_are_sound);
	tcase_add_test(cases, colouring_staggers_and_keeps_alignment);
	tcase_add_test(cases, fresh_slots_come_by_the_page);
	tcase_add_test(cases, a_lone_fresh_slot_is_not_touched);
	tcase_add_test(cases, used_slots_come_first_and_last_in_first_out);
	tcase_add_test(cases, slots_that_never_were_are_not_there);
	tcase_add_test(cases, a_refused_slab_is_no_slab);
}

int main(void)
{
	return run_cases("slab_slots_are_distinct", add_cases);
}
