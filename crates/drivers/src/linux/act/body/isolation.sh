# What the drill steps share: the scratch directory HF_SCRATCH and the unit that runs its data.
HF_WORK=$HF_TMP
HF_CELL=$HF_SCRATCH/cell
hf_scratch() {
    [ -d "$HF_SCRATCH" ] && [ ! -L "$HF_SCRATCH" ] && [ "$(cd -P -- "$HF_SCRATCH" && pwd -P)" = "$HF_SCRATCH" ] \
        && [ "$(hf_get "$HF_SCRATCH/.holdfast-scratch" path)" = "$HF_SCRATCH" ] \
        || hf_refuse invalid "$HF_SCRATCH is no scratch directory of a restore"
    [ -e "$HF_SCRATCH/data" ] || hf_refuse invalid "$HF_SCRATCH holds no restored data"
}
hf_unit_is() { systemctl show --property="$1" --value -- "$HF_UNIT" 2> /dev/null; }
hf_unit_ours() { [ "$(hf_unit_is Description)" = "Holdfast drill in $HF_SCRATCH" ]; }
hf_unit_gone() {
    systemctl stop -- "$HF_UNIT" > /dev/null 2>&1 || :
    systemctl reset-failed -- "$HF_UNIT" > /dev/null 2>&1 || :
    case $(hf_unit_is ActiveState) in active | activating | reloading | deactivating) return 1 ;; esac
}
hf_state() { sed -n "s/^$1 //p" "$HF_CELL/state" 2> /dev/null | head -n 1; }
hf_tail() { sed '/^[[:space:]]*$/d' "$1" | tail -n 4 | tr '\n\t' '  ' | cut -c 1-600 | sed 's/ *$//'; }
# Why a query failed, without the data that PostgreSQL likes to quote. It says where the fault lies by its code (manual, appendix
# A): those of wrong queries and of the server are told in words, all others by the code alone.
hf_sql_complaint() {
    hf_sql=$(sed -n 's/^.*\(ERROR\|FATAL\|PANIC\):  \([0-9A-Z]\{5\}: .*\)$/\2/p' "$1" | head -n 1)
    case $hf_sql in
        '') grep '^psql: ' "$1" | head -n 2 | tr '\n' ' ' | cut -c 1-600 ;;
        08* | 25* | 28* | 3D* | 42* | 53* | 57* | 58*) printf '%s' "$hf_sql" | cut -c 1-600 ;;
        *) printf '%s' "SQLSTATE ${hf_sql%%:*}; the message may quote data, so it is not shown" ;;
    esac
}
