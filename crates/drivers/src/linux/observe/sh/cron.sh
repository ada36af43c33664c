# The tables of cron as they stand, its scripts by their digests, and what packages brought: `file PATH` and its lines behind `|`,
# `script PATH DIGEST`, `does PATH WORD…`, `md5 DIGEST PATH`, `brought PACKAGE PATH DIGEST`.
cron_table() {
    [ -f "$1" ] || return 0
    if [ "$(wc -c <"$1")" -gt 262144 ]; then
        echo "! $1 is too large"
        return 0
    fi
    echo "file $1"
    sed -e 's/^/|/' <"$1" || echo "! $1 cannot be read"
    echo
    # What others than root have in their tables leads to files that they choose.
    case $1 in
        /etc/* | */root) cron_scripts "$1" ;;
        *) echo "closed $1" ;;
    esac
}
cron_scripts() {
    for script in $(sed -e '/^[[:space:]]*#/d' <"$1" | grep -oE '/[A-Za-z0-9._/@-]+' | sort -u | head -n 64); do
        does=$(script_words "$script")
        [ -z "$does" ] || echo "does $script $does"
    done
}
cron_folder() {
    why=$(stat -L -- "$1" 2>&1) || {
        is_absence "$why" || echo "! ${why%%"$nl"*}"
        return 1
    }
    if [ ! -r "$1" ] || [ ! -x "$1" ]; then
        echo "! $1 cannot be read"
        return 1
    fi
}
cron() {
    need sha256sum || return
    need md5sum || return
    cron_table /etc/crontab
    [ ! -f /etc/anacrontab ] || md5sum /etc/anacrontab | sed 's/^/md5 /'
    [ ! -f /etc/crontab ] || md5sum /etc/crontab | sed 's/^/md5 /'
    for folder in /etc/cron.d /var/spool/cron/crontabs /var/spool/cron; do
        cron_folder $folder || continue
        for entry in $folder/*; do
            case ${entry##*/} in
                *.* | *~ | '*') continue ;;
            esac
            [ -f "$entry" ] || continue
            cron_table "$entry"
            md5sum "$entry" | sed 's/^/md5 /'
        done
    done
    for folder in hourly daily weekly monthly yearly; do
        cron_folder /etc/cron.$folder || continue
        for entry in /etc/cron.$folder/*; do
            case ${entry##*/} in
                *.* | *~ | '*') continue ;;
            esac
            [ -f "$entry" ] && [ -x "$entry" ] || continue
            sha256sum "$entry" | sed 's/^/script /'
            echo "does $entry $(script_words "$entry")"
            md5sum "$entry" | sed 's/^/md5 /'
        done
    done
    [ -r /var/lib/dpkg/status ] || return 0
    awk '
        /^Package: / { package = $2 }
        /^ \/etc\/(cron|anacron)/ { print "brought " package " " $1 " " $2 }' /var/lib/dpkg/status
}
