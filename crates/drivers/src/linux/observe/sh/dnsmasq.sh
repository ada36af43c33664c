# Of dnsmasq's configuration whom it asks, what it answers, hands out and listens on, as `KEY=VALUE`; other files that it reads behind `>`.
dnsmasq_public() {
    awk '
        { sub(/\r$/, "") }
        /^[ \t]*(#.*)?$/ { next }
        NR > 50000 { odd++; next }
        {
            line = $0
            sub(/^[ \t]+/, "", line)
            sub(/[ \t]+#.*$/, "", line)
            sub(/[ \t]+$/, "", line)
            if (line !~ /^[a-z0-9-]+[ \t]*(=.*)?$/) { odd++; next }
            key = value = line
            sub(/[ \t]*=.*/, "", key)
            if (key == line) value = ""
            else sub(/^[^=]*=[ \t]*/, "", value)
            if (value ~ /^".*"$/) value = substr(value, 2, length(value) - 2)
            if (key ~ /^(no-resolv|no-hosts|expand-hosts)$/) print "|" key
            else if (key ~ /^(conf-file|conf-dir|addn-hosts|hostsdir|resolv-file|servers-file)$/) print "> " key " " value
            else if (key == "dhcp-option") { if (value ~ /(^|,)(3|option:router),[0-9.]+$/) print "|" key "=" value }
            else if (key ~ /^(port|interface|listen-address|address|host-record|cname|server|rev-server|local|dhcp-range|domain)$/) print "|" key "=" value
            else if (key ~ /^(interface-name|dynamic-host|synth-domain|alias|conf-script|dhcp-hostsfile|dhcp-hostsdir|read-ethers)$/) { if (!more[key]++) print "m names " key }
            else if (key == "dhcp-host") {
                count = split(value, part, /[ \t]*,[ \t]*/)
                for (i = 1; i <= count; i++)
                    if (part[i] ~ /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/ && part[i] !~ /^([0-9.]+|[0-9]+[smhdw]|infinite|ignore)$/ && !more[key]++) print "m names " key
            }
        }
        END { if (odd) print "! " odd " lines of its configuration are not understood, or too many" }'
}
# Its words as lines of a configuration.
dnsmasq_words() {
    head -c 4194304 "/proc/$1/cmdline" 2>/dev/null | tr '\0' '\n' | awk '
        BEGIN {
            # Those without a value, and those with one, of which few are told.
            flags = "951yZDNLERKzowefnbvhdkq"
            valued = "rmpclsitugaxSCATHQIBFGOMXVUjPJWY2467803"
            of["C"] = "conf-file"; of["7"] = "conf-dir"; of["r"] = "resolv-file"; of["R"] = "no-resolv"; of["h"] = "no-hosts"; of["S"] = "server"; of["A"] = "address"
            of["F"] = "dhcp-range"; of["p"] = "port"; of["i"] = "interface"; of["a"] = "listen-address"; of["H"] = "addn-hosts"; of["s"] = "domain"; of["E"] = "expand-hosts"; of["G"] = "dhcp-host"; of["V"] = "alias"; of["Z"] = "read-ethers"
        }
        NR == 1 { next }
        want != "" { if (want != "-") print want "=" $0; want = ""; next }
        /^--[a-z0-9-]+=/ { print substr($0, 3); next }
        /^--(no-resolv|no-hosts|expand-hosts|read-ethers)$/ { print substr($0, 3); next }
        /^--(conf-file|conf-dir|addn-hosts|hostsdir|resolv-file|servers-file|port|interface|listen-address|address|host-record|cname|server|rev-server|local|dhcp-range|dhcp-host|dhcp-option|domain|interface-name|dynamic-host|synth-domain|alias|conf-script|dhcp-hostsfile|dhcp-hostsdir)$/ { want = substr($0, 3); next }
        /^-[^-]/ {
            for (i = 2; i <= length($0); i++) {
                c = substr($0, i, 1)
                if (index(flags, c)) { if (c in of) print of[c]; continue }
                if (!index(valued, c)) { print "?"; break }
                if (i == length($0)) want = c in of ? of[c] : "-"
                else if (c in of) print of[c] "=" substr($0, i + 1)
                break
            }
        }'
}
# What was let through, with the files that it names in place of their names; $3 is as deep as that is.
dnsmasq_more() {
    while IFS= read -r line; do
        rest=${line#> * }
        case $line in
            '> conf-file '*) dnsmasq_text "$1" "$2" "$rest" "x$3" ;;
            '> servers-file '*) dnsmasq_text "$1" "$2" "$rest" "x$3" ;;
            '> conf-dir '*) dnsmasq_dir "$1" "$2" "$rest" "x$3" ;;
            '> addn-hosts '*) dnsmasq_list hosts "$1" "$2" "$rest" ;;
            '> resolv-file '*) dnsmasq_list resolv "$1" "$2" "$rest" ;;
            '> hostsdir '*) echo '! its names stand in a folder that is not read (hostsdir)' ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}
