# The digest of what is known of files without reading them; none if any of it is out of sight.
files_digest() {
    for path in "$@"; do
        [ ! -e "$path" ] || set -- "$@" "$path"
        shift
    done
    [ $# -gt 0 ] && [ "$(id -u)" = 0 ] || return 1
    list=$(find -H "$@" -xdev -path /var/lib/apt/lists/partial -prune -o -printf '%p %y %i %D %s %T@ %C@ %m %U %G %l\n' 2>/dev/null) || return 1
    sum=$({ cat /etc/machine-id && printf '%s\n' "$list" | sort; } | sha256sum) || return 1
    echo "${sum%% *}"
}
package_inputs() { files_digest /var/lib/dpkg/status /var/lib/dpkg/updates /var/lib/dpkg/arch; }
patch_inputs() {
    files_digest /var/lib/dpkg/status /var/lib/dpkg/updates /var/lib/dpkg/arch /var/lib/apt/lists /var/lib/apt/extended_states \
        /etc/apt /usr/lib/apt /usr/share/apt
}
# Runs function $3, unless $1 still prints $2.
unless() {
    inputs=$1
    known=$2
    shift 2
    before=$("$inputs") || before=
    if [ -n "$before" ] && [ "$before" = "$known" ]; then
        echo "unchanged $before"
        return 0
    fi
    "$@" || return
    if [ -n "$before" ] && [ "$before" = "$("$inputs")" ]; then echo "inputs $before"; fi
}
