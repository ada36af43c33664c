# All timers, and the services that they start: blocks of properties. Of commands only the program and known words are told, since
# arguments may be secrets.
# Of each command the program, its known words, and what else may be a script of it: a shell is given its script.
timer_words() {
    awk -v list="$words" '
        BEGIN { n = split(list, word, "|") }
        /^Exec[A-Za-z]*=\{ path=/ {
            program = $0
            sub(/^[^{]*\{ path=/, "", program)
            sub(/ ;.*/, "", program)
            text = $0
            gsub(/[^A-Za-z0-9_-]+/, " ", text)
            found = ""
            for (i = 1; i <= n; i++) if (index(" " text " ", " " word[i] " ")) found = found word[i] " "
            print "Program=" program
            print "@words " found
            print "@program " program
            m = 0
            for (text = $0; match(text, / \/[A-Za-z0-9._\/@-]+/); text = substr(text, RSTART + RLENGTH)) {
                script = substr(text, RSTART + 1, RLENGTH - 1)
                for (i = 1; i <= m && scripts[i] < script; i++) {}
                if (i <= m && scripts[i] == script) continue
                for (j = m++; j >= i; j--) scripts[j + 1] = scripts[j]
                scripts[i] = script
            }
            for (i = 1; i <= m && i <= 8; i++) if (scripts[i] != program) print "@script " scripts[i]
            next
        }
        /^(Id|ActiveState|Result|ExecMain[A-Za-z]*|FragmentPath|DropInPaths|OnFailure)=/ || $0 == ""'
}
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
        printf '%s\n' "$shown" | timer_words | while IFS= read -r line; do
            case $line in
                '@program '*) printf 'Words=%s%s\n' "$found" "$(script_words "${line#@program }")" ;;
                '@words '*) found=${line#@words } ;;
                '@script '*) printf 'Words=%s\n' "$(script_words "${line#@script }")" ;;
                *) printf '%s\n' "$line" ;;
            esac
        done
    fi
    echo 'END=timers'
}
