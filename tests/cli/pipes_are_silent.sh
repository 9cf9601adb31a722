#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does a reader that has had enough end hakmem-stats without a word?

# shellcheck source=tests/cli/screen.sh
. "${HAK_SRCDIR:-$(dirname "$0")/../..}/tests/cli/screen.sh"

start_fake chatty plain
need_permission "$fake_pid"
for command in list "list --json" metrics "classes $fake_pid" "snapshot $fake_pid" "watch $fake_pid -i 0.01 -n 200"; do
	# shellcheck disable=SC2086 # command and pid
	{ "$program" $command 2>"$work/errors"; } | :
	[ ! -s "$work/errors" ] || wrong "$command: $(cat "$work/errors")"
	# shellcheck disable=SC2086
	(trap '' PIPE; exec "$program" $command 2>"$work/errors") | :
	[ ! -s "$work/errors" ] || wrong "$command with SIGPIPE ignored: $(cat "$work/errors")"
done
exit "$status"
