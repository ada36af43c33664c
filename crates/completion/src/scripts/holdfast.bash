# Completion of holdfast for bash: asks the program itself, which knows the names of the lab, too.
_holdfast() {
    local word about whole stuck
    COMPREPLY=()
    # What bash keeps of the word: all up to the last character at which it takes words apart.
    whole="${COMP_LINE:0:COMP_POINT}"
    whole="${whole##*[[:space:]]}"
    stuck=
    [[ $COMP_WORDBREAKS == *=* && $whole == *=* ]] && stuck="${whole%"${whole##*=}"}"
    [[ $COMP_WORDBREAKS == *:* && ${whole#"$stuck"} == *:* ]] && stuck="${whole%"${whole##*:}"}"
    while IFS=$'\t' read -r word about; do
        case $word in
            :files) compopt -o filenames; COMPREPLY+=($(IFS=$'\n'; compgen -f -- "${whole#"$stuck"}")) ;;
            :directories) compopt -o filenames; COMPREPLY+=($(IFS=$'\n'; compgen -d -- "${whole#"$stuck"}")) ;;
            *) COMPREPLY+=("${word#"$stuck"}") ;;
        esac
    done < <("$1" complete --line "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -F _holdfast holdfast
