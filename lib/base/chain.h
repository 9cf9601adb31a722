/* SPDX-License-Identifier: MIT
 *
 * base/chain.h - free blocks linked through their own first word, and the mailbox in which one
 * thread leaves chains for another.
 *
 * Owns nothing.  A chain belongs to whoever holds its head.
 *
 *   message:   block --> block --> block --> NULL      word 0: the next block of the chain
 *                |         |
 *                |         +- word 1: number of blocks (chains of two and more)
 *                +----------- word 1: the next message
 *
 * Mailbox synchronization: post by anyone, at any time; take_all and close by anyone who holds
 * the lock of the heap it belongs to (a stack whose whole content is exchanged has no ABA).
 */
#ifndef HK_BASE_CHAIN_H
#define HK_BASE_CHAIN_H

#include <stdatomic.h>

#include "base/compiler.h"

struct hk_block {
	struct hk_block *next;
};

/* The second word of a block inside a mailbox; the smallest block has exactly two words. */
struct hk_message {
	struct hk_block block;
	union {
		struct hk_message *next_message;
		uintptr_t count;
	} second;
};

struct hk_chain {
	struct hk_block *head;
	uint32_t count;
};

HK_INLINE void hk_chain_push(struct hk_chain *chain, struct hk_block *block)
{
	block->next = chain->head;
	chain->head = block;
	chain->count++;
}

struct hk_mailbox {
	_Atomic(struct hk_message *) messages;
};

#define HK_MAILBOX_CLOSED ((struct hk_message *)(uintptr_t)1)

/* False when the mailbox is closed: its heap has no thread any more. */
HK_INLINE bool hk_mailbox_post(struct hk_mailbox *box, struct hk_chain chain)
{
	struct hk_message *message = (struct hk_message *)chain.head;
	struct hk_message *seen = atomic_load_explicit(&box->messages, memory_order_relaxed);

	if (chain.count > 1)
		((struct hk_message *)chain.head->next)->second.count = chain.count;
	do {
		if (seen == HK_MAILBOX_CLOSED)
			return false;
		message->second.next_message = seen;
	} while (!atomic_compare_exchange_weak_explicit(&box->messages, &seen, message, memory_order_release,
							memory_order_relaxed));
	return true;
}

HK_INLINE bool hk_mailbox_is_empty(const struct hk_mailbox *box)
{
	return !atomic_load_explicit(&box->messages, memory_order_relaxed);
}

HK_INLINE bool hk_mailbox_is_closed(const struct hk_mailbox *box)
{
	return atomic_load_explicit(&box->messages, memory_order_relaxed) == HK_MAILBOX_CLOSED;
}

/* All messages, NULL for none; a closed mailbox stays closed. */
HK_INLINE struct hk_message *hk_mailbox_take_all(struct hk_mailbox *box)
{
	if (hk_mailbox_is_closed(box))
		return NULL;
	return atomic_exchange_explicit(&box->messages, NULL, memory_order_acquire);
}

/* Closed twice when a fork meets a thread at its end: there is nothing in it the second time. */
HK_INLINE struct hk_message *hk_mailbox_close(struct hk_mailbox *box)
{
	struct hk_message *messages = atomic_exchange_explicit(&box->messages, HK_MAILBOX_CLOSED, memory_order_acq_rel);

	return messages == HK_MAILBOX_CLOSED ? NULL : messages;
}

HK_INLINE void hk_mailbox_open(struct hk_mailbox *box)
{
	atomic_store_explicit(&box->messages, NULL, memory_order_release);
}

/* The chain of the first message; *MESSAGES moves on to the next one. */
HK_INLINE struct hk_chain hk_mailbox_unpack(struct hk_message **messages)
{
	struct hk_message *message = *messages;
	struct hk_chain chain = { &message->block, 1 };

	if (message->block.next)
		chain.count = (uint32_t)((struct hk_message *)message->block.next)->second.count;
	*messages = message->second.next_message;
	return chain;
}

#endif
