# Providers of name servers for everybody, of whom a label in front names an account, and their names that are for all.
dns_account='function without_account(text, bare) {
    bare = tolower(text)
    sub(/[.]?([:@][0-9]+)?$/, "", bare)
    if (bare ~ /^((anycast[.])?dns[0-9]*[.]nextdns[.]io|(dns|freedns|[a-z0-9-]+[.]freedns)[.]controld[.]com|(dns|family|unfiltered)[.]adguard-dns[.]com|dns[.]alidns[.]com|(basic|sky|max)[.]rethinkdns[.]com)$/) return text
    if (match(tolower(text), /(dns[0-9]*[.])?(nextdns[.]io|controld[.]com|cloudflare-gateway[.]com|dnswarden[.]com|alidns[.]com|rethinkdns[.]com|safedns[.]com|dnsfilter[.]com|umbrella[.]com)[.]?([:@][0-9]+)?$|(d[.])?adguard-dns[.]com[.]?([:@][0-9]+)?$/) && RSTART > 1)
        return "hidden." tolower(substr(text, RSTART))
    return text
}'
# Of AdGuard Home's configuration whom it asks, what it answers and hands out. Users, clients, keys and lists are in other sections, which stay on this host;
# of an upstream's address the path, a login and the label that names an account.
adguard_public() {
    whole "$1" 1048576 || return 0
    head -c 1048576 -- "$1" 2>/dev/null | awk "$dns_account"'
        function plain(text) {
            sub(/[ \t]+#.*$/, "", text)
            sub(/[ \t]+$/, "", text)
            if (text ~ /^\047.*\047$/) { text = substr(text, 2, length(text) - 2); gsub(/\047\047/, "\047", text) }
            else if (text ~ /^".*"$/) text = substr(text, 2, length(text) - 2)
            return text
        }
        function quoted(text) { gsub(/\047/, "\047\047", text); return "\047" text "\047" }
        function one(text, scheme) {
            if (tolower(text) ~ /^sdns:/) return "sdns://hidden"
            scheme = ""
            if (match(text, /^[A-Za-z0-9]+:\/\//)) { scheme = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1) }
            sub(/[\/?#].*$/, "", text)
            sub(/^.*@/, "", text)
            return scheme without_account(text)
        }
        function upstream(text, out, all, count, i) {
            out = ""
            if (match(text, /^\[\/[^]]*\/\]/)) { out = substr(text, 1, RLENGTH); text = substr(text, RLENGTH + 1) }
            if (text == "#") return out "#"
            count = split(text, all, " ")
            for (i = 1; i <= count; i++) out = out (i > 1 ? " " : "") one(all[i])
            return out
        }
        { sub(/\r$/, "") }
        /^[ \t]*(#.*)?$/ || /^---[ \t]*$/ { next }
        NR > 100000 { odd++; next }
        /^[^ \t-]/ {
            if ($0 !~ /^[A-Za-z0-9_]+:([ \t].*)?$/) { odd++; kept = 0; part = ""; next }
            part = $0
            sub(/:.*/, "", part)
            value = $0
            sub(/^[^:]*:[ \t]*/, "", value)
            kept = part ~ /^(dns|filtering|dhcp)$/
            hidden = -1
            list = ""
            # A list in one line is not taken apart.
            if (part == "user_rules" && value ~ /^\[/ && value !~ /^\[[ \t]*\]/ && !rules++) print "m rules"
            if (kept && value == "{}") kept = 0
            else if (kept && plain(value) != "") { odd++; kept = 0 }
            else if (kept) print "|" part ":"
            next
        }
        part == "user_rules" && (/dnsrewrite/ || /^[ \t]*-[ \t]+["\047]?[0-9A-Fa-f:]+[.:][0-9A-Fa-f.:]*[ \t]/) { if (!rules++) print "m rules"; next }
        !kept { next }
        /^ *\t/ { odd++; next }
        {
            match($0, /^ */)
            bare = RLENGTH
            match($0, /^ *(- +)*/)
            indent = RLENGTH
            start = substr($0, 1, indent)
            rest = substr($0, indent + 1)
            if (hidden >= 0 && (bare > hidden || (bare == hidden && start ~ /-/))) next
            hidden = -1
            if (rest !~ /^[A-Za-z0-9_]+:([ \t].*)?$/) {
                if (start !~ /-/ || list == "") { odd++; next }
                value = plain(rest)
                if (value ~ /^#/) next
                if (rest ~ /^[{[|>&*!]/) { odd++; next }
                print "|" start quoted(list == "upstream_dns" ? upstream(value) : value)
                next
            }
            key = value = rest
            sub(/:.*/, "", key)
            sub(/^[^:]*:[ \t]*/, "", value)
            sub(/^#.*$/, "", value)
            if (key == "upstream_dns_file" && plain(value) != "") print "m file"
            shown = part == "dns" && key ~ /^(bind_hosts?|port|upstream_dns|rewrites|domain|answer|enabled|protection_enabled|hostsfile_enabled)$/
            shown = shown || part == "filtering" && key ~ /^(rewrites|rewrites_enabled|domain|answer|enabled|protection_enabled)$/
            shown = shown || part == "dhcp" && key ~ /^(enabled|dhcpv4|gateway_ip|range_start|range_end)$/
            if (!shown) { hidden = indent; if (start ~ /-/) print "|" start "hidden: hidden"; next }
            list = ""
            if (value ~ /^[|>&*!]/ || value ~ /^[{[]/ && value !~ /^(\[\]|\{\})[ \t]*$/) { odd++; hidden = indent; next }
            if (value == "") list = key
            if (value == "" || value ~ /^(\[\]|\{\})/) print "|" start key ":" (value == "" ? "" : " " value)
            else print "|" start key ": " quoted(plain(value))
        }
        END { if (odd) print "! " odd " lines of its configuration are not understood, or too many" }'
}
adguard_file() {
    printf 'f %s\nt adguard\n' "$2"
    if [ -f "$1" ] && [ -r "$1" ]; then
        adguard_public "$1"
    else
        echo '! its configuration cannot be read'
    fi
}
# The configuration that it was told by its words, else the one in the folder that it works in, which is that of its program: another one that lies
# here may be that of an installation before it.
adguard_one() {
    exe=$(readlink "/proc/$1/exe" 2>/dev/null)
    file=$({ printf '%s\n' "${exe%/*}"; head -c 4194304 "/proc/$1/cmdline" 2>/dev/null | tr '\0' '\n'; } | awk '
        NR == 1 { folder = $0; next }
        want { if (want == "c") config = $0; else folder = $0; want = ""; next }
        $0 == "-c" || $0 == "--config" { want = "c"; next }
        $0 == "-w" || $0 == "--work-dir" { want = "w"; next }
        sub(/^--config=/, "") { config = $0; next }
        sub(/^--work-dir=/, "") { folder = $0 }
        END { if (config ~ /^\//) print config; else if (folder ~ /^\//) print folder "/" (config == "" ? "AdGuardHome.yaml" : config) }')
    if [ -z "$file" ]; then
        echo '! where its configuration lies is not known'
        return
    fi
    case $2:$(stat -c %u "/proc/$1" 2>/dev/null):$file in
        host:0:* | *:/opt/* | *:/etc/*) ;;
        *)
            echo '! its configuration lies where the account that runs it chose'
            return
            ;;
    esac
    if at=$(seen_by "$1" "$2" "$file"); then
        adguard_file "$at" "$file"
        dnsmasq_list hosts "$1" "$2" /etc/hosts
    else
        printf '%s\n' "$at"
    fi
}
adguard_stopped() {
    for file in /opt/AdGuardHome/AdGuardHome.yaml /etc/AdGuardHome.yaml /etc/adguardhome.yaml /etc/adguardhome/adguardhome.yaml; do
        [ -f "$file" ] || continue
        echo 'i stopped adguard'
        adguard_file "$file" "$file"
        dnsmasq_list hosts "$$" host /etc/hosts
        return
    done
}
