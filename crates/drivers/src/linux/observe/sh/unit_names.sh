# Names of units of some kinds, `service,timer`: those of which there is a file, and those that are loaded. A template is no unit, but its
# instances are; names hold no blanks. The folders are looked through here, since systemd would read each file to list them.
unit_names() {
    folders=$(timeout 20 systemctl show -p UnitPath --value) || return
    loaded=$(timeout 20 systemctl list-units --all --no-legend --no-pager --plain --type="$1") || return
    [ -n "$folders" ] || { echo 'systemd does not say where its units are' >&2; return 1; }
    for folder in $folders; do
        [ ! -d "$folder" ] || { [ -r "$folder" ] && [ -x "$folder" ]; } || { echo "$folder cannot be read" >&2; return 1; }
    done
    {
        printf '%s\n' "$loaded"
        for folder in $folders; do
            rest=$1,
            while [ -n "$rest" ]; do
                printf '%s\n' "$folder"/*."${rest%%,*}"
                rest=${rest#*,}
            done
        done
    } | awk '
        /^\// { sub(/.*\//, ""); if (/^\*/ || /[ \t]/) next }
        NF && $1 !~ /@\.[a-z]+$/ && !($1 in known) { known[$1]; print $1 }'
}
