# Steps on files: the save that an undo needs is complete before the effect begins.

# The same path with its directory's real name; refuses one whose directory is missing.
hf_resolve() {
    case $1 in
        */../* | */.. | */./* | */. | */ | *//*) hf_refuse invalid "$1 is not a plain path" ;;
        /*) ;;
        *) hf_refuse invalid "$1 is not absolute" ;;
    esac
    hf_real=$(cd -P -- "${1%/*}/" 2>/dev/null && pwd -P) || hf_refuse invalid "the directory of $1 does not exist"
    printf '%s/%s' "${hf_real%/}" "${1##*/}"
}

# Where step STEP ($2) of run RUN ($1) keeps things.
hf_saved_dir() { printf '%s/saved/%s/%s' "$HF_LIB" "$1" "$2"; }

# Moves the finished save in directory $1 to its place $2.
hf_save_done() {
    find "$1" ! -type l -exec sync -- {} + && rm -rf -- "$2" && mv -T -- "$1" "$2" && sync -- "${2%/*}" \
        || hf_fail 'what is to be replaced cannot be saved'
}

# Ways in are changed under commit-confirm only, and what tells whose host this is not at all.
hf_ordinary() {
    case $1 in
        /etc/ssh/sshd_config* | /etc/ssh/ssh_host_* | */.ssh/authorized_keys* | /etc/pam.d/* | /etc/passwd | /etc/shadow | /etc/group \
            | /etc/gshadow | /etc/nftables.conf | /etc/network/* | /etc/netplan/* | /etc/systemd/network/* \
            | /etc/holdfast/nft/* | /etc/holdfast/route | /etc/systemd/system/holdfast-revert* \
            | /etc/systemd/system/holdfast-nft* | /etc/systemd/system/holdfast-route*)
            hf_refuse unsupported "$1 is part of a way in: it is only changed under commit-confirm" ;;
        /etc/holdfast/realm | /var/lib/holdfast/* | /etc/machine-id)
            hf_refuse unsupported "$1 is not for steps to change" ;;
        /etc/sudoers.d/90-holdfast-*) ;;
        /etc/sudoers | /etc/sudoers.d/*) hf_refuse unsupported "$1 is not a file of ours" ;;
    esac
}
# A broken or missing rule of sudo shuts out whoever works through it, us included: looked at before and after.
hf_sudo_before() {
    case $1 in /etc/sudoers.d/*) ;; *) return 0 ;; esac
    [ -z "$2" ] || visudo -cqf "$2" > /dev/null 2>&1 || hf_refuse invalid "sudo does not understand what $1 is to be"
}
hf_sudo_after() {
    case $1 in /etc/sudoers.d/*) ;; *) return 0 ;; esac
    if visudo -c > "$HF_TMP/err" 2>&1; then
        # The login that this very order came by must still work.
        case ${SUDO_USER:-root} in root) return 0 ;; esac
        ! runuser -u "$SUDO_USER" -- sudo -n true > "$HF_TMP/err" 2>&1 < /dev/null || return 0
    fi
    hf_put_back "$2" || :
    # Only where it is: visudo and sudo quote the line, which is somebody else's.
    hf_why=$(grep -o -m 1 '^sudo: .*' "$HF_TMP/err" || grep -o -m 1 '/etc/sudoers[^: ]*:[0-9]*' "$HF_TMP/err" || :)
    hf_fail "sudo would not work any more, so $1 was put back: ${hf_why:-no reason was given}"
}

# Makes PATH ($1) what the staged file ($2, or nothing) is, after saving what is there under this step's name.
# Run again after a crash it goes on where it stopped; what somebody else changed meanwhile is left alone.
hf_swap() {
    hf_target=$1
    hf_staged=$2
    hf_ordinary "$hf_target"
    hf_sudo_before "$hf_target" "$hf_staged"
    hf_save=$(hf_saved_dir "$HF_RUN" "$HF_STEP_DIR")
    if [ -n "$hf_staged" ]; then hf_want=$(hf_print "$hf_staged"); else hf_want=absent; fi
    hf_is=$(hf_print "$hf_target") || hf_fail "$hf_target cannot be read"
    case $hf_is in
        absent | file\ *) ;;
        *) hf_refuse invalid "$hf_target is a ${hf_is%% *}, not a file" ;;
    esac
    if [ -e "$hf_save/manifest" ]; then
        hf_was=$(cat "$hf_save/files/1/before")
        [ "$hf_is" = "$hf_was" ] || [ "$hf_is" = "$hf_want" ] \
            || hf_refuse invalid "$hf_target was changed by something else since this step began"
    else
        rm -rf -- "$hf_save.tmp"
        mkdir -p -- "$hf_save.tmp/files"
        hf_keep "$hf_save.tmp/files/1" "$hf_target" || hf_fail "$hf_target cannot be saved"
        printf '%s\n' "$hf_want" > "$hf_save.tmp/files/1/wrote"
        sync -- "$hf_save.tmp/files/1/wrote"
        printf 'format=1\nkind=file\nname=%s\nrun=%s\nstep=%s\n' "$hf_target" "$HF_RUN" "$HF_STEP" > "$hf_save.tmp/manifest"
        hf_save_done "$hf_save.tmp" "$hf_save"
    fi
    if [ "$hf_is" != "$hf_want" ]; then
        hf_place "$hf_staged" "$hf_target" || hf_fail "$hf_target cannot be replaced"
    fi
    [ "$(hf_print "$hf_target")" = "$hf_want" ] || hf_fail "$hf_target does not read back as written"
    hf_sudo_after "$hf_target" "$hf_save/files/1"
    hf_unit_file "$hf_target"
}

# systemd reads a unit's file when told to, and a timer that runs keeps its old times until it is started again.
hf_unit_file() {
    case $1 in /etc/systemd/system/*) ;; *) return 0 ;; esac
    timeout 60 systemctl daemon-reload || hf_fail 'systemd does not reload'
    case $1 in *.timer) timeout 60 systemctl try-restart -- "${1##*/}" > /dev/null 2>&1 || : ;; esac
}

# Puts standard input, decoded, into a new file $1 with mode $2, owner $3 and group $4.
hf_stage() {
    base64 -d > "$1" || hf_fail 'the content did not arrive whole'
    chown -- "$3:$4" "$1" || hf_refuse invalid "there is no owner $3:$4"
    chmod -- "$2" "$1" || hf_refuse invalid "$2 is not a mode"
}
