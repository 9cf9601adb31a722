# SPDX-License-Identifier: MIT
#
# hakmem-stats.bash - completion for bash.  Processes are asked for only when a process id is
# wanted; columns are those that the command itself names.

_hakmem_stats_command()
{
	local word
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		case $word in
		list | show | classes | threads | map | top | watch | plot | snapshot | diff | metrics | conf | doctor | reap)
			echo "$word"
			return
			;;
		esac
	done
}

_hakmem_stats()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command flags words=
	command=$(_hakmem_stats_command)
	flags='--json --bytes --sort --columns --user --comm --unit --all --limit --resident --core --procfs
		--no-header --color= --quiet --version --help'
	COMPREPLY=()

	case $previous in
	--sort | --columns)
		words=$(hakmem-stats "${command:-list}" --columns help 2>/dev/null | sed -n 's/^\([a-z_]\{1,\}\) .*/\1/p')
		[ "$previous" = --columns ] && words="$words help"
		;;
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$current")
		return
		;;
	--by)
		words='comm unit cgroup pid comm+unit'
		;;
	--core | --procfs | --textfile | --svg | --output | -o)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--comm)
		words=$(hakmem-stats list --no-header --columns comm 2>/dev/null)
		;;
	--unit)
		words=$(hakmem-stats list --no-header --columns unit 2>/dev/null)
		;;
	--limit | --interval | --count | --delay | --iterations | -i | -n | -d)
		return
		;;
	esac
	if [ -n "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		return
	fi

	case $command in
	map) flags="$flags --svg --output -o" ;;
	top) flags="$flags --delay --iterations -d -n" ;;
	watch) flags="$flags --interval --count --csv -i -n" ;;
	plot) flags="$flags --svg --output --interval --count -i -n -o" ;;
	snapshot) flags="$flags --output -o" ;;
	metrics) flags="$flags --textfile --by --classes --openmetrics" ;;
	esac
	case $current in
	--color=*) words='--color=auto --color=always --color=never' ;;
	-*) words=$flags ;;
	*)
		case $command in
		'') words='list show classes threads map top watch plot snapshot diff metrics conf doctor reap' ;;
		show | classes | threads | map | watch | plot | snapshot | diff | conf | doctor)
			words=$(hakmem-stats list --no-header --columns pid 2>/dev/null)
			;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	case $command in
	diff | plot) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current") ;;
	esac
}

complete -F _hakmem_stats hakmem-stats
