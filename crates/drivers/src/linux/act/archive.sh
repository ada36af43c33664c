# Archives by restic: what the backup steps of a run and the backup script of a timer have in common.
# POSIX sh. Needs hf_fail, HF_LOCATION, HF_PASSWORD_FILE and a private directory HF_WORK.
# The owner's own restic variables must not decide where an archive goes.
unset RESTIC_REPOSITORY RESTIC_REPOSITORY_FILE RESTIC_PASSWORD RESTIC_PASSWORD_FILE RESTIC_PASSWORD_COMMAND RESTIC_KEY_HINT
RESTIC_CACHE_DIR=/var/cache/holdfast/restic
RESTIC_PROGRESS_FPS=0.1
export RESTIC_CACHE_DIR RESTIC_PROGRESS_FPS
cd /
# All archives carry one host name, so that a renamed machine keeps its history.
HF_ARCHIVE_HOST=holdfast
# How often a lock of somebody else is waited for, five seconds each.
HF_LOCK_TRIES=60

# Runs restic with its output in $HF_WORK/out (or where HF_OUT says) and its complaints in $HF_WORK/err.
hf_restic() {
    hf_tries=$HF_LOCK_TRIES
    while :; do
        hf_code=0
        restic --repo "$HF_LOCATION" --password-file "$HF_PASSWORD_FILE" "$@" \
            < /dev/null > "${HF_OUT:-$HF_WORK/out}" 2> "$HF_WORK/err" || hf_code=$?
        if [ "$hf_code" -eq 0 ] || [ "$hf_tries" -le 0 ] || ! grep -q 'already locked' "$HF_WORK/err"; then
            return "$hf_code"
        fi
        # A lock whose owner died on this machine, or is half an hour old, is removed; a living one is not.
        restic --repo "$HF_LOCATION" --password-file "$HF_PASSWORD_FILE" unlock < /dev/null > "$HF_WORK/unlock" 2>&1 || :
        hf_tries=$((hf_tries - 1))
        sleep 5
    done
}
# What restic complained of, as one line: what it said first, which is the cause, and last, which is the sum.
hf_complaint() {
    sed '/^[[:space:]]*$/d; /, retrying after /d' "$HF_WORK/err" | awk 'NR <= 3 { print } { last = $0 } END { if (NR > 3) print last }' \
        | tr '\n\t' '  ' | cut -c 1-600 | sed 's/ *$//'
}
# Named number or text of restic's JSON in $HF_WORK/out; the last one if there are several.
hf_json_int() { grep -o "\"$1\":[0-9]*" "$HF_WORK/out" | tail -n 1 | cut -d: -f2; }
hf_json_text() { grep -o "\"$1\":\"[^\"]*\"" "$HF_WORK/out" | tail -n 1 | cut -d'"' -f4; }

# One archive of PATH ($2) for DATASET ($1). Sets HF_ARCHIVE, HF_BYTES, HF_FILES, HF_ADDED.
hf_archive() {
    hf_code=0
    hf_restic backup --json --quiet --host "$HF_ARCHIVE_HOST" --tag "$1" -- "$2" || hf_code=$?
    HF_ARCHIVE=$(hf_json_text snapshot_id)
    HF_BYTES=$(hf_json_int total_bytes_processed)
    HF_FILES=$(hf_json_int total_files_processed)
    HF_ADDED=$(hf_json_int data_added)
    [ "$hf_code" -ne 0 ] || [ -z "$HF_ARCHIVE" ] || return 0
    hf_why=$(hf_complaint)
    if [ "$hf_code" -eq 3 ] && [ -n "$HF_ARCHIVE" ]; then
        hf_why=$(grep -o '"item":"[^"]*"' "$HF_WORK/err" | cut -d'"' -f4 | head -n 3 | tr '\n' ' ')
        # Some files could not be read. What was read stays, under a tag that no restore, drill or freshness check takes
        # for the whole dataset.
        if hf_restic tag --set "$1:incomplete" "$HF_ARCHIVE"; then
            hf_fail "restic could not read all of $2: ${hf_why}failed; what was read is kept under the tag $1:incomplete"
        fi
        hf_fail "restic could not read all of $2: ${hf_why}failed; the incomplete archive $HF_ARCHIVE could not be marked: $(hf_complaint)"
    fi
    hf_fail "restic backup of $2: ${hf_why:-exit status $hf_code}"
}

