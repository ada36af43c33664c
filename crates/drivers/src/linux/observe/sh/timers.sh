# All timers, and the services that they start: blocks of properties. Of commands only the program and known words are told, since
# arguments may be secrets.
timers() {
    need systemctl || return
    names=$(unit_names timer) || return
    printf 'now=%s\nuptime=%s\n\n' "$(date +%s.%N)" "$(cut -d' ' -f1 /proc/uptime)"
    set -f
    # shellcheck disable=SC2086
    set -- $names
    set +f
    if [ $# != 0 ]; then
        shown=$(TZ=UTC timeout 40 systemctl show --no-pager -p Id -p LoadState -p ActiveState -p LastTriggerUSec \
            -p NextElapseUSecRealtime -p NextElapseUSecMonotonic -p UnitFileState -p Unit -p ActiveEnterTimestamp \
            -p Persistent -p TimersCalendar -p TimersMonotonic -p FragmentPath -p DropInPaths -- "$@") || return
        printf '%s\n\n' "$shown"
        services=$(printf '%s\n' "$shown" | sed -n 's/^Unit=//p' | sort -u)
        set -f
        # shellcheck disable=SC2086
        set -- $services
        set +f
    fi
    if [ $# != 0 ]; then
        shown=$(TZ=UTC timeout 40 systemctl show --no-pager -p Id -p ActiveState -p Result -p ExecMainStartTimestampMonotonic \
            -p ExecMainExitTimestampMonotonic -p FragmentPath -p DropInPaths -p OnFailure -p ExecStart -p ExecStartPre \
            -p ExecStartPost -p ExecStopPost -- "$@") || return
        printf '%s\n' "$shown" | while IFS= read -r line; do
            case $line in
                Exec*'={ path='*)
                    program=${line#*'={ path='}
                    program=${program%%' ;'*}
                    printf 'Program=%s\n' "$program"
                    printf 'Words=%s\n' "$(printf '%s\n' "$line" | only_words)$(script_words "$program")"
                    # A shell is given its script.
                    for script in $(printf '%s\n' "$line" | grep -oE ' /[A-Za-z0-9._/@-]+' | sort -u | head -n 8); do
                        [ "$script" = "$program" ] || printf 'Words=%s\n' "$(script_words "$script")"
                    done
                    ;;
                Id=* | ActiveState=* | Result=* | ExecMain*=* | FragmentPath=* | DropInPaths=* | OnFailure=* | '') printf '%s\n' "$line" ;;
            esac
        done
    fi
    echo 'END=timers'
}
