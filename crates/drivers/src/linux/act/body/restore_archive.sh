# Restores HF_DATASET to the new directory HF_TO: HF_TO/data is what was at HF_FROM, HF_TO/.holdfast-scratch says whose it is.
# Everything comes from the repository itself, no cache helps, and what was written is read back and compared.
hf_restic_ready
hf_plain "$HF_TO"
[ ! -e "$HF_TO" ] && [ ! -L "$HF_TO" ] || hf_refuse invalid "$HF_TO exists; a restore goes to a new directory"
case $HF_TO in
    /var/lib/holdfast/scratch/*) mkdir -p -m 700 -- /var/lib/holdfast/scratch ;;
esac
hf_parent=$(cd -P -- "${HF_TO%/*}/" 2> /dev/null && pwd -P) || hf_refuse invalid "${HF_TO%/*} does not exist"
[ "${hf_parent%/}/${HF_TO##*/}" = "$HF_TO" ] || hf_refuse invalid "$HF_TO leads through a symbolic link; name $hf_parent instead"
hf_find_archive
hf_restic stats --json --mode restore-size "$HF_FOUND" || hf_fail "archive $HF_FOUND cannot be read: $(hf_complaint)"
hf_bytes=$(hf_json_int total_size)
hf_free=$(df --output=avail -B1 -- "$hf_parent" | tail -n 1 | tr -d ' ')
[ "${hf_free:-0}" -gt "$((hf_bytes + hf_bytes / 20))" ] \
    || hf_refuse invalid "$hf_parent has $hf_free bytes free, the archive needs $hf_bytes and a twentieth more"

hf_give_up() {
    # Made by this very step, so it may go: a failed restore leaves nothing behind.
    rm -rf --one-file-system -- "$HF_TO"
    hf_fail "$1"
}
mkdir -m 700 -- "$HF_TO" || hf_refuse invalid "$HF_TO cannot be made"
printf 'format=1\nkind=restore\npath=%s\ndataset=%s\narchive=%s\nrun=%s\n' "$HF_TO" "$HF_DATASET" "$HF_FOUND" "$HF_RUN" \
    > "$HF_TO/.holdfast-scratch" || hf_give_up "$HF_TO cannot be written to"
hf_restic restore --no-cache --verify --target "$HF_TO/.restoring" "$HF_FOUND" \
    || hf_give_up "archive $HF_FOUND cannot be restored: $(hf_complaint)"
[ -e "$HF_TO/.restoring$HF_FROM" ] || hf_give_up "archive $HF_FOUND does not hold $HF_FROM"
mv -T -- "$HF_TO/.restoring$HF_FROM" "$HF_TO/data" || hf_give_up "$HF_TO/data cannot be put in place"
rm -rf --one-file-system -- "$HF_TO/.restoring"
hf_value archive "$HF_FOUND"
hf_int bytes "$hf_bytes"
hf_int files "$(find "$HF_TO/data" -type f -printf x | wc -c)"
