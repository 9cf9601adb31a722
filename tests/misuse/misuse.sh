#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does each misuse end as it is documented?
#
#   dies     by SIGABRT after one line "hakmem: ..." on stderr; with HAKMEM_ABORT=0 it lives on
#   stops    lives on or dies by SIGABRT, whoever notices; no hang, no other signal
#
# misuse.sh [FOLDER] - where the compiled programs are (default: tests/misuse of the build tree).

folder=${1:-${MISUSE_FOLDER:-tests/misuse}}
library=${HAKMEM_LIBRARY-.libs/libhakmem.so}
case $library in '' | /*) ;; *) library=$(pwd)/$library ;; esac
[ -z "$library" ] || [ -r "$library" ] || { echo "misuse: no library at $library" >&2; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
	echo "misuse: $1: $2" >&2
	failures=$((failures + 1))
}

# run NAME ABORT - leaves the exit code in $code, the output in $work/out and $work/err
run() {
	[ -x "$folder/$1" ] || { echo "misuse: no program $folder/$1" >&2; exit 99; }
	HAKMEM_ABORT=$2
	[ -n "$2" ] || unset HAKMEM_ABORT
	[ -z "$2" ] || export HAKMEM_ABORT
	timeout -s KILL 20 env LD_PRELOAD="$library" "$folder/$1" >"$work/out" 2>"$work/all"
	code=$?
	# some shells put their own word on the death of a command there as well
	grep -v -e '^Aborted' -e '^Killed' -e '^Segmentation fault' "$work/all" >"$work/err"
	unset HAKMEM_ABORT
}

dies() {
	for abort in '' 1; do
		run "$1" "$abort"
		if [ $code -eq 77 ]; then
			echo "misuse: skip $1: $(cat "$work/err")"
			return
		fi
		[ $code -eq 134 ] || fail "$1" "ended with $code instead of SIGABRT (134)"
		case $(head -n 1 "$work/err") in
		hakmem:*) ;;
		*) fail "$1" "the message is '$(head -n 1 "$work/err")'" ;;
		esac
		[ "$(wc -l <"$work/err")" -eq 1 ] || fail "$1" "the message is not one line"
		grep -q continued "$work/out" && fail "$1" "it lived on"
	done
	run "$1" 0
	[ $code -eq 0 ] || fail "$1" "with HAKMEM_ABORT=0 it ended with $code"
	grep -q continued "$work/out" || fail "$1" "with HAKMEM_ABORT=0 it did not live on"
	echo "misuse: done $1"
}

stops() {
	for abort in '' 0; do
		run "$1" "$abort"
		case $code in
		0) grep -q continued "$work/out" || fail "$1" "it ended early" ;;
		134) ;;
		137) fail "$1" "it hangs" ;;
		*) fail "$1" "it ended with $code" ;;
		esac
	done
	echo "misuse: done $1"
}

dies double_free_large
dies double_free_large_aligned
dies realloc_after_free_large
dies free_inside_large
dies free_never_used_memory
stops free_inside_small
stops free_unaligned_small
stops free_stack_address
stops free_static_address
[ $failures -eq 0 ]
