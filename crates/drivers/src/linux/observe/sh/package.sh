package() {
    need dpkg-query || return
    echo "native $(dpkg --print-architecture)"
    dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Architecture}|${Version}\n'
}
