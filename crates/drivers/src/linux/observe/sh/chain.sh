chains() {
    if ! command -v nft >/dev/null 2>&1; then
        # The kernel's older filter is not read by nft.
        for kind in ip ip6; do
            [ ! -s /proc/net/${kind}_tables_names ] || { echo "nft is not installed, and rules of iptables are loaded" >&2; return 1; }
        done
        echo 'nft is not installed' >&2
        return 127
    fi
    for kind in ip ip6; do
        [ ! -s /proc/net/${kind}_tables_names ] || echo "! the kernel also filters by tables of the older iptables, which nft does not show"
    done
    rules=$(nft -s -y list ruleset) || return
    printf '%s\n' "$rules" | sed 's/^/r /'
}