# Whether a path is one that is read, and where it is, as the process sees it.
dnsmasq_at() {
    case $3 in
        *..*) echo '! it names a file by a path with ..' ;;
        /etc/* | /usr/* | /opt/* | /run/* | /var/run/* | /var/lib/libvirt/dnsmasq/* | /var/lib/NetworkManager/*)
            seen_by "$1" "$2" "$3"
            return
            ;;
        *) echo '! it names a file that lies elsewhere than is looked' ;;
    esac
    return 1
}
dnsmasq_text() {
    if [ ${#4} -ge 5 ]; then
        echo '! its files name each other too deeply'
        return
    fi
    at=$(dnsmasq_at "$1" "$2" "$3") || {
        printf '%s\n' "$at"
        return
    }
    if [ ! -f "$at" ] || [ ! -r "$at" ]; then
        echo '! its configuration, or a file that it names, cannot be read'
        return
    fi
    whole "$at" 1048576 || return 0
    head -c 1048576 -- "$at" 2>/dev/null | dnsmasq_public | dnsmasq_more "$1" "$2" "$4"
}
# The files of a folder, as `conf-dir=/etc/dnsmasq.d,.bak` or `,*.conf` say: all but those that end so, or these alone.
dnsmasq_dir() {
    folder=${3%%,*}
    folder=${folder%/}
    ends=${3#"${3%%,*}"}
    at=$(dnsmasq_at "$1" "$2" "$folder") || {
        printf '%s\n' "$at"
        return
    }
    if [ ! -d "$at" ] || [ ! -r "$at" ]; then
        echo '! a folder that it names cannot be read'
        return
    fi
    # What reads a file has a path of its own in `at`.
    inside=$at
    ls -- "$inside" 2>/dev/null | awk -v ends="${ends#,}" '
        BEGIN { count = split(ends, all, ",") }
        /^\./ || /~$/ || /^#.*#$/ { next }
        {
            want = only = 0
            for (i = 1; i <= count; i++) {
                end = all[i]
                star = sub(/^\*/, "", end)
                only += star
                hit = length(end) && length($0) >= length(end) && substr($0, length($0) - length(end) + 1) == end
                if (hit && !star) next
                want += hit && star
            }
            if (!only || want) print
        }' | while IFS= read -r file; do
        [ ! -d "$inside/$file" ] || continue
        dnsmasq_text "$1" "$2" "$folder/$file" "$4"
    done
}
# Names or name servers of a file, behind which the configuration goes on.
dnsmasq_list() {
    same=$(stat -L -c %d:%i "/proc/$2/root" / 2>/dev/null | sort -u | wc -l)
    if [ "$((same)):$3:$4" = 1:host:/etc/resolv.conf ] || [ "$((same)):$3:$4" = 1:host:/etc/hosts ]; then
        at=$(root_of "$2" "$3")$4
    else
        at=$(dnsmasq_at "$2" "$3" "$4") || {
            printf '%s\n' "$at"
            return
        }
    fi
    echo "t $1"
    if [ ! -f "$at" ] || [ ! -r "$at" ]; then
        # A system without such a file has none of them.
        [ ! -e "$at" ] || echo '! a file that it names cannot be read'
    elif ! whole "$at" 524288; then
        :
    elif [ "$1" = hosts ]; then
        head -c 524288 -- "$at" | grep -aE '^[[:space:]]*[0-9A-Fa-f.:]+[[:space:]]+[A-Za-z0-9_.-]' | sed -e 's/#.*//' -e 's/^/|/'
    else
        head -c 524288 -- "$at" | sed -n 's/^[[:space:]]*nameserver[[:space:]]\{1,\}\([0-9A-Fa-f.:]\{2,\}\).*/|nameserver \1/p'
    fi
    echo 't dnsmasq'
}
dnsmasq_whole() {
    echo 't dnsmasq'
    lines=$(printf '%s\n' "$3" | dnsmasq_public)
    case "$nl$lines" in
        *"${nl}> conf-file "*) ;;
        *) lines="$lines$nl> conf-file /etc/dnsmasq.conf" ;;
    esac
    lines=$(printf '%s\n' "$lines" | dnsmasq_more "$1" "$2" '')
    printf '%s\n' "$lines"
    case "$nl$lines$nl" in
        *"$nl|no-hosts$nl"*) ;;
        *) dnsmasq_list hosts "$1" "$2" /etc/hosts ;;
    esac
    case "$nl$lines$nl" in
        *"$nl|no-resolv$nl"* | *"${nl}t resolv$nl"*) ;;
        *) dnsmasq_list resolv "$1" "$2" /etc/resolv.conf ;;
    esac
}
dnsmasq_one() {
    dnsmasq_whole "$1" "$2" "$(dnsmasq_words "$1")"
}
dnsmasq_stopped() {
    # Programs that start it by themselves bring its package, and no file of this name.
    [ -f /etc/dnsmasq.conf ] || return 0
    echo 'i stopped dnsmasq'
    dnsmasq_whole "$$" host ''
}
