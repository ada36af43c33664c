# Services, sockets, timers and paths: those of which there is a file, and those that are loaded.
units() {
    need systemctl || return
    names=$(unit_names service,socket,timer,path) || return
    [ -n "$names" ] || return 0
    set -f
    # shellcheck disable=SC2086
    set -- $names
    set +f
    timeout 40 systemctl show --no-pager -p Id -p LoadState -p ActiveState -p UnitFileState -p Type -p TriggeredBy \
        -p Transient -p FragmentPath -p DropInPaths -p Unit -p TimersCalendar -p TimersMonotonic -- "$@" || return
    echo 'END=units'
}
