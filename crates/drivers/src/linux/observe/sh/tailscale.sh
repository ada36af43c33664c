# Of an answer in JSON, one value a line, the structure, numbers and truth values, and the texts of the keys that are named here; of any other text that
# it is one. Keys of nodes, addresses to log in at and names of people stay on this host.
tailscale_public() {
    awk '
        function shown(key) { return key ~ /^(Version|BackendState|HostName|DNSName|OS|TailscaleIPs|AllowedIPs|PrimaryRoutes|Tags|AdvertiseRoutes|AdvertiseTags|ExitNodeID|ExitNodeIP|ControlURL|Proxy|TCPForward|TerminateTLS|KeyExpiry|MagicDNSSuffix)$/ }
        function safe(text) { if (match(text, /:\/\/[^"]*@/)) text = substr(text, 1, RSTART + 2) substr(text, RSTART + RLENGTH); return text }
        /^@ [0-9]+$/ { status = substr($0, 3); next }
        NR > 60000 { odd++; next }
        # Keys of nodes are names of maps, too.
        { if (match($0, /^[ \t]*"[a-z]*(key|pub):[^"]*":/)) sub(/"[a-z]*(key|pub):[^"]*":/, "\"hidden" NR "\":") }
        /^[ \t]*$/ { next }
        /^[ \t]*[][{}]+,?$/ { print "|" $0; if ($0 ~ /\]/) list = ""; next }
        /^[ \t]*"[^"\\]*": ([{[]|\{\},?|\[\],?)$/ { key = $0; sub(/^[ \t]*"/, "", key); sub(/".*/, "", key); list = $0 ~ /\[$/ ? key : ""; print "|" $0; next }
        /^[ \t]*"[^"\\]*": (true|false|null|-?[0-9.eE+-]+),?$/ { print "|" $0; next }
        /^[ \t]*"[^"\\]*": ".*",?$/ {
            key = $0
            sub(/^[ \t]*"/, "", key)
            sub(/".*/, "", key)
            match($0, /": "/)
            start = substr($0, 1, RSTART + 2)
            end = $0 ~ /,$/ ? "," : ""
            print "|" (shown(key) ? safe($0) : start "\"\"" end)
            next
        }
        /^[ \t]*".*",?$/ { print "|" (shown(list) ? safe($0) : "\"\"" ($0 ~ /,$/ ? "," : "")); next }
        { odd++ }
        END {
            if (odd) print "! " odd " lines of the answer are not understood, or too many"
            print "s " (status == "" ? 1 : status)
        }'
}
tailscale_said() {
    echo "t $1"
    shift
    { timeout 10 tailscale "$@" 2>/dev/null </dev/null; echo "@ $?"; } | tailscale_public
}
tailscale_one() {
    if [ "$me" != 0 ]; then
        echo '! only root is told all of it'
    fi
    tailscale_said status status --json
    tailscale_said prefs debug prefs
    tailscale_said serve serve status --json
}
tailscale_here() {
    needs || return
    need timeout || return
    all_processes
    here=
    for each in $(running tailscaled); do
        echo "i ${each#*/}"
        if [ "${each#*/}" != host ]; then
            echo '! it runs in a container, and nothing is run in there'
        elif [ -n "$here" ]; then
            echo '! more than one tailscaled runs, and which one answers is not known'
        elif ! command -v tailscale >/dev/null 2>&1; then
            echo '! tailscaled runs, and there is no tailscale to ask it by'
            here=1
        else
            here=1
            tailscale_one
        fi
    done
    [ -n "$here" ] || ! command -v tailscaled >/dev/null 2>&1 || echo 'i stopped'
    echo all
}
