#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Is a process with a pid of its own pid namespace read by the pid that it has outside, and its
# child there, which is another pid 1's?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"
need unshare
unshare -pf true 2>/dev/null || skip "no pid namespace can be made"

# The program is the child of unshare, and its child's child with "fork".
child_of()
{
	tr ' ' '\n' <"/proc/$1/task/$1/children" | head -n 1
}

[ -r "/proc/$$/task/$$/children" ] || skip "this kernel does not tell children"
start_holder unshare -pf env "LD_PRELOAD=$library" "$hold" 6 || wrong "it does not start"
outer=$(child_of "$holder")
[ "$inner_pid" -eq 1 ] || wrong "it has pid $inner_pid inside"
live=$(shown "$outer" live_bytes) || wrong "nothing is shown: $(cat "$work/errors")"
[ "${live:-0}" -ge 6000000 ] || wrong "$live live bytes"
[ "$(shown "$outer" pid)" = "$outer" ] || wrong "the pid that is shown is not $outer"
kill -KILL "$outer"
kill_holder

start_holder unshare -pf env "LD_PRELOAD=$library" "$hold" 6 fork || wrong "the parent does not start"
parent=$(child_of "$holder")
child=$(child_of "$parent")
for outer in "$parent" "$child"; do
	live=$(shown "$outer" live_bytes) || wrong "of two, nothing is shown: $(cat "$work/errors")"
	[ "$outer" = "$parent" ] && least=6000000 || least=12000000
	[ "${live:-0}" -ge "$least" ] || wrong "$live live bytes, not $least"
done
[ "$(shown "$parent" live_bytes)" -lt 12000000 ] || wrong "the parent shows its child's numbers"
kill -KILL "$parent"
kill_holder

exit $status
