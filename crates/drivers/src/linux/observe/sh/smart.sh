# A disk that sleeps is not woken.
smart() {
    if in_container; then
        echo all
        return
    fi
    # Virtual disks have nothing to say.
    names=$(disk_names | grep -v -e '^vd' -e '^xvd')
    [ -n "$names" ] || { echo all; return; }
    need smartctl || return
    need timeout || return
    [ "$me" = 0 ] || { echo 'only root may ask disks' >&2; return 1; }
    printf '%s\n' "$names" | while read -r name; do
        said=$(timeout 20 smartctl --json=c -n standby -a "/dev/$name" 2>/dev/null </dev/null | head -c 300000 | tr '\n' ' ')
        printf 's %s %s\n' "$name" "$said"
    done
    echo all
}
