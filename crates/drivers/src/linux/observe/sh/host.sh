item() {
    key=$1
    shift
    value=$("$@" 2>&1)
    printf '%s %s %s\n' "$key" "$?" "${value%%"$nl"*}"
}
# The first line of file $2 as item $1; what the shell itself can read costs no process, and for all else there is the command.
line() {
    if { IFS= read -r value <"$2"; } 2>/dev/null; then
        printf '%s 0 %s\n' "$1" "$value"
    else
        key=$1
        shift 2
        item "$key" "$@"
    fi
}
# Units without a file need no asking: systemd would look for each of them anew.
time_services() {
    asked=
    for unit in systemd-timesyncd chrony ntpsec ntp openntpd; do
        if unit_file "$unit.service"; then
            asked="$asked $unit.service"
        else
            printf 'Id=%s.service LoadState=not-found ActiveState=inactive  ' "$unit"
        fi
    done
    [ -n "$asked" ] || return 0
    # shellcheck disable=SC2086
    timeout 10 systemctl show -p Id -p LoadState -p ActiveState $asked | tr '\n' ' '
}
# Whether there is a file for a unit in any of systemd's places, or it is not known where these are.
unit_file() {
    [ -d /run/systemd/system ] || return 0
    for folder in /etc/systemd /run/systemd /usr/local/lib/systemd /usr/lib/systemd /lib/systemd; do
        for at in "$folder"/system/"$1" "$folder"/system.*/"$1" "$folder"/generator*/"$1" "$folder"/transient/"$1"; do
            if [ -e "$at" ] || [ -L "$at" ]; then return 0; fi
        done
    done
    return 1
}
# timesyncd touches this file whenever it has set the clock, at the latest every 35 minutes.
touched() {
    [ -e /run/systemd/timesync/synchronized ] || return
    find /run/systemd/timesync/synchronized -mmin -180 | sed 's/.*/yes/'
}
leap() { timeout 5 chronyc -n tracking | sed -n 's/^Leap status *: *//p'; }
os_release() {
    if ! [ -r /etc/os-release ]; then
        item os-id cat /etc/os-release
        item os-version cat /etc/os-release
        return
    fi
    id= version=
    while IFS= read -r said || [ -n "$said" ]; do
        case $said in
            ID=*) id=${id:-${said#ID=}} ;;
            VERSION_ID=*) version=${version:-${said#VERSION_ID=}} ;;
        esac
    done </etc/os-release
    printf 'os-id 0 %s\nos-version 0 %s\n' "$id" "$version"
}
host() {
    line machine-id /etc/machine-id cat /etc/machine-id
    line ssh-host-key /etc/ssh/ssh_host_ed25519_key.pub cat /etc/ssh/ssh_host_ed25519_key.pub
    line realm-marker /etc/holdfast/realm cat /etc/holdfast/realm
    os_release
    line kernel /proc/sys/kernel/osrelease uname -r
    line hostname /proc/sys/kernel/hostname uname -n
    line boot-id /proc/sys/kernel/random/boot_id cat /proc/sys/kernel/random/boot_id
    line pid1 /proc/1/stat cat /proc/1/stat
    line uptime /proc/uptime cat /proc/uptime
}
clock() {
    item services time_services
    case $value in
        *systemd-timesyncd.service*) item timesync touched ;;
    esac
    command -v chronyc >/dev/null && item leap leap
    # Asking timedatectl starts a service, so it is asked only about those that nobody else can be asked about.
    asked=
    for unit in ntpsec ntp openntpd; do
        ! unit_file "$unit.service" || asked="$asked $unit.service"
    done
    # shellcheck disable=SC2086
    [ -z "$asked" ] || case $(timeout 10 systemctl is-active $asked) in
        active* | *"${nl}active"*) item ntp timeout 10 timedatectl show -p NTPSynchronized --value ;;
    esac
    return 0
}
processors() {
    awk '/^processor/ { n++ } /^model name/ && !named { named = $0; sub(/^[^:]*: */, "", named) } END { print n + 0; print named }' /proc/cpuinfo
}
hardware() {
    # A container sees its machine's.
    if [ -e /run/systemd/container ]; then item contained echo yes; fi
    item memory sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo
    if found=$(processors 2>/dev/null) && [ "${found%%"$nl"*}" != 0 ]; then
        printf 'threads 0 %s\ncpu 0 %s\n' "${found%%"$nl"*}" "${found#*"$nl"}"
    else
        item threads grep -c '^processor' /proc/cpuinfo
        item cpu sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo
    fi
    line vendor /sys/class/dmi/id/sys_vendor cat /sys/class/dmi/id/sys_vendor
    line product /sys/class/dmi/id/product_name cat /sys/class/dmi/id/product_name
}
