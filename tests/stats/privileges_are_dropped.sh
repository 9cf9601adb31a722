#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A process that gave root away after its segment was made: does it go on, are its numbers read by
# root, and may nobody else but itself and root read them?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"
need setpriv
[ "$(id -u)" -eq 0 ] || skip "only root can drop privileges"

for mode in auto on shm; do
	start_holder env "LD_PRELOAD=$library" HAKMEM_STATS=$mode "$hold" 6 drop || wrong "$mode: it does not start"
	live=$(shown "$holder" live_bytes) || wrong "$mode: nothing is shown: $(cat "$work/errors")"
	[ "${live:-0}" -ge 6000000 ] || wrong "$mode: $live live bytes"
	file=$(sed -n 's:^.* \(/dev/shm/hakmem[^ ]*\).*$:\1:p' "/proc/$holder/maps" | head -n 1)
	# A stranger may not even be able to start the program, from a folder of root's.
	setpriv --reuid 65533 --regid 65533 --clear-groups "$program" show "$holder" >/dev/null 2>&1 &&
		wrong "$mode: a stranger is shown the numbers"
	kill_holder
	[ -z "$file" ] || rm -f "$file"
done

exit $status
