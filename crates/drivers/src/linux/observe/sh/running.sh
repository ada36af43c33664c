# Programs that run on this machine, in containers too: `PID/WHERE` of each process of a name that is no child of another one, where WHERE is `host`
# or the id of a container. Guests that share the kernel are machines of their own.
running() {
    case $nl$(running_names)$nl in
        *"$nl$1$nl"*) ;;
        *) return ;;
    esac
    found=
    wrappers=
    own=$(grep -oE '[0-9a-f]{64}' /proc/self/cgroup 2>/dev/null | tail -n 1)
    list=$(grep -lsxF -- "$1" /proc/[0-9]*/comm)
    # It fails where a process ended meanwhile, and where it cannot do this at all: then each is looked at.
    [ $? -le 1 ] || list=$(each_named "$1")
    for at in $list; do
        pid=${at#/proc/}
        pid=${pid%/comm}
        parent=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status" 2>/dev/null) || continue
        # What has its name from a script around it is no child of its own kind, and the script is not what is looked for.
        if grep -qsxF -- "$1" "/proc/${parent:-0}/comm"; then
            [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" != "$(readlink "/proc/$parent/exe" 2>/dev/null)" ] || continue
            wrappers="$wrappers $parent "
        fi
        groups=$(cat "/proc/$pid/cgroup" 2>/dev/null) || continue
        case $groups in
            */lxc/* | */lxc.payload*) grep -qs /lxc /proc/self/cgroup || continue ;;
        esac
        id=$(printf '%s\n' "$groups" | grep -oE '[0-9a-f]{64}' | tail -n 1)
        [ "$id" != "$own" ] || id=
        found="$found $pid/${id:-host}"
    done
    for each in $found; do
        case $wrappers in
            *" ${each%%/*} "*) ;;
            *) printf '%s\n' "$each" ;;
        esac
    done
}
each_named() {
    for at in /proc/[0-9]*/comm; do
        name=
        { IFS= read -r name <"$at"; } 2>/dev/null
        [ "$name" != "$1" ] || printf '%s\n' "$at"
    done
}
# Without these no process would be found, and nothing would be read.
needs() {
    for tool in awk cat stat grep sed head tr readlink; do
        need "$tool" || return
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
# Where the files lie that process $1 (in $2) sees: one of the host may have another root or other mounts, too.
root_of() {
    if [ "$2" = host ] && [ "$(stat -L -c %d:%i "/proc/$1/root" 2>/dev/null)" = "$(stat -L -c %d:%i /)" ] &&
        [ "$(readlink "/proc/$1/ns/mnt" 2>/dev/null)" = "$(readlink /proc/self/ns/mnt)" ]; then
        return
    fi
    printf '%s\n' "/proc/$1/root"
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
    base=$(root_of "$1" "$2")
    # Links are followed from the root of who looks.
    if [ "$2:$(stat -c %u "/proc/$1" 2>/dev/null):$(stat -L -c %d:%i "/proc/$1/root" 2>/dev/null)" != "host:0:$(stat -L -c %d:%i /)" ]; then
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
