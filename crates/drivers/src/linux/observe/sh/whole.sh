# What others may write holds up no observation of its host: who reads a file of theirs has ten seconds.
soon() {
    if command -v timeout >/dev/null 2>&1; then
        timeout 10 "$@"
    else
        "$@"
    fi </dev/null
}
# Whether the file $1 can be read and has no more than $2 bytes, or why it is not taken: what stood behind them would pass for absent. It is called
# $3, or one of the configuration.
whole() {
    set -- "$1" "$2" "${3:-a file of its configuration}"
    if ! soon head -c "$(($2 + 1))" -- "$1" >/dev/null 2>&1; then
        echo "! $3 cannot be read"
    elif [ "$(soon head -c "$(($2 + 1))" -- "$1" 2>/dev/null | wc -c)" -gt "$2" ]; then
        echo "! $3 is too large: it has more than $2 bytes"
    else
        return 0
    fi
    return 1
}
