#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Do real programs that run on the preloaded library end well and say the same, byte for byte, as
# on libc's malloc?
#
# Every program of the list below that the machine has is run by a small script in a fresh folder:
# "same" runs it on libc first and compares, "passes" only asks for success (servers, test suites).
# Prints "ok NAME", "not ok NAME: reason" or "skip NAME: reason"; exit 1 when any was not ok.
# What fails on libc too says nothing and is skipped.
#
#   HAKMEM_LIBRARY        the library (default: .libs/libhakmem.so here)
#   REAL_PROGRAMS_LONG=1  bigger loads, and python's own tests
#   real_programs.sh [NAME...]   only these

library=${HAKMEM_LIBRARY:-$PWD/.libs/libhakmem.so}
[ -r "$library" ] || { echo "real_programs: no library at $library" >&2; exit 99; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM
chmod 755 "$work"
cp -L "$library" "$work/preloaded.so" && chmod 755 "$work/preloaded.so" || exit 99
# A loader that quietly ignores the library would make everything pass.
LD_PRELOAD=$work/preloaded.so grep -q -F preloaded.so /proc/self/maps || {
	echo "real_programs: the loader does not take $library" >&2
	exit 99
}
wanted=" $* "
failures=0
successes=0

if [ -x /usr/bin/python3 ]; then PYTHON=/usr/bin/python3; else PYTHON=python3; fi
POSTGRES=
for folder in /usr/lib/postgresql/*/bin /usr/bin; do
	[ -x "$folder/initdb" ] && POSTGRES=$folder
done
PATH=$PATH:/usr/sbin:/sbin
LONG=${REAL_PROGRAMS_LONG:-0}
if [ "$LONG" = 1 ]; then SCALE=10; else SCALE=1; fi
LC_ALL=C
PYTHONHASHSEED=0
PERL_HASH_SEED=0
WORK=$work
export PATH PYTHON POSTGRES LONG SCALE LC_ALL PYTHONHASHSEED PERL_HASH_SEED WORK
unset LD_PRELOAD

# attempt PRELOAD SECONDS OUTPUT - run $work/script in a fresh folder; the exit code is the answer
attempt() {
	rm -rf "$work/run"
	mkdir "$work/run" || exit 99
	chmod 777 "$work/run"
	(
		cd "$work/run" || exit 99
		exec timeout -k 5 "$2" env LD_PRELOAD="$1" HOME="$work/run" sh -eu "$work/script" >"$3" 2>"$work/errors" </dev/null
	) 2>/dev/null
}

# take NAME SECONDS NEEDED... - is it wanted and there?  Stores the script from standard input.
take() {
	name=$1
	shift 2
	{
		cat "$work/prelude"
		cat
	} >"$work/script"
	case $wanted in
	"  " | *" $name "*) ;;
	*) return 1 ;;
	esac
	for needed in "$@"; do
		command -v "$needed" >/dev/null || {
			echo "skip $name: no $needed"
			return 1
		}
	done
}

verdict() {
	if [ -z "$2" ]; then
		echo "ok $1"
		successes=$((successes + 1))
	else
		echo "not ok $1: $2"
		sed 's/^/#   /' "$work/errors" | tail -n 5
		failures=$((failures + 1))
	fi
}

# same NAME SECONDS NEEDED... <script
same() {
	seconds=$2
	take "$@" || return 0
	attempt '' "$seconds" "$work/expected" || {
		echo "skip $1: it fails on libc's malloc too ($?)"
		return 0
	}
	attempt "$work/preloaded.so" "$seconds" "$work/output"
	code=$?
	reason=
	if [ $code -eq 124 ] || [ $code -eq 137 ]; then
		reason="no end after $seconds seconds"
	elif [ $code -ne 0 ]; then
		reason="it ended with $code"
	elif ! cmp -s "$work/expected" "$work/output"; then
		reason="other output than on libc's malloc"
	elif grep -q '^hakmem:' "$work/errors"; then
		reason="the library spoke"
	fi
	verdict "$1" "$reason"
}

# passes NAME SECONDS NEEDED... <script
passes() {
	seconds=$2
	take "$@" || return 0
	if attempt "$work/preloaded.so" "$seconds" "$work/output"; then
		if grep -q '^hakmem:' "$work/errors"; then verdict "$1" "the library spoke"; else verdict "$1" ''; fi
		return 0
	fi
	code=$?
	cp "$work/errors" "$work/errors.kept"
	if attempt '' "$seconds" "$work/expected"; then
		mv "$work/errors.kept" "$work/errors"
		verdict "$1" "it ended with $code"
	else
		echo "skip $1: it fails on libc's malloc too"
	fi
}

# What every script starts with: the library must be mapped, in the shell and in a server.
cat >"$work/prelude" <<'EOF'
is_mapped() {
	[ -z "${LD_PRELOAD-}" ] || grep -q -F preloaded.so "/proc/$1/maps" || {
		echo "the library is not mapped in $1" >&2
		exit 98
	}
}
until_works() { # a command that says when a server is there; each try is a program's start long
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 3000 ] || { echo "no answer: $*" >&2; exit 97; }
	done
}
is_mapped $$
EOF

# A tree and source files that both runs of a program look at.
mkdir "$work/tree"
i=0
while [ "$i" -lt 60 ]; do
	mkdir -p "$work/tree/$((i % 7))/$((i % 5))/$i"
	seq 1 $((i * 20)) >"$work/tree/$((i % 7))/$((i % 5))/$i/file-$i"
	i=$((i + 1))
done
functions=1500
[ "$LONG" = 1 ] && functions=10000
awk -v functions=$functions 'BEGIN {
	print "#include <stdio.h>\n#include <string.h>\nstruct thing { int a; long b[8]; char c[20]; };"
	for (i = 0; i < functions; i++) {
		printf "static long work_%d(struct thing *t, long n) { long s = %d; for (long i = 0; i < n; i++) {", i, i
		printf " s += t->b[i & 7] * %d; if (s & 1) s ^= t->a; } return s + (long)strlen(t->c); }\n", i * 7 + 1
	}
	print "long all(struct thing *t, long n) { long s = 0;"
	for (i = 0; i < functions; i++)
		printf "s += work_%d(t, n + %d);\n", i, i
	print "printf(\"%ld\", s); return s; }"
}' >"$work/large.c"
awk 'BEGIN {
	print "#include <map>\n#include <string>\n#include <vector>\n#include <algorithm>\n#include <functional>"
	for (i = 0; i < 40; i++) {
		printf "struct key_%d { int v; bool operator<(const key_%d &o) const { return v < o.v; } };\n", i, i
		printf "std::string use_%d(std::vector<int> v) { std::map<key_%d, std::vector<std::string>> m;", i, i
		printf " for (int x : v) m[key_%d{x}].push_back(std::to_string(x + %d));", i, i
		print  " std::string s; for (auto &e : m) for (auto &t : e.second) s += t; return s; }"
	}
}' >"$work/large.cc"

# ---- languages and tools ----------------------------------------------------------------------

same bash 60 bash <<'EOF'
cat >script <<'END'
declare -A map
for ((i = 0; i < 20000 * SCALE; i++)); do list[i]="item $i"; map[$((i % 3000))]+="$i,"; done
text=; for ((i = 0; i < 2000; i++)); do text+=$(printf '%s-' "${list[i]}"); text=${text//9-/x}; done
echo "${#list[@]} ${#map[@]} ${map[77]} ${#text}"
wc -c < <(for k in "${!map[@]}"; do echo "${map[$k]}"; done)
END
bash script
EOF

same coreutils 60 sort ls join md5sum <<'EOF'
seq 1 $((150000 * SCALE)) | sort --parallel=2 -S 4M -k1.2,1r | md5sum
seq 1 100000 | sort -n -r | uniq | tac | tail -n 1000 | md5sum
ls -lR "$WORK/tree" | md5sum
du -a "$WORK/tree" | sort | md5sum
seq 1 50000 | sort >a; seq 20000 70000 | sort >b; join a b | md5sum; comm -3 a b | md5sum
tar -C "$WORK" -cf - tree | wc -c
find "$WORK/tree" -type f -exec grep -c 7 {} + | sort | md5sum
EOF

same gawk 60 awk <<'EOF'
seq 1 $((200000 * SCALE)) | awk '{ n[$1 % 1000 "k"] += $1; s[$1] = s[$1 - 1] % 9973 "" $1 }
	END { for (i = 0; i < 1000; i++) t += n[i "k"]; print t, length(s), substr(s[NR], 1, 5) }'
EOF

same perl 60 perl <<'EOF'
cat >script <<'END'
use strict; my (%h, @l); my $scale = $ENV{SCALE};
for my $i (1 .. 60000 * $scale) { $h{"key$i"} = [$i, "x" x ($i % 100)]; push @l, { n => $i } if $i % 3 == 0 }
my $sum = 0; for my $k (sort keys %h) { $sum = ($sum * 31 + $h{$k}[0] + length $h{$k}[1]) % 1000000007 }
my $text = join ",", map { $_->{n} } @l; my $n = () = $text =~ /1[23]+4?/g; $text =~ s/(\d)(\d)/$2$1/g;
print "$sum $n ", length $text, " ", scalar(@l), "\n";
for my $round (1 .. 20) { my $p = fork(); if (!$p) { my @m = (1) x 10000; exit 0 } waitpid $p, 0; print $?, "\n" }
END
perl script
EOF

same python 90 "$PYTHON" <<'EOF'
cat >script.py <<'END'
import gc, hashlib, io, json, os, re, subprocess, threading, zlib
scale = int(os.environ["SCALE"])
data = [{"id": i, "name": "name %d" % i, "list": list(range(i % 20))} for i in range(20000 * scale)]
text = json.dumps(data, sort_keys=True)
print(hashlib.sha256(text.encode()).hexdigest(), json.loads(text) == data)
print(len(re.findall(r"name (\d)\1", text)), zlib.crc32(zlib.compress(text.encode(), 6)))
results = {}
def work(number):
    pieces = {}
    for i in range(20000):
        pieces[i % 500] = pieces.get(i % 500, "") + str(i * number)
    results[number] = zlib.crc32("".join(pieces[k] for k in sorted(pieces)).encode())
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(sorted(results.items()))
for i in range(20000):
    a = []; a.append(a)
print(gc.collect() >= 0, subprocess.run(["echo", "child"], capture_output=True).stdout)
child = os.fork()
if child == 0:
    os._exit(0 if json.loads(text) == data else 1)
print(os.waitpid(child, 0)[1])
END
"$PYTHON" script.py
EOF

same sqlite3 60 sqlite3 <<'EOF'
sqlite3 test.db <<END
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < $((60000 * SCALE)))
	insert into t select i, 'text ' || (i * 7919 % 10007), i / 3.0 from n;
create index by_b on t(b);
select b, count(*), sum(c) from t group by b order by 2 desc, 1 limit 20;
delete from t where a % 3 = 0;
vacuum;
pragma integrity_check;
select count(*), max(length(b)), total(c) from t where b like '%9%';
END
sqlite3 test.db .dump | md5sum
EOF

same lua 60 lua5.4 <<'EOF'
cat >script.lua <<'END'
local t, n = {}, 0
for i = 1, 200000 * tonumber(os.getenv("SCALE")) do t[i % 5000 .. "k"] = { i, tostring(i) .. "text" }; n = n + #t[i % 5000 .. "k"][2] end
local parts = {}
for i = 0, 4999 do parts[#parts + 1] = t[i .. "k"][2] end
local s = table.concat(parts, ","):gsub("1(%d)", "%1%1")
print(n, #s, s:sub(1, 200))
END
lua5.4 script.lua
EOF

same jq 60 jq <<'EOF'
seq 1 $((20000 * SCALE)) | jq -s -c 'map({n: ., s: (tostring + "x"), l: [range(. % 7)]})' >data.json
jq -c 'group_by(.n % 100) | map({k: .[0].n, c: length, t: (map(.s) | join("") | length)})' data.json | md5sum
jq -r '.[] | select(.n % 1001 == 0) | [.n, .s] | @csv' data.json
EOF

same gcc 120 gcc <<'EOF'
cp "$WORK/large.c" . && gcc -O1 -g -c large.c -o large.o && md5sum <large.o
gcc -O2 -S large.c -o - | md5sum
EOF

same g++ 120 g++ <<'EOF'
cp "$WORK/large.cc" . && g++ -O1 -S large.cc -o - | md5sum
EOF

same clang 120 clang <<'EOF'
cp "$WORK/large.c" . && clang -O1 -g -c large.c -o large.o && md5sum <large.o
EOF

same git 60 git <<'EOF'
GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
export GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
git init -q . && cp -r "$WORK/tree" .
for i in 1 2 3 4 5 6 7 8; do
	seq $i 500 >file-$i; seq $i 9 >"tree/new-$i"
	git add -A
	GIT_AUTHOR_DATE="170000000$i +0000" GIT_COMMITTER_DATE="170000000$i +0000" git commit -q -m "commit $i"
done
git log --stat
git gc -q --aggressive
git fsck --full
git clone -q . copy && git -C copy log --oneline && git -C copy diff HEAD~3 | md5sum
git count-objects -v | grep in-pack
EOF

same xz 60 xz <<'EOF'
seq 1 $((600000 * SCALE)) >data
xz -T2 --block-size=1MiB -3 -k -c data >data.xz && md5sum <data.xz
xz -T2 -d -c data.xz | cmp - data
gzip -n -9 -c data | md5sum
EOF

same openssl 60 openssl <<'EOF'
seq 1 300000 >data
openssl dgst -sha256 data
openssl enc -aes-256-cbc -K 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff -iv 00 -in data 2>/dev/null | md5sum
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key 2>/dev/null
openssl pkey -in key -pubout -out public
openssl dgst -sha256 -sign key -out signature data
openssl dgst -sha256 -verify public -signature signature data
openssl req -new -x509 -key key -subj /CN=test -out certificate && openssl verify -CAfile certificate certificate
EOF

same gdb-core 60 gdb gcc <<'EOF'
cat >crash.c <<'END'
#include <stdlib.h>
int deepest(char *p) { return *(volatile int *)(p - (size_t)p); }
int middle(int n) { return n ? middle(n - 1) + 1 : deepest(calloc(10, 1)); }
int main(void) { return middle(20); }
END
gcc -g -O0 -o crash crash.c
gdb -q -nx -batch -ex run -ex 'generate-core-file core.test' ./crash >/dev/null 2>&1
test -s core.test
gdb -q -nx -batch -ex bt ./crash core.test 2>/dev/null | grep '^#' | sed 's/0x[0-9a-f]*/ADDRESS/g'
EOF

same node 60 node <<'EOF'
cat >script.js <<'END'
const crypto = require('crypto'), zlib = require('zlib'), { Worker } = require('worker_threads');
const list = []; for (let i = 0; i < 50000 * process.env.SCALE; i++) list.push({ i, s: 'text' + i, b: Buffer.alloc(i % 300, i) });
const hash = crypto.createHash('sha256'); for (const e of list) hash.update(e.s).update(e.b);
console.log(hash.digest('hex'), zlib.gunzipSync(zlib.gzipSync(JSON.stringify(list.slice(0, 2000)))).length);
let left = 4; for (let i = 0; i < 4; i++)
	new Worker("let a=[];for(let i=0;i<1e5;i++)a.push(Buffer.alloc(100));require('worker_threads').parentPort.postMessage(a.length)", { eval: true })
		.on('message', n => { if (--left === 0) console.log('workers', n); });
END
node script.js
EOF

same java 60 java <<'EOF'
java -version 2>&1
EOF

# ---- servers ----------------------------------------------------------------------------------

passes redis 120 redis-server redis-cli redis-benchmark <<'EOF'
redis-server --port 0 --unixsocket "$PWD/socket" --save '' --appendonly no --dir "$PWD" >server.log &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
until_works redis-cli -s socket ping
is_mapped $server
redis-benchmark -s "$PWD/socket" -n $((10000 * SCALE)) -c 20 -r 10000 -q -t set,get,lpush,lrange_100,mset
redis-cli -s socket debug reload || redis-cli -s socket save
redis-cli -s socket set answer 42
test "$(redis-cli -s socket get answer)" = 42
redis-cli -s socket shutdown nosave
wait $server
EOF

passes nginx 60 nginx curl <<'EOF'
seq 1 20000 >page
cat >nginx.conf <<END
daemon off; worker_processes 2; pid $PWD/pid; error_log $PWD/error.log;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path $PWD/a; proxy_temp_path $PWD/b; fastcgi_temp_path $PWD/c; uwsgi_temp_path $PWD/d; scgi_temp_path $PWD/e;
	gzip on; gzip_types *;
	server { listen unix:$PWD/socket; root $PWD; location = /word { return 200 "word"; } }
}
END
nginx -e "$PWD/error.log" -p "$PWD" -c "$PWD/nginx.conf" &
server=$!
trap 'kill $server 2>/dev/null || true' EXIT
until_works curl -s -f --unix-socket socket http://localhost/word
is_mapped $server
curl -s -f --unix-socket socket --compressed -o 'out-#1' "http://localhost/page?[1-$((300 * SCALE))]"
cmp page out-7
nginx -e "$PWD/error.log" -p "$PWD" -c "$PWD/nginx.conf" -s reload
curl -s -f --unix-socket socket -o 'word-#1' "http://localhost/word?[1-$((300 * SCALE))]"
test "$(cat word-9)" = word
kill -QUIT $server
wait $server
EOF

