# Names of this form stay what they are, in a directory and on a command line.
plain_name() {
    case $1 in
        '' | [.-]* | *[!A-Za-z0-9:._@\\-]*) return 1 ;;
    esac
}
# Every function that may be asked for, with what it may be asked about. Paths are never the asker's own where more than the digest
# of a file is told.
may() {
    case $1:$# in
        file:2)
            case $2 in
                /*) return 0 ;;
            esac
            ;;
        unit:2 | timer:2) plain_name "$2" && return 0 ;;
        kernel_setting:2)
            case $2 in
                */../* | */.. | */./* | *secret* | *key) ;;
                /proc/sys/*) return 0 ;;
            esac
            ;;
        boot_setting:2)
            case $2 in
                *secret* | *key) ;;
                *) return 0 ;;
            esac
            ;;
        nft_table:4)
            case $2 in
                ip | ip6 | inet | arp | bridge | netdev)
                    case $3 in
                        '' | [.-]* | *[!A-Za-z0-9_./-]*) return 1 ;;
                    esac
                    case $4 in
                        '') return 0 ;;
                        "/etc/holdfast/nft/$3.nft") plain_name "$3" && return 0 ;;
                    esac
                    ;;
            esac
            ;;
        unless:4)
            case $2:$4 in
                @unless@) ;;
                *) return 1 ;;
            esac
            case $3 in
                '' | *[!0-9a-f-]*) ;;
                *) return 0 ;;
            esac
            ;;
        traefik:2)
            case $2 in
                '' | *[!0-9]* | ??????*) ;;
                *) return 0 ;;
            esac
            ;;
        restic_json:4) [ "$3 $4" = 'cat config' ] || [ "$3 $4" = 'snapshots --json' ] && plain_name "$2" && return 0 ;;
        *)
            case "$*" in
                @whole@) return 0 ;;
            esac
            ;;
    esac
    return 1
}
refused() {
    echo 'the observer script does not look at this' >&2
    return 1
}
while IFS= read -r line; do
    case $line in
        '@nonce '*)
            nonce=${line#@nonce }
            case $nonce in
                '' | *[!0-9a-f]*) exit 2 ;;
            esac
            ;;
        '@ask '*)
            [ -n "$nonce" ] || exit 2
            set -f
            # shellcheck disable=SC2086
            set -- ${line#@ask }
            set +f
            name=$1
            case $name in
                '' | *[!A-Za-z0-9._-]*) exit 2 ;;
            esac
            shift
            # Each word is printed with octal escapes; the mark at its end keeps line feeds, the one at its beginning the empty word.
            for word in "$@"; do
                word=$(printf '%b_' "$word")
                word=${word#=}
                set -- "$@" "${word%_}"
                shift
            done
            if may "$@"; then
                section "$name" "$@" </dev/null
            else
                section "$name" refused
            fi
            ;;
    esac
done
exit 0
