# Services, sockets, timers and paths: those of which there is a file, and those that are loaded.
units() {
    need systemctl || return
    names=$(unit_names service,socket,timer,path) || return
    [ -n "$names" ] || return 0
    set -f
    # shellcheck disable=SC2086
    set -- $names
    set +f
    shown=$(timeout 40 systemctl show --no-pager -p Id -p LoadState -p ActiveState -p UnitFileState -p Type -p TriggeredBy \
        -p Transient -p FragmentPath -p DropInPaths -p Unit -p TimersCalendar -p TimersMonotonic -- "$@") || return
    printf '%s\n' "$shown"
    # A unit that was on its way when it was shown is not as its digest says it is.
    printf '%s\n' "$known_units" '#' "$shown" | awk '
        !past && $0 == "#" { past = 1; next }
        !past { state[$1] = $3; next }
        /^Id=/ { id = substr($0, 4) }
        /^ActiveState=/ { active = substr($0, 13) }
        /^$/ { if (id in state && state[id] != active) exit 1; id = active = "" }
        END { if (id in state && state[id] != active) exit 1 }' || before=-
    echo 'END=units'
}
