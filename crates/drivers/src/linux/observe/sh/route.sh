route() {
    need ip || return
    ip -o route show default
}
