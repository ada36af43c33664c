# The parts of commit-confirm, each idempotent; preceded by the functions on files and of the revert.
# HF_KIND is the kind of change, HF_NAME what it is about; `restore` takes both from what it restores.

acc_lock() {
    exec 9>> "$HF_REVERT/lock" || hf_fail "cannot open $HF_REVERT/lock"
    flock -w 20 9 || hf_refuse revert 'busy'
}
# The word that the controller knows; what was never armed has not begun.
acc_state() {
    acc_word=$(guard_state)
    [ "$acc_word" != arming ] || acc_word=idle
    echo "$acc_word"
}
acc_mine() {
    [ "$(guard_get "$HF_REVERT/order" run)" = "$HF_RUN" ] && [ "$(guard_get "$HF_REVERT/order" step)" = "$HF_STEP" ]
}
acc_watcher_lives() {
    acc_pid=$(systemctl show -p MainPID --value holdfast-revert.service 2>/dev/null) || return 1
    [ "${acc_pid:-0}" -gt 1 ] && tr '\0' ' ' < "/proc/$acc_pid/cmdline" 2>/dev/null | grep -q 'guard watch'
}
# Nothing is touched unless the revert is armed for just this change, in time, and its watcher is alive.
acc_require_armed() {
    acc_lock
    [ "$(acc_state)" = armed ] || hf_refuse revert "$(acc_state)"
    acc_mine && [ "$(guard_get "$HF_REVERT/order" change)" = "$HF_CHANGE" ] || hf_refuse revert 'armed for another change'
    ! guard_due || hf_refuse revert 'armed and past its deadline'
    acc_watcher_lives || hf_refuse revert 'armed, but its watcher is not running'
    HF_SAVE=$(hf_saved_dir "$HF_RUN" "$HF_STEP_DIR")
    acc_origin
}
# For a restore: what it restores, and from where.
acc_origin() {
    [ "$HF_CHANGE_KIND" = restore ] || return 0
    HF_FROM=$(hf_saved_dir "$HF_OLD_RUN" "$HF_OLD_STEP_DIR")
    # Arming would write over what is to be restored.
    [ "$HF_FROM" != "$HF_SAVE" ] || hf_refuse invalid 'a step cannot restore itself: the way back has a name of its own'
    [ -e "$HF_FROM/manifest" ] || hf_refuse invalid "run $HF_OLD_RUN saved nothing for step $HF_OLD_STEP here"
    HF_KIND=$(hf_get "$HF_FROM/manifest" kind)
    HF_NAME=$(hf_get "$HF_FROM/manifest" name)
    case $HF_KIND in
        sshd | keys | nft | route) ;;
        *) hf_refuse unsupported "step $HF_OLD_STEP of run $HF_OLD_RUN is not an access change" ;;
    esac
}

# ---- what a change touches

acc_keys_dir() {
    acc_entry=$(getent passwd "$HF_NAME") || hf_refuse invalid "there is no account $HF_NAME"
    acc_home=$(printf '%s' "$acc_entry" | cut -d: -f6)
    acc_home=$(cd -P -- "$acc_home" 2>/dev/null && pwd -P) || hf_refuse invalid "$HF_NAME has no home directory"
    [ ! -L "$acc_home/.ssh" ] || hf_refuse invalid "$acc_home/.ssh is a link"
    [ ! -e "$acc_home/.ssh" ] || [ -d "$acc_home/.ssh" ] || hf_refuse invalid "$acc_home/.ssh is not a directory"
    [ ! -L "$acc_home/.ssh/authorized_keys" ] || hf_refuse invalid "$acc_home/.ssh/authorized_keys is a link"
    echo "$acc_home/.ssh"
}
# Paths of the persistent form, one a line.
acc_paths() {
    case $HF_KIND in
        sshd) echo "$HF_NAME" ;;
        keys)
            acc_dir=$(acc_keys_dir) || hf_pass "$acc_dir" $?
            echo "$acc_dir/authorized_keys"
            ;;
        nft)
            echo "/etc/holdfast/nft/$HF_NAME.nft"
            echo /etc/systemd/system/holdfast-nft.service
            echo /etc/systemd/system/sysinit.target.wants/holdfast-nft.service
            ;;
        route)
            echo /etc/holdfast/route
            echo /etc/systemd/system/holdfast-route.service
            echo /etc/systemd/system/multi-user.target.wants/holdfast-route.service
            ;;
    esac
}
acc_nft_hash() {
    if nft -s list table inet "$1" > "$HF_TMP/listing" 2>/dev/null; then
        acc_sum=$(sha256sum < "$HF_TMP/listing")
        echo "${acc_sum%% *}"
    else
        acc_tables=$(nft list tables) || hf_fail 'the packet filter cannot be read'
        ! printf '%s\n' "$acc_tables" | grep -qxF "table inet $1" || hf_fail "table inet $1 cannot be read"
        echo absent
    fi
}
acc_nft_transaction() {
    printf 'add table inet %s\ndelete table inet %s\n' "$HF_NAME" "$HF_NAME"
    [ -z "$1" ] || cat -- "$1"
}
# The live state in one line or more, equal for equal states.
acc_live_print() {
    case $HF_KIND in
        nft) acc_nft_hash "$HF_NAME" ;;
        route) guard_routes "$HF_NAME" ;;
        *) echo none ;;
    esac
}

