unit() {
    need systemctl || return
    shown=$(timeout 20 systemctl show -p LoadState -p ActiveState -p UnitFileState -- "$1") || return
    printf '%s\n' "$shown"
    printf 'enabled=%s\n' "$(timeout 20 systemctl is-enabled -- "$1" 2>/dev/null)"
}
