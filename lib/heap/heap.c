/* SPDX-License-Identifier: MIT
 *
 * heap/heap.c - how blocks travel between caches and slabs.
 *
 * Owns the orphan heap.  See heap.h for who may do what.
 *
 * One cross-thread free: the block lay in the freeing thread's cache until a batch went home;
 * here the batch is sorted by owner, and each owner gets one message, one compare-and-swap.  The
 * owner finds it at its next refill: a chain of the class that it needs becomes its cache as it
 * is, without a look at the blocks.  If the owner has ended, its mailbox is closed and its slabs
 * belong to the orphan heap, whose lock anyone may take.
 */
#include "heap/heap.h"

#include "base/fatal.h"
#include "heap/registry.h"
#include "heap/slab.h"
#include "heap/tally.h"
#include "sys/counters.h"

enum {
	/* Owners that one batch is sorted by at once; more are possible, in more messages. */
	OWNERS_AT_ONCE = 8,
	/* A mailbox with more than this is emptied by the sender, if its owner is not just at work:
	 * a sleeping owner must not pin what others have freed. */
	MAILBOX_BYTES_MAX = 256 * 1024,
	/* How many slots come home between two looks at the picture. */
	FILL_STEP = 16,
};

static struct hk_tally orphan_tallies[HK_CLASS_COUNT];
struct hk_heap hk_heap_orphans;

/* How many slabs are orphans: a look at it saves the lock. */
static _Atomic size_t orphan_slabs;

static enum hk_lock_rank rank_of(const struct hk_heap *heap)
{
	return heap == &hk_heap_orphans ? HK_RANK_ORPHAN : HK_RANK_HEAP;
}

/* Every entry but that of a helper who only empties a mailbox. */
static void lock_heap(struct hk_heap *heap)
{
	hk_lock_take(&heap->lock, rank_of(heap));
	if (heap == &hk_heap_orphans) {
		heap->tallies = orphan_tallies; /* not by an initializer: that would be a page of .data */
		hk_tally_enter(heap, HAK_STATS_THREAD_ORPHANS);
	} else if (!hk_mailbox_is_closed(&heap->mailbox)) {
		hk_tally_enter(heap, HAK_STATS_THREAD_LIVE);
	}
}

/* Whoever fails to get the lock here leaves the account to its holder, who comes by after it has
 * given the lock back. */
static void settle_mailbox(struct hk_heap *heap)
{
	while (HK_UNLIKELY(hk_tally_is_mailbox_behind(heap)) && hk_lock_try(&heap->lock, HK_RANK_HEAP)) {
		hk_tally_show_mailbox(heap);
		hk_lock_give(&heap->lock, HK_RANK_HEAP);
	}
}

static void unlock_heap(struct hk_heap *heap)
{
	hk_lock_give(&heap->lock, rank_of(heap));
	settle_mailbox(heap);
}

static void list_add(struct hk_heap *heap, struct hk_slab *slab, enum hk_slab_list list)
{
	struct hk_slab **head = list == HK_LIST_FULL ? &heap->full : &heap->partial[slab->class_index];

	if (heap == &hk_heap_orphans)
		atomic_fetch_add_explicit(&orphan_slabs, 1, memory_order_relaxed);
	hk_class_set_add(&heap->classes, slab->class_index);
	slab->list = (uint8_t)list;
	slab->previous = NULL;
	slab->next = *head;
	if (slab->next)
		slab->next->previous = slab;
	*head = slab;
}

static void list_remove(struct hk_heap *heap, struct hk_slab *slab)
{
	if (slab->next)
		slab->next->previous = slab->previous;
	if (slab->previous)
		slab->previous->next = slab->next;
	else if (slab->list == HK_LIST_FULL)
		heap->full = slab->next;
	else
		heap->partial[slab->class_index] = slab->next;
	slab->list = HK_LIST_NONE;
	if (heap == &hk_heap_orphans)
		atomic_fetch_sub_explicit(&orphan_slabs, 1, memory_order_relaxed);
}

static void destroy(struct hk_heap *heap, struct hk_slab *slab)
{
	list_remove(heap, slab);
	hk_tally_add(heap, slab->class_index, 0, -(int64_t)slab->slots, -1);
	hk_tally_hide_slab(slab);
	hk_slab_destroy(slab);
}

