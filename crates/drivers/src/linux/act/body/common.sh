# What the steps on archives share.
HF_WORK=$HF_TMP
hf_restic_ready() {
    command -v restic > /dev/null || hf_refuse unsupported 'restic is not installed'
    hf_version=$(restic version 2> /dev/null | sed -n 's/^restic \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    # shellcheck disable=SC2086
    set -- $hf_version
    [ $# -eq 2 ] && [ "$(($1 * 1000 + $2))" -ge 14 ] || hf_refuse unsupported "restic is older than 0.14: ${hf_version:-unknown}"
    [ -s "$HF_PASSWORD_FILE" ] || hf_refuse invalid "the password file $HF_PASSWORD_FILE is missing or empty"
}
hf_repository_id() { sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p' "$HF_WORK/out" | head -n 1; }
# A repository that is out of reach says nothing about its archives; one that is there and cannot be opened does.
hf_closed() {
    hf_why=$(hf_complaint)
    case $HF_LOCATION in
        /*) [ -d "$HF_LOCATION" ] || hf_refuse invalid "$HF_LOCATION does not exist; is its disk mounted?" ;;
        *)
            ! grep -Eqi 'connection|time.?out|timed out|no route|unreachable|dial tcp|lookup|ssh' "$HF_WORK/err" \
                || hf_refuse invalid "the repository cannot be reached: $hf_why"
            ;;
    esac
    ! grep -q 'already locked' "$HF_WORK/err" || hf_refuse invalid "the repository is in use: $hf_why"
    hf_fail "the repository cannot be opened: $hf_why"
}
# The archive HF_WANTED of HF_DATASET, or its newest; sets HF_FOUND. An archive of another dataset is never taken.
hf_find_archive() {
    hf_restic snapshots --json --host "$HF_ARCHIVE_HOST" --tag "$HF_DATASET" || hf_closed
    grep -o '"id":"[0-9a-f]*"' "$HF_WORK/out" | cut -d'"' -f4 > "$HF_WORK/ids" || :
    HF_FOUND=$(grep "^${HF_WANTED:-.}" "$HF_WORK/ids" | tail -n 1) || :
    [ -n "$HF_FOUND" ] || hf_fail "there is no archive ${HF_WANTED:+$HF_WANTED }of $HF_DATASET in $HF_LOCATION"
}
