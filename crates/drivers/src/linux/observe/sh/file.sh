file() {
    form='%F|%a|%U|%u|%G|%g|%s|%z'
    before=$(stat -c "$form" -- "$1" 2>&1) || {
        is_absence "$before" && { echo absent; return 0; }
        printf '%s\n' "$before" >&2
        return 1
    }
    sum=
    case $before in
        'regular '*) sum=$(timeout 120 sha256sum <"$1") || return ;;
        'symbolic link'*)
            text=$(readlink -n -- "$1") || return
            sum=$(printf %s "$text" | sha256sum) || return
            ;;
    esac
    if [ "$before" != "$(stat -c "$form" -- "$1" 2>&1)" ]; then
        echo 'it changed while it was read' >&2
        return 1
    fi
    printf '%s\n%s\n' "$before" "${sum%% *}"
}
