effective() {
    need sshd || return
    sshd -T -C "user=$1,host=nowhere.invalid,addr=${2:-192.0.2.1},laddr=${2:-192.0.2.1},lport=22"
}
# What depends on who connects: `match KIND FILE:LINE CRITERIA` and `set KIND FILE:LINE KEYWORD`. The KIND `account` is judged by
# accounts alone, which sshd -T can be asked about; of any `other` there are more connections than can be asked about.
sshd_blocks() {
    set -- /etc/ssh/sshd_config
    depth=0
    while [ $# -gt 0 ]; do
        depth=$((depth + 1))
        if [ $depth -gt 16 ]; then
            echo '! the files of sshd include each other too deeply'
            return
        fi
        read=$(awk '
            FNR == 1 { where = "" }
            {
                sub(/^[ \t\f\r"]+/, "")
                if ($0 == "" || $0 ~ /^#/) next
                word = tolower($0); sub(/[ \t="].*/, "", word)
                rest = substr($0, length(word) + 1); sub(/^[ \t"]*=?[ \t]*/, "", rest); sub(/[ \t\f\r]+$/, "", rest)
            }
            word == "match" {
                where = FILENAME ":" FNR; kind = "account"
                sub(/[ \t]#.*/, "", rest)
                n = split(rest, part, /[ \t=]+/)
                for (i = 1; i <= n; i++) {
                    criterion = tolower(part[i])
                    if (criterion == "user" || criterion == "group") i++
                    else if (criterion != "all") kind = "other"
                }
                if (rest ~ /"/) kind = "other"
                print "match " kind " " where " " rest
                next
            }
            where != "" { print "set " kind " " where " " word }
            word == "include" {
                if (rest ~ /["\\]/) print "! " FILENAME ":" FNR " includes what is not understood"
                n = split(rest, part, /[ \t]+/)
                for (i = 1; i <= n; i++) print "include " (part[i] ~ /^\// ? "" : "/etc/ssh/") part[i]
            }' "$@") || read='! a file of the configuration of sshd cannot be read'
        set --
        while IFS= read -r line; do
            case $line in
                include*) for file in ${line#include }; do [ ! -f "$file" ] || set -- "$@" "$file"; done ;;
                ?*) printf '%s\n' "$line" ;;
            esac
        done <<END
$read
END
    done
}
# What sshd says of account $2 from address $3 and not of everybody, `~ WHO: KEYWORD VALUE`.
sshd_differs() {
    if ! own=$(effective "$2" "$3" 2>/dev/null); then
        echo "! sshd -T does not answer $1"
    elif [ "$own" != "$common" ]; then
        # By pipe, since arguments of a process are for all to see. No line of sshd -T is a lone '#'.
        printf '%s\n' "$common" '#' "$own" | awk -v who="$1" '
            past { if (!($0 in known)) print "~ " who ": " $0; next }
            $0 == "#" { past = 1; next }
            { known[$0] }'
    fi
}
sshd_by_match() {
    from=
    case $nl$blocks in
        *"${nl}match other "*)
            printf '%s\n' "$blocks" | sed -n 's/^match other \([^ ]*\) /! \1: what sshd allows depends on Match /p'
            from=$(ip -o addr show scope global | awk '{ sub(/\/.*/, "", $4); print $4 }')
            ;;
    esac
    accounts=$(printf '%s\n' "${known_accounts:-$(getent passwd)}" | cut -d: -f1)
    for account in $accounts; do
        sshd_differs "for $account" "$account"
        for address in $from; do sshd_differs "for $account from $address" "$account" "$address"; done
    done
}
# What the sshd that listens was started with: its title shows that. Another file or other options are not what sshd -T tells of.
sshd_running() {
    if ! sockets=${known_sockets:-$(ss -H -tlnp 2>&1)}; then
        echo '! ss does not say which sshd listens'
        return
    fi
    pids=$(printf '%s\n' "$sockets" | grep -o '"sshd",pid=[0-9]*' | sort -u)
    for port in $(printf '%s\n' "$common" | sed -n 's/^port //p'); do
        printf '%s\n' "$sockets" | grep -v '"sshd",pid=' | grep -q "^LISTEN.*:$port " &&
            echo "! what listens on port $port is not sshd itself, so it may have other settings"
    done
    for pid in $pids; do
        pid=${pid##*=}
        title=$(tr '\0' ' ' <"/proc/$pid/cmdline") 2>/dev/null
        exe=$(readlink "/proc/$pid/exe")
        [ "${exe% (deleted)}" = "$(readlink -f "$(command -v sshd)")" ] || echo "! the sshd that listens is ${exe:-not known}"
        case $title in
            'sshd: '*' [listener]'*) title=${title#sshd: } title=${title%% \[listener\]*} ;;
            /*) ;;
            *) echo "! it is not known what the sshd that listens was started with" ;;
        esac
        set -f
        for word in ${title#* }; do
            case $word in
                */sshd | -D | -e | -q) ;;
                *) echo "! the sshd that listens was started with $word beside its configuration"; break ;;
            esac
        done
        set +f
    done
    # systemd notes when it started or reloaded the service, in seconds.
    loaded=$(timeout 20 systemctl show --timestamp=unix -p StateChangeTimestamp --value ssh.service sshd.service 2>/dev/null |
        sed -n 's/^@\([0-9]*\)$/\1/p' | sort -n | tail -n 1)
    [ -n "$pids" ] && [ -n "$loaded" ] || return 0
    for file in $(stat -c '%Y:%n' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null); do
        [ "${file%%:*}" -le $((loaded + 1)) ] || echo "! sshd has not read ${file#*:} since it was changed"
    done
}
sshd_config() {
    common=$(effective nobody) || return
    printf '%s\n' "$common"
    blocks=$(sshd_blocks)
    case $nl$blocks in
        *"$nl! "*) printf '%s\n' "$blocks" | grep '^! ' ;;
    esac
    case $nl$blocks in
        *"${nl}match "*) sshd_by_match ;;
    esac
    sshd_running
    return 0
}
