# Of Pi-hole's configuration the sections of names and addresses, without their comments; passwords and sessions are in others, which stay on this host.
pihole_toml() {
    whole "$1" 524288 || return 0
    head -c 524288 -- "$1" 2>/dev/null | awk '
        function bare(text, i, c, quoted, out) {
            out = ""
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (c == "\\" && quoted) { out = out c substr(text, ++i, 1); continue }
                if (c == "\"") quoted = !quoted
                if (c == "#" && !quoted) break
                out = out c
            }
            sub(/[ \t]+$/, "", out)
            return out
        }
        { sub(/\r$/, "") }
        NR > 20000 { odd++; next }
        /^[ \t]*(#.*)?$/ { next }
        list && /^[ \t]*\]/ { if (list == 1) print "|]"; list = 0; next }
        list == 2 { next }
        list == 1 { line = bare($0); if (line ~ /^[ \t]*"([^"\\]|\\.)*"[ \t]*,?$/) print "|" line; else odd++; next }
        /^[ \t]*\[[A-Za-z0-9_.]+\][ \t]*(#.*)?$/ { part = $0; sub(/^[ \t]*\[/, "", part); sub(/\].*/, "", part); print "|[" part "]"; next }
        {
            line = bare($0)
            if (line !~ /^[ \t]*[A-Za-z0-9_]+[ \t]*=/) { odd++; next }
            key = value = line
            sub(/^[ \t]*/, "", key)
            sub(/[ \t]*=.*/, "", key)
            sub(/^[^=]*=[ \t]*/, "", value)
            name = part "." key
            known = name ~ /^(dns\.(upstreams|hosts|cnameRecords|listeningMode|interface|port|revServers|hostRecord)|dns\.blocking\.active|dns\.revServer\.(active|cidr|target|domain)|dhcp\.(active|start|end|router)|misc\.etc_dnsmasq_d)$/
            count = name == "misc.dnsmasq_lines"
            if (value == "[") { list = known ? 1 : 2; if (known) print "|" line; if (count) print "m lines"; next }
            if (value ~ /^\[/ && value !~ /\]$/) { odd++; next }
            if (count && value !~ /^\[[ \t]*\]$/) print "m lines"
            if (known) print "|" line
        }
        END {
            if (list) odd++
            if (odd) print "! " odd " lines of its configuration are not understood, or too many"
        }'
}
# Lines of a file $2 behind the word $1, as far as they match $3.
dns_lines() {
    echo "t $1"
    [ -e "$2" ] || return 0
    if [ ! -r "$2" ] || [ ! -f "$2" ]; then
        echo "! $2 cannot be read"
        return 0
    fi
    whole "$2" 524288 || return 0
    head -c 524288 -- "$2" | grep -aE "$3" | sed -e 's/[[:space:]][[:space:]]*#.*//' -e 's/^/|/'
}
# What a Pi-hole $1 in $2 has below /etc.
pihole_one() {
    for file in /etc/pihole/pihole.toml /etc/pihole/setupVars.conf /etc/pihole/custom.list /etc/pihole/listsCache/x /etc/dnsmasq.d/05-pihole-custom-cname.conf; do
        at=$(seen_by "$1" "$2" "$file") || {
            printf '%s\n' "$at"
            return
        }
    done
    base=${at%/etc/dnsmasq.d/*}
    pihole_files "$base"
}
pihole_files() {
    etc=$1/etc/pihole
    if [ -f "$etc/pihole.toml" ]; then
        echo 't toml'
        if [ -r "$etc/pihole.toml" ]; then
            pihole_toml "$etc/pihole.toml"
        else
            echo '! its configuration cannot be read'
        fi
    elif [ -f "$etc/setupVars.conf" ]; then
        dns_lines setup "$etc/setupVars.conf" '^(PIHOLE_DNS_[0-9]+|PIHOLE_INTERFACE|DNSMASQ_LISTENING|DHCP_(ACTIVE|START|END|ROUTER)|BLOCKING_ENABLED|REV_SERVER(_TARGET|_CIDR|_DOMAIN)?)='
        dns_lines hosts "$etc/custom.list" '^[[:space:]]*[0-9A-Fa-f.:]+[[:space:]]+[A-Za-z0-9_.-]'
    else
        echo '! its configuration is not where it is looked for'
        return
    fi
    for file in "$1"/etc/dnsmasq.d/*.conf; do
        [ -f "$file" ] && [ ! -L "$file" ] || continue
        dns_lines dnsmasq "$file" '^[[:space:]]*(address|host-record|cname|server|rev-server|local|dhcp-range)[[:space:]]*='
        head -c 524288 -- "$file" | dnsmasq_public | grep '^m names '
    done
    lists=0
    for file in "$etc"/listsCache/list.*.domains "$etc"/list.*.domains; do
        [ ! -f "$file" ] || lists=$((lists + 1))
    done
    echo "n $lists"
}
pihole_stopped() {
    if [ -f /etc/pihole/pihole.toml ] || [ -f /etc/pihole/setupVars.conf ]; then
        echo 'i stopped pihole'
        pihole_files ''
    fi
}
