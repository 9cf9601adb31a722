#!/bin/sh
# SPDX-License-Identifier: MIT
#
# HAKMEM_STATS=shm where no file can be made (/dev/shm full, read-only, or not there, or something
# else than a folder): does the process live, and are its numbers read all the same?

# shellcheck source=tests/stats/holders.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/stats/holders.sh"
need unshare mount
[ "$(id -u)" -eq 0 ] || skip "only root can mount"
[ -d /dev/shm ] || skip "no /dev/shm"
unshare -m sh -c 'mount -t tmpfs -o size=64k none /dev/shm' 2>/dev/null || skip "tmpfs cannot be mounted here"

# try_place NAME COMMAND: the command makes /dev/shm odd, in a mount namespace of its own.
try_place()
{
	# Variables are the inner shell's.
	# shellcheck disable=SC2016
	start_holder unshare -m sh -c "$2"' || exit 99
		exec env LD_PRELOAD="$0" HAKMEM_STATS=shm "$1" 6' "$library" "$hold" || wrong "$1: it dies"
	live=$(shown "$holder" live_bytes) || wrong "$1: nothing is shown: $(cat "$work/errors")"
	[ "${live:-0}" -ge 6000000 ] || wrong "$1: $live live bytes"
	grep -q /dev/shm/hakmem "/proc/$holder/maps" && wrong "$1: there is a file"
	left=$(find "/proc/$holder/root/dev/shm/" -name 'hakmem.*' 2>/dev/null)
	[ -z "$left" ] || wrong "$1: left behind: $left"
	kill_holder
}

# One page less than everything: a file could be made, but has no room.
try_place "full" 'mount -t tmpfs -o size=64k none /dev/shm && head -c 61440 /dev/zero >/dev/shm/filler'
try_place "read-only" 'mount -t tmpfs -o ro none /dev/shm'
try_place "no inodes" 'mount -t tmpfs -o nr_inodes=1 none /dev/shm'
try_place "a device" 'mount --bind /dev/null /dev/shm 2>/dev/null || mount -t tmpfs -o ro none /dev/shm'

exit $status
