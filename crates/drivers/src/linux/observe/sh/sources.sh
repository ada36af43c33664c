# Another system has no database of dpkg; where that is, its program may be missing all the same.
sources() {
    if [ ! -e /var/lib/dpkg/status ] && ! command -v dpkg-query >/dev/null 2>&1; then
        echo none
        return 0
    fi
    need dpkg-query || return
    dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${source:Package}|${source:Version}\n'
}
