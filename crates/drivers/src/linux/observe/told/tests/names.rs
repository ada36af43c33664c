//! Files of AdGuard Home, unbound and dnsmasq, whole, damaged and hostile.

use super::*;

const ADGUARD: &str = include_str!("../../../../../tests/fixtures/told/AdGuardHome.yaml");
const UNBOUND: &str = include_str!("../../../../../tests/fixtures/told/unbound.conf");
const DNSMASQ: &str = include_str!("../../../../../tests/fixtures/told/dnsmasq.conf");
const ODD: &str = "1 lines of its configuration are not understood, or too many";

/// A file of a product, taken apart.
fn read(product: &str, text: &str) -> Vec<String> {
    let folder = folder();
    let at = put(&folder.path().join("file.conf"), text);
    let call = match product {
        "adguard" => format!("adguard_file {at} /opt/AdGuardHome/AdGuardHome.yaml"),
        "unbound" => format!("echo 't unbound'; unbound_text $$ host {at} ''"),
        _ => format!("echo 't dnsmasq'; dnsmasq_public < {at} | dnsmasq_more $$ host ''"),
    };
    let lines = sh(&DNS, &call, "");
    let body = format!("i host {product}\n{lines}all");
    said(&gathered(FactKind::Dns, &DNS, &body))
}

/// One byte more than is read, and what stands behind it would pass for absent.
#[test]
fn a_file_that_is_too_large_is_unknown_and_not_shorter() {
    let large = |bytes: usize| {
        let why = "a file of its configuration is too large: it has more than";
        format!("{why} {bytes} bytes")
    };
    let filled = |text: &str, bytes: usize| {
        let fill = "#".repeat(bytes - text.len() - 1);
        format!("{fill}\n{text}")
    };
    let rows = [
        ("adguard", "dns:\n  bind_host: 127.0.0.1\n", 1 << 20),
        ("unbound", "server:\n  interface: 192.168.1.2\n", 1 << 20),
    ];
    for (product, text, limit) in rows {
        assert_eq!(read(product, &filled(text, limit)).len(), 1, "{product}");
        unknown(product, &filled(text, limit + 1), &large(limit));
    }
    let folder = folder();
    let call = |file: &str, text: &str| {
        let at = put(&folder.path().join(file), text);
        let call = match file {
            "dnsmasq.conf" => {
                "echo 't dnsmasq'; dnsmasq_at() { echo \"$3\"; }; dnsmasq_text $$ host AT ''"
            }
            "resolv.conf" => {
                "echo 't dnsmasq'; dnsmasq_at() { echo \"$3\"; }; dnsmasq_list resolv $$ host AT"
            }
            "hosts" => "dnsmasq_at() { echo \"$3\"; }; dnsmasq_list hosts $$ host AT",
            "pihole.toml" => "echo 't toml'; pihole_toml AT",
            _ => "dns_lines hosts AT '^[0-9]'",
        };
        sh(&DNS, &call.replace("AT", &at), "")
    };
    for (file, text, limit) in [
        ("dnsmasq.conf", "address=/nas.lan/192.168.1.5\n", 1 << 20),
        ("resolv.conf", "nameserver 192.168.1.1\n", 1 << 19),
        ("hosts", "192.168.1.5 nas\n", 1 << 19),
        ("pihole.toml", "[dns]\n", 1 << 19),
        ("custom.list", "192.168.1.5 nas\n", 1 << 19),
    ] {
        let fits = call(file, &filled(text, limit));
        assert!(!fits.contains('!') && fits.contains('|'), "{file}: {fits}");
        let told = call(file, &filled(text, limit + 1));
        assert!(
            told.contains(&large(limit)) && !told.contains('|'),
            "{file}: {told}"
        );
    }
    let body = "i host dnsmasq\nt dnsmasq\n|port=53\nt resolv\n! it is too large\nall";
    let found = said(&gathered(FactKind::Dns, &DNS, body));
    assert_eq!(
        found.first().map(String::as_str),
        Some("dnsmasq unknown (it is too large)")
    );
}

