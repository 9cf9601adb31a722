#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Is a process that outgrew its first superslab in an empty chroot, without /dev and /proc, read
# from outside?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"
[ "$(id -u)" -eq 0 ] || skip "only root can chroot"

mkdir "$work/root" || exit 99
for mode in auto shm; do
	start_holder env "LD_PRELOAD=$library" HAKMEM_STATS=$mode "$hold" 6 chroot "$work/root" ||
		wrong "$mode: it does not start"
	live=$(shown "$holder" live_bytes) || wrong "$mode: nothing is shown: $(cat "$work/errors")"
	[ "${live:-0}" -ge 6000000 ] || wrong "$mode: $live live bytes"
	file=$(sed -n 's:^.* \(/dev/shm/hakmem[^ ]*\).*$:\1:p' "/proc/$holder/maps" | head -n 1)
	kill_holder
	[ -z "$file" ] || rm -f "$file"
done

exit $status
