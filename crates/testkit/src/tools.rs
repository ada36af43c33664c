//! Real programs of other projects on a test host, copied from this machine: the host image does not have them, as most hosts do not.

use crate::host::TestHost;
use std::path::Path;

/// Two ends of a tunnel by wireguard-go, both on this host: `wg0` listens on port 51820 and knows one peer, `wg1`, which has been here. The
/// private keys are in `/root/wg0.key` and `/root/wg1.key`, their preshared key in `/root/psk`.
const TUNNEL: &str = r#"
umask 077
mkdir -p /dev/net
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
wg genpsk > /root/psk
for name in wg0 wg1; do
    wg genkey > /root/$name.key
    systemd-run -q --unit=$name --setenv=WG_PROCESS_FOREGROUND=1 wireguard-go $name
    until [ -S /var/run/wireguard/$name.sock ] && wg show $name dump >/dev/null 2>&1; do :; done
done
wg set wg0 listen-port 51820 private-key /root/wg0.key peer "$(wg pubkey < /root/wg1.key)" preshared-key /root/psk allowed-ips 10.9.0.2/32,fd00:9::2/128
wg set wg1 listen-port 51821 private-key /root/wg1.key peer "$(wg pubkey < /root/wg0.key)" preshared-key /root/psk allowed-ips 10.9.0.0/24 \
    endpoint 127.0.0.1:51820 persistent-keepalive 1
ip link set wg0 up
ip link set wg1 up
limit=$(($(date +%s) + 60))
until [ "$(wg show wg0 latest-handshakes | cut -f2)" -gt 0 ]; do [ "$(date +%s)" -lt $limit ]; done
"#;

/// The keys of the two ends, as they are printed.
#[derive(Debug)]
pub struct Tunnel {
    /// Public keys of `wg0` and `wg1`.
    pub public: [String; 2],
    /// What must never leave the host: the private keys and the preshared one.
    pub secret: [String; 3],
}

/// Sets a tunnel up; see [`Tunnel`].
///
/// # Panics
/// Says what is missing on this machine, or what went wrong on the host.
pub fn tunnel(host: &TestHost) -> Tunnel {
    for (program, package) in [("wg", "wireguard-tools"), ("wireguard-go", "wireguard-go")] {
        put(host, &format!("/usr/bin/{program}"), package);
    }
    let said = |script: &str| {
        host.exec_sh(script)
            .unwrap_or_else(|error| panic!("no tunnel: {error}"))
    };
    said(TUNNEL);
    let public = ["wg0", "wg1"].map(|name| said(&format!("wg pubkey < /root/{name}.key")));
    let secret = ["wg0.key", "wg1.key", "psk"].map(|file| said(&format!("cat /root/{file}")));
    Tunnel { public, secret }
}

/// Puts Traefik on a host, as `/usr/local/bin/traefik`; nothing is started.
///
/// # Panics
/// If this machine does not have it: `./test` gets it.
pub fn traefik(host: &TestHost) {
    let cache = twin::image::default_cache_dir();
    let path = cache.join("traefik-3.7.15/traefik");
    copy(
        host,
        &path,
        "/usr/local/bin/traefik",
        "run ./test, which gets it",
    );
}

/// Starts a process of a product's name with these words as its unit of that name, in place of one that runs: a copy of the shell, which does nothing
/// of what the product does.
///
/// # Panics
/// Says what went wrong on the host.
pub fn named(host: &TestHost, name: &str, words: &str) {
    let script = format!(
        "systemctl stop {name} 2>/dev/null || :
        cp -f \"$(readlink -f /bin/sh)\" /usr/local/bin/{name}
        printf 'sleep infinity\\n:\\n' > /root/idle
        systemd-run -q --unit={name} /usr/local/bin/{name} /root/idle {words}
        limit=$(($(date +%s) + 60))
        until grep -qsxF {name} /proc/[0-9]*/comm; do [ \"$(date +%s)\" -lt $limit ]; done"
    );
    host.exec_sh(&script)
        .unwrap_or_else(|error| panic!("no {name}: {error}"));
}

/// A program of this machine at the same place on the host.
fn put(host: &TestHost, path: &str, package: &str) {
    let missing = format!("install Debian's package {package}");
    copy(host, Path::new(path), path, &missing);
}

#[allow(clippy::disallowed_methods, reason = "it copies real programs")]
fn copy(host: &TestHost, from: &Path, to: &str, missing: &str) {
    let bytes = std::fs::read(from)
        .unwrap_or_else(|error| panic!("{}: {error}; {missing}", from.display()));
    host.put_file(to, 0o755, &bytes)
        .unwrap_or_else(|error| panic!("{to}: {error}"));
}
