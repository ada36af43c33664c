repository() {
    about=/etc/holdfast/repositories/$1
    shift
    why=$(stat -- "$about" 2>&1) || {
        is_absence "$why" && { echo 'not set up'; return 0; }
        printf '%s\n' "$why" >&2
        return 1
    }
    location=$(sed -n 's/^location=//p' "$about") || return
    password=$(sed -n 's/^password_file=//p' "$about") || return
    need restic || return
    said=$(timeout 60 restic --no-cache --no-lock -r "$location" --password-file "$password" "$@" 2>&1 >&4)
    status=$?
    case $status:$said in
        0:*) return 0 ;;
        10:* | *'unable to open config file: stat /'*': no such file or directory'* | \
            *'unable to open config file: Lstat: file does not exist'*) echo uninitialised ;;
        124:*) echo 'restic did not answer within 60 s' >&2; return 1 ;;
        *) printf '%s\n' "$said" | grep -m1 -i fatal >&2 || printf '%s\n' "$said" >&2; return "$status" ;;
    esac
}
restic_json() { repository "$@" 4>&1; }
