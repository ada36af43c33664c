# Files: told apart, kept, replaced and put back, each change complete or not at all.
# Used by orders and by the stand-alone revert; needs coreutils only.

# What PATH is, in one line that is equal for equal files: content, mode and owner.
hf_print() {
    if [ -L "$1" ]; then
        printf 'link %s\n' "$(readlink -- "$1")"
    elif [ -f "$1" ]; then
        hf_sum=$(sha256sum < "$1") || return 1
        hf_meta=$(stat -c '%a %u %g' -- "$1") || return 1
        printf 'file %s %s\n' "${hf_sum%% *}" "$hf_meta"
    elif [ -d "$1" ]; then
        echo dir
    elif [ -e "$1" ]; then
        echo other
    else
        echo absent
    fi
}

# Makes PATH ($2) what SOURCE ($1) is, with its mode and owner; without SOURCE, PATH is removed.
# PATH's directory must be the real one: nobody who owns a directory above can lead us elsewhere by a link.
hf_place() (
    hf_dir=${2%/*}
    hf_name=${2##*/}
    cd -P -- "${hf_dir:-/}" && [ "$(pwd -P)" = "${hf_dir:-/}" ] || exit 1
    # What a killed attempt left.
    hf_new=.$hf_name.holdfast-tmp
    rm -f -- "$hf_new" || exit 1
    if [ -z "$1" ]; then
        rm -f -- "$hf_name" || exit 1
    else
        cp -a -T -- "$1" "$hf_new" || exit 1
        [ -L "$hf_new" ] || sync -- "$hf_new" || exit 1
        mv -fT -- "$hf_new" "$hf_name" || exit 1
    fi
    sync .
)

# Keeps PATH ($2) as it is in the new directory ITEM ($1).
hf_keep() {
    mkdir -p -- "$1" || return 1
    printf '%s' "$2" > "$1/path" || return 1
    hf_print "$2" > "$1/before" || return 1
    case $(cat "$1/before") in
        absent) ;;
        file\ * | link\ *)
            cp -a -T -- "$2" "$1/data" || return 1
            [ "$(hf_print "$1/data")" = "$(cat "$1/before")" ] || return 1
            [ -L "$1/data" ] || sync -- "$1/data" || return 1
            ;;
        *) return 1 ;;
    esac
    sync -- "$1/path" "$1/before" "$1"
}

# What is to be put where ITEM ($1) came from: a file to copy, or nothing.
hf_kept() {
    [ "$(cat "$1/before")" = absent ] || printf '%s' "$1/data"
}

# Puts back what ITEM ($1) keeps. Doing it again changes nothing.
hf_put_back() {
    hf_path=$(cat "$1/path") && hf_before=$(cat "$1/before") || return 1
    if [ "$(hf_print "$hf_path")" = "$hf_before" ]; then
        rm -f -- "${hf_path%/*}/.${hf_path##*/}.holdfast-tmp" || :
        return 0
    fi
    hf_place "$(hf_kept "$1")" "$hf_path" || return 1
    [ "$(hf_print "$hf_path")" = "$hf_before" ]
}
