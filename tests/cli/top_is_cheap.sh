#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does "hakmem-stats top" take less than 3 % of a core for 300 processes at one refresh a second?
# The CPU time of eleven refreshes, less that of one: ten seconds.

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"
need_tmux

processes=300
refreshes=10
most_percent=3

room=$(awk '/^Max processes/ { print $3 }' /proc/self/limits)
if [ "$room" != unlimited ] && [ "${room:-0}" -lt 2000 ]; then
	echo "skipped: only ${room:-0} processes allowed"
	exit 77
fi
available=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
if [ "${available:-0}" -lt 400000 ]; then
	echo "skipped: only ${available:-0} KiB of memory available"
	exit 77
fi

cp "$fake_process" "$work/one_of_many" || exit 99
start_fake one_of_many plain
need_permission "$fake_pid"
count=1
while [ "$count" -lt "$processes" ]; do
	"$work/one_of_many" plain <"$work/hold" >/dev/null 9>&- &
	count=$((count + 1))
done

# Hundredths of a second of CPU time of a run of so many refreshes: the last line of "times" is
# that of ended children, "0m0.07s 0m0.18s".
measure()
{
	open_screen 80 24 "'$program' top --comm one_of_many -d 1 -n $1; times >'$work/times'"
	if [ "$1" -gt 1 ]; then
		wait_for " $processes processes" || exit "$status"
	fi
	tries=0
	until [ -s "$work/times" ]; do
		tries=$((tries + 1))
		if [ "$tries" -gt 600 ]; then
			wrong "top -n $1 does not end"
			exit "$status"
		fi
		sleep 0.1
	done
	close_screen
	hundredths=$(awk 'END {
		for (i = 1; i <= 2; i++) {
			split($i, part, /[ms]/)
			sum += part[1] * 6000 + part[2] * 100
		}
		printf "%.0f", sum
	}' "$work/times")
	rm "$work/times"
}

measure 1
once=$hundredths
measure $((refreshes + 1))
spent=$((hundredths - once))
echo "$processes processes: $spent hundredths of a second of CPU time in $refreshes seconds"
[ "$spent" -le $((most_percent * refreshes)) ] || wrong "more than $most_percent % of a core"

exit "$status"
