listener() {
    need ss || return
    sockets=$(ss -H -tulpn) || return
    printf '%s\n' "$sockets" | sed 's/^/s /'
    for pid in $(printf '%s\n' "$sockets" | grep -o 'pid=[0-9]*' | sort -u); do
        pid=${pid#pid=}
        group=
        while IFS= read -r line; do
            case $line in
                0::* | *:name=systemd:*) group=${line#*:*:} ;;
            esac
        done 2>/dev/null </proc/"$pid"/cgroup
        echo "p $pid $(stat -c %U /proc/"$pid" 2>/dev/null) $group"
    done
    return 0
}