[ -n "$POSTGRES" ] && PATH=$PATH:$POSTGRES
passes postgresql 180 initdb pgbench setpriv <<'EOF'
as_nobody= # root may not run the server
if [ "$(id -u)" = 0 ]; then as_nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'; chown 65534:65534 .; fi
$as_nobody initdb -D "$PWD/data" -U test --auth=trust --no-sync >initdb.log
$as_nobody pg_ctl -D "$PWD/data" -w -l "$PWD/data/log" -o "-k $PWD -F -c listen_addresses=" start
trap '$as_nobody pg_ctl -D "$PWD/data" -m immediate stop >/dev/null 2>&1 || true' EXIT
is_mapped "$(head -n 1 data/postmaster.pid)"
pgbench -h "$PWD" -U test -i -q -s $SCALE postgres
pgbench -h "$PWD" -U test -c 4 -j 2 -t $((150 * SCALE)) postgres
psql -h "$PWD" -U test -c 'select count(*), sum(abalance) from pgbench_accounts' postgres
$as_nobody pg_ctl -D "$PWD/data" -w stop
EOF

# ---- python's own tests -----------------------------------------------------------------------

if [ "$LONG" = 1 ]; then
	for suite in test_threading test_subprocess test_multiprocessing_fork test_io test_json test_re test_gc; do
		passes "python-$suite" 600 "$PYTHON" <<EOF
"\$PYTHON" -c 'import test.$suite' || exit 96
"\$PYTHON" -m test $suite
EOF
	done
else
	echo "skip python-tests: only with REAL_PROGRAMS_LONG=1"
fi

[ $failures -eq 0 ] || { echo "real_programs: $failures programs failed" >&2; exit 1; }
[ $successes -gt 0 ] || { echo "real_programs: none of the programs is here" >&2; exit 77; }
