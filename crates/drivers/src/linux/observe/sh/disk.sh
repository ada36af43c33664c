# A container sees the disks of its machine; it has none of its own.
# What a file like /.dockerenv says holds of images of virtual machines, too.
in_container() { [ -e /run/systemd/container ] || tr '\0' '\n' 2>/dev/null </proc/1/environ | grep -q '^container='; }
disk_names() {
    for at in /sys/block/*; do
        name=${at##*/}
        case $name in
            loop* | ram* | zram* | dm-* | md* | sr* | fd* | nbd* | drbd* | zd* | *boot[0-9]) continue ;;
        esac
        # One path of several to an NVMe disk (nvme0c0n1) is hidden: there is no file of a device to ask.
        hidden=0
        [ ! -r "$at/hidden" ] || read -r hidden <"$at/hidden"
        [ -e "$at/device" ] && [ "$hidden" != 1 ] && echo "$name"
    done
    return 0
}
# The serial number of a virtual disk ends without a line feed.
disk_item() { [ -r "$2" ] && { read -r value <"$2" || [ -n "$value" ]; } && printf '%s %s\n' "$1" "$value"; }
disks() {
    if in_container; then
        echo all
        return
    fi
    [ -d /sys/block ] || { echo '/sys/block is not there' >&2; return 1; }
    disk_names | while read -r name; do
        at=/sys/block/$name
        printf 'd %s\n' "$name"
        disk_item sectors "$at/size"
        disk_item rotational "$at/queue/rotational"
        disk_item removable "$at/removable"
        disk_item model "$at/device/model"
        disk_item serial "$at/device/serial"
        disk_item serial "$at/serial"
        disk_item number "$at/dev" || continue
        [ -r "/run/udev/data/b$value" ] || continue
        sed -n -e 's/^E:ID_SERIAL_SHORT=/serial /p' -e 's/^E:ID_MODEL=/model /p' -e 's/^E:ID_WWN=/wwn /p' -e 's/^E:ID_BUS=/bus /p' "/run/udev/data/b$value"
    done
    echo all
}