/* BLOCK is a slot of a slab of HEAP, whose lock is held. */
static void give(struct hk_heap *heap, struct hk_slab *slab, struct hk_block *block)
{
	HK_ASSERT(slab->used > 0);
	HK_ASSERT(hk_slab_has_slot(slab, block));
	hk_slab_give(slab, block);
	hk_tally_count_block_home(heap, slab->class_index);
	if (HK_UNLIKELY(slab->used % FILL_STEP == 0) && hk_segment_is_open())
		hk_tally_show_fill(slab);
	if (HK_UNLIKELY(slab->list == HK_LIST_FULL)) {
		list_remove(heap, slab);
		list_add(heap, slab, HK_LIST_PARTIAL);
	}
	/* The last slab of a class stays while it is the only one: else a program that allocates and
	 * frees a single batch would make and destroy it each time. */
	if (HK_UNLIKELY(slab->used == 0) && (slab->next || slab->previous || heap == &hk_heap_orphans)) {
		destroy(heap, slab);
	}
}

/* A chain that nobody but its owners' slabs can take: under the orphan heap's lock an owner that
 * is read cannot become or cease to be the orphan heap. */
static void give_orphans(struct hk_chain chain)
{
	unsigned class_index = hk_registry_class(chain.head);
	struct hk_chain adopted = { NULL, 0 };
	struct hk_block *next;

	lock_heap(&hk_heap_orphans);
	for (struct hk_block *block = chain.head; block; block = next) {
		struct hk_slab *slab = hk_registry_slab(block);

		next = block->next;
		if (atomic_load_explicit(&slab->owner, memory_order_relaxed) == &hk_heap_orphans)
			give(&hk_heap_orphans, slab, block);
		else
			hk_chain_push(&adopted, block);
	}
	hk_tally_publish(&hk_heap_orphans, class_index);
	unlock_heap(&hk_heap_orphans);
	if (adopted.head)
		hk_heap_bring_home(NULL, adopted);
}

/* CHAIN has come by HEAP's mailbox; its lock is held.  A sender may have read the owner just
 * before the thread ended, and the heap may have a new thread since: such blocks are STRAYS. */
static void receive(struct hk_heap *heap, struct hk_chain chain, struct hk_chain *strays)
{
	struct hk_block *next;

	for (struct hk_block *block = chain.head; block; block = next) {
		struct hk_slab *slab = hk_registry_slab(block);

		next = block->next;
		if (HK_LIKELY(atomic_load_explicit(&slab->owner, memory_order_relaxed) == heap))
			give(heap, slab, block);
		else
			hk_chain_push(strays, block);
	}
}

/* Empty HEAP's mailbox; its lock is held.  The first chain of CLASS_INDEX is returned as it is. */
static struct hk_chain read_mail(struct hk_heap *heap, unsigned class_index, struct hk_chain *strays)
{
	struct hk_chain found = { NULL, 0 };
	struct hk_message *messages = hk_mailbox_take_all(&heap->mailbox);

	while (messages) {
		struct hk_chain chain = hk_mailbox_unpack(&messages);
		size_t bytes = chain.count * (size_t)hk_registry_slab(chain.head)->block_bytes;

		unsigned message_class = hk_registry_class(chain.head);

		if (!found.head && message_class == class_index)
			found = chain;
		else
			receive(heap, chain, strays);
		hk_tally_publish(heap, message_class);
		/* After the blocks have left "used": who reads in between counts them twice as perhaps
		 * not live, never as live for sure. */
		atomic_fetch_sub_explicit(&heap->mailbox_bytes, bytes, memory_order_seq_cst);
		hk_tally_show_mailbox(heap);
	}
	return found;
}

static void send(struct hk_heap *owner, struct hk_chain chain)
{
	size_t bytes = chain.count * (size_t)hk_registry_slab(chain.head)->block_bytes;
	size_t now;

	if (owner == &hk_heap_orphans) {
		give_orphans(chain);
		return;
	}
	/* Counted before it is posted: the taker may be faster than we are. */
	now = atomic_fetch_add_explicit(&owner->mailbox_bytes, bytes, memory_order_seq_cst) + bytes;
	settle_mailbox(owner);
	if (!hk_mailbox_post(&owner->mailbox, chain)) {
		atomic_fetch_sub_explicit(&owner->mailbox_bytes, bytes, memory_order_seq_cst);
		give_orphans(chain);
		return;
	}
	if (now > MAILBOX_BYTES_MAX && hk_lock_try(&owner->lock, HK_RANK_HEAP)) {
		struct hk_chain strays = { NULL, 0 };

		read_mail(owner, HK_CLASS_NONE, &strays);
		unlock_heap(owner);
		if (strays.head)
			hk_heap_bring_home(NULL, strays);
	}
}

struct post {
	struct hk_heap *owner;
	struct hk_chain chain;
};