/// Unknown, for this reason, and not without records.
fn unknown(product: &str, text: &str, why: &str) {
    let want = [
        format!("{product} unknown ({why})"),
        format!("? {product}: {why}"),
    ];
    assert_eq!(read(product, text), want, "{text}");
}

#[test]
fn an_adguard_home() {
    let want = [
        "adguard blocking=true dhcp=true dhcp_from=192.168.1.100 dhcp_router=192.168.1.1 dhcp_to=192.168.1.200 forwards=[168.192.in-addr.arpa 192.168.1.1#53, fritz.box 192.168.1.1#53] listening=192.168.1.2 127.0.0.1 local=false port=53 runs=host upstreams=[192.168.1.1, 192.168.1.9#5353, fd00::1#53, https://dns.example.org, sdns://hidden, tls://hidden.dns.nextdns.io]",
        "adguard/cname/wiki.lan target=nas.lan",
        "adguard/host/*.apps.lan addresses=[192.168.1.6]",
        "adguard/host/nas.lan addresses=[192.168.1.5, fd00::5]",
    ];
    assert_eq!(read("adguard", ADGUARD), want);
}

/// Of a provider for everybody a label in front is an account, however it is written.
#[test]
fn accounts_at_providers_stay() {
    for (text, want) in [
        (
            "TLS://hunter2.DNS.NextDNS.io",
            "tls://hidden.dns.nextdns.io",
        ),
        (
            "tls://hunter2.dns1.nextdns.io.:853",
            "tls://hidden.dns1.nextdns.io.:853",
        ),
        (
            "https://hunter2.cloudflare-gateway.com/dns-query",
            "https://hidden.cloudflare-gateway.com",
        ),
        (
            "quic://my-hunter2.d.adguard-dns.com",
            "quic://hidden.d.adguard-dns.com",
        ),
        ("tls://a.hunter2.alidns.com", "tls://hidden.alidns.com"),
        ("tls://dns.nextdns.io", "tls://dns.nextdns.io"),
        (
            "https://freedns.controld.com/p2",
            "https://freedns.controld.com",
        ),
        ("tls://dns.example.org", "tls://dns.example.org"),
        ("SDNS://hunter2", "sdns://hidden"),
    ] {
        let found = read("adguard", &format!("dns:\n  upstream_dns:\n    - {text}\n"));
        let told = found[0].to_lowercase();
        assert!(
            told.ends_with(&format!(" upstreams=[{want}]")),
            "{found:#?}"
        );
    }
    let found = read(
        "unbound",
        "forward-zone:\n  name: .\n  forward-host: hunter2.dns.nextdns.io@853\n",
    );
    assert!(
        found[0].ends_with(" upstreams=[hidden.dns.nextdns.io#853]"),
        "{found:#?}"
    );
}

/// Lists as deep as their key, rewrites in `dns`, and one address to listen on.
#[test]
fn an_older_adguard_home() {
    let text = "bind_host: 0.0.0.0\nusers:\n- name: hunter2\n  password: hunter2\ndns:\n  bind_host: 127.0.0.1\n  port: 5353\n  upstream_dns:\n  - 1.1.1.1\n  protection_enabled: false\n  rewrites:\n  - domain: nas.lan\n    answer: 192.168.1.5\n  querylog_enabled: true\ndhcp:\n  enabled: false\n  gateway_ip: 192.168.1.1\n  range_start: 192.168.1.100\nschema_version: 6\n";
    let want = [
        "adguard blocking=false dhcp=false listening=127.0.0.1 local=true port=5353 runs=host upstreams=[1.1.1.1]",
        "adguard/host/nas.lan addresses=[192.168.1.5]",
    ];
    assert_eq!(read("adguard", text), want);
    for (more, why) in [
        (
            "user_rules:\n- 192.168.1.9 other.lan hunter2\n",
            "it has rules of its own that answer names (user_rules)",
        ),
        (
            "user_rules:\n  - '||hunter2.lan^$dnsrewrite=192.168.1.9'\n",
            "it has rules of its own that answer names (user_rules)",
        ),
    ] {
        let found = read("adguard", &format!("{text}{more}"));
        let want = format!("? adguard: {why}");
        assert_eq!(found.last(), Some(&want), "{more}");
    }
    let file = text.replace("  port: 5353\n", "  upstream_dns_file: /opt/hunter2\n");
    let found = read("adguard", &file);
    let why = "? adguard: whom it asks stands in a file of its own (upstream_dns_file)";
    assert_eq!(found.last().map(String::as_str), Some(why));
}

