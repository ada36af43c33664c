# What is not read again: parts that rest on files alone, or on what is asked for here. A digest stands for all of that, and for this very
# start of this very host by this very clock; a clock that was set makes another one. `-` is none: something is out of sight, on a
# file system that is not known to keep the time of each change, or so new that the next change could bear the same time.
config=
units=
package=
patch=
stale=
about=
basis() {
    { read -r machine </etc/machine-id && read -r boot </proc/sys/kernel/random/boot_id && read -r first </proc/1/stat; } 2>/dev/null || return 1
    # shellcheck disable=SC2086
    set -- ${first##*) }
    [ $# -ge 20 ] || return 1
    shift 19
    clock=$(sed -n 's/^btime //p' /proc/stat) && [ -n "$clock" ] && [ -n "$machine" ] && [ -n "$boot" ] || return 1
    { read -r public </etc/ssh/ssh_host_ed25519_key.pub; } 2>/dev/null || public=
    echo "$machine $boot $1 $clock $public"
}
# The digest of what is known of files without reading them, to a depth, and of a text.
files_digest() {
    depth=$1
    text=$2
    shift 2
    for path in "$@"; do
        if [ -e "$path" ] || [ -L "$path" ]; then set -- "$@" "$path"; fi
        shift
    done
    [ $# -gt 0 ] && [ "$me" = 0 ] || return 1
    [ -n "$about" ] || about=$(basis) || return 1
    list=$(timeout 20 find -L "$@" -maxdepth "$depth" -path /var/lib/apt/lists/partial -prune -o \
        -printf '%p %y %i %D %s %T@ %C@ %m %U %G %l\n' \( ! -newerct '2 seconds ago' -o -printf '\n@new\n' \) \
        \( -fstype btrfs -o -fstype ext2 -o -fstype ext3 -o -fstype ext4 -o -fstype f2fs -o -fstype overlay -o -fstype tmpfs -o -fstype xfs \
        -o -fstype zfs -o -fstype devtmpfs -o -fstype ramfs -o -printf '\n@other\n' \) 2>/dev/null) || return 1
    case $list in
        *"$nl@new$nl"* | *"$nl@other$nl"*) return 1 ;;
    esac
    sum=$(printf '%s\n%s\n%s\n' "$about" "$text" "$list" | sha256sum) || return 1
    echo "${sum%% *}"
}
package_inputs() { files_digest 9 '' /var/lib/dpkg/status /var/lib/dpkg/updates /var/lib/dpkg/arch; }
patch_inputs() {
    files_digest 9 '' /var/lib/dpkg/status /var/lib/dpkg/updates /var/lib/dpkg/arch /var/lib/apt/lists /var/lib/apt/extended_states \
        /etc/apt /usr/lib/apt /usr/share/apt
}
# Accounts, keys, sshd, sudo, cron. What leads to files elsewhere, or lets the answer depend on more than files, makes it none.
config_inputs() {
    for path in /etc/ssh/sshd_config /etc/ssh/sshd_config.d/* /etc/sudoers /etc/sudoers.d/* /etc/nsswitch.conf; do
        [ ! -f "$path" ] || set -- "$@" "$path"
    done
    [ $# -gt 0 ] && awk '
        { line = tolower($0); gsub(/^[ \t"]+|[ \t\r]+$/, "", line); gsub(/[ \t="]+/, " ", line) }
        FILENAME ~ /^\/etc\/nsswitch/ {
            if (line ~ /^(passwd|group|shadow|sudoers):/) {
                sub(/^[^:]*:/, "", line); gsub(/(^| )(files|compat|systemd)/, "", line)
                if (line ~ /[^ ]/) bad = 1
            }
            next
        }
        FILENAME ~ /^\/etc\/sudoers/ { if (line ~ /^[#@]include/ && line !~ /^[#@]includedir \/etc\/sudoers\.d$/) bad = 1; next }
        /\\$/ { bad = 1 }
        line ~ /^include/ && line !~ /^include (\/etc\/ssh\/)?sshd_config\.d\/[a-z0-9_.*-]+$/ { bad = 1 }
        line ~ /^match/ && line !~ /^match( (user|group) [^ ]+)+( #.*)?$/ { bad = 1 }
        line ~ /^authorizedkeysfile/ && line !~ /^authorizedkeysfile( (%h\/)?\.ssh\/authorized_keys2?| none)+$/ { bad = 1 }
        line ~ /^authorizedkeyscommand / && line !~ /^authorizedkeyscommand none$/ { bad = 1 }
        END { exit bad }' "$@" || return 1
    set --
    # The tables of root, and those that name an account, may be of scripts whose words are read.
    for path in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/root /var/spool/cron/root; do
        [ ! -f "$path" ] || set -- "$@" "$path"
    done
    scripts=
    [ $# = 0 ] || scripts=$(grep -hoE '/[A-Za-z0-9._/@-]+' -- "$@")
    [ -n "$known_accounts" ] && [ -n "$known_groups" ] && [ -n "$known_sockets" ] || return 1
    set -- /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/nsswitch.conf /etc/ssh /etc/sudoers /etc/sudoers.d /etc/sudo.conf /etc/crontab \
        /etc/anacrontab /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /etc/cron.yearly /var/spool/cron \
        /var/lib/dpkg/status /usr/sbin/sshd /usr/bin/passwd /usr/bin/getent
    set -f
    # shellcheck disable=SC2086
    for path in $scripts; do [ ! -f "$path" ] || set -- "$@" "$path"; done
    set +f
    while IFS=: read -r _ _ _ _ _ path _; do
        case $path in
            /*) set -- "$@" "$path/.ssh/authorized_keys" "$path/.ssh/authorized_keys2" ;;
        esac
    done <<HF_ACCOUNTS
$known_accounts
HF_ACCOUNTS
    files_digest 2 "$known_accounts$nl$known_groups$nl$scripts$nl$known_sockets" "$@"
}
# Units: their files, when systemd read them last, and which are loaded and active.
units_inputs() {
    manager=$(timeout 20 systemctl show -p UnitPath -p UnitsLoadTimestampMonotonic) || return 1
    case $nl$manager in
        *"${nl}UnitsLoadTimestampMonotonic="[1-9]*) ;;
        *) return 1 ;;
    esac
    [ -n "$known_units" ] || return 1
    folders=${manager#*UnitPath=}
    folders=${folders%%"$nl"*}
    # What lives for the moment is loaded or not there; each login has a file among that.
    for folder in $folders; do [ "$folder" = /run/systemd/transient ] || set -- "$@" "$folder"; done
    files_digest 2 "$manager$nl$known_units" "$@"
}
# Asks for what is no file.
ask_for() {
    case $1 in
        config_inputs)
            known_accounts=$(getent passwd) || known_accounts=
            known_groups=$(getent group) || known_groups=
            # Of each socket its number: a server that reads its configuration anew has another one.
            known_sockets=$(ss -H -tlnpe) || known_sockets=
            ;;
        units_inputs)
            known_units=$(timeout 20 systemctl list-units --all --no-legend --no-pager --plain --type=service,socket,timer,path) || known_units=
            known_units=$(printf '%s\n' "$known_units" | awk '{ print $1, $2, $3 }')
            ;;
    esac 2>/dev/null
}
# Looks at what parts rest on once for all of them; $2 is the digest that is known.
once() {
    about=${about:-$(basis)}
    case $1 in
        config_inputs) now=$config ;;
        units_inputs) now=$units ;;
        package_inputs) now=$package ;;
        patch_inputs) now=$patch ;;
    esac
    if [ -z "$now" ]; then
        ask_for "$1"
        now=$("$1" 2>/dev/null) || now=-
    fi
    case $1 in
        config_inputs) config=$now ;;
        units_inputs) units=$now ;;
        package_inputs) package=$now ;;
        patch_inputs) patch=$now ;;
    esac
    case "$now $stale " in
        '- '* | "$2 "* | *" $1 "*) ;;
        *) stale="$stale $1" ;;
    esac
}
# Runs function $3, unless $1 is still $2.
unless() {
    case $1 in
        config_inputs) before=$config ;;
        units_inputs) before=$units ;;
        package_inputs) before=$package ;;
        patch_inputs) before=$patch ;;
    esac
    if [ "$before" != - ] && [ "$before" = "$2" ]; then
        echo "unchanged $before"
        return 0
    fi
    shift 2
    "$@" || return
    [ "$before" = - ] || echo "inputs $before"
}
# The digests once more, of what was read: only what is the same before and after stands for the reading.
settled() {
    about=
    for inputs in $stale; do
        ask_for "$inputs"
        now=$("$inputs" 2>/dev/null) || now=-
        echo "$inputs $now"
    done
}
