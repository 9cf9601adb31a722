/* SPDX-License-Identifier: MIT
 *
 * life/process.c - the constructor: when the library begins.
 *
 * There is little to begin: zeroed static memory is a working state with default options, so
 * allocations before any constructor just work.  Here the options are read, and the fork handlers
 * and the thread key registered.  Owns nothing; called by the loader only, hence no header; life/attach links it in.  Linked with -z initfirst, so that our fork
 * handlers are the first to be registered: the prepare handlers of others, which may allocate,
 * then run before ours, and their child handlers after.
 */
#include <sys/auxv.h>

#include "life/attach.h"
#include "life/fork.h"
#include "sys/options.h"
#include "sys/segment.h"

void hk_process_start(int argument_count, char **arguments, char **environment);

/* The loader hands the environment over; libc's own environ may not be set this early. */
__attribute__((constructor(101))) void hk_process_start(int argument_count, char **arguments, char **environment)
{
	(void)argument_count;
	(void)arguments;
	if (!getauxval(AT_SECURE))
		hk_options_read(environment);
	hk_segment_begin_process();
	hk_fork_register();
	hk_attach_start();
}
