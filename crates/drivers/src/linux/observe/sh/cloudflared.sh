# What a cloudflared was told by its words and its environment: the words that are known here, and that a token is among them, never which.
cloudflared_words() {
    head -c 4194304 "/proc/$1/cmdline" 2>/dev/null | tr '\0' '\n' | awk '
        NR == 1 { next }
        want != "" { if (want != "-") print "m " want " " $0; want = ""; next }
        /^--?token(-file)?(=|$)/ { print "m token"; want = /=/ ? "" : "-"; next }
        /^--?config=/ { sub(/^[^=]*=/, ""); print "m config " $0; next }
        /^--?config$/ { want = "config"; next }
        /^--?(url|unix-socket|hello-world|bastion)(=|$)/ { print "m url"; want = (/=/ || /hello|bastion/) ? "" : "-"; next }
        $0 == "tunnel" { print "m tunnel"; next }
        $0 == "access" || $0 == "proxy-dns" || $0 == "update" || $0 == "login" { if (!other++) print "m other" }
        $0 == "run" { run = NR; next }
        run && NR == run + 1 && length($0) <= 64 && /^[A-Za-z0-9][A-Za-z0-9._-]*$/ { print "m name " $0 }'
    if [ -r "/proc/$1/environ" ]; then
        head -c 4194304 "/proc/$1/environ" | tr '\0' '\n' | sed -n -e 's/^TUNNEL_TOKEN\(_FILE\)*=..*/m token/p' -e 's/^TUNNEL_URL=..*/m url/p'
    else
        echo '! only root sees whether a token is in its environment'
    fi
}
# Of a configuration only what says what is led where; of any other key that it is there, and of a line of another form only that there was one.
cloudflared_public() {
    whole "$1" 262144 || return 0
    head -c 262144 -- "$1" 2>/dev/null | awk '
        { sub(/\r$/, "") }
        /^[ \t]*(#.*)?$/ || /^---[ \t]*$/ { next }
        NR > 5000 || /^ *\t/ { odd++; next }
        {
            match($0, /^ *(- +)*/)
            indent = substr($0, 1, RLENGTH)
            rest = substr($0, RLENGTH + 1)
            if (rest !~ /^[A-Za-z][A-Za-z0-9_-]*:( .*)?$/) {
                if (rest ~ /^-?[A-Za-z0-9"\047]/ && indent ~ /-/ && rest !~ /: /) print "|" indent "hidden"
                else odd++
                next
            }
            key = value = rest
            sub(/:.*/, "", key)
            sub(/^[^:]*:[ \t]*/, "", value)
            sub(/[ \t]+#.*$/, "", value)
            sub(/^#.*$/, "", value)
            sub(/[ \t]+$/, "", value)
            if (value ~ /^[|>&*!]/) { odd++; next }
            if (key == "token") print "m token"
            if (key ~ /^(tunnel|ingress|hostname|path|service|url|warp-routing|enabled)$/) {
                if (value ~ /^[{[]/ && value != "[]") { odd++; next }
                if (match(value, /:\/\/.*@/)) value = substr(value, 1, RSTART + 2) substr(value, RSTART + RLENGTH)
                print "|" indent key ": " value
            }
            else print "|" indent "hidden" NR ":" (value == "" ? "" : " hidden")
        }
        END { if (odd) print "! " odd " lines of its configuration are not understood, or too many" }'
}
cloudflared_file() {
    printf 'f %s\nt config\n' "$2"
    if [ -f "$1" ] && [ -r "$1" ]; then
        cloudflared_public "$1"
    else
        echo '! its configuration cannot be read'
    fi
}
cloudflared_folders='/etc/cloudflared /usr/local/etc/cloudflared'
# The configuration that a process $1 in $2 reads; $3 is the one that it was told.
cloudflared_config() {
    who=$(stat -c %u "/proc/$1" 2>/dev/null)
    case $3 in
        '')
            case $2:$who in
                host:0) home=/root ;;
                host:*) home=$(getent passwd "$who" | cut -d: -f6) ;;
                *:0) home=/root ;;
                *) home=/home/nonroot ;;
            esac
            for folder in "$home/.cloudflared" $cloudflared_folders; do
                for name in config.yml config.yaml; do
                    at=$(seen_by "$1" "$2" "$folder/$name") || {
                        printf '%s\n' "$at"
                        return
                    }
                    [ -f "$at" ] || continue
                    case $2:$who:$folder in
                        host:0:*) ;;
                        host:*:"$home/.cloudflared")
                            echo '! its configuration lies in a folder of the account that runs it'
                            return
                            ;;
                    esac
                    cloudflared_file "$at" "$folder/$name"
                    return
                done
            done
            ;;
        /etc/cloudflared/* | /usr/local/etc/cloudflared/* | /home/nonroot/.cloudflared/* | /*)
            case $who:$3 in
                0:* | *:/etc/cloudflared/* | *:/usr/local/etc/cloudflared/* | *:/home/nonroot/.cloudflared/*)
                    if at=$(seen_by "$1" "$2" "$3"); then
                        cloudflared_file "$at" "$3"
                    else
                        printf '%s\n' "$at"
                    fi
                    ;;
                *) echo '! its configuration lies where the account that runs it chose' ;;
            esac
            ;;
        *) echo '! its configuration is named by a path that is not absolute' ;;
    esac
}
cloudflared() {
    needs || return
    all_processes
    here=
    for each in $(running cloudflared); do
        pid=${each%%/*}
        words=$(cloudflared_words "$pid")
        case "$nl$words" in
            *"${nl}m tunnel"*) ;;
            *"${nl}m other"*) continue ;;
        esac
        printf 'i %s\n%s\n' "${each#*/}" "$words"
        [ "${each#*/}" != host ] || here=1
        case "$nl$words" in
            *"${nl}m token"*) ;;
            *) cloudflared_config "$pid" "${each#*/}" "$(printf '%s\n' "$words" | sed -n 's/^m config //p' | tail -n 1)" ;;
        esac
    done
    if [ -z "$here" ]; then
        for folder in /root/.cloudflared $cloudflared_folders; do
            for name in config.yml config.yaml; do
                [ -f "$folder/$name" ] || continue
                echo 'i stopped'
                cloudflared_file "$folder/$name" "$folder/$name"
            done
        done
    fi
    echo all
}
