# Programs that run on this machine, in containers too: `PID/WHERE` of each process of a name that is no child of another one, where WHERE is `host`
# or the id of a container. Guests that share the kernel are machines of their own.
running() {
    case $nl$(running_names)$nl in
        *"$nl$1$nl"*) ;;
        *) return ;;
    esac
    own=$(grep -oE '[0-9a-f]{64}' /proc/self/cgroup 2>/dev/null | tail -n 1)
    for at in $(grep -lsxF -- "$1" /proc/[0-9]*/comm); do
        pid=${at#/proc/}
        pid=${pid%/comm}
        parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null) || continue
        ! grep -qsxF -- "$1" "/proc/${parent:-0}/comm" || continue
        groups=$(cat "/proc/$pid/cgroup" 2>/dev/null) || continue
        case $groups in
            */lxc/* | */lxc.payload*) grep -qs /lxc /proc/self/cgroup || continue ;;
        esac
        id=$(printf '%s\n' "$groups" | grep -oE '[0-9a-f]{64}' | tail -n 1)
        [ "$id" != "$own" ] || id=
        printf '%s/%s\n' "$pid" "${id:-host}"
    done
}
# Names of all processes; once for all sections that ask.
running_names() {
    if [ -n "$processes" ]; then printf '%s\n' "$processes"; else cat /proc/[0-9]*/comm 2>/dev/null; fi
}
# Processes of others can be hidden from who is not root.
all_processes() {
    if [ "$me" != 0 ] && ! cat /proc/1/comm >/dev/null 2>&1; then
        echo '! only root sees the processes of others here'
    fi
}
# Where the file $3 can be opened as process $1 (in $2) sees it, or why it is not: who makes a namespace of users, a link or a process of their own does
# not choose what root tells of.
seen_by() {
    if [ "$me" != 0 ]; then
        echo '! only root sees its configuration'
        return 1
    fi
    if [ "$(readlink "/proc/$1/ns/user" 2>/dev/null)" != "$(readlink /proc/self/ns/user)" ]; then
        echo '! it runs in a user namespace of its own, whose files are not read'
        return 1
    fi
    base=
    [ "$2" = host ] || base=/proc/$1/root
    if [ "$2:$(stat -c %u "/proc/$1" 2>/dev/null)" != host:0 ]; then
        rest=${3#/}
        walked=$base
        while [ -n "$rest" ]; do
            walked=$walked/${rest%%/*}
            case $walked in
                */..) rest=/ ;;
            esac
            if [ -L "$walked" ] || [ "$rest" = / ]; then
                echo '! a part of the path of its configuration is a link'
                return 1
            fi
            case $rest in
                */*) rest=${rest#*/} ;;
                *) rest= ;;
            esac
        done
    fi
    printf '%s\n' "$base$3"
}
