# Asks HF_QUERY inside the cell; its single value must be a whole number, HF_AT_LEAST or more.
hf_scratch
hf_unit_ours && [ "$(hf_unit_is ActiveState)" = active ] && grep -qx 'isolated' "$HF_CELL/state" \
    || hf_refuse invalid "no isolated database runs in $HF_SCRATCH"
hf_pid=$(hf_unit_is MainPID)
hf_uid=$(stat -c %u -- "$HF_CELL")
[ "${hf_pid:-0}" -gt 1 ] || hf_fail "$HF_UNIT has no process"
hf_code=0
nsenter --target="$hf_pid" --mount --net --ipc -- setpriv --reuid="$hf_uid" --regid="$hf_uid" --clear-groups \
    --bounding-set=-all --inh-caps=-all --no-new-privs env -i LC_ALL=C PATH=/usr/bin:/bin HOME=/cell \
    PGOPTIONS='-c default_transaction_read_only=on -c statement_timeout=10min' PGDATABASE="$HF_DATABASE" PGHOST=/cell/socket PGUSER=postgres \
    psql --no-psqlrc --no-align --tuples-only --quiet --set=ON_ERROR_STOP=1 --set=VERBOSITY=verbose --command="$HF_QUERY" \
    < /dev/null > "$HF_WORK/out" 2> "$HF_WORK/err" || hf_code=$?
[ "$hf_code" -eq 0 ] || hf_fail "psql: $(hf_sql_complaint "$HF_WORK/err")"
hf_answer=$(head -c 200 "$HF_WORK/out")
case ${hf_answer#-} in
    '' | *[!0-9]*) hf_fail 'the answer is not one whole number; it is data, so it is not shown' ;;
esac
hf_int answer "$hf_answer"
