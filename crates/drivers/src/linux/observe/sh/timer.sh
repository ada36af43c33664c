timer() {
    need systemctl || return
    shown=$(TZ=UTC timeout 20 systemctl show -p LoadState -p ActiveState -p LastTriggerUSec \
        -p NextElapseUSecRealtime -p NextElapseUSecMonotonic -p UnitFileState -p Unit \
        -p FragmentPath -p DropInPaths -- "$1") || return
    printf '%s\n' "$shown"
    printf 'enabled=%s\n' "$(timeout 20 systemctl is-enabled -- "$1" 2>/dev/null)"
    printf 'now=%s\nuptime=%s\n' "$(date +%s.%N)" "$(cut -d' ' -f1 /proc/uptime)"
    service=$(printf '%s\n' "$shown" | sed -n 's/^Unit=//p')
    [ -n "$service" ] || return 0
    shown=$(timeout 20 systemctl show -p ActiveState -p Result -p ExecMainExitTimestampMonotonic \
        -p FragmentPath -p DropInPaths -- "$service") || return
    printf '%s\n' "$shown" | sed 's/^/service./'
}
