# Which of some words a script of root has: what a job works with and whom it tells, never how. Which scripts are read is root's own choice of jobs.
words='apprise|autorestic|backup|borg|borgmatic|checkarray|cronitor|curl|dist-upgrade|dnf-automatic|duplicity|e2scrub_all|full-upgrade|gotify|hc-ping|healthchecks|kopia|mail|mailx|mariadb-dump|msmtp|mysqldump|ntfy|pg_dump|pg_dumpall|proxmox-backup-client|rclone|restic|resticprofile|rsnapshot|rsync|runitor|scrub|sendmail|snapraid|syncoid|telegram-send|unattended-upgrade|unattended-upgrades|upgrade|vzdump|watchtower|wget'
only_words() { tr -cs 'A-Za-z0-9_-' '\n' | grep -xE "$words" | sort -u | tr '\n' ' '; }
# `?` says that there is, or may be, a script that was not read.
script_words() {
    if [ ! -e "$1" ]; then
        [ "$me" = 0 ] || echo '?'
        return 0
    fi
    [ -f "$1" ] || return 0
    if [ ! -r "$1" ]; then
        echo '?'
        return 0
    fi
    { start=$(head -c 2 -- "$1"); } 2>/dev/null
    [ "$start" = '#!' ] || return 0
    if [ "$(stat -L -c %u -- "$1")" != 0 ] || [ "$(wc -c <"$1")" -gt 262144 ]; then
        echo '?'
        return 0
    fi
    only_words <"$1"
}
