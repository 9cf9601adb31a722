#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Does what "hakmem-stats metrics --textfile" writes reach Prometheus by way of node_exporter?  A
# real process under the library, a real node_exporter and a real Prometheus; the process has a
# name with quotes, a backslash and a brace in it, because anybody may choose such a name.

# shellcheck disable=SC2317 # wait_until and trap call functions by name
builddir=${HAK_BUILDDIR:-$PWD}
program=${HAK_STATS_PROGRAM:-$builddir/hakmem-stats}
library=${HAKMEM_LIBRARY:-$builddir/.libs/libhakmem.so}
status=0
exporter=
children=

skip()
{
	echo "skipped: $*"
	exit 77
}

if [ ! -x "$program" ] || [ ! -e "$library" ]; then
	skip "$program or $library is not there"
fi
for name in prometheus-node-exporter node_exporter; do
	[ -n "$exporter" ] || exporter=$(command -v "$name")
done
[ -n "$exporter" ] || skip "no node_exporter"
for name in prometheus promtool curl; do
	command -v "$name" >/dev/null 2>&1 || skip "no $name"
done

work=$(mktemp -d) || exit 99

clean_up()
{
	exec 9>&-
	for child in $children; do
		kill -KILL "$child" 2>/dev/null
		wait "$child" 2>/dev/null
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

wrong()
{
	echo "$*"
	status=1
}

# Up to twenty seconds, until the command succeeds.
wait_until()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ "$tries" -lt 200 ] || return 1
		sleep 0.1
	done
}

get()
{
	curl --noproxy '*' --max-time 5 --silent --fail "$@"
}

# Port 0 lets the kernel choose; the log tells what it chose.
find_address()
{
	address=$(sed -n 's/.*msg="Listening on".* address=\(127\.0\.0\.1:[0-9]*\).*/\1/p' "$work/$1.log" | tail -n 1)
	[ -n "$address" ]
}

# start_server NAME COMMAND...: its address is in $address.
start_server()
{
	server=$1
	shift
	: >"$work/$server.log"
	"$@" >"$work/$server.log" 2>&1 9>&- &
	children="$children $!"
	if ! wait_until find_address "$server"; then
		echo "$server does not tell its address:"
		cat "$work/$server.log"
		exit 99
	fi
}

# A process that lives as long as somebody may still write to this.
mkfifo "$work/hold" || exit 99
mkdir "$work/textfiles" || exit 99
exec 9<>"$work/hold"
comm='a "b\" {c}'
label='comm="a \"b\\\" {c}"'
ln -s "$(command -v cat)" "$work/$comm" || exit 99
HAKMEM_STATS=on LD_PRELOAD=$library "$work/$comm" <"$work/hold" 9>&- &
children="$children $!"
pid=$!

is_readable()
{
	"$program" show "$pid" >"$work/show" 2>&1
	case $? in
	0 | 4) true ;; # shown, or never to be
	*) false ;;
	esac
}
wait_until is_readable
"$program" show "$pid" >"$work/show" 2>&1
case $? in
0) ;;
4) skip "$(cat "$work/show")" ;;
*)
	wrong "the process cannot be looked at: $(cat "$work/show")"
	exit "$status"
	;;
esac

"$program" metrics --classes --textfile "$work/textfiles/hakmem.prom" || wrong "metrics --textfile fails"
promtool check metrics <"$work/textfiles/hakmem.prom" || wrong "promtool has something to say"

# The last field of the line that begins with this text: no pattern, it is full of backslashes.
value_of()
{
	PREFIX=$1 awk 'index($0, ENVIRON["PREFIX"]) == 1 { print $NF }' "$2"
}
written=$(value_of "hakmem_live_bytes{$label," "$work/textfiles/hakmem.prom")
[ -n "$written" ] || wrong "no hakmem_live_bytes of the process in the file"

start_server exporter "$exporter" --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$work/textfiles" --web.listen-address=127.0.0.1:0
exporter_address=$address
wait_until get --output "$work/exported" "http://$exporter_address/metrics" || wrong "node_exporter does not answer"
grep -q '^node_textfile_scrape_error 0$' "$work/exported" || wrong "node_exporter does not like the file"
# Every sample is there; node_exporter sorts them and writes big numbers as 1.5e+06.
grep -c '^hakmem_' "$work/textfiles/hakmem.prom" >"$work/written.count"
grep -c '^hakmem_' "$work/exported" >"$work/exported.count"
cmp -s "$work/written.count" "$work/exported.count" || wrong "node_exporter shows $(cat "$work/exported.count") \
samples of $(cat "$work/written.count")"
grep -q '^# TYPE hakmem_refills_total counter$' "$work/exported" || wrong "a counter has lost its type"

cat >"$work/prometheus.yml" <<END
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: node
    static_configs:
      - targets: ['$exporter_address']
END
promtool check config "$work/prometheus.yml" >/dev/null || exit 99
start_server prometheus prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
	--web.listen-address=127.0.0.1:0
prometheus_address=$address

ask()
{
	get --get --data-urlencode "query=$1" --output "$work/answer" "http://$prometheus_address/api/v1/query"
}

knows_process()
{
	ask "hakmem_live_bytes{$label}" && grep -q '"value":' "$work/answer"
}

if wait_until knows_process; then
	asked=$(sed 's/.*"value":\[[0-9.]*,"\([^"]*\)"\].*/\1/' "$work/answer")
	[ "$asked" = "$written" ] || wrong "Prometheus knows $asked live bytes, not $written"
else
	wrong "Prometheus does not know the process: $(cat "$work/answer" "$work/prometheus.log")"
fi
ask 'count({__name__=~"hakmem_.*"})' || wrong "Prometheus does not answer"
grep -q "\"$(cat "$work/written.count")\"" "$work/answer" || wrong "Prometheus lacks samples: $(cat "$work/answer")"

exit "$status"
