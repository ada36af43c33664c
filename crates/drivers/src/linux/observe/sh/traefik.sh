# One list of the API of Traefik on the loopback address: a fixed question, the answer as it comes, and how asking ended.
traefik_ask() {
    echo "= $2"
    {
        timeout 5 bash -c '
            exec 5<>"/dev/tcp/127.0.0.1/$1" || exit 1
            printf "GET /api/%s?per_page=2000 HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept: application/json\r\n\r\n" "$2" "$1" >&5
            head -c 4000000 <&5' ask "$1" "$2" 2>/dev/null
        printf '\n@ %s\n' "$?"
    } | tr -d '\r\000' | sed 's/^/r /'
}
traefik() {
    need bash || return
    need timeout || return
    first=$(traefik_ask "$1" version)
    printf '%s\n' "$first"
    case $first in
        *"${nl}r @ 0") ;;
        *) return 0 ;;
    esac
    for list in entrypoints http/routers http/services tcp/routers tcp/services udp/routers udp/services; do
        traefik_ask "$1" "$list"
    done
    echo all
}
