address() {
    need ip || return
    ip -o addr show | awk '{ print "a", $2, $4 }'
}
