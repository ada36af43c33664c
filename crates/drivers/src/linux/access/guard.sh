# The revert of an access change. Stands alone on the host: needs coreutils, util-linux, systemd and what it restores
# (sshd, nft, ip), and neither the controller nor Holdfast. Runs as `guard watch`, `guard boot` or `guard now`.
# Preceded by the functions on files; everything is read before anything is run.
HF_LIB=${HF_LIB:-/var/lib/holdfast}
HF_REVERT=$HF_LIB/revert
HF_UNITS=/etc/systemd/system
HF_BEAT=/run/holdfast-revert.beat

guard_get() { sed -n "s/^$2=//p" "$1" 2>/dev/null | head -n 1; }
guard_state() {
    [ -e "$HF_REVERT/state" ] || { echo idle; return; }
    # A disk that no longer reads must not disarm.
    guard_word=$(cat "$HF_REVERT/state" 2>/dev/null) || guard_word=armed
    echo "${guard_word:-armed}"
}
guard_set() {
    printf '%s\n' "$1" > "$HF_REVERT/state.tmp" && sync -- "$HF_REVERT/state.tmp" \
        && mv -fT -- "$HF_REVERT/state.tmp" "$HF_REVERT/state" && sync -- "$HF_REVERT"
}
guard_now() {
    read -r guard_up guard_idle < /proc/uptime
    guard_frac=${guard_up#*.}
    echo $(( ${guard_up%.*} * 100 + 1$guard_frac - 100 ))
}
guard_boot_token() {
    read -r guard_stat < /proc/1/stat
    # shellcheck disable=SC2086
    set -- ${guard_stat##*) }
    read -r guard_bid < /proc/sys/kernel/random/boot_id
    echo "$guard_bid/${20}"
}
guard_same_boot() { [ "$(guard_get "$HF_REVERT/order" boot)" = "$(guard_boot_token)" ]; }

# The lock that makes a revert and a disarm exclusive: descriptor 9. An order that holds it past the deadline is hung:
# its processes are ended, because a revert must not wait for what it is there to take back. Another revert is waited for.
guard_lock() {
    exec 9>> "$HF_REVERT/lock"
    flock -w 3 9 && return 0
    if kill -0 "$(cat "$HF_REVERT/reverting" 2>/dev/null)" 2>/dev/null; then
        flock -w 60 9 && return 0
    fi
    for guard_pid in $(ls -l /proc/[0-9]*/fd/9 2>/dev/null | grep -F " -> $HF_REVERT/lock" | sed 's|.*/proc/\([0-9]*\)/fd/9 .*|\1|'); do
        [ "$guard_pid" = "$$" ] || kill -KILL "$guard_pid" 2>/dev/null
    done
    flock -w 5 9
}

# Removes the units; the files first, so that no boot finds half of them enabled.
guard_remove_units() {
    rm -f -- "$HF_UNITS/sysinit.target.wants/holdfast-revert-boot.service" \
        "$HF_UNITS/multi-user.target.wants/holdfast-revert.service" \
        "$HF_UNITS/holdfast-revert-boot.service" "$HF_UNITS/holdfast-revert.service" "$HF_REVERT/nonce" \
        "$HF_REVERT/reverting" "$HF_BEAT"
    sync -- "$HF_UNITS"
    [ "$1" = boot ] || timeout 20 systemctl daemon-reload 2>/dev/null || :
}

# A saved table is kept as a transaction that touches that table only: all of it or nothing.
guard_nft() {
    guard_table=$(guard_get "$HF_REVERT/saved/manifest" name)
    guard_load=$HF_REVERT/saved/live.nft
    if [ "$1" = boot ]; then
        # The boot loads the persistent form, which has just been put back; a table that is there already is replaced by it.
        nft list table inet "$guard_table" > /dev/null 2>&1 || return 0
        guard_load=/dev/null
        if [ -e "/etc/holdfast/nft/$guard_table.nft" ]; then
            guard_load=$HF_REVERT/boot.nft
            guard_rules=$(cat "/etc/holdfast/nft/$guard_table.nft") || return 1
            printf 'add table inet %s\ndelete table inet %s\n%s\n' "$guard_table" "$guard_table" "$guard_rules" > "$guard_load"
        fi
    fi
    if [ "$guard_load" != /dev/null ]; then
        timeout 10 nft -f "$guard_load" && return 0
    fi
    # Rules that shut everybody out are worse than none: what cannot be restored is at least removed.
    printf 'add table inet %s\ndelete table inet %s\n' "$guard_table" "$guard_table" | timeout 10 nft -f - || return 1
    [ "$guard_load" = /dev/null ]
}

guard_routes() { ip "$1" route show default | sed 's/ linkdown//; s/ dead//; s/[[:space:]]*$//'; }
guard_route() {
    [ "$1" != boot ] || return 0
    guard_family=$(guard_get "$HF_REVERT/saved/manifest" name)
    guard_ok=0
    guard_routes "$guard_family" > "$HF_REVERT/route.now"
    while read -r guard_line; do
        # shellcheck disable=SC2086
        grep -qxF -e "$guard_line" "$HF_REVERT/route.now" || ip "$guard_family" route replace $guard_line || guard_ok=1
    done < "$HF_REVERT/saved/live"
    guard_routes "$guard_family" > "$HF_REVERT/route.now"
    while read -r guard_line; do
        # shellcheck disable=SC2086
        grep -qxF -e "$guard_line" "$HF_REVERT/saved/live" || ip "$guard_family" route del $guard_line || guard_ok=1
    done < "$HF_REVERT/route.now"
    rm -f -- "$HF_REVERT/route.now"
    return $guard_ok
}

guard_sshd_unit() {
    for guard_unit in ssh.service sshd.service; do
        [ "$(systemctl show -p LoadState --value "$guard_unit" 2>/dev/null)" != loaded ] || { echo $guard_unit; return; }
    done
    echo ssh.service
}
# sshd reads its files again. It is never left dead: where a reload fails it is restarted.
guard_sshd() {
    guard_unit=$(guard_sshd_unit)
    if timeout 10 systemctl -q is-active "$guard_unit"; then
        mkdir -p /run/sshd
        # A configuration that was broken by others would end a running sshd: it stays as it is.
        sshd -t 2>/dev/null || return 0
        if [ "$1" = boot ]; then
            systemctl --no-block reload "$guard_unit"
            return 0
        fi
        timeout 15 systemctl reload "$guard_unit" || timeout 30 systemctl restart "$guard_unit"
        sleep 0.3
        timeout 10 systemctl -q is-active "$guard_unit" || timeout 30 systemctl restart "$guard_unit"
    elif [ "$1" != boot ] && [ "$(guard_get "$HF_REVERT/saved/manifest" active)" = yes ]; then
        timeout 30 systemctl restart "$guard_unit"
    fi
}

# Everything back. Each part is tried even if another fails; done again it changes nothing more.
guard_restore() {
    guard_failed=0
    guard_kind=$(guard_get "$HF_REVERT/saved/manifest" kind)
    # What shuts people out now comes first, files after it.
    if [ "$1" != boot ]; then
        case $guard_kind in
            nft) guard_nft now || guard_failed=1 ;;
            route) guard_route now || guard_failed=1 ;;
        esac
    fi
    for guard_item in "$HF_REVERT"/saved/files/*; do
        [ ! -e "$guard_item/path" ] || hf_put_back "$guard_item" || guard_failed=1
    done
    case $guard_kind in
        nft) [ "$1" != boot ] || guard_nft boot || guard_failed=1 ;;
        sshd) guard_sshd "$1" || guard_failed=1 ;;
        keys)
            guard_made=$(guard_get "$HF_REVERT/saved/manifest" made)
            [ -z "$guard_made" ] || rmdir -- "$guard_made" 2>/dev/null || :
            ;;
    esac
    return $guard_failed
}

# The time has come, or it can no longer be told.
guard_due() {
    guard_same_boot || return 0
    [ "$(guard_now)" -lt "$(guard_get "$HF_REVERT/order" deadline)" ] 2>/dev/null || return 0
    return 1
}

# Takes the change back unless it was committed. Fails, and stays armed, if anything could not be put back.
guard_revert() {
    guard_lock || return 1
    case $(guard_state) in
        armed | arming)
            echo "$$" > "$HF_REVERT/reverting" || :
            guard_restore "$1" || { exec 9>&-; return 1; }
            guard_set reverted || { exec 9>&-; return 1; }
            guard_saved=$(guard_get "$HF_REVERT/order" saved)
            [ ! -d "$guard_saved" ] || printf 'reverted\n' > "$guard_saved/outcome" || :
            ;;
    esac
    guard_remove_units "$1"
    exec 9>&-
}

# The outcome is settled: what a killed disarm or revert left is removed. Waits for who is at it, and harms nobody.
guard_tidy() {
    exec 9>> "$HF_REVERT/lock"
    flock -w 10 9 || return 0
    case $(guard_state) in
        armed | arming) ;;
        *) guard_remove_units now ;;
    esac
    exec 9>&-
}

guard_watch() {
    while :; do
        case $(guard_state) in
            armed | arming) ;;
            *)
                guard_tidy
                return 0
                ;;
        esac
        if guard_due; then
            guard_revert now && return 0
            sleep 1
            continue
        fi
        guard_at=$(guard_now)
        echo "$guard_at" > "$HF_BEAT" || :
        guard_left=$(( $(guard_get "$HF_REVERT/order" deadline) - guard_at ))
        if [ "$guard_left" -gt 0 ] && [ "$guard_left" -lt 100 ]; then
            sleep "0.$(( guard_left / 10 ))5"
        else
            sleep 1
        fi
    done
}

guard_main() {
    umask 077
    LC_ALL=C
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    export LC_ALL PATH
    case $1 in
        watch) guard_watch ;;
        # Any start of anything may start this unit again: it acts only in a boot that is not the one it was armed in.
        boot) guard_same_boot || guard_revert boot ;;
        now) trap '' HUP PIPE TERM INT; guard_revert now ;;
        lib) ;;
    esac
}
