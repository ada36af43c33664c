# Another run of this very backup is not disturbed and not repeated.
umask 077
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
set -u
HF_STATE=/var/lib/holdfast/backup
mkdir -p -m 700 /var/lib/holdfast "$HF_STATE" || exit 1
exec 7>> "$HF_STATE/$HF_NAME.lock" || exit 1
flock -n 7 || { echo "backup $HF_NAME is running already" >&2; exit 1; }
HF_WORK=$(mktemp -d "$HF_STATE/$HF_NAME.XXXXXXXX") || exit 1
trap 'rm -rf -- "$HF_WORK"' EXIT
trap 'exit 1' HUP INT TERM

hf_fail() {
    printf '%s\n' "$1" > "$HF_WORK/why"
    exit 1
}
hf_say() {
    printf '%s\n' "$1" >> "$HF_WORK/report"
    printf '%s\n' "$1"
}
# The status file is whole at any moment: RESULT ($1).
hf_status() {
    {
        printf 'format=1\nbackup=%s\nresult=%s\nstarted=%s\nended=%s\n' "$HF_NAME" "$1" "$hf_started" "$(date +%s)"
        cat "$HF_WORK/report"
    } > "$HF_STATE/$HF_NAME.status.new" && mv -T -- "$HF_STATE/$HF_NAME.status.new" "$HF_STATE/$HF_NAME.status"
}
# One dataset; a failure is told and does not keep the others from being archived.
hf_job() {
    : > "$HF_WORK/why"
    if ( hf_protect "$1" "$2" "$3" && printf '%s\n' "$HF_ARCHIVE" > "$HF_WORK/archive" ); then
        hf_say "dataset.$1=ok $(cat "$HF_WORK/archive")"
    else
        hf_failed=1
        hf_say "dataset.$1=failed $(cat "$HF_WORK/why")"
        return
    fi
    # By number, never by age alone: a backup that stands still for a year forgets nothing. Only after a success.
    [ -n "$HF_KEEP" ] || return 0
    # shellcheck disable=SC2086
    hf_restic forget --host "$HF_ARCHIVE_HOST" --tag "$1" --group-by host,tags $HF_KEEP \
        && hf_restic forget --host "$HF_ARCHIVE_HOST" --tag "$1:incomplete" --group-by host,tags --keep-last 1 \
        || { hf_failed=1; hf_say "retention.$1=failed $(hf_complaint)"; }
}
# Gives back the space of forgotten archives, once a week and only if all is well.
hf_prune() {
    [ -n "$HF_KEEP" ] && [ "$hf_failed" = 0 ] || return 0
    [ -z "$(find "$HF_STATE/$HF_NAME.pruned" -mtime -7 2> /dev/null)" ] || return 0
    if hf_restic prune; then : > "$HF_STATE/$HF_NAME.pruned"; else hf_failed=1; hf_say "prune=failed $(hf_complaint)"; fi
}

hf_started=$(date +%s)
hf_failed=0
: > "$HF_WORK/report"
hf_status running
if ! command -v restic > /dev/null; then
    hf_say 'error=restic is not installed'
    hf_failed=1
elif [ ! -s "$HF_PASSWORD_FILE" ]; then
    hf_say "error=the password file $HF_PASSWORD_FILE is missing or empty"
    hf_failed=1
else
    hf_jobs
    hf_prune
fi
if [ "$hf_failed" = 0 ]; then hf_status ok; else hf_status failed; fi
exit "$hf_failed"
