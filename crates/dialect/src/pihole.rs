//! Pi-hole: whom it asks, which names it answers itself, whether it hands out addresses.
//!
//! Version 6 keeps all of it in `pihole.toml`; version 5 in `setupVars.conf`, `custom.list` and files of dnsmasq, which version 6 reads only if
//! it is told to (`misc.etc_dnsmasq_d`).

use crate::Told;
use crate::json::{flag, texts, word};
use crate::lines::{Instance, instances};
use crate::told::{list, plain};
use model::value::Value;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// So many names are kept of one server.
const MOST: usize = 5000;

/// Takes apart what the observer script told.
pub fn read(text: &str) -> Told {
    let mut told = Told::default();
    for instance in instances(text, &mut told) {
        let key = told.free("pihole");
        match (instance.why(), server(&instance)) {
            (Some(why), None) => told.unknown(key, why),
            (None, None) => told.unknown(key, "its configuration was not found"),
            (_, Some(Err(why))) => told.unknown(key, why),
            (why, Some(Ok(server))) => {
                if let Some(why) = why.map(ToOwned::to_owned).or_else(|| server.gap.clone()) {
                    told.gap(format!("{key}: {why}"));
                }
                server.put(&instance, &key, &mut told);
            }
        }
    }
    told
}

/// What a server is set to.
#[derive(Default)]
struct Server {
    generation: i64,
    about: Vec<(&'static str, Value)>,
    upstreams: BTreeSet<String>,
    forwards: BTreeSet<String>,
    hosts: BTreeMap<String, BTreeSet<String>>,
    names: BTreeMap<String, String>,
    gap: Option<String>,
}

fn server(of: &Instance<'_>) -> Option<Result<Server, &'static str>> {
    if let Some(text) = of.texts.get("toml") {
        // What is half read may be read wrongly.
        if of.why_of("toml").is_some() {
            return None;
        }
        return Some(sixth(text, of));
    }
    let setup = of.texts.get("setup")?;
    Some(Ok(fifth(setup, of)))
}

/// Where something else stands, it would seem to have no records.
const ODD_LIST: &str =
    "one of its lists (upstreams, hosts, cnameRecords, revServers) is no list of texts";

fn sixth(text: &str, of: &Instance<'_>) -> Result<Server, &'static str> {
    let root: Json =
        basic_toml::from_str(text).map_err(|_| "its configuration is no TOML that can be read")?;
    let dns = root
        .get("dns")
        .ok_or("its configuration says nothing of names")?;
    let mut server = Server {
        generation: 6,
        ..Server::default()
    };
    let listed = |name| texts(dns, name).map_err(|_| ODD_LIST);
    server.upstreams.extend(listed("upstreams")?);
    for line in listed("hosts")? {
        server.hosts_line(&line);
    }
    for line in listed("cnameRecords")? {
        server.cname(&line);
    }
    // `true,192.168.0.0/16,192.168.0.1#53,lan`
    for line in listed("revServers")? {
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        if let ["true", _, to, rest @ ..] = parts.as_slice() {
            server.forward(rest.first().copied().unwrap_or(""), to);
        }
    }
    if let Some(reverse) = dns
        .get("revServer")
        .filter(|r| flag(r, "active") == Some(true))
    {
        let domain = word(reverse, "domain").unwrap_or_default();
        let target = word(reverse, "target").unwrap_or_default();
        server.forward(&domain, &target);
    }
    let record = word(dns, "hostRecord").unwrap_or_default();
    server.host_record(&record);
    server.say("listening", word(dns, "listeningMode"));
    server.say("interface", word(dns, "interface"));
    let port = dns.get("port").and_then(Json::as_i64);
    server.about.extend(port.map(|p| ("port", Value::Int(p))));
    let blocking = dns.get("blocking").and_then(|b| flag(b, "active"));
    server.flag("blocking", blocking);
    if let Some(dhcp) = root.get("dhcp") {
        server.flag("dhcp", flag(dhcp, "active"));
        server.say("dhcp_from", word(dhcp, "start"));
        server.say("dhcp_to", word(dhcp, "end"));
        server.say("dhcp_router", word(dhcp, "router"));
    }
    if root.get("misc").and_then(|m| flag(m, "etc_dnsmasq_d")) == Some(true) {
        server.dnsmasq(of);
    }
    if of.is("lines") {
        server.gap = Some("it has lines of dnsmasq of its own (misc.dnsmasq_lines)".to_owned());
    }
    Ok(server)
}

fn fifth(setup: &str, of: &Instance<'_>) -> Server {
    let pairs: BTreeMap<&str, &str> = setup
        .lines()
        .filter_map(|l| l.trim().split_once('='))
        .collect();
    let get = |name: &str| pairs.get(name).map(|v| plain(v.trim_matches('"')));
    let on = |name: &str| get(name).and_then(|v| v.parse::<bool>().ok());
    let mut server = Server {
        generation: 5,
        ..Server::default()
    };
    let upstreams = pairs.iter().filter(|(k, _)| k.starts_with("PIHOLE_DNS_"));
    server.upstreams = upstreams.map(|(_, v)| plain(v)).collect();
    if on("REV_SERVER") == Some(true) {
        let domain = get("REV_SERVER_DOMAIN").unwrap_or_default();
        server.forward(&domain, &get("REV_SERVER_TARGET").unwrap_or_default());
    }
    server.say("listening", get("DNSMASQ_LISTENING"));
    server.say("interface", get("PIHOLE_INTERFACE"));
    server.flag("blocking", on("BLOCKING_ENABLED"));
    // Pages of version 5 write it only once it was switched on.
    server.flag("dhcp", Some(on("DHCP_ACTIVE") == Some(true)));
    server.say("dhcp_from", get("DHCP_START"));
    server.say("dhcp_to", get("DHCP_END"));
    server.say("dhcp_router", get("DHCP_ROUTER"));
    let lines = of
        .texts
        .get("hosts")
        .map(String::as_str)
        .unwrap_or_default();
    lines.lines().for_each(|line| server.hosts_line(line));
    server.dnsmasq(of);
    server
}

impl Server {
    fn say(&mut self, name: &'static str, text: Option<String>) {
        let text = text.filter(|t| !t.is_empty());
        self.about.extend(text.map(|t| (name, Value::from(t))));
    }

    fn flag(&mut self, name: &'static str, value: Option<bool>) {
        self.about.extend(value.map(|v| (name, Value::Bool(v))));
    }

    fn forward(&mut self, domain: &str, target: &str) {
        if !target.is_empty() {
            self.forwards
                .insert(plain(format!("{domain} {target}").trim()));
        }
    }

    /// `192.168.1.5 nas nas.lan`
    fn hosts_line(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let Some(address) = words.next().and_then(address) else {
            return self.odd();
        };
        for name in words.take_while(|w| !w.starts_with('#')) {
            self.host(name, address.clone());
        }
    }

    fn host(&mut self, name: &str, address: String) {
        let name = plain(&name.trim_end_matches('.').to_ascii_lowercase());
        self.hosts.entry(name).or_default().insert(address);
    }

    /// `alias.lan,nas.lan`, and a time to live behind it; several names may lead to the last one.
    fn cname(&mut self, line: &str) {
        let mut parts: Vec<&str> = line.split(',').map(str::trim).collect();
        if parts
            .last()
            .is_some_and(|p| p.chars().all(|c| c.is_ascii_digit()))
        {
            parts.pop();
        }
        match parts.split_last() {
            Some((target, names)) if !names.is_empty() => {
                for name in names {
                    self.names.insert(
                        plain(&name.to_ascii_lowercase()),
                        plain(&target.to_ascii_lowercase()),
                    );
                }
            }
            _ => self.odd(),
        }
    }

    /// `nas.lan,nas,192.168.1.5,fd00::5`
    fn host_record(&mut self, line: &str) {
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        let addresses: Vec<String> = parts.iter().filter_map(|p| address(p)).collect();
        let names = parts.iter().filter(|p| {
            !p.is_empty() && address(p).is_none() && !p.chars().all(|c| c.is_ascii_digit())
        });
        for name in names {
            for address in &addresses {
                self.host(name, address.clone());
            }
        }
    }

    /// Lines of dnsmasq's own files.
    fn dnsmasq(&mut self, of: &Instance<'_>) {
        let text = of
            .texts
            .get("dnsmasq")
            .map(String::as_str)
            .unwrap_or_default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let value = value.trim();
            match key.trim() {
                "cname" => self.cname(value),
                "host-record" => self.host_record(value),
                // `/nas.lan/192.168.1.5` is the name and all below it.
                "address" => match value
                    .rsplit_once('/')
                    .and_then(|(n, a)| Some((n, address(a)?)))
                {
                    Some((names, address)) => {
                        let names = names.split('/').filter(|n| !n.is_empty());
                        names.for_each(|n| self.host(n, address.clone()));
                    }
                    None => self.odd(),
                },
                "server" => match value.rsplit_once('/') {
                    Some((domains, to)) => domains
                        .split('/')
                        .filter(|d| !d.is_empty())
                        .for_each(|d| self.forward(d, to)),
                    None => {
                        self.upstreams.insert(plain(value));
                    }
                },
                "dhcp-range" => {
                    self.about.retain(|(name, _)| *name != "dhcp");
                    self.flag("dhcp", Some(true));
                }
                _ => {}
            }
        }
    }

    fn odd(&mut self) {
        let why = "a record has a form that is not known here";
        self.gap.get_or_insert_with(|| why.to_owned());
    }

    fn put(self, of: &Instance<'_>, key: &str, told: &mut Told) {
        let mut about = self.about;
        about.extend([
            ("runs", Value::from(of.runs)),
            ("generation", Value::Int(self.generation)),
            ("upstreams", list(self.upstreams)),
        ]);
        about.extend(of.number.map(|n| ("lists", Value::Int(n))));
        if !self.forwards.is_empty() {
            about.push(("forwards", list(self.forwards)));
        }
        told.present(key, Value::map(about));
        if self.hosts.len() + self.names.len() > MOST {
            return told.gap(format!("{key}: it has more names than are kept"));
        }
        for (name, addresses) in self.hosts {
            let value = Value::map([("addresses", list(addresses))]);
            told.present(format!("{key}/host/{name}"), value);
        }
        for (name, target) in self.names {
            let value = Value::map([("target", target)]);
            told.present(format!("{key}/cname/{name}"), value);
        }
    }
}

fn address(text: &str) -> Option<String> {
    let parsed: core::net::IpAddr = text.parse().ok()?;
    Some(parsed.to_string())
}
