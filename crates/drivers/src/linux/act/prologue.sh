# What every order begins with: settings, the way results are reported, proof of identity, lock and lease.
# POSIX sh. Nothing here changes the host before its identity is proven.
umask 077
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset CDPATH ENV IFS
# The connection may die at any moment; what was begun is run to its end.
trap '' HUP PIPE
HF_LIB=/var/lib/holdfast
HF_REVERT=$HF_LIB/revert
# In memory: nothing that an order leaves by dying survives a reboot.
HF_TMP=/run/holdfast-work

hf_line() { printf '%s\n' "$*" 2>/dev/null || :; }
hf_b64() { printf '%s' "$1" | base64 -w0; }
# A named result: text, or a whole number.
hf_value() { hf_line "@value $1 $(hf_b64 "$2")"; }
hf_int() { hf_line "@int $1 $2"; }
# Nothing was done, and why: a kind and its texts.
hf_refuse() {
    hf_said="@refuse $1"
    shift
    for hf_word in "$@"; do hf_said="$hf_said =$(hf_b64 "$hf_word")"; done
    hf_line "$hf_said"
    exit 10
}
# It was begun and failed.
hf_fail() {
    hf_line "@fail $(hf_b64 "$1")"
    exit 11
}
# Passes on what a command substitution said when it refused or failed.
hf_pass() {
    hf_line "$1"
    exit "$2"
}
hf_get() { sed -n "s/^$2=//p" "$1" 2>/dev/null | head -n 1; }

