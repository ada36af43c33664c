//! dnsmasq: lines of `dnsmasq.conf`, of the files that it names, and of what it was started with.

use crate::lines::Instance;
use crate::server::{Server, address};
use crate::told::plain;
use model::value::Value;

/// What an instance of it is set to; `None` if no file of it was found or read whole.
pub(crate) fn server(of: &Instance<'_>) -> Option<Result<Server, String>> {
    let text = of.texts.get("dnsmasq")?;
    // What is half read may be read wrongly, and whom it asks would seem to be nobody.
    let gaps = ["dnsmasq", "resolv", ""];
    if gaps.iter().any(|part| of.why_of(part).is_some()) {
        return None;
    }
    let mut server = Server::default();
    add(&mut server, of);
    let has = |option: &str| text.lines().any(|l| l.trim() == option);
    let value = |option: &str| {
        let mut all = text.lines().rev().filter_map(|l| l.split_once('='));
        all.find_map(|(key, v)| (key.trim() == option).then(|| v.trim()))
    };
    if !has("no-resolv") {
        let resolv = of.texts.get("resolv").map(String::as_str);
        let servers = resolv.unwrap_or_default().lines();
        let servers = servers.filter_map(|l| l.strip_prefix("nameserver "));
        server.upstreams.extend(servers.map(|s| plain(s.trim())));
    }
    for line in of
        .texts
        .get("hosts")
        .map(String::as_str)
        .unwrap_or_default()
        .lines()
    {
        server.hosts_line(line);
    }
    if let Some(domain) = value("domain").filter(|_| has("expand-hosts")) {
        server.within(domain.split(',').next().unwrap_or(domain));
    }
    let port = value("port").and_then(|p| p.parse().ok());
    server.about.extend(port.map(|p| ("port", Value::Int(p))));
    let at: Vec<String> = text
        .lines()
        .filter_map(|l| l.split_once('='))
        .filter(|(key, _)| ["interface", "listen-address"].contains(&key.trim()))
        .flat_map(|(_, v)| v.split(',').map(|w| plain(w.trim())))
        .collect();
    server.listens(&at);
    if !server.about.iter().any(|(name, _)| *name == "dhcp") {
        server.flag("dhcp", Some(false));
    }
    Some(Ok(server))
}

/// Takes its lines in, which Pi-hole reads, too.
pub(crate) fn add(server: &mut Server, of: &Instance<'_>) {
    let text = of.texts.get("dnsmasq").map(String::as_str);
    for line in text.unwrap_or_default().lines() {
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim();
        match key.trim() {
            "cname" => server.cname(value),
            "host-record" => server.host_record(value),
            "address" => answer(server, value),
            "server" | "local" => ask(server, value),
            "rev-server" => reverse(server, value),
            "dhcp-range" => range(server, value),
            "dhcp-option" => {
                let router = value.rsplit(',').next().and_then(address);
                server.say("dhcp_router", router);
            }
            _ => {}
        }
    }
    server.other_names(of);
}

/// `192.168.0.0/16,192.168.0.1#53`: who is asked for the names of a network's addresses.
fn reverse(server: &mut Server, value: &str) {
    let (network, to) = value.split_once(',').unwrap_or((value, ""));
    let (address, bits) = network
        .trim()
        .split_once('/')
        .unwrap_or((network.trim(), "32"));
    let to = plain(to.split('@').next().unwrap_or(to).trim());
    let four: Option<core::net::Ipv4Addr> = address.parse().ok();
    match (four, bits) {
        (Some(four), "8" | "16" | "24" | "32") => {
            let kept = bits.parse::<usize>().unwrap_or_default() / 8;
            let parts: Vec<String> = four.octets().iter().take(kept).rev().map(u8::to_string).collect();
            server.forward(&format!("{}.in-addr.arpa", parts.join(".")), &to);
        }
        _ => server.gap("it leads questions for addresses elsewhere in a form that is not known here (rev-server)"),
    }
}

/// `/nas.lan/192.168.1.5` is the name and all below it; without an address, or with `#`, it is refused.
fn answer(server: &mut Server, value: &str) {
    let Some((names, to)) = value.rsplit_once('/') else {
        return server.odd();
    };
    if matches!(to, "" | "#") {
        return;
    }
    let Some(address) = address(to) else {
        return server.odd();
    };
    for name in names.split('/').filter(|n| !n.is_empty()) {
        match name {
            "#" => server.host("*", address.clone()),
            name => {
                let name = name.trim_start_matches(['*', '.']);
                server.host(name, address.clone());
                server.host(&format!("*.{name}"), address.clone());
            }
        }
    }
}

/// `192.168.1.1#53@eth0`, `/lan/192.168.1.1`; `/lan/` is answered here alone, and `/x/#` by the usual ones.
fn ask(server: &mut Server, value: &str) {
    let bare = |to: &str| plain(to.split('@').next().unwrap_or(to));
    match value.rsplit_once('/') {
        Some((_, "#")) => {}
        Some((domains, to)) => {
            let domains = domains.split('/').filter(|d| !d.is_empty());
            domains.for_each(|d| server.forward(d, &bare(to)));
        }
        None => {
            server.upstreams.insert(bare(value));
        }
    }
}

/// `set:lan,192.168.1.100,192.168.1.150,12h`. What is a proxy, or announces a prefix alone, hands out nothing.
fn range(server: &mut Server, value: &str) {
    let words: Vec<&str> = value.split(',').map(str::trim).collect();
    let quiet = ["proxy", "ra-only", "ra-stateless", "slaac", "ra-names"];
    if words.iter().any(|w| quiet.contains(w)) {
        return;
    }
    let mut addresses = words.iter().filter_map(|w| address(w));
    match (addresses.next(), addresses.next()) {
        // A lone address hands out what is reserved in its network.
        (Some(from), to) => {
            let to = to.filter(|_| !words.contains(&"static"));
            server.range(&from, to.as_deref().unwrap_or(&from));
        }
        (None, _) => {
            server.about.retain(|(name, _)| *name != "dhcp");
            server.flag("dhcp", Some(true));
            server.gap("a range of addresses has a form that is not known here");
        }
    }
}