#[test]
fn a_damaged_adguard_home_is_unknown() {
    unknown("adguard", "root:hunter2:1:0:99999:7:::\n", ODD);
    unknown("adguard", "", "its configuration says nothing of names");
    unknown(
        "adguard",
        "users:\n  - name: hunter2\n    pass",
        "its configuration says nothing of names",
    );
    unknown("adguard", "dns: {upstream_dns: [hunter2]}\n", ODD);
    unknown("adguard", "dns:\n  upstream_dns: |\n    hunter2\n", ODD);
    unknown("adguard", "dns:\n  hunter2\n", ODD);
    unknown("adguard", "dns:\n  upstream_dns: [1.1.1.1, hunter2]\n", ODD);
    unknown(
        "adguard",
        "dns:\n    port: 53\n  port: 54\n",
        "its configuration is no YAML that can be read",
    );
}

#[test]
fn an_unbound() {
    let want = [
        "unbound forwards=[corp.example 10.0.0.1#5353, fritz.box 192.168.1.1] listening=192.168.1.2@5335 127.0.0.1@5335 local=false port=5335 runs=host upstreams=[149.112.112.112#853, 9.9.9.9#853]",
        "unbound/cname/wiki.lan target=nas.lan",
        "unbound/host/*.apps.lan addresses=[192.168.1.6]",
        "unbound/host/apps.lan addresses=[192.168.1.6]",
        "unbound/host/nas.lan addresses=[192.168.1.5, fd00::5]",
    ];
    assert_eq!(read("unbound", UNBOUND), want);
    // By itself it asks the root, and listens for its machine alone.
    let alone = ["unbound listening=127.0.0.1 local=true runs=host upstreams=[]"];
    assert_eq!(read("unbound", "server:\n"), alone);
    let all = ["unbound listening=0.0.0.0 :: local=false runs=host upstreams=[]"];
    let automatic = "server:\n  interface-automatic: yes\n";
    assert_eq!(read("unbound", automatic), all);
    assert_eq!(read("unbound", &automatic.replace("yes", "no")), alone);
    let named = format!("{automatic}  interface: 127.0.0.1\n");
    assert_eq!(read("unbound", &named), all);
}