# Hundredths of a second on CLOCK_BOOTTIME: counts suspended time, knows no wall clock.
hf_now() {
    read -r hf_up hf_idle < /proc/uptime
    hf_frac=${hf_up#*.}
    echo $(( ${hf_up%.*} * 100 + 1$hf_frac - 100 ))
}
# Differs after every reboot, also in a container, where boot_id is the machine's.
hf_boot() {
    read -r hf_stat < /proc/1/stat
    # shellcheck disable=SC2086
    set -- ${hf_stat##*) }
    read -r hf_bid < /proc/sys/kernel/random/boot_id
    echo "$hf_bid/${20}"
}

hf_same() { [ "$2" = "$3" ] || hf_refuse wrong-identity "$1" "$2" "$3"; }
hf_identity() {
    hf_same 'machine-id' "$HF_MACHINE_ID" "$(cat /etc/machine-id 2>/dev/null || echo none)"
    hf_found=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub 2>/dev/null | cut -d' ' -f2)
    hf_same 'host key' "$HF_HOST_KEY" "${hf_found:-none}"
    hf_found=$(head -n 1 /etc/holdfast/realm 2>/dev/null || :)
    # A host without a marker may act only if it was enrolled so, which only the real lab allows.
    [ -n "$HF_MARKER" ] || [ "$hf_found" != "$HF_REALM" ] || return 0
    hf_same 'realm marker' "${HF_MARKER:-none}" "${hf_found:-none}"
}

hf_dirs() {
    for hf_dir in "$HF_LIB" "$HF_LIB/journal" "$HF_LIB/saved" "$HF_LIB/saved/$HF_RUN" "$HF_REVERT"; do
        [ -d "$hf_dir" ] || mkdir -p -m 700 -- "$hf_dir" || hf_fail "cannot make $hf_dir"
    done
}
# One order at a time: descriptor 8. The shells of the order hold it, their commands (which may start daemons) do not.
hf_lock() {
    exec 8>> "$HF_LIB/lock" || hf_fail "cannot open $HF_LIB/lock"
    flock -w "$HF_PATIENCE" 8 || hf_refuse lease-held "$(hf_holder), whose order is still at work"
}
hf_holder() {
    echo "controller $(hf_get "$HF_LIB/lease" controller), epoch $(hf_get "$HF_LIB/lease" epoch), run $(hf_get "$HF_LIB/lease" run)"
}

# Replaces FILE ($1) by standard input; complete or not at all.
hf_atomic() {
    cat > "$1.tmp" && sync -- "$1.tmp" && mv -fT -- "$1.tmp" "$1" && sync -- "${1%/*}"
}
# The lease is ours until TTL ($1) seconds from now.
hf_lease_write() {
    printf 'controller=%s\nepoch=%s\nrun=%s\nexpires_boottime=%s\nttl=%s\nboot=%s\n' \
        "$HF_CONTROLLER" "$HF_EPOCH" "$HF_RUN" "$(( $(hf_now) / 100 + $1 ))" "$1" "$(hf_boot)" \
        | hf_atomic "$HF_LIB/lease" || hf_fail 'the lease cannot be written'
}
hf_lease_ours() {
    [ "$(hf_get "$HF_LIB/lease" controller)" = "$HF_CONTROLLER" ] \
        && [ "$(hf_get "$HF_LIB/lease" epoch)" = "$HF_EPOCH" ] \
        && [ "$(hf_get "$HF_LIB/lease" run)" = "$HF_RUN" ]
}
# Given back, run out, or of another boot: its boot-time stamp means nothing any more.
hf_lease_free() {
    hf_until=$(hf_get "$HF_LIB/lease" expires_boottime)
    [ -z "$hf_until" ] || [ "$hf_until" = 0 ] || [ "$(hf_get "$HF_LIB/lease" boot)" != "$(hf_boot)" ] \
        || [ $(( $(hf_now) / 100 )) -ge "$hf_until" ]
}
hf_lease_take() {
    if [ -e "$HF_LIB/lease" ]; then
        if [ "$(hf_get "$HF_LIB/lease" controller)" = "$HF_CONTROLLER" ]; then
            # An older process of the same controller stays out for good; a newer one takes over at once.
            [ "$HF_EPOCH" -ge "$(hf_get "$HF_LIB/lease" epoch)" ] || hf_refuse fenced "$(hf_holder)"
            [ "$HF_EPOCH" -gt "$(hf_get "$HF_LIB/lease" epoch)" ] || hf_lease_ours || hf_lease_free \
                || hf_refuse lease-held "$(hf_holder)"
        else
            hf_lease_free || hf_refuse lease-held "$(hf_holder)"
        fi
    fi
    hf_lease_write "$HF_TTL"
}
hf_lease_release() {
    hf_lease_ours || hf_refuse fenced "$(hf_holder)"
    # Kept as a record: the epoch in it goes on fencing.
    sed 's/^expires_boottime=.*/expires_boottime=0/' "$HF_LIB/lease" | hf_atomic "$HF_LIB/lease"
}
hf_lease_check() {
    [ -e "$HF_LIB/lease" ] || hf_refuse fenced 'nobody: no lease was taken'
    hf_lease_ours || hf_refuse fenced "$(hf_holder)"
    [ "$(hf_get "$HF_LIB/lease" expires_boottime)" != 0 ] || hf_refuse fenced 'nobody: the lease was given back'
    hf_lease_write "$(hf_get "$HF_LIB/lease" ttl)"
}

hf_journal() {
    printf '%s\n' "$*" >> "$HF_LIB/journal/$HF_RUN.log" && sync -- "$HF_LIB/journal/$HF_RUN.log" \
        || hf_fail 'the journal cannot be written'
}

# The ways in which an order is run; each ends the script.
hf_finish() {
    hf_int took $(( ($(hf_now) - hf_begun) * 10 ))
    [ "$1" -ne 0 ] || hf_line '@done'
    exit "$1"
}
# Before enrolment, when nobody is known yet.
hf_stranger() {
    hf_begun=$(hf_now)
    ( set -eu; hf_body )
    hf_finish $?
}
# Looks and changes nothing: no lock, no lease.
hf_look() {
    hf_begun=$(hf_now)
    hf_identity
    ( set -eu; hf_body )
    hf_finish $?
}
# Handles the lease itself.
hf_lease() {
    hf_begun=$(hf_now)
    hf_identity
    hf_dirs
    hf_lock
    ( set -eu; hf_body 8>&- )
    hf_finish $?
}
# Changes the host as a step of a run.
hf_step() {
    hf_begun=$(hf_now)
    hf_identity
    hf_dirs
    hf_lock
    hf_lease_check
    hf_journal "intent $HF_STEP $HF_ORDER"
    rm -rf -- "$HF_TMP"
    mkdir -m 700 -- "$HF_TMP"
    ( set -eu; hf_body 8>&- )
    hf_rc=$?
    rm -rf -- "$HF_TMP"
    hf_journal "ended $HF_STEP $hf_rc $HF_ORDER"
    hf_finish $hf_rc
}
