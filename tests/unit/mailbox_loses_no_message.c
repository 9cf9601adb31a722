/* SPDX-License-Identifier: MIT
 *
 * Does every chain that is posted come out of the mailbox once, with its count?
 */
#include "unit.h"

#include <sched.h>

#include "base/chain.h"

struct letter {
	struct hk_message message; /* what a block in a mailbox is overwritten with */
	size_t seen;
};

static struct hk_chain chain_of(struct letter *letters, size_t count)
{
	struct hk_chain chain = { NULL, 0 };

	for (size_t index = 0; index < count; index++)
		hk_chain_push(&chain, &letters[index].message.block);
	return chain;
}

/* Count the blocks of all MESSAGES, each chain against the count that it came with. */
static size_t read_all(struct hk_message *messages)
{
	size_t total = 0;

	while (messages) {
		struct hk_chain chain = hk_mailbox_unpack(&messages);
		struct hk_block *next;
		size_t count = 0;

		for (struct hk_block *block = chain.head; block; block = next) {
			next = block->next;
			((struct letter *)block)->seen++;
			count++;
		}
		EXPECT_AT(count == chain.count, count);
		total += count;
	}
	return total;
}

START_TEST(a_new_mailbox_is_empty_and_open)
{
	struct hk_mailbox box = { NULL };
	struct letter letter = { 0 };

	EXPECT(hk_mailbox_is_empty(&box));
	EXPECT(!hk_mailbox_take_all(&box));
	EXPECT(hk_mailbox_post(&box, chain_of(&letter, 1)));
	EXPECT(!hk_mailbox_is_empty(&box));
	EXPECT(read_all(hk_mailbox_take_all(&box)) == 1);
	EXPECT(hk_mailbox_is_empty(&box));
}
END_TEST

START_TEST(chains_of_every_length_keep_their_count)
{
	enum { LENGTH_MAX = 40 };
	static struct letter letters[LENGTH_MAX * (LENGTH_MAX + 1) / 2];
	struct hk_mailbox box = { NULL };
	size_t used = 0;

	for (size_t length = 1; length <= LENGTH_MAX; length++) {
		EXPECT_AT(hk_mailbox_post(&box, chain_of(letters + used, length)), length);
		used += length;
	}
	EXPECT(used == COUNT_OF(letters));
	EXPECT(read_all(hk_mailbox_take_all(&box)) == used);
	for (size_t index = 0; index < used; index++)
		EXPECT_AT(letters[index].seen == 1, index);
}
END_TEST

START_TEST(the_blocks_of_a_chain_stay_together)
{
	struct letter letters[5] = { 0 };
	struct hk_mailbox box = { NULL };
	struct hk_chain first = chain_of(letters, 3), second = chain_of(letters + 3, 2);

	EXPECT(hk_mailbox_post(&box, first) && hk_mailbox_post(&box, second));

	struct hk_message *messages = hk_mailbox_take_all(&box);
	struct hk_chain chain = hk_mailbox_unpack(&messages);

	EXPECT(chain.head == second.head && chain.count == 2);
	chain = hk_mailbox_unpack(&messages);
	EXPECT(chain.head == first.head && chain.count == 3);
	EXPECT(!messages);
}
END_TEST

START_TEST(a_closed_mailbox_refuses_until_it_is_opened)
{
	struct letter letters[3] = { 0 };
	struct hk_mailbox box = { NULL };

	EXPECT(hk_mailbox_post(&box, chain_of(letters, 2)));
	EXPECT(read_all(hk_mailbox_close(&box)) == 2);
	EXPECT(!hk_mailbox_post(&box, chain_of(letters + 2, 1)));
	EXPECT(!hk_mailbox_take_all(&box));
	EXPECT(!hk_mailbox_post(&box, chain_of(letters + 2, 1)));
	hk_mailbox_open(&box);
	EXPECT(hk_mailbox_is_empty(&box));
	EXPECT(hk_mailbox_post(&box, chain_of(letters + 2, 1)));
	EXPECT(read_all(hk_mailbox_take_all(&box)) == 1);
}
END_TEST

enum { POSTERS = 4, LETTERS_EACH = 20000, CHAIN_MAX = 7 };

static struct hk_mailbox shared_box;
static struct letter all_letters[POSTERS][LETTERS_EACH];
static size_t refused[POSTERS];
static _Atomic size_t posters_done;

static void post_many(size_t poster)
{
	uint64_t random = poster + 1;
	size_t sent = 0;

	while (sent < LETTERS_EACH) {
		size_t length = 1 + next_random(&random) % CHAIN_MAX;

		if (length > LETTERS_EACH - sent)
			length = LETTERS_EACH - sent;
		if (!hk_mailbox_post(&shared_box, chain_of(all_letters[poster] + sent, length)))
			refused[poster] += length;
		sent += length;
	}
	atomic_fetch_add(&posters_done, 1);
}

static size_t received;

static void take_or_post(size_t number)
{
	if (number < POSTERS) {
		post_many(number);
		return;
	}
	for (bool last_look = false; !last_look;) {
		last_look = atomic_load(&posters_done) == POSTERS;
		received += read_all(hk_mailbox_take_all(&shared_box));
		sched_yield();
	}
}

START_TEST(many_post_while_one_takes)
{
	run_together(POSTERS + 1, take_or_post);
	EXPECT(received == POSTERS * LETTERS_EACH);
	EXPECT(hk_mailbox_is_empty(&shared_box));
	for (size_t poster = 0; poster < POSTERS; poster++) {
		EXPECT_AT(refused[poster] == 0, poster);
		for (size_t index = 0; index < LETTERS_EACH; index++)
			EXPECT_AT(all_letters[poster][index].seen == 1, index);
	}
}
END_TEST

static void close_or_post(size_t number)
{
	if (number < POSTERS) {
		post_many(number);
		return;
	}
	for (size_t turn = 0; turn < 100; turn++)
		received += read_all(hk_mailbox_take_all(&shared_box));
	received += read_all(hk_mailbox_close(&shared_box));
}

START_TEST(closing_loses_nothing_and_tells_the_rest)
{
	size_t told = 0;

	run_together(POSTERS + 1, close_or_post);
	for (size_t poster = 0; poster < POSTERS; poster++)
		told += refused[poster];
	EXPECT_AT(received + told == POSTERS * LETTERS_EACH, received);
	EXPECT(!hk_mailbox_take_all(&shared_box));
}
END_TEST

static void add_cases(TCase *cases)
{
	tcase_add_test(cases, a_new_mailbox_is_empty_and_open);
	tcase_add_test(cases, chains_of_every_length_keep_their_count);
	tcase_add_test(cases, the_blocks_of_a_chain_stay_together);
	tcase_add_test(cases, a_closed_mailbox_refuses_until_it_is_opened);
	tcase_add_test(cases, many_post_while_one_takes);
	tcase_add_test(cases, closing_loses_nothing_and_tells_the_rest);
}

int main(void)
{
	return run_cases("mailbox_loses_no_message", add_cases);
}
