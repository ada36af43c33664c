user() {
    sed -n 's/^passwd:/nss /p' /etc/nsswitch.conf 2>/dev/null
    need getent || return
    list=${known_accounts:-$(getent passwd)} || return
    printf '%s\n' "$list" | cut -d: -f1,3,4,6,7 | sed 's/^/u /'
}
user_password() {
    need passwd || return
    list=$(passwd -S -a) || return
    printf '%s\n' "$list" | cut -d' ' -f1,2
}
user_group() {
    sed -n 's/^group:/nss /p' /etc/nsswitch.conf 2>/dev/null
    need getent || return
    list=${known_groups:-$(getent group)} || return
    printf '%s\n' "$list" | cut -d: -f1,3,4 | sed 's/^/g /'
}
