/* SPDX-License-Identifier: MIT
 *
 * front/names.h - the one word that makes a libc name public.
 *
 * Owns nothing.  malloc.c, memalign.c and compat.c only forward: the work is in slow.c and
 * report.c.  They are left out of the core library of the tests.
 */
#ifndef HK_FRONT_NAMES_H
#define HK_FRONT_NAMES_H

#include "base/compiler.h"

#define HK_LIBC_NAME HK_PUBLIC

#endif