/// A clause goes on in a file that is included, and one that begins there goes on behind it.
#[test]
fn an_unbound_includes_within_its_clauses() {
    let folder = folder();
    let root = folder.path().join("root");
    put(
        &root.join("etc/unbound/unbound.conf"),
        "server:\n  include: \"/etc/unbound/my zones/*.conf\" # mine\n  interface: 192.168.1.2\nforward-zone:\n  name: .\n  include: /etc/unbound/up.conf\n\
         view:\n  name: v\n  include: /etc/unbound/view.conf\ninclude-toplevel: /etc/unbound/top.conf\nlocal-data: \"end.lan. A 192.168.1.9\"\n  include: /etc/unbound/last.conf",
    );
    put(
        &root.join("etc/unbound/my zones/a b.conf"),
        "local-data: \"nas.lan. A 192.168.1.5\"",
    );
    put(
        &root.join("etc/unbound/up.conf"),
        "forward-addr: 192.168.1.1\nserver:\nport: 5335\n",
    );
    put(
        &root.join("etc/unbound/view.conf"),
        "local-data: \"of-view.lan. A 192.168.1.7\"\n",
    );
    put(
        &root.join("etc/unbound/top.conf"),
        "stub-zone:\n name: corp\n stub-addr: 10.0.0.1\n",
    );
    put(&root.join("etc/unbound/last.conf"), "\u{1}! hunter2\n");
    std::fs::create_dir_all(folder.path().join("1")).unwrap();
    std::os::unix::fs::symlink(&root, folder.path().join("1/root")).unwrap();
    let said = process(
        folder.path(),
        "x|",
        "/usr/sbin/unbound",
        "unbound_one 1 abc",
    );
    let want = "t unbound\n|local-data: nas.lan. A 192.168.1.5\n|interface: 192.168.1.2\n|forward-zone:\n|name: .\n|forward-addr: 192.168.1.1\n|port: 5335\nm names view\n\
        |stub-zone:\n|name: corp\n|stub-addr: 10.0.0.1\n|local-data: end.lan. A 192.168.1.9\n! 1 lines of its configuration are not understood, or too many\n";
    assert_eq!(said, want);
}

#[test]
fn a_damaged_unbound_is_unknown() {
    unknown("unbound", "root:hunter2:1:0:99999:7:::\nhunter2\n", ODD);
    unknown(
        "unbound",
        "server:\n  local-data: \"nas.lan. A 192.168.1.5\n",
        ODD,
    );
    unknown("unbound", "server: local-data: \"hunter2\"\n", ODD);
    unknown(
        "unbound",
        "server:\n  include: \"/root/hunter3\"\n",
        "it includes a file that lies elsewhere",
    );
    unknown(
        "unbound",
        "include: \"/etc/../root/x\"\n",
        "it includes a file by a path with ..",
    );
    unknown(
        "unbound",
        "include: /etc/unbound/is-not-there.conf\n",
        "its configuration, or what it includes, cannot be read",
    );
}

#[test]
fn a_dnsmasq() {
    let want = [
        "dnsmasq dhcp=true dhcp_from=192.168.1.100 dhcp_ranges=[192.168.1.100-192.168.1.150, 192.168.20.100-192.168.20.150] dhcp_router=192.168.1.1 dhcp_to=192.168.1.150 forwards=[fritz.box 192.168.1.1#53] listening=eth0 192.168.1.2 local=false port=53 runs=host upstreams=[192.168.1.1, 9.9.9.9#53]",
        "dnsmasq/cname/wiki.lan target=nas.lan",
        "dnsmasq/host/*.apps.lan addresses=[192.168.1.6]",
        "dnsmasq/host/apps.lan addresses=[192.168.1.6]",
        "dnsmasq/host/nas addresses=[192.168.1.5, fd00::5]",
        "dnsmasq/host/nas.lan addresses=[192.168.1.5, fd00::5]",
        "? dnsmasq: other settings of it answer names, too (dhcp-host)",
    ];
    assert_eq!(read("dnsmasq", DNSMASQ), want);
}

/// Folders in it are left out, wherever they stand in the alphabet, and so are the files whose ends are not meant.
#[test]
fn a_folder_of_a_dnsmasq_is_read_file_by_file() {
    let folder = folder();
    let root = folder.path().join("root");
    for (path, text) in [
        ("a.conf", "address=/a.lan/192.168.1.1\nconf-dir=/etc/more\n"),
        ("b.conf/x.conf", "hunter2\n"),
        ("c d.conf", "address=/c.lan/192.168.1.3\n"),
        ("e.bak", "address=/hunter2/192.168.1.4\n"),
        (".hidden", "address=/hunter2/192.168.1.5\n"),
        ("../more/z", "address=/z.lan/192.168.1.6\n"),
    ] {
        put(&root.join("etc/dnsmasq.d").join(path), text);
    }
    let tell = |dir: &str| {
        process(
            folder.path(),
            "x|",
            "/x",
            &format!("dnsmasq_dir 1 abc {dir} ''"),
        )
    };
    let (a, c) = (
        "|address=/a.lan/192.168.1.1\n|address=/z.lan/192.168.1.6\n",
        "|address=/c.lan/192.168.1.3\n",
    );
    assert_eq!(tell("/etc/dnsmasq.d,.bak"), format!("{a}{c}"));
    assert_eq!(tell("'/etc/dnsmasq.d/,*.conf'"), format!("{a}{c}"));
    assert_eq!(
        tell("/etc/is-not-there"),
        "! a folder that it names cannot be read\n"
    );
}

