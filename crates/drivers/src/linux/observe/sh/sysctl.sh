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
