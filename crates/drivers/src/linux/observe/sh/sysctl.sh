kernel_setting() {
    if [ ! -d /proc/sys/kernel ]; then
        echo '/proc/sys is not there' >&2
        return 1
    fi
    value=$(cat -- "$1" 2>&1) || {
        is_absence "$value" && { echo absent; return 0; }
        printf '%s\n' "$value" >&2
        return 1
    }
    printf 'value %s\n' "$value"
}
# What the files of sysctl.d set at boot: the last assignment of all files counts. `/` and `.` in a name may stand for each other.
boot_setting() {
    need systemd-analyze || return
    files=${boot_files:-$(systemd-analyze cat-config sysctl.d)} || return
    printf '%s\n' "$files" | awk -v want="$1" '
        { sub(/^[ \t]+/, "") }
        /^[#;]/ || !/=/ { next }
        {
            name = $0; sub(/=.*/, "", name); gsub(/^-|[ \t]+$/, "", name)
            if (match(name, /[.\/]/) && substr(name, RSTART, 1) == "/") {
                gsub(/\./, "\n", name); gsub(/\//, ".", name); gsub(/\n/, "/", name)
            }
            if (name == want) { value = $0; sub(/^[^=]*=/, "", value); found = 1 }
        }
        END { if (found) print "value " value; else print "absent" }'
}
