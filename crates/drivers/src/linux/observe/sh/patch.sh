patch() {
    need apt-get || return
    if ! grep -qiE '^(Label|Suite|Codename):.*security' /var/lib/apt/lists/*Release 2>/dev/null; then
        echo 'there are no package lists of a security archive' >&2
        return 1
    fi
    echo "lists $(stat -c %Y /var/lib/apt/lists)"
    # Without its caches apt writes nothing.
    list=$(apt-get -s -q -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
        --with-new-pkgs upgrade) || return
    printf '%s\n' "$list" | grep '^Inst '
    return 0
}
reboot_required() { if [ -e /run/reboot-required ]; then echo yes; else echo no; fi; }
