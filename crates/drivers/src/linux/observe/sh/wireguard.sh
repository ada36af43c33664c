# Of a dump only what is public goes on: keys that are secret, and lines of another form than is known here, stay on this host.
wireguard_public() {
    awk -F '\t' '
        function key(t) { return length(t) == 44 && t ~ /^[A-Za-z0-9+\/]+=$/ }
        /^@ [0-9]+$/ { status = substr($0, 3); next }
        NR > 5000 { odd++; next }
        NR == 1 && NF == 4 && (key($2) || $2 == "(none)") { print "d\t" $2 "\t" $3 "\t" $4; next }
        NR > 1 && NF == 8 && key($1) {
            print "p\t" $1 "\t" ($2 == "(none)" ? "no" : "yes") "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" $7 "\t" $8
            next
        }
        { odd++ }
        END {
            if (odd) print "! " odd " lines of the dump are not understood, or too many"
            if (status == "") status = 1
            exit status
        }'
}
wireguard_one() {
    case $1 in
        all | interfaces | help | -*) echo '! wg cannot be asked for an interface of this name'; return ;;
    esac
    if ! command -v wg >/dev/null 2>&1; then
        echo '! wg is not installed'
        return
    fi
    { timeout 10 wg show "$1" dump 2>/dev/null; echo "@ $?"; } | wireguard_public
    status=$?
    case $status in
        0) return ;;
        124) why='its program did not answer within 10 s' ;;
        *) why=$(timeout 10 wg show "$1" dump 2>&1 >/dev/null) ;;
    esac
    [ -n "$why" ] || why="asking ended with status $status"
    printf '! %s\n' "${why%%"$nl"*}"
}
# Interfaces are looked for in the kernel and by the control sockets of programs, not by wg, which removes sockets that nobody answers.
wireguard() {
    need awk || return
    need timeout || return
    sockets=/var/run/wireguard
    if [ -d $sockets ] && ! { [ -r $sockets ] && [ -x $sockets ]; }; then
        echo '* only root sees which programs keep tunnels'
    fi
    echo "t $(date +%s)"
    [ -d /sys/class/net ] || { echo '/sys/class/net is not there' >&2; return 1; }
    for at in /sys/class/net/*; do
        [ -e "$at" ] || continue
        name=${at##*/}
        if [ -S "$sockets/$name.sock" ] || grep -qsx 'DEVTYPE=wireguard' "$at/uevent"; then
            printf 'i %s\n' "$name"
            wireguard_one "$name"
        fi
    done
    echo all
}