# Dumps DATABASE ($2) of the local cluster for DATASET ($1) into $HF_DUMPS/DATASET/DATABASE, complete and verified or not
# at all. The path is in the archive and says which database it is of: another one under the same dataset is no copy of it.
# Beside it lie the roles that its tables belong to, without their passwords.
HF_DUMPS=/var/lib/holdfast/dumps
hf_dump() {
    hf_of=$HF_DUMPS/$1
    hf_into=$hf_of/$2
    mkdir -p -m 700 -- "$HF_DUMPS" && rm -rf --one-file-system -- "$hf_of" && mkdir -m 700 -- "$hf_of" "$hf_into" \
        || hf_fail "cannot make $hf_into"
    # The name goes by the environment: as an argument it could be a connection string to somewhere else.
    runuser -u postgres -- env PGDATABASE="$2" pg_dump --format=custom --compress=0 --no-password \
        < /dev/null > "$hf_into/database.part" 2> "$HF_WORK/err" \
        || hf_no_dump "pg_dump of $2: $(hf_complaint)"
    # Roles belong to the cluster: without them nothing in the dump can be given to its owner.
    runuser -u postgres -- pg_dumpall --roles-only --no-role-passwords --no-password \
        < /dev/null > "$hf_into/roles.sql" 2> "$HF_WORK/err" \
        || hf_no_dump "pg_dumpall --roles-only: $(hf_complaint)"
    # Read to its end: the list alone would not notice a dump that is cut short.
    pg_restore --list "$hf_into/database.part" > "$HF_WORK/out" 2> "$HF_WORK/err" \
        && pg_restore --file=/dev/null "$hf_into/database.part" > "$HF_WORK/out" 2> "$HF_WORK/err" \
        || hf_no_dump "the dump of $2 cannot be read back: $(hf_complaint)"
    mv -T -- "$hf_into/database.part" "$hf_into/database.dump" || hf_no_dump "the dump of $2 cannot be put in place"
}
hf_no_dump() {
    rm -rf --one-file-system -- "$hf_of"
    hf_fail "$1"
}
# One archiver at a time: a step of a run and the timer would write the same dump. Descriptor 9.
hf_alone() {
    mkdir -p -m 700 -- /var/lib/holdfast && exec 9>> /var/lib/holdfast/backup.lock || hf_fail 'cannot open /var/lib/holdfast/backup.lock'
    flock -w 3600 9 || hf_fail 'another backup has been at work on this host for an hour'
}
# Archives a folder or a database: DATASET folder PATH, or DATASET postgres DATABASE.
hf_protect() {
    hf_alone
    case $2 in
        folder)
            # restic archives a link as a link, without what it points to.
            [ ! -L "$3" ] || hf_fail "$3 is a symbolic link to $(readlink -- "$3"); declare the directory itself"
            [ -d "$3" ] || hf_fail "$3 is not a directory"
            hf_archive "$1" "$3"
            ;;
        postgres)
            hf_dump "$1" "$3"
            # The dump is removed whether or not restic took it; the subshell keeps hf_fail from skipping that.
            hf_code=0
            ( hf_archive "$1" "$HF_DUMPS/$1/$3" && printf '%s\n' "$HF_ARCHIVE" "$HF_BYTES" "$HF_FILES" "$HF_ADDED" > "$HF_WORK/taken" ) \
                || hf_code=$?
            rm -rf --one-file-system -- "${HF_DUMPS:?}/$1"
            [ "$hf_code" -eq 0 ] || exit "$hf_code"
            { read -r HF_ARCHIVE; read -r HF_BYTES; read -r HF_FILES; read -r HF_ADDED; } < "$HF_WORK/taken"
            ;;
    esac
    exec 9>&-
}