# ---- arm

# What would make a later restore impossible is found before anything is begun.
acc_save_live() {
    acc_active=
    acc_made=
    case $HF_KIND in
        sshd)
            mkdir -p /run/sshd
            sshd -t 2> "$HF_TMP/err" || hf_refuse invalid "the present configuration of sshd is broken: $(cat "$HF_TMP/err")"
            ! systemctl -q is-active "$(guard_sshd_unit)" || acc_active=yes
            ;;
        keys)
            acc_dir=$(acc_keys_dir) || hf_pass "$acc_dir" $?
            [ -d "$acc_dir" ] || acc_made=$acc_dir
            sshd -T 2>/dev/null | grep -Eqi '^authorizedkeysfile (.* )?(%h/)?\.ssh/authorized_keys( |$)' \
                || hf_refuse unsupported 'sshd does not read .ssh/authorized_keys here'
            ;;
        nft)
            if [ "$(acc_nft_hash "$HF_NAME")" = absent ]; then
                acc_nft_transaction '' > "$1/live.nft"
            else
                nft list table inet "$HF_NAME" > "$1/live"
                acc_nft_transaction "$1/live" > "$1/live.nft"
            fi
            nft -c -f "$1/live.nft" 2> "$HF_TMP/err" \
                || hf_refuse invalid "the present table could not be restored: $(cat "$HF_TMP/err")"
            mkdir -p -m 755 /etc/holdfast/nft /etc/systemd/system/sysinit.target.wants
            ;;
        route)
            guard_routes "$HF_NAME" > "$1/live"
            ! grep -q -e nexthop "$1/live" || hf_refuse unsupported 'a default route over several gateways is not handled'
            mkdir -p -m 755 /etc/holdfast /etc/systemd/system/multi-user.target.wants
            ;;
    esac
    acc_live_print > "$1/live.before"
}
acc_save() {
    acc_new=$HF_REVERT/saved.tmp
    rm -rf -- "$acc_new"
    mkdir -p -- "$acc_new/files"
    acc_save_live "$acc_new"
    acc_listed=$(acc_paths) || hf_pass "$acc_listed" $?
    printf '%s\n' "$acc_listed" > "$HF_TMP/paths"
    acc_n=0
    while read -r acc_path; do
        acc_n=$(( acc_n + 1 ))
        acc_real=$acc_path
        # A directory that a user owns was looked at above; system ones may be behind links.
        [ "$HF_KIND" = keys ] || acc_real=$(hf_resolve "$acc_path") || hf_pass "$acc_real" $?
        hf_keep "$acc_new/files/$acc_n" "$acc_real" || hf_refuse invalid "$acc_path cannot be saved: it is neither file nor link"
    done < "$HF_TMP/paths"
    printf 'format=1\nkind=%s\nname=%s\nrun=%s\nstep=%s\nactive=%s\nmade=%s\n' \
        "$HF_KIND" "$HF_NAME" "$HF_RUN" "$HF_STEP" "$acc_active" "$acc_made" > "$acc_new/manifest"
    # The copy that outlives the revert: what an undo of this step restores.
    rm -rf -- "$HF_SAVE.tmp"
    cp -a -T -- "$acc_new" "$HF_SAVE.tmp"
    hf_save_done "$HF_SAVE.tmp" "$HF_SAVE"
    hf_save_done "$acc_new" "$HF_REVERT/saved"
}

