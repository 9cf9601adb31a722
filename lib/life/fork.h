/* SPDX-License-Identifier: MIT
 *
 * life/fork.h - every lock is taken around fork, in rank order.
 *
 * Owns the three handlers.  Registered once by life/process.
 */
#ifndef HK_LIFE_FORK_H
#define HK_LIFE_FORK_H

void hk_fork_register(void);

#endif
