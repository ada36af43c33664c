# Of unbound's configuration whom it asks, what it answers and where it listens; of what else stands there, only that it is a line of its form.
unbound_bare='
    function bare(text, quote, end) {
        quote = substr(text, 1, 1)
        if (quote == "\"" || quote == "\047") {
            end = index(substr(text, 2), quote)
            if (!end) { odd++; return "" }
            return substr(text, 2, end - 1) bare_rest(substr(text, end + 2))
        }
        return bare_rest(text)
    }
    function bare_rest(text) { sub(/^#.*$/, "", text); sub(/[ \t]+#.*$/, "", text); sub(/[ \t]+$/, "", text); return text }
'
# Of its text; what stands behind a control character was put there by the functions below.
unbound_public() {
    awk "$dns_account$nl$unbound_bare"'
        /^\001! / { print substr($0, 2); next }
        /^\001/ { part = ""; next }
        { sub(/\r$/, "") }
        /^[ \t]*(#.*)?$/ { next }
        NR > 50000 { odd++; next }
        {
            line = $0
            sub(/^[ \t]+/, "", line)
            if (line !~ /^[A-Za-z0-9-]+:/) { odd++; next }
            key = value = line
            sub(/:.*/, "", key)
            key = tolower(key)
            sub(/^[^:]*:[ \t]*/, "", value)
            clause = key ~ /^(server|forward-zone|stub-zone|auth-zone|remote-control|view|python|dynlib|cachedb|dnscrypt|rpz|dnstap|ipset|redis)$/
            if (clause) {
                answers()
                zone = key ~ /^(auth-zone|rpz)$/ ? key : ""
                if (bare_rest(value) != "") odd++
                part = key
                if (key ~ /^(forward|stub)-zone$/) print "|" key ":"
                next
            }
            value = bare(value)
            if (key == "for-downstream" && value == "no") zone = ""
            if (part == "view" && key ~ /^local-(data|zone)$/) zone = part
            if (part == "server" || part == "") {
                if (key == "local-data" && value !~ /^[^ \t]+[ \t]+(([0-9]+|[Ii][Nn])[ \t]+)*([Aa]|[Aa][Aa][Aa][Aa]|[Cc][Nn][Aa][Mm][Ee])[ \t]+[^ \t]+$/) next
                if (key == "local-zone" && value !~ /[ \t]redirect$/) next
                if (key ~ /^(interface|ip-address|interface-automatic|port|local-data|local-zone)$/) print "|" key ": " value
            }
            else if (part ~ /^(forward|stub)-zone$/ && key ~ /^(name|(forward|stub)-(addr|host)|forward-(tls|ssl)-upstream)$/) {
                sub(/#.*/, "", value)
                print "|" key ": " (key ~ /-host$/ ? without_account(value) : value)
            }
        }
        function answers() { if (zone != "" && !more[zone]++) print "m names " zone; zone = "" }
        END {
            answers()
            if (odd) print "! " odd " lines of its configuration are not understood, or too many"
        }'
}
# What of the file $3 goes on, as the process $1 in $2 sees it, with all that it includes.
unbound_text() { unbound_lines "$@" | unbound_public; }
# Its lines, with the files that it includes in their place, as unbound reads them: a clause goes on in what is included, and behind it. $4 is as deep as
# that is.
unbound_lines() {
    at=$(seen_by "$1" "$2" "$3") || {
        printf '\001%s\n' "$at"
        return
    }
    if [ ! -f "$at" ] || [ ! -r "$at" ]; then
        printf '\001! its configuration, or what it includes, cannot be read\n'
        return
    fi
    why=$(whole "$at" 1048576) || {
        printf '\001%s\n' "$why"
        return
    }
    head -c 1048576 -- "$at" 2>/dev/null | tr -d '\001' | awk "$unbound_bare"'
        { sub(/\r$/, "") }
        tolower($0) ~ /^[ \t]*include(-toplevel)?:/ {
            key = value = $0
            sub(/:.*/, "", key)
            sub(/^[^:]*:[ \t]*/, "", value)
            print NR, (tolower(key) ~ /toplevel/ ? "top" : "in"), bare(value)
        }' | {
        from=1
        while read -r number kind file; do
            [ "$from" -ge "$number" ] || sed -n "$from,$((number - 1))p" "$at" | tr -d '\001'
            from=$((number + 1))
            [ "$kind" = in ] || printf '\001\n'
            ( unbound_include "$1" "$2" "$file" "$4" )
            [ "$kind" = in ] || printf '\001\n'
        done
        sed -n "$from,\$p" "$at" | tr -d '\001'
        echo
    }
}
unbound_include() {
    if [ ${#4} -ge 5 ]; then
        printf '\001! its files include each other too deeply\n'
        return
    fi
    case $3 in
        *..*) printf '\001! it includes a file by a path with ..\n' ;;
        /etc/* | /opt/* | /usr/* | /var/lib/unbound/*)
            base=$(root_of "$1" "$2")
            unbound_includes "$base" "$3" | while IFS= read -r file; do
                unbound_lines "$1" "$2" "$file" "x$4"
            done
            ;;
        *) printf '\001! it includes a file that lies elsewhere\n' ;;
    esac
}
# The files below $1 that a path $2 names, which may be a pattern.
unbound_includes() {
    case $2 in
        *[*?[]*)
            # Names keep their blanks.
            IFS=
            # shellcheck disable=SC2086
            for file in $1$2; do
                [ ! -e "$file" ] || printf '%s\n' "${file#"$1"}"
            done
            ;;
        *) printf '%s\n' "$2" ;;
    esac
}
unbound_one() {
    told=$(head -c 4194304 "/proc/$1/cmdline" 2>/dev/null | tr '\0' '\n' | awk '
        want { file = $0; want = 0; next }
        /^-[dpvhV]*c$/ { want = 1; next }
        /^-[dpvhV]*c./ { sub(/^-[dpvhV]*c/, ""); file = $0 }
        END { print file }')
    echo 't unbound'
    # One that was built here looks where it was installed to.
    case $(readlink "/proc/$1/exe" 2>/dev/null) in
        /usr/local/*) first=/usr/local/etc/unbound/unbound.conf ;;
        /opt/unbound/*) first=/opt/unbound/etc/unbound/unbound.conf ;;
        *) first= ;;
    esac
    for file in "$told" "$first" /etc/unbound/unbound.conf /opt/unbound/etc/unbound/unbound.conf /usr/local/etc/unbound/unbound.conf; do
        [ -n "$file" ] || continue
        case $file in
            /etc/* | /opt/* | /usr/local/etc/*) ;;
            *)
                echo '! its configuration lies elsewhere than it is looked for'
                return
                ;;
        esac
        base=$(root_of "$1" "$2")
        [ -e "$base$file" ] || [ "$file" = "$told" ] || continue
        unbound_text "$1" "$2" "$file" ''
        return
    done
    echo '! its configuration is not where it is looked for'
}
unbound_stopped() {
    [ -f /etc/unbound/unbound.conf ] || return 0
    printf 'i stopped unbound\nt unbound\n'
    unbound_text "$$" host /etc/unbound/unbound.conf ''
}