acc_unit() {
    printf '%s' "$3" | base64 -d > "$HF_TMP/unit"
    chmod 644 "$HF_TMP/unit"
    hf_place "$HF_TMP/unit" "/etc/systemd/system/$1" || return 1
    acc_link "/etc/systemd/system/$1" "/etc/systemd/system/$2.wants/$1"
}
acc_link() {
    mkdir -p -m 755 "${2%/*}"
    rm -f -- "$HF_TMP/link"
    ln -s -- "$1" "$HF_TMP/link"
    hf_place "$HF_TMP/link" "$2"
}
acc_unarm() {
    timeout 20 systemctl stop holdfast-revert.service 2>/dev/null || :
    guard_remove_units now
    guard_set idle || :
    hf_fail "the revert could not be armed: $1"
}
acc_install() {
    printf '%s' "$HF_GUARD" | base64 -d > "$HF_REVERT/guard.tmp"
    sh -n "$HF_REVERT/guard.tmp" 2> "$HF_TMP/err" || acc_unarm "its script is damaged: $(cat "$HF_TMP/err")"
    sync -- "$HF_REVERT/guard.tmp"
    mv -fT -- "$HF_REVERT/guard.tmp" "$HF_REVERT/guard"
    acc_begun=$(guard_now)
    printf 'change=%s\nrun=%s\nstep=%s\ncontroller=%s\nboot=%s\npid1_start=%s\narmed_at=%s\ndeadline=%s\nsaved=%s\n' \
        "$HF_CHANGE" "$HF_RUN" "$HF_STEP" "$HF_CONTROLLER" "$(guard_boot_token)" "$(guard_boot_token | cut -d/ -f2)" \
        "$acc_begun" "$(( acc_begun + HF_AFTER * 100 ))" "$HF_SAVE" | hf_atomic "$HF_REVERT/order" || acc_unarm 'order'
    guard_set arming || acc_unarm 'its state cannot be written'
    acc_unit holdfast-revert-boot.service sysinit.target "$HF_BOOT_UNIT" || acc_unarm 'unit file'
    acc_unit holdfast-revert.service multi-user.target "$HF_WATCH_UNIT" || acc_unarm 'unit file'
    timeout 30 systemctl daemon-reload || acc_unarm 'systemd does not reload'
    timeout 20 systemctl start holdfast-revert.service || acc_unarm 'its watcher does not start'
}
acc_selfcheck() {
    acc_try=0
    until [ "$(cat "$HF_BEAT" 2>/dev/null || echo 0)" -ge "$acc_begun" ] && acc_watcher_lives; do
        acc_try=$(( acc_try + 1 ))
        [ $acc_try -lt 100 ] || acc_unarm 'its watcher does not run'
        sleep 0.05
    done
    for acc_name in holdfast-revert-boot.service holdfast-revert.service; do
        [ "$(systemctl is-enabled "$acc_name" 2>/dev/null)" = enabled ] || acc_unarm "$acc_name is not enabled"
        [ "$(systemctl show -p LoadState --value "$acc_name")" = loaded ] || acc_unarm "$acc_name is not loaded"
    done
    printf '%s' "$HF_BOOT_UNIT" | base64 -d | cmp -s - /etc/systemd/system/holdfast-revert-boot.service \
        && printf '%s' "$HF_WATCH_UNIT" | base64 -d | cmp -s - /etc/systemd/system/holdfast-revert.service \
        && printf '%s' "$HF_GUARD" | base64 -d | cmp -s - "$HF_REVERT/guard" || acc_unarm 'its files do not read back as written'
    ! guard_due || acc_unarm 'its time was over before it was armed'
    guard_set armed || acc_unarm 'its state cannot be written'
    [ "$(guard_state)" = armed ] && acc_watcher_lives || acc_unarm 'it does not stay armed'
}
acc_arm() {
    acc_lock
    [ "$(acc_state)" != armed ] || hf_refuse revert armed
    [ "$(acc_state)" != committed ] || ! acc_mine || hf_refuse revert committed
    HF_SAVE=$(hf_saved_dir "$HF_RUN" "$HF_STEP_DIR")
    acc_origin
    # A watcher of an earlier change that is on its way out must not be taken for the new one.
    timeout 20 systemctl stop holdfast-revert.service 2>/dev/null || :
    if [ -e /etc/systemd/system/holdfast-revert.service ] || [ -e /etc/systemd/system/holdfast-revert-boot.service ]; then
        guard_remove_units now
    fi
    rm -f -- "$HF_REVERT/nonce" "$HF_BEAT"
    guard_set idle || hf_fail 'the state of the revert cannot be written'
    rm -rf -- "$HF_REVERT/saved" "$HF_REVERT/order"
    acc_save
    acc_install
    acc_selfcheck
    hf_value state armed
}