/// Settings that answer names and are not read leave the rest known, and the names incomplete.
#[test]
fn settings_that_answer_names_are_read_or_told() {
    let other = |product: &str, key: &str| {
        format!("? {product}: other settings of it answer names, too ({key})")
    };
    for (product, text, key) in [
        (
            "dnsmasq",
            "interface-name=nas.lan,eth0\n",
            Some("interface-name"),
        ),
        (
            "dnsmasq",
            "dynamic-host=nas.lan,0.0.0.5,eth0\n",
            Some("dynamic-host"),
        ),
        (
            "dnsmasq",
            "dhcp-host=52:54:00:12:34:56,set:a,nas,192.168.1.5,12h\n",
            Some("dhcp-host"),
        ),
        (
            "dnsmasq",
            "dhcp-host=52:54:00:12:34:56,set:a,192.168.1.5,infinite\n",
            None,
        ),
        (
            "dnsmasq",
            "dhcp-host=52:54:00:12:34:56,ignore\ndhcp-authoritative\n",
            None,
        ),
        (
            "unbound",
            "auth-zone:\n  name: lan\n  zonefile: /etc/unbound/hunter2\n",
            Some("auth-zone"),
        ),
        (
            "unbound",
            "auth-zone:\n  name: .\n  for-downstream: no\n  zonefile: root.zone\nserver:\n",
            None,
        ),
        ("unbound", "rpz:\n  name: rpz.lan\nserver:\n", Some("rpz")),
        (
            "unbound",
            "view:\n  name: v\n  local-data: \"nas.lan. A 192.168.1.5\"\n",
            Some("view"),
        ),
    ] {
        let found = read(product, text);
        assert!(found[0].contains(" upstreams=[]"), "{text}: {found:#?}");
        let gaps: Vec<String> = found.into_iter().filter(|l| l.starts_with('?')).collect();
        let want: Vec<String> = key.map(|k| other(product, k)).into_iter().collect();
        assert_eq!(gaps, want, "{text}");
    }
    let found = read(
        "dnsmasq",
        "rev-server=192.168.0.0/16,192.168.1.1#53\nrev-server=10.0.0.0/8,10.0.0.1@eth0\n",
    );
    assert!(
        found[0]
            .contains("forwards=[10.in-addr.arpa 10.0.0.1, 168.192.in-addr.arpa 192.168.1.1#53]"),
        "{found:#?}"
    );
    let found = read("dnsmasq", "rev-server=192.168.0.0/20,192.168.1.1\n");
    assert!(
        found
            .last()
            .unwrap()
            .starts_with("? dnsmasq: it leads questions"),
        "{found:#?}"
    );
}

