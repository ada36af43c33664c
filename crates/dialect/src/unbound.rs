//! unbound: `unbound.conf` with all that it includes, in the order in which unbound reads it.

use crate::lines::Instance;
use crate::server::{Server, address};
use crate::told::plain;
use model::value::Value;
use std::collections::BTreeSet;

/// A zone that others are asked for, or everything (`.`).
#[derive(Default)]
struct Zone {
    name: String,
    to: Vec<String>,
    tls: bool,
}

/// What an instance of it is set to; `None` if no file of it was found or read whole.
pub(crate) fn server(of: &Instance<'_>) -> Option<Result<Server, String>> {
    let text = of.texts.get("unbound")?;
    // What is half read may be read wrongly.
    if of.why_of("unbound").is_some() || of.why_of("").is_some() {
        return None;
    }
    let mut server = Server::default();
    let mut at = Vec::new();
    let mut redirects = BTreeSet::new();
    let mut zones: Vec<Zone> = Vec::new();
    let (mut port, mut everywhere) = (None, false);
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match key {
            "forward-zone" | "stub-zone" => zones.push(Zone::default()),
            "interface" | "ip-address" => at.push(plain(value)),
            "interface-automatic" => everywhere = value == "yes",
            "port" => port = value.parse().ok(),
            "local-data" => record(&mut server, value),
            "local-zone" => {
                let name = value.split_whitespace().next().unwrap_or_default();
                redirects.insert(bare(name));
            }
            _ => match zones.last_mut() {
                Some(zone) => zone.take(key, value),
                None => server.odd(),
            },
        }
    }
    zones.iter().for_each(|zone| zone.ask(&mut server));
    for name in redirects {
        for address in server.hosts.get(&name).cloned().unwrap_or_default() {
            server.host(&format!("*.{name}"), address);
        }
    }
    // Then it leaves out the interfaces that are named.
    if everywhere {
        at = ["0.0.0.0", "::"].map(ToOwned::to_owned).to_vec();
    }
    if at.is_empty() {
        at.push("127.0.0.1".to_owned());
    }
    let own = at.iter().map(|a| a.split_once('@').map(|(_, p)| p));
    let own: BTreeSet<Option<&str>> = own.collect();
    // `127.0.0.1@5335` of all of them is its port.
    let port = match own.first() {
        Some(Some(one)) if own.len() == 1 => one.parse().ok(),
        _ => port,
    };
    server.about.extend(port.map(|p| ("port", Value::Int(p))));
    server.listens(&at);
    server.other_names(of);
    Some(Ok(server))
}

/// `nas.lan. 300 IN A 192.168.1.5`, `wiki.lan. CNAME nas.lan.`
fn record(server: &mut Server, text: &str) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [name, .., sort, to] = words.as_slice() else {
        return server.odd();
    };
    match (sort.to_ascii_uppercase().as_str(), address(to)) {
        ("A" | "AAAA", Some(address)) => server.host(name, address),
        ("CNAME", _) => {
            server.names.insert(bare(name), bare(to));
        }
        _ => server.odd(),
    }
}

impl Zone {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "name" => self.name = bare(value),
            "forward-addr" | "forward-host" | "stub-addr" | "stub-host" => {
                self.to.push(value.to_owned());
            }
            "forward-tls-upstream" | "forward-ssl-upstream" => self.tls = value == "yes",
            _ => {}
        }
    }

    /// `192.168.1.1@5353` as `192.168.1.1#5353`.
    fn ask(&self, server: &mut Server) {
        for to in &self.to {
            let to = match to.split_once('@') {
                Some((to, port)) => format!("{to}#{port}"),
                None if self.tls => format!("{to}#853"),
                None => to.clone(),
            };
            match self.name.as_str() {
                "" => {
                    server.upstreams.insert(plain(&to));
                }
                name => server.forward(name, &to),
            }
        }
    }
}

/// A name as everywhere else: small, and without the dot at its end. The root is empty.
fn bare(name: &str) -> String {
    plain(&name.trim_end_matches('.').to_ascii_lowercase())
}
