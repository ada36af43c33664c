sudoers_dir() {
    why=$(stat -- "$1" 2>&1) || {
        is_absence "$why" || echo "! ${why%%"$nl"*}"
        return
    }
    [ -r "$1" ] || echo "! $1 cannot be read"
    for entry in "$1"/*; do
        case ${entry##*/} in
            *.* | *~) ;;
            *) [ ! -f "$entry" ] || sudoers_file "$entry" "$2" ;;
        esac
    done
}
sudoers_file() {
    if [ "$2" -gt 8 ]; then
        echo "! $1 is included too deeply"
        return
    fi
    echo "file $1"
    sed 's/^/|/' <"$1" || echo "! $1 cannot be read"
    echo
    sed -n 's/^[[:space:]]*[#@]\(include[dir]*\)[[:space:]]\{1,\}/\1 /p' <"$1" | while read -r what path rest; do
        case $path$rest in
            *[%\"\\]* | *' '*) echo "! $what $path in $1 is not understood"; continue ;;
        esac
        case $path in
            /*) ;;
            *) path=${1%/*}/$path ;;
        esac
        case $what in
            includedir) sudoers_dir "$path" $(($2 + 1)) ;;
            include) sudoers_file "$path" $(($2 + 1)) ;;
        esac
    done
}
# Another policy, or another file for it, is not what /etc/sudoers tells of.
sudo_plugins() {
    [ -e /etc/sudo.conf ] || return 0
    [ -r /etc/sudo.conf ] || echo '! /etc/sudo.conf cannot be read'
    grep -iE '^[[:space:]]*plugin[[:space:]]' /etc/sudo.conf |
        grep -vE '^[[:space:]]*Plugin[[:space:]]+sudoers_(policy|io|audit)[[:space:]]+sudoers\.so[[:space:]]*$' |
        sed 's/^[[:space:]]*/! \/etc\/sudo.conf: sudo is told elsewhere what is allowed: /'
}
sudoer() {
    sudo_plugins
    sed -n 's/^sudoers:/nss /p' /etc/nsswitch.conf 2>/dev/null
    why=$(stat -- /etc/sudoers 2>&1) || {
        is_absence "$why" && return 0
        printf '%s\n' "$why" >&2
        return 1
    }
    sudoers_file /etc/sudoers 0
}
