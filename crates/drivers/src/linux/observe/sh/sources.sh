sources() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        echo none
        return 0
    fi
    dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${source:Package}|${source:Version}\n'
}
