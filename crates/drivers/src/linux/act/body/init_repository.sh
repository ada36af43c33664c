# Creates an empty repository at HF_LOCATION. One that is there and opens with the password is taken as it is.
hf_restic_ready
if hf_restic cat config; then
    hf_value repository "$(hf_repository_id)"
    exit 0
fi
case $HF_LOCATION in
    /*)
        # A missing parent is an unmounted disk more often than a wish: a repository made there would fill the wrong one.
        [ -d "${HF_LOCATION%/*}/" ] || hf_refuse invalid "${HF_LOCATION%/*} does not exist; is its disk mounted?"
        [ ! -L "$HF_LOCATION" ] || hf_refuse invalid "$HF_LOCATION is a symbolic link"
        [ ! -e "$HF_LOCATION/config" ] || hf_fail "there is a repository at $HF_LOCATION that the password does not open: $(hf_complaint)"
        hf_made=no
        if [ ! -e "$HF_LOCATION" ]; then
            mkdir -m 700 -- "$HF_LOCATION" || hf_fail "cannot make $HF_LOCATION"
            hf_made=yes
        elif [ ! -f "$HF_LOCATION/.holdfast-repository" ]; then
            [ -z "$(ls -A -- "$HF_LOCATION")" ] || hf_refuse invalid "$HF_LOCATION is not empty and holds no repository"
        fi
        [ -f "$HF_LOCATION/.holdfast-repository" ] \
            || printf 'format=1\nkind=repository\npath=%s\nmade=%s\n' "$HF_LOCATION" "$hf_made" > "$HF_LOCATION/.holdfast-repository" \
            || hf_fail "cannot write to $HF_LOCATION"
        ;;
esac
hf_restic init || hf_fail "restic init: $(hf_complaint)"
hf_restic cat config || hf_fail "the new repository cannot be opened: $(hf_complaint)"
hf_value repository "$(hf_repository_id)"
