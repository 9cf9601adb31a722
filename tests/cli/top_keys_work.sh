#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does "hakmem-stats top" do what its keys say, on 80 by 24, smaller, and without colour?  A process
# that ends disappears.  Where nothing can be drawn there is one plain look and a note.

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"
need_tmux

start_fake alpha_keys busy
alpha=$fake_pid
start_fake beta_keys plain
beta=$fake_pid
need_permission "$alpha"
top="'$program' top --comm '*_keys' -d 0.2"

open_screen 80 24 "$top"
wait_for 'alpha_keys' || exit "$status"
wait_for 'PID .*COMM .*LIVE .*COMMIT .*UTIL .*LARGE .*THR .*REFILL/s .*STATE'
wait_for 'beta_keys'
wait_for '^ *(2) '
wait_for "beta_keys.* idle"
wait_for "alpha_keys.* live"

press /
wait_for 'show names with: _'
press beta
wait_until_gone 'alpha_keys'
press Enter
wait_for '1 with "beta"'
press Escape
wait_for 'alpha_keys'

press '>'
wait_for 'sorted by UTIL$'
press '<'
wait_for 'sorted by COMMIT$'
press r
wait_for 'sorted by COMMIT, reversed'
press r

press b
wait_for 'beta_keys.* 3145728 '
press b
wait_until_gone ' 3145728 '

press d
wait_for 'seconds between refreshes: _'
press 0.3 Enter
wait_for 'every 0.3 s'
press d
press x Enter
wait_for 'give seconds from'

press p
wait_for 'PAUSED'
press p
wait_until_gone 'PAUSED'

press '?'
wait_for 'size classes of the process'
press q
wait_for 'beta_keys'

# Equal in COMMIT: the lower pid stands first, so End is the other one.
last=alpha_keys
[ "$beta" -gt "$alpha" ] && last=beta_keys
press End Enter
wait_for "$last (.*committed 3.0M"
wait_for 'BLOCK .*SLABS .*IN-USE'
wait_for '  32 .* 25%'
press t
wait_for 'TID NAME .*MAILBOX'
wait_for '(ended threads)'
press m
wait_for '^#0 .*2 slabs .* 29 free'
press c
wait_for 'BLOCK .*SLABS'
press Escape
wait_for 'PID USER'
press Home t
wait_for 'TID NAME'
press q
wait_for 'PID USER'

on_screen resize-window -t test -x 50 -y 8
tries=0
until on_screen capture-pane -p -t test >"$work/screen" && sed -n 8p "$work/screen" | grep -q '? help'; do
	tries=$((tries + 1))
	if [ "$tries" -gt 100 ]; then
		wrong "the screen does not follow its size"
		cat "$work/screen"
		break
	fi
	sleep 0.1
done
wait_for 'COMMIT'
on_screen resize-window -t test -x 80 -y 24
wait_for 'STATE'

kill "$beta"
wait_until_gone 'beta_keys'
wait_for '^ *(1) '
press Enter
wait_for 'alpha_keys (.*committed'
kill "$alpha"
wait_for "process $alpha has ended"
wait_for '^ *(0) '
press Enter
wait_for 'no process is selected'
press q
wait_for 'left with 0'
close_screen

# Changed values and the sorted column are coloured, and not with NO_COLOR.
start_fake alpha_keys busy
for no_color in '' 1; do
	open_screen 80 24 "NO_COLOR=$no_color $top"
	wait_for 'alpha_keys.* live'
	on_screen capture-pane -e -p -t test >"$work/colors"
	colors=$(LC_ALL=C grep -c "$(printf '\033')\\[[0-9;]*3[0-8][;m]" "$work/colors")
	case $no_color.$colors in
	.0) wrong "no colours" ;;
	1.[1-9]*) wrong "colours in spite of NO_COLOR" ;;
	esac
	press q
	wait_for 'left with 0'
	close_screen
done

open_screen 80 24 "TERM=dumb $top"
wait_for 'cannot draw'
wait_for 'alpha_keys'
wait_for 'left with 0'
close_screen
"$program" top --comm '*_keys' </dev/null >"$work/plain" 2>"$work/note" || wrong "no plain look into a pipe"
grep -q 'alpha_keys' "$work/plain" || wrong "the plain look is empty"
[ "$(wc -l <"$work/note")" -eq 1 ] || wrong "not one line of note: $(cat "$work/note")"

"$program" top -d nonsense </dev/null >/dev/null 2>&1
[ $? -eq 2 ] || wrong "top -d nonsense is no usage error"
"$program" top --sort nonsense </dev/null >/dev/null 2>&1
[ $? -eq 2 ] || wrong "top --sort nonsense is no usage error"

exit "$status"
