/* SPDX-License-Identifier: MIT
 *
 * Does every block find its way back into its slab, whoever frees it, and whether or not the
 * thread that allocated it is still there?
 */
#include "unit.h"

#include "heap/heap.h"
#include "heap/registry.h"
#include "heap/superslab.h"

enum { HEAPS = 12 }; /* more than one batch is sorted by at once */

static struct hk_heap heaps[HEAPS];

static size_t used_in(struct hk_heap *heap)
{
	struct hk_heap_census census[HK_CLASS_COUNT] = { 0 };
	size_t used = 0;

	hk_heap_count(heap, census);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++)
		used += census[class_index].used;
	return used;
}

static size_t slabs_in(struct hk_heap *heap)
{
	struct hk_heap_census census[HK_CLASS_COUNT] = { 0 };
	size_t slabs = 0;

	hk_heap_count(heap, census);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++)
		slabs += census[class_index].slabs;
	return slabs;
}

static size_t slabs_now(void)
{
	return hk_counters_read(&hk_counters.slabs);
}

/* COUNT blocks of CLASS_INDEX out of HEAP, as one chain that ends properly. */
static struct hk_chain take(struct hk_heap *heap, unsigned class_index, uint32_t count)
{
	struct hk_chain all = { NULL, 0 };

	while (all.count < count) {
		struct hk_chain chain = hk_heap_fetch(heap, class_index, count - all.count);

		EXPECT_AT(chain.head && chain.count <= count - all.count, class_index);
		while (chain.count) {
			struct hk_block *block = chain.head;

			chain.head = chain.count > 1 ? block->next : NULL;
			chain.count--;
			EXPECT_AT(hk_registry_class(block) == class_index, class_index);
			hk_chain_push(&all, block);
		}
	}
	return all;
}

static void open_heaps(void)
{
	for (size_t index = 0; index < HEAPS; index++)
		hk_heap_open(&heaps[index]);
}

START_TEST(what_comes_out_goes_back)
{
	struct hk_chain chains[HK_CLASS_COUNT];
	size_t total = 0;

	open_heaps();
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		chains[class_index] = take(heaps, class_index, 10);
		total += 10;
		EXPECT_AT(used_in(heaps) == total, class_index);
	}
	hk_heap_audit(heaps);
	for (unsigned class_index = 1; class_index < HK_CLASS_COUNT; class_index++) {
		hk_heap_bring_home(heaps, chains[class_index]);
		total -= 10;
		EXPECT_AT(used_in(heaps) == total, class_index);
	}
	hk_heap_audit(heaps);
	EXPECT(slabs_in(heaps) >= HK_CLASS_LAST);
	hk_heap_tidy(heaps);
	EXPECT(slabs_in(heaps) == 0 && slabs_now() == 0);
}
END_TEST

START_TEST(the_last_slab_of_a_class_stays)
{
	unsigned class_index = hk_sizeclass_of(4096);

	open_heaps();
	hk_heap_bring_home(heaps, take(heaps, class_index, 100));
	EXPECT(used_in(heaps) == 0);
	EXPECT_AT(slabs_in(heaps) == 1, slabs_in(heaps));
	for (size_t turn = 0; turn < 10; turn++)
		hk_heap_bring_home(heaps, take(heaps, class_index, 3));
	EXPECT(slabs_in(heaps) == 1 && slabs_now() == 1);
}
END_TEST

START_TEST(a_message_becomes_the_next_batch_as_it_is)
{
	unsigned class_index = hk_sizeclass_of(100);

	open_heaps();
	hk_heap_bring_home(&heaps[1], take(&heaps[0], class_index, 70));
	EXPECT(!hk_mailbox_is_empty(&heaps[0].mailbox));
	EXPECT(used_in(&heaps[0]) == 70);

	struct hk_chain chain = hk_heap_fetch(&heaps[0], class_index, 5);
	size_t count = 0;

	EXPECT(chain.count == 70);
	for (struct hk_block *block = chain.head; block; block = block->next)
		count++;
	EXPECT(count == 70 && used_in(&heaps[0]) == 70);
	EXPECT(hk_mailbox_is_empty(&heaps[0].mailbox));
	hk_heap_bring_home(&heaps[0], chain);
	EXPECT(used_in(&heaps[0]) == 0);
}
END_TEST