/* Put BLOCK of OWNER into one of the POSTS; one that has to make room is sent. */
static void sort_into(struct post *posts, struct hk_heap *owner, struct hk_block *block, struct hk_heap *unlocked)
{
	struct post *post = posts;

	while (post < posts + OWNERS_AT_ONCE && post->owner && post->owner != owner)
		post++;
	if (post == posts + OWNERS_AT_ONCE) {
		post = posts;
		if (unlocked)
			unlock_heap(unlocked);
		send(post->owner, post->chain);
		if (unlocked)
			lock_heap(unlocked);
		post->chain = (struct hk_chain){ NULL, 0 };
	}
	post->owner = owner;
	hk_chain_push(&post->chain, block);
}

void hk_heap_bring_home(struct hk_heap *self, struct hk_chain chain)
{
	struct post posts[OWNERS_AT_ONCE] = { { NULL, { NULL, 0 } } };
	struct hk_block *next;

	if (hk_config_debug)
		hk_counters_add(&hk_counters.homecomings, 1);
	unsigned class_index = hk_registry_class(chain.head);

	if (self)
		lock_heap(self);
	for (struct hk_block *block = chain.head; chain.count; chain.count--, block = next) {
		struct hk_slab *slab = hk_registry_slab(block);
		struct hk_heap *owner = atomic_load_explicit(&slab->owner, memory_order_acquire);

		next = chain.count > 1 ? block->next : NULL;
		if (owner == self)
			give(self, slab, block);
		else
			sort_into(posts, owner, block, self);
	}
	if (self) {
		if (hk_tally_is_on(self)) {
			hk_tally_publish_class(self, class_index);
			hk_tally_count_home(self);
		}
		unlock_heap(self);
	}
	for (struct post *post = posts; post < posts + OWNERS_AT_ONCE && post->owner; post++)
		send(post->owner, post->chain);
}

/* SLAB moves from one heap to another; both locks are held, one of them the orphan heap's. */
static void hand_over(struct hk_heap *from, struct hk_heap *to, struct hk_slab *slab)
{
	enum hk_slab_list list = (enum hk_slab_list)slab->list;

	list_remove(from, slab);
	list_add(to, slab, list);
	atomic_store_explicit(&slab->owner, to, memory_order_release);
	/* Shown in the new place first: outside nobody sees too little. */
	hk_tally_add(to, slab->class_index, slab->used, slab->slots, 1);
	hk_tally_add(from, slab->class_index, -(int64_t)slab->used, -(int64_t)slab->slots, -1);
}

/* A slab of an ended thread with room for CLASS_INDEX, if there is one; HEAP's lock is held. */
static struct hk_slab *adopt(struct hk_heap *heap, unsigned class_index)
{
	struct hk_slab *slab;

	if (!atomic_load_explicit(&orphan_slabs, memory_order_relaxed))
		return NULL;
	lock_heap(&hk_heap_orphans);
	slab = hk_heap_orphans.partial[class_index];
	if (slab)
		hand_over(&hk_heap_orphans, heap, slab);
	unlock_heap(&hk_heap_orphans);
	return slab;
}

static struct hk_chain take_from_slabs(struct hk_heap *heap, unsigned class_index, uint32_t wanted)
{
	struct hk_chain chain = { NULL, 0 };

	while (chain.count < wanted) {
		struct hk_slab *slab = heap->partial[class_index];

		if (!slab) {
			if (chain.head)
				break;
			if (heap != &hk_heap_orphans)
				slab = adopt(heap, class_index);
			if (!slab) {
				slab = hk_slab_make(heap, class_index);
				if (!slab)
					break;
				list_add(heap, slab, HK_LIST_PARTIAL);
				hk_tally_add(heap, class_index, 0, slab->slots, 1);
				hk_tally_show_slab(slab);
			}
		}
		/* A few used slots here and a few there make a batch; fresh ones are one by themselves. */
		bool fresh = !slab->free;

		if (chain.head && fresh)
			break;

		struct hk_chain more = hk_slab_take(slab, wanted - chain.count);

		hk_tally_add(heap, class_index, more.count, 0, 0);
		/* Each look costs a division: only when a step of it is passed. */
		if (hk_tally_is_on(heap) &&
		    ((slab->used ^ (slab->used - more.count)) >= FILL_STEP || hk_slab_is_full(slab)))
			hk_tally_show_fill(slab);
		if (hk_slab_is_full(slab)) {
			list_remove(heap, slab);
			list_add(heap, slab, HK_LIST_FULL);
		}
		if (chain.head) {
			struct hk_block *last = more.head;

			while (last->next)
				last = last->next;
			last->next = chain.head;
		}
		chain.head = more.head;
		chain.count += more.count;
		if (fresh)
			break;
	}
	return chain;
}

