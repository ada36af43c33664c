//! AdGuard Home: `AdGuardHome.yaml`, whose places changed with its `schema_version`.

use crate::lines::Instance;
use crate::server::{Server, address};
use crate::told::plain;
use crate::yaml::{document, field, text};
use lang::Plain;
use model::value::Value;

type Pairs = [(String, Plain)];

/// What an instance of it is set to; `None` if no file of it was found or read whole.
pub(crate) fn server(of: &Instance<'_>) -> Option<Result<Server, String>> {
    let text = of.texts.get("adguard")?;
    // What is half read may be read wrongly.
    if of.why_of("adguard").is_some() {
        return None;
    }
    Some(document(text).and_then(|root| configured(of, &root)))
}

fn configured(of: &Instance<'_>, root: &Pairs) -> Result<Server, String> {
    let Some(Plain::Map(dns)) = field(root, "dns") else {
        return Err("its configuration says nothing of names".to_owned());
    };
    let mut server = Server::default();
    for line in words(dns, "upstream_dns") {
        upstream(&mut server, &line);
    }
    let filtering = map(root, "filtering");
    // Up to version 0.107.30 they stood in `dns`.
    let rewrites = is(filtering, "rewrites_enabled") != Some(false);
    for part in [dns.as_slice(), filtering].into_iter().filter(|_| rewrites) {
        match field(part, "rewrites") {
            Some(Plain::List(all)) => all.iter().for_each(|one| rewrite(&mut server, one)),
            None | Some(Plain::Nothing) => {}
            // Something else would pass for no names at all.
            Some(_) => server.odd(),
        }
    }
    if is(dns, "hostsfile_enabled") != Some(false) {
        let hosts = of.texts.get("hosts").map(String::as_str);
        let lines = hosts.unwrap_or_default().lines();
        lines.for_each(|line| server.hosts_line(line));
    }
    let mut at = words(dns, "bind_hosts");
    at.extend(text(dns, "bind_host"));
    server.listens(&at);
    let port = text(dns, "port").and_then(|p| p.parse().ok());
    server.about.extend(port.map(|p| ("port", Value::Int(p))));
    let blocking = is(filtering, "protection_enabled").or_else(|| is(dns, "protection_enabled"));
    server.flag("blocking", blocking);
    addresses(&mut server, map(root, "dhcp"));
    for (mark, why) in [
        (
            "rules",
            "it has rules of its own that answer names (user_rules)",
        ),
        (
            "file",
            "whom it asks stands in a file of its own (upstream_dns_file)",
        ),
    ] {
        if of.is(mark) {
            server.gap(why);
        }
    }
    Ok(server)
}

/// What it hands out; `gateway_ip` and the range stood in `dhcp` itself before `dhcpv4` was there.
fn addresses(server: &mut Server, dhcp: &Pairs) {
    let on = is(dhcp, "enabled") == Some(true);
    server.flag("dhcp", Some(on));
    let four = match map(dhcp, "dhcpv4") {
        [] => dhcp,
        four => four,
    };
    let of = |name: &str| text(four, name).filter(|t| !t.is_empty());
    if let (true, Some(from), Some(to)) = (on, of("range_start"), of("range_end")) {
        server.range(&from, &to);
    }
    if on {
        server.say("dhcp_router", of("gateway_ip").map(|t| plain(&t)));
    }
}

/// `192.168.1.1:53`, `[/lan/]192.168.1.1`, `https://dns.example.org`; `[/lan/]#` asks the usual ones.
fn upstream(server: &mut Server, line: &str) {
    let (domains, to) = match line.strip_prefix("[/").and_then(|l| l.split_once("/]")) {
        Some((domains, to)) => (Some(domains), to),
        None => (None, line),
    };
    for to in to.split_whitespace().filter(|t| *t != "#") {
        let to = endpoint(to);
        match domains {
            None => {
                server.upstreams.insert(to);
            }
            Some(domains) => {
                let domains = domains.split('/').filter(|d| !d.is_empty());
                domains.for_each(|d| server.forward(d.trim_start_matches("*."), &to));
            }
        }
    }
}

/// `ADDRESS#PORT` where an address is asked in clear text; all else as it is written.
fn endpoint(text: &str) -> String {
    let schemes = ["udp://", "tcp://"];
    let bare = schemes
        .iter()
        .find_map(|s| text.strip_prefix(s))
        .unwrap_or(text);
    if let Some(address) = address(bare.trim_matches(['[', ']'])) {
        return address;
    }
    let parts = bare.rsplit_once(':').and_then(|(host, port)| {
        let address = address(host.trim_matches(['[', ']']))?;
        let port: u16 = port.parse().ok()?;
        Some(format!("{address}#{port}"))
    });
    parts.unwrap_or_else(|| plain(text))
}

/// `{domain: nas.lan, answer: 192.168.1.5}`; the answer may be another name.
fn rewrite(server: &mut Server, one: &Plain) {
    let Plain::Map(pairs) = one else {
        return server.odd();
    };
    if is(pairs, "enabled") == Some(false) {
        return;
    }
    let (Some(name), Some(to)) = (text(pairs, "domain"), text(pairs, "answer")) else {
        return server.odd();
    };
    match address(&to) {
        Some(address) => server.host(&name, address),
        // They keep what the upstream says.
        None if matches!(to.as_str(), "A" | "AAAA") => {}
        None => {
            let small = |t: &str| plain(&t.trim_end_matches('.').to_ascii_lowercase());
            server.names.insert(small(&name), small(&to));
        }
    }
}

fn map<'a>(pairs: &'a Pairs, name: &str) -> &'a Pairs {
    match field(pairs, name) {
        Some(Plain::Map(of)) => of,
        _ => &[],
    }
}

fn is(pairs: &Pairs, name: &str) -> Option<bool> {
    text(pairs, name).and_then(|t| t.parse().ok())
}

fn words(pairs: &Pairs, name: &str) -> Vec<String> {
    let Some(Plain::List(all)) = field(pairs, name) else {
        return Vec::new();
    };
    let texts = all.iter().filter_map(|one| match one {
        Plain::Text(text) => Some(plain(text)),
        _ => None,
    });
    texts.collect()
}
