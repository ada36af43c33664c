pool_item() { [ -r "$2" ] && { read -r value <"$2" || [ -n "$value" ]; } && printf '%s %s\n' "$1" "$value"; }
pool_md() {
    for at in /sys/block/md*; do
        [ -d "$at/md" ] || continue
        printf 'md %s\n' "${at##*/}"
        pool_item sectors "$at/size"
        for item in level raid_disks degraded array_state sync_action mismatch_cnt; do
            pool_item "$item" "$at/md/$item"
        done
        for member in "$at"/md/dev-*; do
            [ -e "$member/state" ] || continue
            read -r value <"$member/state"
            printf 'member %s %s\n' "${member##*/dev-}" "$value"
        done
    done
}
# What of btrfs is mounted tells of itself in /sys, to everybody; when it was read whole last is noted in a file of root's.
pool_btrfs() {
    for at in /sys/fs/btrfs/*-*-*-*-*; do
        [ -d "$at/devices" ] || continue
        id=${at##*/}
        printf 'btrfs %s\n' "$id"
        pool_item label "$at/label"
        for item in total_bytes bytes_used; do pool_item "data_$item" "$at/allocation/data/$item"; done
        for kind in data metadata; do
            for profile in "$at/allocation/$kind"/*/; do
                [ -d "$profile" ] || continue
                profile=${profile%/}
                printf 'profile %s %s\n' "$kind" "${profile##*/}"
            done
        done
        for device in "$at"/devices/*; do
            [ -e "$device" ] || continue
            pool_item "device ${device##*/}" "$device/size" || printf 'device %s ?\n' "${device##*/}"
        done
        for info in "$at"/devinfo/*; do
            [ -d "$info" ] || continue
            pool_item "missing ${info##*/}" "$info/missing"
            [ -r "$info/error_stats" ] && sed "s/^/stat ${info##*/} /" "$info/error_stats"
        done
        if [ "$me" != 0 ]; then
            echo 'scrub ! only root sees when'
        elif [ -e "/var/lib/btrfs/scrub.status.$id" ]; then
            sed -n "s/^$id:/scrub /p" "/var/lib/btrfs/scrub.status.$id"
        else
            echo 'scrub never'
        fi
    done
}
pool_zfs() {
    [ -d /sys/module/zfs ] || return 0
    if ! command -v zpool >/dev/null 2>&1; then
        echo '! zfs is loaded, and zpool is not installed'
        return
    fi
    list=$(timeout 10 zpool list -Hp -o name,size,allocated,health 2>&1) || { printf '! zpool list: %s\n' "${list%%"$nl"*}"; return; }
    [ -n "$list" ] || return 0
    printf '%s\n' "$list" | sed 's/^/zfs /'
    status=$(timeout 10 zpool status -p 2>&1) || { printf '! zpool status: %s\n' "${status%%"$nl"*}"; return; }
    printf '%s\n' "$status" | sed 's/^/z:/'
}
pool_lvm() {
    found=$(cat /sys/block/dm-*/dm/uuid 2>/dev/null | grep -c '^LVM-')
    if ! command -v lvs >/dev/null 2>&1; then
        [ "$found" = 0 ] || echo '! there are volumes of LVM, and lvs is not installed'
        return
    fi
    if [ "$me" != 0 ]; then
        echo '! only root sees volume groups'
        return
    fi
    # Neither locks nor hints are written.
    for ask in 'vgs vg_name,vg_size,vg_free,vg_missing_pv_count,pv_count' 'lvs vg_name,lv_name,lv_layout,lv_size,data_percent,metadata_percent,lv_health_status'; do
        command=${ask%% *}
        said=$(timeout 10 "$command" --nolocking --nohints --noheadings --units b --nosuffix --separator '|' -o "${ask#* }" 2>/dev/null </dev/null)
        status=$?
        [ "$status" = 0 ] || { echo "! $command ended with status $status"; return; }
        [ -z "$said" ] || printf '%s\n' "$said" | sed "s/^ */$command /"
    done
}
# Device files may have any name; what the kernel calls a device follows from its number.
pool_mounts() {
    list=$(awk "$mount_source"'{ for (i = 7; i <= NF; i++) if ($i == "-") break; print $5, $(i + 1), mount_source($(i + 1), $(i + 2)) }' /proc/self/mountinfo) || return
    printf '%s\n' "$list" | while read -r at type source; do
        name=-
        case $type:$source in
            btrfs:/dev/* | ext[234]:/dev/* | xfs:/dev/*)
                number=$(stat -L -c '%t %T' -- "$source" 2>/dev/null) &&
                    name=$(readlink "/sys/dev/block/$((0x${number% *})):$((0x${number#* }))") && name=${name##*/} || name=-
                ;;
        esac
        printf 'mount %s %s %s %s\n' "$at" "$type" "$name" "$source"
    done
}
pools() {
    need awk || return
    pool_mounts || return
    if in_container; then
        # It sees all file systems of the kernel; only those that it mounted are its own.
        echo contained
    fi
    pool_btrfs
    if ! in_container; then
        pool_md
        pool_zfs
        pool_lvm
    fi
    echo all
}