START_TEST(messages_of_other_classes_go_into_their_slabs)
{
	unsigned small = hk_sizeclass_of(32), other = hk_sizeclass_of(2000);

	open_heaps();
	hk_heap_bring_home(&heaps[1], take(&heaps[0], small, 20));
	hk_heap_bring_home(&heaps[1], take(&heaps[0], other, 20));
	hk_heap_bring_home(NULL, take(&heaps[0], small, 1));

	struct hk_chain chain = take(&heaps[0], other, 20);

	EXPECT_AT(used_in(&heaps[0]) == 20, used_in(&heaps[0]));
	hk_heap_bring_home(&heaps[0], chain);
	EXPECT(used_in(&heaps[0]) == 0);
	hk_heap_audit(&heaps[0]);
}
END_TEST

/* One chain with blocks of all heaps and many classes, in random order. */
static struct hk_chain mixed_chain(void)
{
	static struct hk_block *blocks[HEAPS * 20 * 10];
	struct hk_chain mixed = { NULL, 0 };
	uint64_t random = 99;
	size_t count = 0;

	for (size_t index = 0; index < HEAPS; index++) {
		for (unsigned class_index = 1; class_index <= 20; class_index++) {
			struct hk_chain chain = take(&heaps[index], class_index * 5, 10);

			for (struct hk_block *block = chain.head; block; block = block->next)
				blocks[count++] = block;
		}
	}
	for (; count; count--) {
		size_t chosen = next_random(&random) % count;

		hk_chain_push(&mixed, blocks[chosen]);
		blocks[chosen] = blocks[count - 1];
	}
	return mixed;
}

START_TEST(a_batch_of_many_owners_is_sorted)
{
	open_heaps();
	hk_heap_bring_home(&heaps[3], mixed_chain());
	EXPECT(used_in(&heaps[3]) == 0);
	hk_heap_bring_home(NULL, mixed_chain());
	for (size_t index = 0; index < HEAPS; index++) {
		hk_heap_tidy(&heaps[index]);
		EXPECT_AT(used_in(&heaps[index]) == 0 && slabs_in(&heaps[index]) == 0, index);
	}
	EXPECT(slabs_now() == 0);
}
END_TEST

START_TEST(a_full_mailbox_is_emptied_by_the_sender)
{
	enum { BLOCK_BYTES = 16384, BLOCKS = 100, MAILBOX_BYTES = 256 * 1024 };
	unsigned class_index = hk_sizeclass_of(BLOCK_BYTES);
	struct hk_chain chain;

	open_heaps();
	chain = take(&heaps[0], class_index, BLOCKS);
	while (chain.head) {
		struct hk_block *block = chain.head;

		chain.head = block->next;
		block->next = NULL;
		hk_heap_bring_home(&heaps[1], (struct hk_chain){ block, 1 });
	}
	EXPECT(used_in(&heaps[0]) * BLOCK_BYTES <= MAILBOX_BYTES + BLOCK_BYTES);
	EXPECT(atomic_load(&heaps[0].mailbox_bytes) <= MAILBOX_BYTES + BLOCK_BYTES);
	hk_heap_tidy(&heaps[0]);
	EXPECT(slabs_now() == 0);
}
END_TEST

START_TEST(blocks_of_an_ended_thread_go_to_the_orphans)
{
	struct hk_chain chain;

	open_heaps();
	chain = take(&heaps[0], 3, 300);
	hk_heap_abandon(&heaps[0]);
	EXPECT(slabs_in(&heaps[0]) == 0 && used_in(&heaps[0]) == 0);
	EXPECT(used_in(&hk_heap_orphans) == 300);
	hk_heap_bring_home(&heaps[1], chain);
	EXPECT(used_in(&hk_heap_orphans) == 0);
	/* Nobody would come back for an unused slab of the orphans. */
	EXPECT(slabs_in(&hk_heap_orphans) == 0 && slabs_now() == 0);
}
END_TEST