/// What is switched off answers nothing, and a list in one line is a list.
#[test]
fn an_adguard_home_answers_by_the_hosts_of_its_machine() {
    let folder = folder();
    let root = folder.path().join("root");
    put(&root.join("etc/hosts"), "192.168.1.7 printer.lan\n");
    let text = "dns:\n  hostsfile_enabled: true\nfiltering:\n  rewrites_enabled: true\n  rewrites:\n    - domain: nas.lan\n      answer: 192.168.1.5\n";
    let tell = |text: &str| {
        put(&root.join("opt/AdGuardHome/AdGuardHome.yaml"), text);
        let lines = process(
            folder.path(),
            "x|",
            "/opt/AdGuardHome/AdGuardHome",
            "adguard_one 1 abc",
        );
        said(&gathered(
            FactKind::Dns,
            &DNS,
            &format!("i host adguard\n{lines}all"),
        ))
    };
    let (printer, nas) = (
        "adguard/host/printer.lan addresses=[192.168.1.7]",
        "adguard/host/nas.lan addresses=[192.168.1.5]",
    );
    assert_eq!(tell(text)[1..], [nas, printer]);
    assert_eq!(
        tell(&text.replace("hostsfile_enabled: true", "hostsfile_enabled: false"))[1..],
        [nas]
    );
    assert_eq!(
        tell(&text.replace("rewrites_enabled: true", "rewrites_enabled: false"))[1..],
        [printer]
    );
    let why = "? adguard: it has rules of its own that answer names (user_rules)";
    let flow = tell(&format!("{text}user_rules: ['192.168.1.9 other.lan']\n"));
    assert_eq!(flow.last().map(String::as_str), Some(why));
    assert_eq!(
        tell(&format!("{text}user_rules: []\n"))[1..],
        [nas, printer]
    );
}

#[test]
fn a_damaged_dnsmasq_is_unknown() {
    unknown("dnsmasq", "root:hunter2:1:0:99999:7:::\n", ODD);
    unknown(
        "dnsmasq",
        "conf-file=/root/hunter3\n",
        "it names a file that lies elsewhere than is looked",
    );
    unknown(
        "dnsmasq",
        "conf-dir=/etc/../root\n",
        "it names a file by a path with ..",
    );
    unknown(
        "dnsmasq",
        "conf-file=/etc/is-not-there.conf\n",
        "its configuration, or a file that it names, cannot be read",
    );
    unknown(
        "dnsmasq",
        "hostsdir=/etc/hosts.d\n",
        "its names stand in a folder that is not read (hostsdir)",
    );
}

