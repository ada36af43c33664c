expand() {
    rest=$1
    path=
    while :; do
        case $rest in
            *%*) ;;
            *) break ;;
        esac
        path=$path${rest%%\%*}
        rest=${rest#*%}
        case $rest in
            %*) path=$path% ;;
            h*) path=$path$4 ;;
            u*) path=$path$2 ;;
            U*) path=$path$3 ;;
            *) return 1 ;;
        esac
        rest=${rest#?}
    done
    path=$path$rest
    case $path in
        /*) ;;
        *) path=$4/$path ;;
    esac
}
# With the account's own rights, as sshd does it: a link in a folder of its own must not lead to what it could not read.
read_as() {
    if [ "$me" != 0 ] || [ "$1" = 0 ]; then
        timeout 10 head -c 262145 -- "$3"
    else
        timeout 10 setpriv --reuid "$1" --regid "$2" --init-groups head -c 262145 -- "$3"
    fi </dev/null 2>/dev/null
}
# Of account $1 with numbers $3 and $4.
key_file() {
    if [ -f "$2" ]; then
        if ! text=$(read_as "$3" "$4" "$2"); then
            if command -v setpriv >/dev/null 2>&1; then
                echo "! $2 cannot be read by $1"
            else
                echo "! setpriv is not installed, so $2 is not read"
            fi
            return 0
        fi
        if [ ${#text} -gt 262144 ]; then
            echo "! $2 is too large"
            return 0
        fi
        echo "file $1 $2"
        printf '%s\n' "$text" | sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' -e 's/^/|/'
        echo
    else
        return 1
    fi
}
# What is no file is asked for all at once: mostly it is not there at all, which is the only answer that needs no mention. The root
# directory comes last and shows that stat came that far.
not_files() {
    [ $# -gt 0 ] || return 0
    shown=$(stat -L -c '! %n is a %F' -- "$@" / 2>&1)
    case $shown in
        *'! / is a directory') ;;
        *) echo '! stat did not get to its end' ;;
    esac
    printf '%s\n' "$shown" | sed -e '/: No such file or directory$/d' -e '/: Not a directory$/d' \
        -e '/^! \/ is a directory$/d' -e 's/^stat: /! /'
}
key() {
    need getent || return
    list=${known_accounts:-$(getent passwd)} || return
    common=$(effective nobody) || return
    others='^(authorizedkeyscommand|trustedusercakeys) '
    printf '%s\n' "$common" | grep -E "$others"
    each=
    # Only Match blocks make a difference between accounts; what else they look at cannot be asked for every connection.
    blocks=$(sshd_blocks)
    case $nl$blocks in
        *"$nl! "*) printf '%s\n' "$blocks" | grep '^! ' ;;
    esac
    for word in include authorizedkeysfile authorizedkeyscommand trustedusercakeys; do
        case $nl$blocks$nl in
            *"${nl}set other "*" $word$nl"*)
                printf '%s\n' "$blocks" | sed -n "s/^set other \([^ ]*\) $word\$/! \1: whose keys are taken depends on Match/p"
                ;;
        esac
        case $nl$blocks$nl in
            *"${nl}set account "*" $word$nl"*) each=1 ;;
        esac
    done
    set -f
    files=$(printf '%s\n' "$common" | sed -n 's/^authorizedkeysfile //p')
    printf '%s\n' "$list" | {
    set --
    while IFS=: read -r user _ uid gid _ home _; do
        if [ -n "$each" ]; then
            if ! own=$(effective "$user" 2>/dev/null); then
                echo "! sshd -T does not answer for $user"
                continue
            fi
            printf '%s\n' "$own" | grep -E "$others" | grep -v ' none$'
            files=$(printf '%s\n' "$own" | sed -n 's/^authorizedkeysfile //p')
        fi
        for pattern in $files; do
            [ "$pattern" = none ] && continue
            if expand "$pattern" "$user" "$uid" "$home"; then
                key_file "$user" "$path" "$uid" "$gid" || set -- "$@" "$path"
            else
                echo "! the pattern $pattern is not understood"
            fi
        done
        if [ $# -gt 1000 ]; then
            not_files "$@"
            set --
        fi
    done
    not_files "$@"
    }
    return 0
}
