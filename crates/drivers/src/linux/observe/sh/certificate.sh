# Where programs keep the certificates that they show; docs/observe.md has the same list. Of a file only its first certificate goes on:
# keys, and whatever else stands there, stay on this host.
# What has another line in it before its end is told as `!` alone: a key could follow.
certificate_first() {
    LC_ALL=C awk '
        !on { if (/^-----BEGIN CERTIFICATE-----/) on = 1; next }
        /^-----END CERTIFICATE-----/ { whole = 1; exit }
        !/^[A-Za-z0-9+\/= \r]*$/ || ++lines > 5000 { exit }
        { body = body $0 }
        END { if (on) printf "%s", whole ? body : "!" }' | tr -d ' \r'
}
certificate_told() {
    case $1 in
        '') ;;
        '!') echo "! $2 has a certificate without an end" ;;
        *) printf 'c %s %s\n' "$1" "$2" ;;
    esac
}
# Whether the file $1, of which not more than $2 bytes are taken, is read, or why it is not: containers write below some of the places, and none of
# their files is that of another folder.
certificate_may() {
    [ -f "$1" ] || return 1
    count=$((count + 1))
    [ "$count" -le 500 ] || return 1
    top=
    case $named$1 in
        "$volumes"/*) top=${1#"$volumes"/} top=$volumes/${top%%/*} ;;
        /opt/*) top=${1#/opt/} top=/opt/${top%%/*} ;;
        /srv/*) top=${1#/srv/} top=/srv/${top%%/*} ;;
    esac
    if [ -n "$top" ]; then
        real=$(readlink -f -- "$1") && top=$(readlink -f -- "$top") || real=
        case $real in
            "$top"/*) ;;
            *)
                echo "! $1 is a link that leads out of its folder"
                return 1
                ;;
        esac
    fi
    whole "$1" "$2" "$1"
}
certificate_file() {
    certificate_may "$1" 262144 || return 0
    body=$(soon head -c 262144 -- "$1" | certificate_first | head -c 40000)
    certificate_told "$body" "$1"
}
# Traefik keeps certificates and keys in one file; each certificate is a PEM in base64, next to its key.
certificate_acme() {
    certificate_may "$1" 4194304 || return 0
    soon head -c 4194304 -- "$1" | tr -d '\n' | grep -o '"certificate"[[:space:]]*:[[:space:]]*"[A-Za-z0-9+/=]*"' | sed 's/.*"\([A-Za-z0-9+/=]*\)"$/\1/' | head -n 200 |
        while read -r body; do
            first=$(printf '%s' "$body" | head -c 80000 | base64 -d 2>/dev/null | certificate_first)
            certificate_told "$first" "$1"
        done
}
# Files that the configuration of a proxy names.
certificate_named() {
    grep -rhsE '^[[:space:]]*(ssl_certificate|SSLCertificateFile)[[:space:]]' /etc/nginx /etc/apache2 /etc/httpd 2>/dev/null | head -n 200 |
        sed -e 's/^[[:space:]]*[A-Za-z_]*[[:space:]]*//' -e 's/[;"[:space:]]//g' | sort -u
}
certificates() {
    need awk || return
    for tool in base64 readlink grep sed head tr; do
        need "$tool" || return
    done
    count=0
    named=
    volumes=/var/lib/docker/volumes
    for file in /etc/letsencrypt/live/*/cert.pem /etc/pve/local/pveproxy-ssl.pem /etc/pve/local/pve-ssl.pem /etc/proxmox-backup/proxy.pem \
        /etc/cockpit/ws-certs.d/*.cert /etc/kubernetes/pki/*.crt /var/lib/rancher/k3s/server/tls/*.crt \
        /var/lib/caddy/.local/share/caddy/certificates/*/*/*.crt "$volumes"/*/_data/caddy/certificates/*/*/*.crt \
        "$volumes"/*/_data/live/*/cert.pem /opt/*/letsencrypt/live/*/cert.pem /srv/*/letsencrypt/live/*/cert.pem; do
        certificate_file "$file"
    done
    # Where the configuration of a proxy leads is root's choice.
    names=$(certificate_named)
    named=named:
    for file in $names; do
        case $file in
            /*) certificate_file "$file" ;;
        esac
    done
    named=
    for file in /etc/traefik/acme.json "$volumes"/*/_data/acme.json /opt/*/acme.json /opt/*/*/acme.json /srv/*/acme.json /srv/*/*/acme.json; do
        certificate_acme "$file"
    done
    [ "$count" -le 500 ] || echo '! there are more than 500 files'
    [ "$me" = 0 ] || echo '! only root sees all of the places'
    echo all
}
