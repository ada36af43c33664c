# Starts the restored database cut off from everything, or not at all.
hf_scratch
hf_path_limit=$(printf '%s' "$HF_SCRATCH" | wc -c)
[ "$hf_path_limit" -le 200 ] || hf_refuse invalid "$HF_SCRATCH is too long a path"
command -v systemd-run > /dev/null && command -v nsenter > /dev/null || hf_refuse unsupported 'systemd-run or nsenter is not installed'
if [ "$(hf_unit_is ActiveState)" = active ]; then
    hf_unit_ours || hf_refuse invalid "$HF_UNIT runs already, for another drill"
    hf_unit_gone || hf_fail "$HF_UNIT cannot be stopped"
fi
[ -f "$HF_SCRATCH/data/database.dump" ] || hf_refuse invalid "$HF_SCRATCH/data holds no dump"

# A user id that nothing else has: with the one of the real cluster, its processes would be within reach.
hf_uid=65520
while getent passwd "$hf_uid" > /dev/null || getent group "$hf_uid" > /dev/null \
    || [ -n "$(find /proc -mindepth 1 -maxdepth 1 -uid "$hf_uid" 2> /dev/null | head -n 1)" ]; do
    hf_uid=$((hf_uid + 1))
    [ "$hf_uid" -lt 65534 ] || hf_refuse unsupported 'no free user id from 65520 to 65533'
done
rm -rf --one-file-system -- "${HF_SCRATCH:?}/cell" "${HF_SCRATCH:?}/etc"
mkdir -m 700 -- "$HF_CELL" "$HF_SCRATCH/etc" || hf_fail "cannot write to $HF_SCRATCH"
printf 'root:x:0:0::/:/bin/false\ndrill:x:%s:%s::/cell:/bin/false\n' "$hf_uid" "$hf_uid" > "$HF_SCRATCH/etc/passwd"
printf 'root:x:0:\ndrill:x:%s:\n' "$hf_uid" > "$HF_SCRATCH/etc/group"
printf 'passwd: files\ngroup: files\nhosts: files\n' > "$HF_SCRATCH/etc/nsswitch.conf"
hf_cell_script > "$HF_SCRATCH/etc/cell.sh"
chmod 644 "$HF_SCRATCH/etc/passwd" "$HF_SCRATCH/etc/group" "$HF_SCRATCH/etc/nsswitch.conf" "$HF_SCRATCH/etc/cell.sh"
: > "$HF_CELL/state"
chown -R -- "$hf_uid:$hf_uid" "$HF_CELL" "$HF_SCRATCH/data"

# The user id has no name outside the cell, so it is taken on inside, together with the loss of all capabilities.
# Everything is closed and a few things are opened: no directory of the host is in the cell unless it is named here.
systemd-run --quiet --collect --unit="$HF_UNIT" --service-type=exec \
    --property=Description="Holdfast drill in $HF_SCRATCH" \
    --property=TemporaryFileSystem='/:ro /tmp:mode=1777' \
    --property=BindReadOnlyPaths='/usr:/usr:norbind -/bin -/sbin -/lib -/lib32 -/lib64 -/libx32' \
    --property=BindReadOnlyPaths='-/etc/ld.so.cache -/etc/localtime -/etc/alternatives' \
    --property=BindReadOnlyPaths="$HF_SCRATCH/etc/passwd:/etc/passwd $HF_SCRATCH/etc/group:/etc/group" \
    --property=BindReadOnlyPaths="$HF_SCRATCH/etc/nsswitch.conf:/etc/nsswitch.conf $HF_SCRATCH/etc/cell.sh:/cell.sh" \
    --property=BindReadOnlyPaths="$HF_SCRATCH/data:/dump:norbind" \
    --property=BindPaths="$HF_CELL:/cell:norbind" \
    --property=PrivateNetwork=yes --property=PrivateIPC=yes --property=PrivateDevices=yes --property=PrivateMounts=yes \
    --property=MountAPIVFS=yes --property=ProtectProc=invisible --property=ProtectKernelTunables=yes \
    --property=ProtectKernelModules=yes --property=ProtectKernelLogs=yes --property=ProtectControlGroups=yes \
    --property=ProtectHostname=yes --property=ProtectClock=yes --property=RestrictSUIDSGID=yes \
    --property=NoNewPrivileges=yes --property='CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP' \
    --property=WorkingDirectory=/cell --property=UMask=0077 \
    --property=KillMode=mixed --property=TimeoutStopSec=60 --property=RuntimeMaxSec=86400 --property=Restart=no \
    /usr/bin/setpriv --reuid="$hf_uid" --regid="$hf_uid" --clear-groups --bounding-set=-all --inh-caps=-all \
    /bin/sh /cell.sh "$(readlink /proc/self/ns/net)" "$(readlink /proc/self/ns/mnt)" "$(readlink /proc/self/ns/ipc)" "$HF_DATABASE" \
    < /dev/null > "$HF_WORK/out" 2>&1 \
    || {
        journalctl --unit="$HF_UNIT" --lines=4 --output=cat --no-pager >> "$HF_WORK/out" 2> /dev/null || :
        hf_unit_gone || :
        hf_refuse unsupported "the isolated unit cannot be started: $(hf_tail "$HF_WORK/out")"
    }

# As long as it runs it may load; the unit's own limit ends it. Whether it runs is asked first, so that what it said last is read.
while :; do
    hf_runs=$(hf_unit_is ActiveState)
    if grep -q '^refused ' "$HF_CELL/state"; then
        hf_unit_gone || :
        hf_refuse unsupported "the data cannot be isolated on this host: $(hf_state refused)"
    elif grep -q '^failed ' "$HF_CELL/state"; then
        hf_unit_gone || :
        hf_fail "$(hf_state failed)"
    elif grep -qx 'ready' "$HF_CELL/state"; then
        break
    fi
    case $hf_runs in
        active | activating) sleep 0.1 ;;
        *)
            hf_unit_gone || :
            # Killed from outside (no memory, stopped by hand): that says nothing about the data.
            hf_refuse unsupported "the isolated unit ended before it was ready: $(tail -n 1 "$HF_CELL/state")"
            ;;
    esac
done
grep -qx 'isolated' "$HF_CELL/state" || { hf_unit_gone || :; hf_refuse unsupported 'the isolation was not confirmed from the inside'; }
hf_value isolation 'own root, network, IPC, devices and user'
hf_int start_ms "$(hf_state start_ms)"
hf_int load_ms "$(hf_state load_ms)"