struct hk_chain hk_heap_fetch(struct hk_heap *heap, unsigned class_index, uint32_t wanted)
{
	struct hk_chain strays = { NULL, 0 };
	struct hk_chain chain = { NULL, 0 };

	if (hk_config_debug)
		hk_counters_add(&hk_counters.refills, 1);
	lock_heap(heap);
	if (!hk_mailbox_is_empty(&heap->mailbox))
		chain = read_mail(heap, class_index, &strays);
	if (!chain.head)
		chain = take_from_slabs(heap, class_index, wanted);
	if (hk_tally_is_on(heap))
		hk_tally_count_refill(heap, class_index);
	unlock_heap(heap);
	if (strays.head)
		hk_heap_bring_home(NULL, strays);
	return chain;
}

static void destroy_unused(struct hk_heap *heap)
{
	struct hk_slab *next;

	HK_FOR_EACH_CLASS (class_index, &heap->classes) {
		for (struct hk_slab *slab = heap->partial[class_index]; slab; slab = next) {
			next = slab->next;
			if (slab->used == 0)
				destroy(heap, slab);
		}
	}
}

void hk_heap_tidy(struct hk_heap *heap)
{
	struct hk_chain strays = { NULL, 0 };

	lock_heap(heap);
	read_mail(heap, HK_CLASS_NONE, &strays);
	destroy_unused(heap);
	if (hk_config_debug)
		hk_heap_audit(heap);
	unlock_heap(heap);
	if (strays.head)
		hk_heap_bring_home(NULL, strays);
}

void hk_heap_show(struct hk_heap *heap)
{
	lock_heap(heap);
	unlock_heap(heap);
}

void hk_heap_open(struct hk_heap *heap)
{
	heap->thread_number = 0;
	hk_mailbox_open(&heap->mailbox);
}

static void orphan_list(struct hk_heap *heap, struct hk_slab *slab)
{
	struct hk_slab *next;

	for (; slab; slab = next) {
		next = slab->next;
		hand_over(heap, &hk_heap_orphans, slab);
	}
}

void hk_heap_abandon(struct hk_heap *heap)
{
	struct hk_message *messages;

	lock_heap(heap);
	destroy_unused(heap);
	lock_heap(&hk_heap_orphans);
	HK_FOR_EACH_CLASS (class_index, &heap->classes)
		orphan_list(heap, heap->partial[class_index]);
	orphan_list(heap, heap->full);
	/* Only now: who finds the mailbox closed must find the orphan heap as the owner. */
	messages = hk_mailbox_close(&heap->mailbox);
	hk_tally_leave(heap);
	heap->classes = (struct hk_class_set){ { 0 } };
	unlock_heap(&hk_heap_orphans);
	unlock_heap(heap);
	while (messages) {
		struct hk_chain chain = hk_mailbox_unpack(&messages);

		atomic_fetch_sub_explicit(&heap->mailbox_bytes,
					  chain.count * (size_t)hk_registry_slab(chain.head)->block_bytes,
					  memory_order_seq_cst);
		give_orphans(chain);
	}
}

static void count_list(const struct hk_slab *slab, struct hk_heap_census *census)
{
	for (; slab; slab = slab->next) {
		census[slab->class_index].slabs++;
		census[slab->class_index].slots += slab->slots;
		census[slab->class_index].used += slab->used;
	}
}

void hk_heap_count(struct hk_heap *heap, struct hk_heap_census *census)
{
	lock_heap(heap);
	HK_FOR_EACH_CLASS (class_index, &heap->classes)
		count_list(heap->partial[class_index], census);
	count_list(heap->full, census);
	unlock_heap(heap);
}

static void audit_list(struct hk_heap *heap, struct hk_slab *slab, enum hk_slab_list list)
{
	struct hk_slab *previous = NULL;

	for (; slab; previous = slab, slab = slab->next) {
		if (slab->previous != previous || slab->list != list)
			hk_fatal("audit: a slab is in the wrong list", slab);
		if (atomic_load_explicit(&slab->owner, memory_order_relaxed) != heap)
			hk_fatal("audit: a slab has another owner", slab);
		if (slab->used > slab->fresh || slab->fresh > slab->slots ||
		    (list == HK_LIST_FULL) != hk_slab_is_full(slab))
			hk_fatal("audit: a slab's counts contradict each other", slab);
	}
}

void hk_heap_audit(struct hk_heap *heap)
{
	HK_FOR_EACH_CLASS (class_index, &heap->classes)
		audit_list(heap, heap->partial[class_index], HK_LIST_PARTIAL);
	audit_list(heap, heap->full, HK_LIST_FULL);
}
