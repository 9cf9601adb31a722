#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Is the hot path still what it was?  Of the built release library, malloc and free are taken
# apart and the hit path is followed: straight on past each conditional jump until ret.
#
#  1. malloc takes at most 13 instructions, free at most 18.
#  2. No frame, no call, no push, no jump away.
#  3. One copy: the hak_ twins have the same address or are a jump to it, and the compiler made no
#     clones.
#  4. With the compiler of the golden file the instructions are those of the golden file.
#
# After a change that is meant:
#     HAK_REFRESH_GOLDEN=1 make check TESTS=tests/lint/golden_hot_path.sh
# and commit the golden file with the change.

srcdir=${HAK_SRCDIR:-$(dirname "$0")/../..}
library=${HAKMEM_LIBRARY:-$PWD/.libs/libhakmem.so}
objdump=${OBJDUMP:-objdump}

if [ "${HAK_RELEASE-}" != 1 ]; then
	echo "skipped: not the release build"
	exit 77
fi
if [ ! -f "$library" ]; then
	echo "$library is not there"
	exit 77
fi
# The machine from the ELF header: the two bytes of e_machine.
case $(od -An -tx1 -j18 -N2 "$library") in
' 3e 00') machine=x86_64 ;;
*)
	echo "skipped: no rules for this machine"
	exit 77
	;;
esac

work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
status=0
wrong()
{
	echo "$*"
	status=1
}

LC_ALL=C "${NM:-nm}" "$library" >"$work/symbols" || exit 99
LC_ALL=C "$objdump" -d --no-show-raw-insn "$library" >"$work/code" || exit 99
case $(LC_ALL=C "${READELF:-readelf}" -p .comment "$library") in
*clang*) compiler=clang ;;
*) compiler=gcc ;;
esac

address_of()
{
	awk -v name="$1" '{ sub(/@.*/, "", $3) } $3 == name && $2 ~ /[Tt]/ { print $1; exit }' "$work/symbols"
}

# The instructions from an address to the first ret, jump away or ud2, without padding and
# landing marks.  A line is "mnemonic operands".
hit_path()
{
	awk -v start="$1" '
	BEGIN { sub(/^0+/, "", start) }
	/^ *[0-9a-f]+:/ {
		at = $1; sub(/:$/, "", at)
		if (at == start)
			on = 1
		if (!on)
			next
		line = $0
		sub(/^ *[0-9a-f]+:[ \t]*/, "", line)
		sub(/[ \t]*[#<].*$/, "", line)
		sub(/^(bnd|notrack|repz|rep) /, "", line)
		word = line; sub(/[ \t].*/, "", word)
		if (word ~ /^nop|^endbr|^data16|^cs$/)
			next
		print line
		if (word ~ /^(ret|retq|jmp|jmpq|ud2|hlt)$/)
			exit
	}' "$work/code"
}

: >"$work/listing"
for rule in malloc:13 free:18; do
	name=${rule%:*}
	limit=${rule#*:}
	address=$(address_of "$name")
	if [ -z "$address" ]; then
		wrong "$name: not in the library"
		continue
	fi
	hit_path "$address" >"$work/$name"
	count=$(wc -l <"$work/$name")
	echo "$name: $count instructions on the hit path, $limit allowed ($compiler)"
	[ "$count" -gt 0 ] || wrong "$name: nothing found at $address"
	[ "$count" -le "$limit" ] || wrong "$name: $((count - limit)) too many"
	[ "$(tail -n 1 "$work/$name" | cut -c1-3)" = ret ] || wrong "$name: the hit path ends in a jump"
	if grep -E '^(call|push|pop|enter|leave)|^(sub|add|and) .*%[re]sp$|,%[re]sp$' "$work/$name"; then
		wrong "$name: has a frame or a call"
	fi
	{
		echo "$name"
		awk '{ print "\t" $1 }' "$work/$name"
	} >>"$work/listing"

	# The twins, and what the compiler may have cloned.
	case $name in
	malloc) twins="hk_malloc hak_malloc hak_tiny_alloc" ;;
	free) twins="hk_free hak_free hak_tiny_free" ;;
	esac
	for twin in $twins; do
		other=$(address_of "$twin")
		[ -z "$other" ] && continue
		[ "$other" = "$address" ] && continue
		first=$(hit_path "$other" | head -n 1)
		to=$(echo "$first" | awk '{ print $2 }' | sed 's/^0*//')
		case $first in
		jmp*) [ "$to" = "$(echo "$address" | sed 's/^0*//')" ] || wrong "$twin: jumps elsewhere than $name" ;;
		*) wrong "$twin: a second copy of $name" ;;
		esac
	done
	if awk '{ print $3 }' "$work/symbols" |
		grep -E "^(hk_|hak_)?$name\\.(part|constprop|isra|cold|lto_priv)"; then
		wrong "$name: the compiler made a clone"
	fi
done

# The golden file: its first line names the compiler and its major version.
golden=$srcdir/tests/lint/hot_path.$machine.$compiler.golden
if [ "$compiler" = gcc ]; then
	version=$(LC_ALL=C "${READELF:-readelf}" -p .comment "$library" |
		sed -n 's/.*GCC: ([^)]*) \([0-9]*\)\..*/\1/p' | head -n 1)
	{
		echo "# mnemonics of the hit path, gcc $version -O2; refreshed by golden_hot_path.sh"
		cat "$work/listing"
	} >"$work/golden"
	if [ "${HAK_REFRESH_GOLDEN-}" = 1 ] && [ "$status" -eq 0 ]; then
		cp "$work/golden" "$golden" || exit 99
		echo "refreshed ${golden##*/}"
	elif [ ! -f "$golden" ]; then
		wrong "${golden##*/} is not there; refresh as this script's first comment says"
	elif [ "${HAK_PROFILED-0}" = 1 ] || [ "$(head -n 1 "$golden")" != "$(head -n 1 "$work/golden")" ]; then
		echo "only counted: the golden file is of another compiler, or a profile was used"
	elif ! diff -u "$golden" "$work/golden"; then
		wrong "the hit path changed; if that is meant, refresh: see this script's first comment"
	fi
fi

if [ "$status" -ne 0 ]; then
	for name in malloc free; do
		[ -f "$work/$name" ] && sed "s/^/$name: /" "$work/$name"
	done
fi
exit "$status"