START_TEST(orphans_are_adopted)
{
	unsigned class_index = hk_sizeclass_of(1000);
	struct hk_chain chain, adopted;
	struct hk_slab *slab;

	open_heaps();
	chain = take(&heaps[0], class_index, 10);
	slab = hk_registry_slab(chain.head);
	hk_heap_abandon(&heaps[0]);
	EXPECT(atomic_load(&slab->owner) == &hk_heap_orphans);

	size_t before = slabs_now();

	adopted = take(&heaps[1], class_index, 10);
	EXPECT(hk_registry_slab(adopted.head) == slab);
	EXPECT(atomic_load(&slab->owner) == &heaps[1]);
	EXPECT(slabs_now() == before && slabs_in(&hk_heap_orphans) == 0);
	EXPECT(used_in(&heaps[1]) == 20);
	hk_heap_bring_home(&heaps[1], chain);
	hk_heap_bring_home(&heaps[1], adopted);
	EXPECT(used_in(&heaps[1]) == 0);
}
END_TEST

START_TEST(full_orphans_can_be_adopted_after_a_free)
{
	unsigned class_index = hk_sizeclass_of(HK_MEDIUM_MAX_BYTES);
	struct hk_chain chain;

	open_heaps();
	chain = take(&heaps[0], class_index, 8);
	EXPECT(slabs_in(&heaps[0]) == 1 && heaps[0].full);
	hk_heap_abandon(&heaps[0]);

	struct hk_block *one = chain.head;

	chain.head = one->next;
	chain.count--;
	one->next = NULL;
	hk_heap_bring_home(NULL, (struct hk_chain){ one, 1 });

	struct hk_chain adopted = take(&heaps[1], class_index, 1);

	EXPECT(adopted.head == one);
	EXPECT(used_in(&heaps[1]) == 8);
	hk_heap_bring_home(NULL, chain);
	hk_heap_bring_home(&heaps[1], adopted);
	hk_heap_tidy(&heaps[1]);
	EXPECT(slabs_now() == 0);
}
END_TEST

START_TEST(mail_that_waits_at_the_end_is_delivered)
{
	struct hk_chain small, medium;

	open_heaps();
	small = take(&heaps[0], 4, 50);
	medium = take(&heaps[0], 90, 1);
	hk_heap_bring_home(&heaps[1], small);
	hk_heap_bring_home(NULL, medium);
	EXPECT(used_in(&heaps[0]) == 51);
	hk_heap_abandon(&heaps[0]);
	EXPECT(used_in(&hk_heap_orphans) == 0 && slabs_now() == 0);
}
END_TEST

/* A sender that read the owner just before the thread ended, and posts after the heap has a new
 * thread: the blocks are in the wrong mailbox, and must get on. */
static void make_stray(void)
{
	struct hk_chain chain;

	open_heaps();
	chain = take(&heaps[0], 6, 33);
	hk_heap_abandon(&heaps[0]);
	hk_heap_open(&heaps[0]);
	EXPECT(hk_mailbox_post(&heaps[0].mailbox, chain));
	EXPECT(used_in(&hk_heap_orphans) == 33);
}

START_TEST(strays_get_on_when_the_heap_is_tidied)
{
	make_stray();
	hk_heap_tidy(&heaps[0]);
	EXPECT(used_in(&hk_heap_orphans) == 0 && slabs_now() == 0);
}
END_TEST

START_TEST(strays_get_on_when_the_heap_is_asked)
{
	make_stray();

	struct hk_chain chain = take(&heaps[0], 7, 1);

	EXPECT(used_in(&hk_heap_orphans) == 0);
	hk_heap_bring_home(&heaps[0], chain);
}
END_TEST

START_TEST(strays_that_are_adopted_find_their_new_owner)
{
	struct hk_chain chain;

	open_heaps();
	chain = take(&heaps[0], 6, 33);
	hk_heap_abandon(&heaps[0]);
	hk_heap_open(&heaps[0]);
	EXPECT(hk_mailbox_post(&heaps[0].mailbox, chain));
	chain = take(&heaps[1], 6, 1); /* adopts */
	EXPECT(used_in(&heaps[1]) == 34);
	hk_heap_tidy(&heaps[0]);
	hk_heap_tidy(&heaps[1]);
	EXPECT_AT(used_in(&heaps[1]) == 1, used_in(&heaps[1]));
	hk_heap_bring_home(&heaps[1], chain);
}
END_TEST

START_TEST(a_thread_without_a_heap_is_served_by_the_orphans)
{
	struct hk_chain chain = take(&hk_heap_orphans, 12, 100);

	EXPECT(used_in(&hk_heap_orphans) == 100);
	hk_heap_audit(&hk_heap_orphans);
	hk_heap_bring_home(NULL, chain);
	EXPECT(used_in(&hk_heap_orphans) == 0 && slabs_now() == 0);
}
END_TEST

