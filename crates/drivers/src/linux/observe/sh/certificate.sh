# Where programs keep the certificates that they show; docs/observe.md has the same list. Of a file only its first certificate goes on:
# keys, and whatever else stands there, stay on this host.
certificate_first() {
    awk '/^-----BEGIN CERTIFICATE-----/ { on = 1; next } /^-----END CERTIFICATE-----/ { exit } on && /^[A-Za-z0-9+\/= \r]+$/ { printf "%s", $0 } NR > 5000 { exit }' <"$1" | tr -d ' \r'
}
certificate_file() {
    [ -f "$1" ] || return 0
    count=$((count + 1))
    [ "$count" -le 500 ] || return 0
    if ! [ -r "$1" ]; then
        echo "! $1 cannot be read"
        return
    fi
    body=$(certificate_first "$1" | head -c 40000)
    [ -z "$body" ] || printf 'c %s %s\n' "$body" "$1"
}
# Traefik keeps certificates and keys in one file; each certificate is a PEM in base64, next to its key.
certificate_acme() {
    [ -f "$1" ] || return 0
    count=$((count + 1))
    [ "$count" -le 500 ] || return 0
    if ! [ -r "$1" ]; then
        echo "! $1 cannot be read"
        return
    fi
    tr -d '\n' <"$1" | grep -o '"certificate"[[:space:]]*:[[:space:]]*"[A-Za-z0-9+/=]*"' | sed 's/.*"\([A-Za-z0-9+/=]*\)"$/\1/' | head -n 200 |
        while read -r body; do
            first=$(printf '%s' "$body" | head -c 80000 | base64 -d 2>/dev/null | certificate_first /dev/stdin)
            [ -z "$first" ] || printf 'c %s %s\n' "$first" "$1"
        done
}
# Files that the configuration of a proxy names.
certificate_named() {
    grep -rhsE '^[[:space:]]*(ssl_certificate|SSLCertificateFile)[[:space:]]' /etc/nginx /etc/apache2 /etc/httpd 2>/dev/null | head -n 200 |
        sed -e 's/^[[:space:]]*[A-Za-z_]*[[:space:]]*//' -e 's/[;"[:space:]]//g' | sort -u
}
certificates() {
    need awk || return
    need base64 || return
    count=0
    volumes=/var/lib/docker/volumes
    for file in /etc/letsencrypt/live/*/cert.pem /etc/pve/local/pveproxy-ssl.pem /etc/pve/local/pve-ssl.pem /etc/proxmox-backup/proxy.pem \
        /etc/cockpit/ws-certs.d/*.cert /etc/kubernetes/pki/*.crt /var/lib/rancher/k3s/server/tls/*.crt \
        /var/lib/caddy/.local/share/caddy/certificates/*/*/*.crt "$volumes"/*/_data/caddy/certificates/*/*/*.crt \
        "$volumes"/*/_data/live/*/cert.pem /opt/*/letsencrypt/live/*/cert.pem /srv/*/letsencrypt/live/*/cert.pem; do
        certificate_file "$file"
    done
    names=$(certificate_named)
    for file in $names; do
        case $file in
            /*) certificate_file "$file" ;;
        esac
    done
    for file in /etc/traefik/acme.json "$volumes"/*/_data/acme.json /opt/*/acme.json /opt/*/*/acme.json /srv/*/acme.json /srv/*/*/acme.json; do
        certificate_acme "$file"
    done
    [ "$count" -le 500 ] || echo '! there are more than 500 files'
    [ "$me" = 0 ] || echo '! only root sees all of the places'
    echo all
}
