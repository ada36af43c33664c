# Removes HF_TO, which a restore made; or takes back the making of a repository that never held anything.
hf_plain "$HF_TO"
if [ ! -e "$HF_TO" ] && [ ! -L "$HF_TO" ]; then exit 0; fi
[ ! -L "$HF_TO" ] && [ -d "$HF_TO" ] || hf_refuse invalid "$HF_TO is not a directory"
[ "$(cd -P -- "$HF_TO" && pwd -P)" = "$HF_TO" ] || hf_refuse invalid "$HF_TO leads through a symbolic link"
hf_mark=$HF_TO/.holdfast-scratch
[ -e "$hf_mark" ] || [ -L "$hf_mark" ] || hf_mark=$HF_TO/.holdfast-repository
[ -f "$hf_mark" ] && [ ! -L "$hf_mark" ] || hf_refuse invalid "$HF_TO has no owner mark; Holdfast did not make it"
# A mark that was copied, moved or written by somebody else is no mark.
[ "$(stat -c %u -- "$hf_mark")" = 0 ] && [ "$(stat -c %u -- "$HF_TO")" = 0 ] \
    && [ "$(hf_get "$hf_mark" format)" = 1 ] && [ "$(hf_get "$hf_mark" path)" = "$HF_TO" ] \
    || hf_refuse invalid "the owner mark in $HF_TO was not made for it"
case ${hf_mark##*/}/$(hf_get "$hf_mark" kind) in
    .holdfast-scratch/restore)
        rm -rf --one-file-system -- "$HF_TO" || hf_fail "$HF_TO cannot be removed whole"
        ;;
    .holdfast-repository/repository)
        # Whatever is neither key, configuration nor mark is an archive, or may become one.
        hf_other=$(find "$HF_TO" -xdev ! -type d ! -path "$HF_TO/config" ! -path "$HF_TO/keys/*" ! -path "$hf_mark" | head -n 1)
        [ -z "$hf_other" ] || hf_refuse invalid "the repository $HF_TO is in use ($hf_other); it stays"
        hf_made=$(hf_get "$hf_mark" made)
        rm -f -- "$HF_TO/config" "$HF_TO"/keys/* "$hf_mark"
        find "$HF_TO" -xdev -mindepth 1 -depth -type d -empty -delete
        if [ "$hf_made" = yes ]; then rmdir -- "$HF_TO" || hf_fail "$HF_TO was put to use meanwhile; it stays"; fi
        ;;
    *) hf_refuse invalid "the owner mark in $HF_TO is not understood" ;;
esac
