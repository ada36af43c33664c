# Name servers that run here, and those that are here and do not.
dns_servers() {
    needs || return
    all_processes
    for product in pihole:pihole-FTL adguard:AdGuardHome unbound:unbound dnsmasq:dnsmasq; do
        word=${product%%:*}
        here=
        for each in $(running "${product#*:}"); do
            echo "i ${each#*/} $word"
            [ "${each#*/}" != host ] || here=1
            "${word}_one" "${each%%/*}" "${each#*/}"
        done
        [ -n "$here" ] || "${word}_stopped"
    done
    echo all
}