/* A fork may find a thread between the end of its heap and the end of its record; its child then
 * abandons the heap once more. */
START_TEST(an_abandoned_heap_can_be_abandoned_again)
{
	open_heaps();

	struct hk_chain chain = take(&heaps[0], 2, 9);

	hk_heap_abandon(&heaps[0]);
	hk_heap_abandon(&heaps[0]);
	hk_heap_bring_home(NULL, chain);
	EXPECT(slabs_now() == 0);
}
END_TEST

START_TEST(a_refused_heap_gives_nothing)
{
	open_heaps();
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 1) == 0);
	EXPECT(!hk_heap_fetch(&heaps[0], 5, 10).head);
	EXPECT(!hk_heap_fetch(&hk_heap_orphans, 5, 10).head);
	EXPECT(hk_option_set(HK_OPTION_LIMIT, 0) == 0);
	EXPECT(hk_heap_fetch(&heaps[0], 5, 10).head);
}
END_TEST

/* Threads pass chains on through shared places, so that most blocks go home by mail, and every
 * thread ends and begins again now and then. */
enum { THREADS = 4, TURNS = 2000, PLACES = 16 };

static _Atomic(struct hk_block *) places[PLACES];

static void pass_chains_on(size_t number)
{
	uint64_t random = number + 31;
	struct hk_heap *heap = &heaps[number];

	for (size_t turn = 0; turn < TURNS; turn++) {
		unsigned class_index = 1 + (unsigned)(next_random(&random) % 70);
		struct hk_chain chain = hk_heap_fetch(heap, class_index, 1 + (uint32_t)(next_random(&random) % 40));

		EXPECT(chain.head);
		if (chain.count == 1)
			chain.head->next = NULL;

		struct hk_block *other = atomic_exchange(&places[next_random(&random) % PLACES], chain.head);

		if (other) {
			uint32_t count = 0;

			for (struct hk_block *block = other; block; block = block->next)
				count++;
			hk_heap_bring_home(heap, (struct hk_chain){ other, count });
		}
		if (turn % 256 == 255) {
			hk_heap_abandon(heap);
			hk_heap_open(heap);
		} else if (turn % 64 == 63) {
			hk_heap_tidy(heap);
		}
	}
	hk_heap_abandon(heap);
}

START_TEST(threads_that_pass_blocks_on_lose_none)
{
	open_heaps();
	run_together(THREADS, pass_chains_on);
	for (size_t index = 0; index < PLACES; index++) {
		struct hk_block *next;

		for (struct hk_block *block = places[index]; block; block = next) {
			next = block->next;
			block->next = NULL;
			hk_heap_bring_home(NULL, (struct hk_chain){ block, 1 });
		}
	}
	hk_heap_audit(&hk_heap_orphans);
	EXPECT_AT(used_in(&hk_heap_orphans) == 0, used_in(&hk_heap_orphans));
	EXPECT_AT(slabs_now() == 0, slabs_now());
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, what_comes_out_goes_back);
	tcase_add_test(cases, the_last_slab_of_a_class_stays);
	tcase_add_test(cases, a_message_becomes_the_next_batch_as_it_is);
	tcase_add_test(cases, messages_of_other_classes_go_into_their_slabs);
	tcase_add_test(cases, a_batch_of_many_owners_is_sorted);
	tcase_add_test(cases, a_full_mailbox_is_emptied_by_the_sender);
	tcase_add_test(cases, blocks_of_an_ended_thread_go_to_the_orphans);
	tcase_add_test(cases, orphans_are_adopted);
	tcase_add_test(cases, full_orphans_can_be_adopted_after_a_free);
	tcase_add_test(cases, mail_that_waits_at_the_end_is_delivered);
	tcase_add_test(cases, strays_get_on_when_the_heap_is_tidied);
	tcase_add_test(cases, strays_get_on_when_the_heap_is_asked);
	tcase_add_test(cases, strays_that_are_adopted_find_their_new_owner);
	tcase_add_test(cases, a_thread_without_a_heap_is_served_by_the_orphans);
	tcase_add_test(cases, an_abandoned_heap_can_be_abandoned_again);
	tcase_add_test(cases, a_refused_heap_gives_nothing);
	tcase_add_test(cases, threads_that_pass_blocks_on_lose_none);
}

int main(void)
{
	return run_cases("heap_blocks_find_home", add_cases);
}