/// A machine of files: `proc` is that of process 1, and what it reads lies below `root`.
fn process(folder: &Path, words: &str, exe: &str, call: &str) -> String {
    let (proc, root) = (folder.join("1"), folder.join("root"));
    put(&proc.join("cmdline"), &words.replace('|', "\0"));
    let _ = std::fs::remove_file(proc.join("exe"));
    std::os::unix::fs::symlink(exe, proc.join("exe")).unwrap();
    let root = root.display().to_string();
    let of = DNS
        .sh
        .concat()
        .replace("/proc/$1", &proc.display().to_string());
    let text = format!("nl='\n'\n{of}\nseen_by() {{ printf '%s\\n' \"{root}$3\"; }}\n{call}");
    let ran = Command::new("sh").args(["-c", &text]).output().unwrap();
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

/// Where another installation left its file, that is not what the process reads.
#[test]
fn an_adguard_home_reads_what_it_was_told_or_what_lies_beside_it() {
    let folder = folder();
    let root = folder.path().join("root");
    for (path, at) in [
        ("opt/AdGuardHome", "192.168.1.2"),
        ("opt/my guard", "192.168.1.3"),
        ("srv/guard", "192.168.1.4"),
    ] {
        let text = format!("dns:\n  bind_host: {at}\n");
        put(&root.join(path).join("AdGuardHome.yaml"), &text);
    }
    let no = "! its configuration cannot be read\n";
    let told = |at: &str| format!("|dns:\n|  bind_host: '{at}'\n");
    for (words, exe, want) in [
        ("x|", "/opt/AdGuardHome/AdGuardHome", told("192.168.1.2")),
        (
            "x|",
            "/srv/guard/AdGuardHome (deleted)",
            told("192.168.1.4"),
        ),
        ("x|", "/usr/bin/AdGuardHome", no.to_owned()),
        (
            "x|-w|/opt/my guard|",
            "/usr/bin/AdGuardHome",
            told("192.168.1.3"),
        ),
        (
            "x|-c|/opt/my guard/AdGuardHome.yaml|",
            "/opt/AdGuardHome/x",
            told("192.168.1.3"),
        ),
        (
            "x|-c|/opt/gone/AdGuardHome.yaml|",
            "/opt/AdGuardHome/x",
            no.to_owned(),
        ),
        (
            "x|-w|guard|",
            "/opt/AdGuardHome/x",
            "! where its configuration lies is not known\n".to_owned(),
        ),
    ] {
        let said = process(folder.path(), words, exe, "adguard_one 1 host");
        let said = said.rsplit("t adguard\n").next().unwrap_or_default();
        let said = said.split("t hosts\n").next().unwrap_or_default();
        assert_eq!(said, want, "{words} {exe}");
    }
}

#[test]
fn an_unbound_that_was_built_here_reads_its_own_file() {
    let folder = folder();
    let root = folder.path().join("root");
    for (path, at) in [
        ("etc", "192.168.1.2"),
        ("usr/local/etc", "192.168.1.3"),
        ("etc/my own", "192.168.1.4"),
    ] {
        let text = format!("server:\n  interface: {at}\n");
        put(&root.join(path).join("unbound/unbound.conf"), &text);
    }
    let call = "unbound_one 1 abc";
    for (words, exe, want) in [
        ("x|", "/usr/sbin/unbound", "192.168.1.2"),
        ("x|", "/usr/local/sbin/unbound", "192.168.1.3"),
        (
            "x|-dc|/etc/my own/unbound/unbound.conf|",
            "/usr/sbin/unbound",
            "192.168.1.4",
        ),
    ] {
        // As in a container, whose root is that of the files.
        let at = folder.path().join("1/root");
        if !at.exists() {
            std::fs::create_dir_all(folder.path().join("1")).unwrap();
            std::os::unix::fs::symlink(&root, &at).unwrap();
        }
        let said = process(folder.path(), words, exe, call);
        assert_eq!(said, format!("t unbound\n|interface: {want}\n"), "{words}");
    }
}

/// What it is started with counts as its file does, and the file is another one if it says so.
#[test]
fn words_of_a_dnsmasq_are_lines_of_its_configuration() {
    let folder = folder();
    let words = "dnsmasq -u hunter2 --server=192.168.1.1 -S 192.168.1.9 --no-resolv -7 /etc/dnsmasq.d,.dpkg-dist --dhcp-range 192.168.1.100,192.168.1.150 -C/etc/mine.conf "
        .replace(' ', "\0");
    let at = folder.path().join("1");
    put(&at.join("cmdline"), &words);
    let of = DNS
        .sh
        .concat()
        .replace("/proc/$1", &at.display().to_string());
    let output = Command::new("sh")
        .args(["-c", &format!("{of}\ndnsmasq_words 1 | dnsmasq_public")])
        .output()
        .unwrap();
    let clusters = "dnsmasq|-kC|/etc/mine.conf|-qdR|-u|-h|-uhunter2|-kzi|eth0|-7/etc/d|";
    let said = process(
        folder.path(),
        clusters,
        "/usr/sbin/dnsmasq",
        "dnsmasq_words 1 | dnsmasq_public",
    );
    let want = "> conf-file /etc/mine.conf\n|no-resolv\n|interface=eth0\n> conf-dir /etc/d\n";
    assert_eq!(said, want);
    let said = process(
        folder.path(),
        "dnsmasq|-k@C|/etc/x|",
        "/usr/sbin/dnsmasq",
        "dnsmasq_words 1 | dnsmasq_public",
    );
    assert_eq!(said, format!("! {ODD}\n"));
    let want = "|server=192.168.1.1\n|server=192.168.1.9\n|no-resolv\n> conf-dir /etc/dnsmasq.d,.dpkg-dist\n|dhcp-range=192.168.1.100,192.168.1.150\n> conf-file /etc/mine.conf\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), want);
}
