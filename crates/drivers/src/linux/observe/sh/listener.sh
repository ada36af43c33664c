# Rules of any table that lead what comes in to another port or address: chains that a prerouting hook gets to, and what they do.
redirected() {
    command -v nft >/dev/null 2>&1 || return 0
    if [ "$me" != 0 ]; then
        echo '! only root sees whether nft leads other ports here'
        return 0
    fi
    if ! rules=$(nft -t list ruleset 2>/dev/null); then
        echo '! nft does not list its rules, which may lead other ports here'
        return 0
    fi
    printf '%s\n' "$rules" | awk '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" { chain = table " " $2 }
        $1 == "type" && / hook prerouting / { todo[++n] = chain; known[chain] = 1 }
        match($0, /(jump|goto) [^ ,}]+/) { jumps[chain] = jumps[chain] "\n" table " " substr($0, RSTART + 5, RLENGTH - 5) }
        # What an engine leads to its containers is held against what it says of them.
        chain ~ /^ip6? nat DOCKER$/ && / dnat to / { own[chain] = own[chain] "\n" $0; next }
        $1 != "type" && /(^|[ \t])(redirect|dnat)([ \t]|$)/ { if (!(chain in leads)) { sub(/^[ \t]+/, ""); leads[chain] = $0 } }
        END {
            for (i = 1; i <= n; i++) {
                if (todo[i] in leads) {
                    split(todo[i], t, " ")
                    print "! table " t[1] " " t[2] " leads other ports or addresses here: " leads[todo[i]]
                }
                m = split(own[todo[i]], rule, "\n")
                for (j = 2; j <= m; j++) { sub(/^[ \t]+/, "", rule[j]); print "r " rule[j] }
                m = split(jumps[todo[i]], next_one, "\n")
                for (j = 1; j <= m; j++)
                    if (next_one[j] != "" && !(next_one[j] in known)) { known[next_one[j]] = 1; todo[++n] = next_one[j] }
            }
        }'
}
# A database of packages that was asked and did not answer, for another reason than that no package has the program: `u PROGRAM`.
unowned() {
    program=$1
    shift
    case $(LC_ALL=C timeout 10 "$@" 2>&1) in
        *"not owned by any package"* | *"ould not find owner package"*) ;;
        *) echo "u $program" ;;
    esac
}
# Which packages brought the programs of some processes: `e PID PROGRAM`, `w PACKAGE PROGRAM`, and `asked` where a database of packages was.
# A program of another root, as in a container, is another file than the one that has its path here.
owners() {
    programs=
    for pid in "$@"; do
        program=$(readlink /proc/"$pid"/exe 2>/dev/null) || continue
        [ "/proc/$pid/exe" -ef "$program" ] || continue
        case $program in
            *"$nl"*) continue ;;
        esac
        echo "e $pid $program"
        programs=$programs$program$nl
    done
    programs=$(printf %s "$programs" | sort -u)
    [ -n "$programs" ] || return 0
    if [ -r /var/lib/dpkg/status ] && [ -d /var/lib/dpkg/info ]; then
        # Lists of packages that are older than the merge of /usr name /sbin and /lib.
        printf '%s\n' "$programs" | sed 'p;s|^/usr/|/|' | sort -u | grep -HxF -f - /var/lib/dpkg/info/*.list |
            sed -n 's|^/var/lib/dpkg/info/\([^:]*\)\(:[a-z0-9]*\)\{0,1\}\.list:|w \1 |p'
        echo asked
    elif command -v rpm >/dev/null 2>&1; then
        printf '%s\n' "$programs" | while IFS= read -r program; do
            if owner=$(timeout 10 rpm -qf --qf '%{NAME}\n' -- "$program" 2>/dev/null); then
                echo "w ${owner%%"$nl"*} $program"
            else
                unowned "$program" rpm -qf -- "$program"
            fi
        done
        echo asked
    elif command -v apk >/dev/null 2>&1; then
        printf '%s\n' "$programs" | while IFS= read -r program; do
            if owner=$(timeout 10 apk info -q -W "$program" 2>/dev/null); then
                echo "w ${owner%-[0-9]*-r*} $program"
            else
                unowned "$program" apk info -q -W "$program"
            fi
        done
        echo asked
    fi
}
listener() {
    need ss || return
    sockets=$(ss -H -tulpn) || return
    printf '%s\n' "$sockets" | sed 's/^/s /'
    pids=$(printf '%s\n' "$sockets" | awk '{ while (match($0, /pid=[0-9]+/)) { pid = substr($0, RSTART + 4, RLENGTH - 4); $0 = substr($0, RSTART + RLENGTH); if (!known[pid]++) print pid } }')
    set --
    for pid in $pids; do set -- "$@" "/proc/$pid"; done
    accounts=
    [ $# = 0 ] || accounts=$(stat -c '%n %U' -- "$@" 2>/dev/null)
    for pid in $pids; do
        group=
        while IFS= read -r line; do
            case $line in
                0::* | *:name=systemd:*) group=${line#*:*:} ;;
            esac
        done 2>/dev/null </proc/"$pid"/cgroup
        account=${accounts#*"/proc/$pid "}
        [ "$account" != "$accounts" ] || account=
        echo "p $pid ${account%%"$nl"*} $group"
    done
    # shellcheck disable=SC2086
    owners $pids
    redirected
    return 0
}
