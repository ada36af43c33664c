nft_table() {
    need nft || return
    tables=$(nft list tables) || return
    case "$nl$tables$nl" in
        *"${nl}table $1 $2$nl"*) ;;
        *) echo absent; return 0 ;;
    esac
    live=$(nft -s list table "$1" "$2") || return
    printf '%s\n' "$live" | sed 's/^/l /'
    [ -n "$3" ] || return 0
    why=$(stat -- "$3" 2>&1) || {
        is_absence "$why" && return 0
        printf '%s\n' "$why" >&2
        return 1
    }
    # Nothing is kept that no unit loads at boot.
    case $(timeout 20 systemctl is-enabled holdfast-nft.service 2>/dev/null) in
        enabled) ;;
        *) return 0 ;;
    esac
    # The file is loaded into a network namespace of its own, which is gone with the command.
    if kept=$(unshare -n /bin/sh -c 'nft -f "$1" && nft -s list table "$2" "$3"' sh "$3" "$1" "$2" 2>&1); then
        printf '%s\n' "$kept" | sed 's/^/p /'
    elif nft -c -f "$3" >/dev/null 2>&1; then
        echo "$3 cannot be compared with the live table: ${kept%%"$nl"*}" >&2
        return 1
    fi
    return 0
}