# ---- live

# Writes item $1 as the staged file $2 (or removes it); what somebody else changed since arming is left alone.
acc_write() {
    acc_item=$HF_SAVE/files/$1
    acc_path=$(cat "$acc_item/path")
    if [ -n "$2" ]; then acc_want=$(hf_print "$2"); else acc_want=absent; fi
    acc_is=$(hf_print "$acc_path") || hf_fail "$acc_path cannot be read"
    [ "$acc_is" = "$acc_want" ] || [ "$acc_is" = "$(cat "$acc_item/before")" ] \
        || [ "$acc_is" = "$(cat "$acc_item/wrote" 2>/dev/null || :)" ] \
        || hf_refuse invalid "$acc_path was changed by something else since it was saved"
    printf '%s\n' "$acc_want" | hf_atomic "$acc_item/wrote" || hf_fail 'what is written cannot be noted'
    [ "$acc_is" = "$acc_want" ] || hf_place "$2" "$acc_path" || hf_fail "$acc_path cannot be replaced"
    [ "$(hf_print "$acc_path")" = "$acc_want" ] || hf_fail "$acc_path does not read back as written"
}

# Every global line of the drop-in $1 must be in the effective configuration $2: sshd takes the first value it meets.
acc_sshd_effective() {
    [ -n "$1" ] || return 0
    awk 'tolower($1) == "match" { exit } { print }' "$1" > "$HF_TMP/own"
    : > "$HF_TMP/empty"
    sshd -T -f "$HF_TMP/own" > "$HF_TMP/own.T" 2> "$HF_TMP/err" || return 1
    sshd -T -f "$HF_TMP/empty" > "$HF_TMP/empty.T" 2> "$HF_TMP/err" || return 1
    sed 's/#.*//; s/^[[:space:]]*//; s/[[:space:]=].*//' "$HF_TMP/own" | tr 'A-Z' 'a-z' | sort -u > "$HF_TMP/keywords"
    : > "$HF_TMP/err"
    while read -r acc_line; do
        if grep -qxF -e "${acc_line%% *}" "$HF_TMP/keywords" || ! grep -qxF -e "$acc_line" "$HF_TMP/empty.T"; then
            grep -qxF -e "$acc_line" "$2" || printf '%s\n' "$acc_line" >> "$HF_TMP/err"
        fi
    done < "$HF_TMP/own.T"
    [ ! -s "$HF_TMP/err" ]
}
# The whole configuration as it would be with the drop-in $1, judged by sshd itself.
acc_sshd_candidate() {
    grep -Eiq '^[[:space:]]*Include[[:space:]]+"?(/etc/ssh/)?sshd_config\.d/\*\.conf' /etc/ssh/sshd_config \
        || hf_refuse invalid '/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf'
    mkdir -p /run/sshd
    mkdir -- "$HF_TMP/d"
    cp -a -- /etc/ssh/sshd_config.d/. "$HF_TMP/d/"
    rm -f -- "$HF_TMP/d/${HF_NAME##*/}"
    [ -z "$1" ] || cp -- "$1" "$HF_TMP/d/${HF_NAME##*/}"
    sed -E "/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee]/s#(/etc/ssh/)?sshd_config\.d/#$HF_TMP/d/#" \
        /etc/ssh/sshd_config > "$HF_TMP/sshd_config"
    sshd -t -f "$HF_TMP/sshd_config" 2> "$HF_TMP/err" || hf_refuse invalid "$(sed "s#$HF_TMP/d/##" "$HF_TMP/err")"
    sshd -T -f "$HF_TMP/sshd_config" > "$HF_TMP/T" 2> "$HF_TMP/err" || hf_refuse invalid "$(sed "s#$HF_TMP/d/##" "$HF_TMP/err")"
    acc_sshd_effective "$1" "$HF_TMP/T" \
        || hf_refuse invalid "no effect, because another file sets it first: $(tr '\n' ';' < "$HF_TMP/err")"
    [ -z "$1" ] || [ "$HF_CHANGE_KIND" = restore ] || acc_sshd_lasts "$HF_TMP/T"
}
# A file that the drop-in names and that no boot finds again would shut everybody out then.
acc_sshd_lasts() {
    case $(stat -f -c %T /) in tmpfs | ramfs) return 0 ;; esac
    grep -E '^(hostkey|hostcertificate|(authorized|trusted|revoked)[a-z]*) ' "$1" > "$HF_TMP/named" || return 0
    while read -r acc_word acc_files; do
        grep -qxF -e "$acc_word" "$HF_TMP/keywords" || continue
        for acc_path in $acc_files; do
            acc_near=${acc_path%%%*}
            case $acc_near in /*) ;; *) continue ;; esac
            while [ ! -e "${acc_near:-/}" ]; do acc_near=${acc_near%/*}; done
            case $(stat -f -c %T "${acc_near:-/}") in
                tmpfs | ramfs) hf_refuse invalid "$acc_word: $acc_path would not be there after a reboot" ;;
            esac
        done
    done < "$HF_TMP/named"
}
acc_live_sshd() {
    acc_sshd_candidate "$1"
    acc_write 1 "$1"
    acc_ssh=$(guard_sshd_unit)
    systemctl -q is-active "$acc_ssh" || return 0
    timeout 15 systemctl reload "$acc_ssh" || hf_fail 'sshd does not reload'
    sleep 0.3
    systemctl -q is-active "$acc_ssh" || hf_fail 'sshd has ended after the reload'
    sshd -T > "$HF_TMP/T" 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    acc_sshd_effective "$1" "$HF_TMP/T" || hf_fail "sshd does not have: $(tr '\n' ';' < "$HF_TMP/err")"
}

acc_fingerprint() { printf '%s\n' "$1" | ssh-keygen -lf - 2>/dev/null | cut -d' ' -f2; }
# The account's keys as they are to be: other lines keep their bytes and order.
acc_keys_text() {
    hf_data_add > "$HF_TMP/add"
    hf_data_remove > "$HF_TMP/remove"
    while read -r acc_line; do
        acc_fp=$(acc_fingerprint "$acc_line")
        [ -n "$acc_fp" ] || hf_refuse invalid "this is not a public key: $acc_line"
        echo "$acc_fp" >> "$HF_TMP/replaced"
    done < "$HF_TMP/add"
    if [ -e "$1" ]; then
        while IFS= read -r acc_line || [ -n "$acc_line" ]; do
            acc_fp=$(acc_fingerprint "$acc_line")
            if [ -n "$acc_fp" ]; then
                ! grep -qxF -e "$acc_fp" "$HF_TMP/remove" || continue
                ! grep -qxF -e "$acc_fp" "$HF_TMP/replaced" 2>/dev/null || grep -qxF -e "$acc_line" "$HF_TMP/add" || continue
            fi
            printf '%s\n' "$acc_line"
        done < "$1" > "$HF_TMP/keys"
    else
        : > "$HF_TMP/keys"
    fi
    while read -r acc_line; do
        grep -qxF -e "$acc_line" "$HF_TMP/keys" || printf '%s\n' "$acc_line" >> "$HF_TMP/keys"
    done < "$HF_TMP/add"
}
acc_keys_place() {
    acc_dir=$(acc_keys_dir) || hf_pass "$acc_dir" $?
    acc_ids=$(getent passwd "$HF_NAME" | cut -d: -f3,4)
    if [ ! -d "$acc_dir" ] && [ -n "$1" ]; then
        ( cd -P -- "${acc_dir%/*}" && mkdir -m 700 .ssh && chown -h -- "$acc_ids" .ssh && sync . ) \
            || hf_fail "$acc_dir cannot be made"
    fi
    acc_write 1 "$1"
}
acc_live_keys() {
    # Computed from what was saved, so that a repetition gives the same.
    acc_keys_text "$(hf_kept "$HF_SAVE/files/1")"
    chmod 600 "$HF_TMP/keys"
    chown "$(getent passwd "$HF_NAME" | cut -d: -f3,4)" "$HF_TMP/keys"
    acc_keys_place "$HF_TMP/keys"
}

# In an empty network: no interface, no other table but marks that must survive. As bare as a boot.
acc_nft_alone() {
    unshare -n sh -c '
        nft add table inet holdfast_mark && nft add table ip holdfast_mark && nft -f "$1" && nft list tables | sort > "$3" \
            && nft -s list table inet "$2" > "$4"' sh "$1" "$HF_NAME" "$HF_TMP/tables" "$HF_TMP/alone" 2> "$HF_TMP/err" || return 1
    printf 'table inet %s\ntable inet holdfast_mark\ntable ip holdfast_mark\n' "$HF_NAME" | sort | cmp -s - "$HF_TMP/tables" \
        || { echo 'it touches other tables' > "$HF_TMP/err"; return 1; }
}
acc_live_nft() {
    acc_nft_transaction "$1" > "$HF_TMP/load"
    nft -c -f "$HF_TMP/load" 2> "$HF_TMP/err" || hf_refuse invalid "$(cat "$HF_TMP/err")"
    if [ -n "$1" ] && [ "$HF_CHANGE_KIND" != restore ]; then
        acc_nft_alone "$1" || hf_refuse invalid "it could not be loaded at boot, before any interface is there: $(cat "$HF_TMP/err")"
        # What only a mark lets in is let in by whoever sets it: somebody else's rules, which a boot may not load.
        if grep -Eq '(meta|ct|socket) mark .*(accept|jump|goto|vmap)' "$HF_TMP/alone" && ! grep -q ' mark set ' "$HF_TMP/alone"; then
            hf_refuse invalid 'it lets in by a mark that it does not set itself: a boot may not load what sets it'
        fi
        acc_sum=$(sha256sum < "$HF_TMP/alone")
        printf '%s\n' "${acc_sum%% *}" | hf_atomic "$HF_SAVE/live.wrote"
    fi
    nft -f "$HF_TMP/load" 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    acc_live_print | hf_atomic "$HF_SAVE/live.wrote"
}

acc_live_route() {
    if [ -n "$1" ]; then
        ip "$HF_NAME" route replace default via "$1" 2> "$HF_TMP/err" || hf_refuse invalid "$(cat "$HF_TMP/err")"
    fi
    guard_routes "$HF_NAME" > "$HF_TMP/routes"
    while read -r acc_line; do
        case "$acc_line " in
            "default via $1 dev "*metric*) ;;
            "default via $1 dev "*) continue ;;
        esac
        # shellcheck disable=SC2086
        ip "$HF_NAME" route del $acc_line 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    done < "$HF_TMP/routes"
    acc_live_print | hf_atomic "$HF_SAVE/live.wrote"
}
acc_route_lines() {
    while read -r acc_line; do
        # shellcheck disable=SC2086
        ip "$HF_NAME" route replace $acc_line 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    done < "$1"
    guard_routes "$HF_NAME" > "$HF_TMP/routes"
    while read -r acc_line; do
        # shellcheck disable=SC2086
        grep -qxF -e "$acc_line" "$1" || ip "$HF_NAME" route del $acc_line 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    done < "$HF_TMP/routes"
    acc_live_print | hf_atomic "$HF_SAVE/live.wrote"
}

# Three-way: everything must be as the step left it, or be back already.
acc_unchanged_since() {
    for acc_old in "$HF_FROM"/files/*; do
        acc_path=$(cat "$acc_old/path")
        acc_is=$(hf_print "$acc_path") || hf_fail "$acc_path cannot be read"
        [ "$acc_is" = "$(cat "$acc_old/before")" ] || [ "$acc_is" = "$(cat "$acc_old/wrote" 2>/dev/null || :)" ] \
            || hf_refuse invalid "$acc_path was changed by something else since"
    done
    acc_is=$(acc_live_print)
    [ "$acc_is" = "$(cat "$HF_FROM/live.before")" ] || [ "$acc_is" = "$(cat "$HF_FROM/live.wrote" 2>/dev/null || :)" ] \
        || [ "$acc_is" = "$(cat "$HF_SAVE/live.wrote" 2>/dev/null || :)" ] \
        || hf_refuse invalid "the running $HF_KIND state of $HF_NAME was changed by something else since"
}
acc_live_restore() {
    acc_unchanged_since
    case $HF_KIND in
        sshd) acc_live_sshd "$(hf_kept "$HF_FROM/files/1")" ;;
        keys) acc_keys_place "$(hf_kept "$HF_FROM/files/1")" ;;
        nft) if [ -e "$HF_FROM/live" ]; then acc_live_nft "$HF_FROM/live"; else acc_live_nft ''; fi ;;
        route) acc_route_lines "$HF_FROM/live" ;;
    esac
    acc_gone=$(hf_get "$HF_FROM/manifest" made)
    [ -z "$acc_gone" ] || rmdir -- "$acc_gone" 2>/dev/null || :
}
acc_live() {
    acc_require_armed
    case $HF_CHANGE_KIND in
        restore) acc_live_restore ;;
        keys) acc_live_keys ;;
        route) acc_live_route "$HF_VIA" ;;
        *)
            acc_content=
            if [ "$HF_PRESENT" = yes ]; then
                acc_content=$HF_TMP/content
                hf_data_content > "$acc_content"
                chmod 644 "$acc_content"
            fi
            "acc_live_$HF_KIND" "$acc_content"
            ;;
    esac
    printf '%s\n' "$HF_NONCE" | hf_atomic "$HF_REVERT/nonce" || hf_fail 'the nonce cannot be written'
}

# ---- persist

acc_boots() {
    timeout 30 systemctl daemon-reload || hf_fail 'systemd does not reload'
    acc_enabled=$(systemctl is-enabled "$1" 2>/dev/null || :)
    [ "$acc_enabled" = enabled ] || hf_fail "$1 would not start at boot: ${acc_enabled:-unknown}"
}
# A start that a condition prevents is a success for systemd.
acc_ran() { systemctl -q is-active "$1" || hf_fail "$1 does nothing when it is started: a boot would not load it"; }
# The unit that loads the persistent form: items 2 and 3.
acc_unit_items() {
    ! grep -q '^link' "$HF_SAVE/files/2/before" || hf_fail "$1 is masked or a link"
    printf '%s' "$2" | base64 -d > "$HF_TMP/unit"
    chmod 644 "$HF_TMP/unit"
    acc_write 2 "$HF_TMP/unit"
    mkdir -p -m 755 "/etc/systemd/system/$3.wants"
    rm -f -- "$HF_TMP/link"
    ln -s "/etc/systemd/system/$1" "$HF_TMP/link"
    acc_write 3 "$HF_TMP/link"
    acc_boots "$1"
}
acc_dry_nft() {
    acc_nft_alone "$(cat "$HF_SAVE/files/1/path")" || hf_fail "the persistent form does not load: $(cat "$HF_TMP/err")"
    # Loading it for real as well, through the unit that the next boot uses, must change nothing.
    timeout 20 systemctl restart holdfast-nft.service || hf_fail 'holdfast-nft.service fails'
    acc_ran holdfast-nft.service
    [ "$(acc_live_print)" = "$(cat "$HF_SAVE/live.wrote")" ] || hf_fail 'the persistent form differs from the running one'
}
acc_persist_nft() {
    if [ "$HF_PRESENT" = yes ]; then
        hf_data_content > "$HF_TMP/content"
        # The bytes of the plan, for everybody to read back; the unit makes a transaction of them.
        chmod 600 "$HF_TMP/content"
        acc_write 1 "$HF_TMP/content"
        acc_unit_items holdfast-nft.service "$HF_NFT_UNIT" sysinit.target
        acc_dry_nft
        return 0
    fi
    acc_write 1 ''
    set -- /etc/holdfast/nft/*.nft
    if [ ! -e "$1" ]; then
        acc_write 3 ''
        acc_write 2 ''
        timeout 30 systemctl daemon-reload || hf_fail 'systemd does not reload'
    fi
}
acc_persist_route() {
    if [ -n "$1" ]; then
        printf '%s\nroute replace default via %s\n' "$HF_NAME" "$1" > "$HF_TMP/route"
    else
        printf '%s\nroute flush exact default\n' "$HF_NAME" > "$HF_TMP/route"
    fi
    acc_write 1 "$HF_TMP/route"
    acc_unit_items holdfast-route.service "$HF_ROUTE_UNIT" multi-user.target
    timeout 20 systemctl restart holdfast-route.service || hf_fail 'holdfast-route.service fails'
    acc_ran holdfast-route.service
    [ "$(acc_live_print)" = "$(cat "$HF_SAVE/live.wrote")" ] || hf_fail 'the persistent route differs from the running one'
}
acc_persist_sshd() {
    acc_content=
    if [ "$HF_PRESENT" = yes ]; then
        acc_content=$HF_TMP/content
        hf_data_content > "$acc_content"
    fi
    acc_reread
    sshd -t 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    sshd -T > "$HF_TMP/T" 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
    acc_sshd_effective "$acc_content" "$HF_TMP/T" || hf_fail "sshd would not have: $(tr '\n' ';' < "$HF_TMP/err")"
    acc_sshd_boots
}
acc_sshd_boots() {
    for acc_name in ssh.service sshd.service ssh.socket sshd.socket; do
        case $(systemctl is-enabled "$acc_name" 2>/dev/null || :) in
            enabled | static | alias) return 0 ;;
        esac
    done
    hf_fail 'sshd would not start at boot'
}
# What Live wrote is on the disk as it was written.
acc_reread() {
    acc_path=$(cat "$HF_SAVE/files/1/path")
    [ "$(hf_print "$acc_path")" = "$(cat "$HF_SAVE/files/1/wrote")" ] || hf_fail "$acc_path is not as it was written"
}
acc_persist_restore() {
    for acc_old in "$HF_FROM"/files/*; do
        acc_write "${acc_old##*/}" "$(hf_kept "$acc_old")"
    done
    case $HF_KIND in
        nft | route)
            timeout 30 systemctl daemon-reload || hf_fail 'systemd does not reload'
            [ ! -e "$(cat "$HF_FROM/files/3/path")" ] || acc_boots "holdfast-$HF_KIND.service"
            ;;
        sshd)
            sshd -t 2> "$HF_TMP/err" || hf_fail "$(cat "$HF_TMP/err")"
            acc_sshd_boots
            ;;
    esac
    if [ "$HF_KIND" = nft ] && [ -e "$(cat "$HF_FROM/files/1/path")" ]; then acc_dry_nft; fi
}
acc_persist() {
    acc_require_armed
    # A persistent form without the live change was never tested.
    [ -e "$HF_REVERT/nonce" ] || hf_refuse invalid 'the change is not live yet'
    case $HF_CHANGE_KIND in
        restore) acc_persist_restore ;;
        keys) acc_reread ;;
        route) acc_persist_route "$HF_VIA" ;;
        *) "acc_persist_$HF_KIND" ;;
    esac
}

