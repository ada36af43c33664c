# How this account looks: as `root`, through the `ready` observer script, or alone, which says why it is not through the script.
observer_state() {
    [ "$me" != 0 ] || { echo root; return; }
    [ -e "$observer" ] || { echo none; return; }
    case $(stat -L -c '%u %a' "$observer" 2>/dev/null) in
        '0 755' | '0 555') ;;
        *) echo open; return ;;
    esac
    sum=$(sha256sum <"$observer" 2>/dev/null)
    case $sum in
        "$expected "*) echo ready ;;
        *) echo "other ${sum%% *}" ;;
    esac
}
