try() {
    if command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
        said=$(timeout "$patience" bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2" 2>&1 </dev/null)
        status=$?
    else
        said='bash or timeout is not installed' status=127
    fi
    said=$(printf '%s' "$said" | tr '\n' ' ')
    printf '%s %s %s %s %s\n' "$mark" "$1" "$2" "$status" "$said"
}
