# Services, sockets, timers and paths: those of which there is a file, and those that are loaded.
units() {
    need systemctl || return
    kinds=service,socket,timer,path
    files=$(timeout 20 systemctl list-unit-files --no-legend --no-pager --plain --type=$kinds) || return
    loaded=$(timeout 20 systemctl list-units --all --no-legend --no-pager --plain --type=$kinds) || return
    # A template is no unit, but its instances are; names hold no blanks.
    names=$(printf '%s\n%s\n' "$files" "$loaded" | awk 'NF && $1 !~ /@\.[a-z]+$/ { print $1 }' | sort -u)
    [ -n "$names" ] || return 0
    set -f
    # shellcheck disable=SC2086
    set -- $names
    set +f
    timeout 40 systemctl show --no-pager -p Id -p LoadState -p ActiveState -p UnitFileState -p Type -p TriggeredBy \
        -p Transient -p FragmentPath -p DropInPaths -p Unit -p TimersCalendar -p TimersMonotonic -- "$@" || return
    echo 'END=units'
}