# ---- disarm, revert, status

acc_disarm() {
    acc_lock
    if [ "$(acc_state)" = committed ] && acc_mine; then
        guard_remove_units now
        hf_value state committed
        return 0
    fi
    [ "$(acc_state)" = armed ] || hf_refuse revert "$(acc_state)"
    acc_mine || hf_refuse revert 'armed for another change'
    guard_same_boot || hf_refuse revert 'armed, and the host has rebooted since'
    # From here on the change stays; whatever finds this state does nothing.
    guard_set committed || hf_fail 'the state of the revert cannot be written'
    printf 'committed\n' > "$(hf_saved_dir "$HF_RUN" "$HF_STEP_DIR")/outcome" || :
    guard_remove_units now
    timeout 20 systemctl stop holdfast-revert.service 2>/dev/null || :
    hf_value state committed
}
acc_revert() {
    case $(guard_state) in
        armed | arming) sh "$HF_REVERT/guard" now || hf_fail 'not everything could be put back; the watcher goes on trying' ;;
        reverted) ;;
        *) hf_refuse revert "$(acc_state)" ;;
    esac
    [ "$(guard_state)" = reverted ] || hf_fail "the revert is $(guard_state)"
    hf_value state reverted
}
# The state of the ticket's own step; an armed revert is everybody's.
acc_status() {
    acc_found=$(acc_state)
    # How an earlier step ended says nothing of this one.
    case $acc_found in
        reverted | committed) acc_mine || { hf_value last "$acc_found"; acc_found=idle; } ;;
    esac
    hf_value state "$acc_found"
    for acc_name in run step change; do
        acc_text=$(guard_get "$HF_REVERT/order" "$acc_name")
        [ -z "$acc_text" ] || hf_value "$acc_name" "$acc_text"
    done
    [ "$(acc_state)" != armed ] || hf_int left "$(( ($(guard_get "$HF_REVERT/order" deadline) - $(guard_now)) / 100 ))"
}
acc_test() { hf_value nonce "$(cat "$HF_REVERT/nonce" 2>/dev/null || :)"; }
