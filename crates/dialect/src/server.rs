//! What a name server is set to, whichever product it is: whom it asks, which names it answers itself, whether it hands out addresses.

use crate::Told;
use crate::lines::Instance;
use crate::told::{list, plain};
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many names are kept of one server.
const MOST: usize = 5000;

/// What a server is set to.
#[derive(Default)]
pub(crate) struct Server {
    /// Of Pi-hole alone.
    pub(crate) generation: Option<i64>,
    pub(crate) about: Vec<(&'static str, Value)>,
    pub(crate) upstreams: BTreeSet<String>,
    pub(crate) forwards: BTreeSet<String>,
    pub(crate) hosts: BTreeMap<String, BTreeSet<String>>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) ranges: Vec<String>,
    pub(crate) gap: Option<String>,
}

impl Server {
    pub(crate) fn say(&mut self, name: &'static str, text: Option<String>) {
        let text = text.filter(|t| !t.is_empty());
        self.about.extend(text.map(|t| (name, Value::from(t))));
    }

    pub(crate) fn flag(&mut self, name: &'static str, value: Option<bool>) {
        self.about.extend(value.map(|v| (name, Value::Bool(v))));
    }

    pub(crate) fn forward(&mut self, domain: &str, target: &str) {
        if !target.is_empty() {
            self.forwards
                .insert(plain(format!("{domain} {target}").trim()));
        }
    }

    /// `192.168.1.5 nas nas.lan`
    pub(crate) fn hosts_line(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let Some(address) = words.next().and_then(address) else {
            return self.odd();
        };
        for name in words.take_while(|w| !w.starts_with('#')) {
            self.host(name, address.clone());
        }
    }

    pub(crate) fn host(&mut self, name: &str, address: String) {
        let name = plain(&name.trim_end_matches('.').to_ascii_lowercase());
        self.hosts.entry(name).or_default().insert(address);
    }

    /// `alias.lan,nas.lan`, and a time to live behind it; several names may lead to the last one.
    pub(crate) fn cname(&mut self, line: &str) {
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
    pub(crate) fn host_record(&mut self, line: &str) {
        let parts: Vec<&str> = line.split(',').map(str::trim).collect();
        let addresses: Vec<String> = parts.iter().filter_map(|p| address(p)).collect();
        let names = parts.iter().filter(|p| {
            !p.is_empty() && address(p).is_none() && !p.chars().all(|c| c.is_ascii_digit())
        });
        // Names without an address are answered with nothing, and addresses without a name are no record.
        if !line.is_empty() && (addresses.is_empty() || names.clone().next().is_none()) {
            return self.odd();
        }
        for name in names {
            for address in &addresses {
                self.host(name, address.clone());
            }
        }
    }

    /// Names without a dot have this domain as well.
    pub(crate) fn within(&mut self, domain: &str) {
        let short = self.hosts.iter().filter(|(name, _)| !name.contains('.'));
        let more: Vec<_> = short
            .map(|(name, all)| (format!("{name}.{domain}").to_ascii_lowercase(), all.clone()))
            .collect();
        for (name, all) in more {
            self.hosts.entry(plain(&name)).or_default().extend(all);
        }
    }

    /// A range of addresses that it hands out; the first one stands by itself.
    pub(crate) fn range(&mut self, from: &str, to: &str) {
        self.about.retain(|(name, _)| *name != "dhcp");
        self.flag("dhcp", Some(true));
        if !self.about.iter().any(|(name, _)| *name == "dhcp_from") {
            self.say("dhcp_from", Some(plain(from)));
            self.say("dhcp_to", Some(plain(to)));
        }
        self.ranges.push(plain(&format!("{from}-{to}")));
    }

    /// Only this machine itself can ask it, or its own addresses are not these alone.
    pub(crate) fn listens(&mut self, at: &[String]) {
        let is_local = |text: &String| {
            let bare = text.split('@').next().unwrap_or(text);
            bare == "lo"
                || bare
                    .parse::<core::net::IpAddr>()
                    .is_ok_and(|a| a.is_loopback())
        };
        self.flag("local", Some(!at.is_empty() && at.iter().all(is_local)));
        self.say("listening", Some(plain(&at.join(" "))));
    }

    /// The first reason stays.
    pub(crate) fn gap(&mut self, why: &str) {
        self.gap.get_or_insert_with(|| why.to_owned());
    }

    pub(crate) fn odd(&mut self) {
        self.gap("a record has a form that is not known here");
    }

    /// Settings of it that are known to answer names, and are not read.
    pub(crate) fn other_names(&mut self, of: &Instance<'_>) {
        for key in of.marks.iter().filter_map(|m| m.strip_prefix("names ")) {
            let key = plain(key);
            self.gap(&format!("other settings of it answer names, too ({key})"));
        }
    }

    pub(crate) fn put(self, of: &Instance<'_>, key: &str, told: &mut Told) {
        let mut about = self.about;
        about.extend([
            ("runs", Value::from(of.runs)),
            ("upstreams", list(self.upstreams)),
        ]);
        about.extend(self.generation.map(|n| ("generation", Value::Int(n))));
        about.extend(of.number.map(|n| ("lists", Value::Int(n))));
        if self.ranges.len() > 1 {
            about.push(("dhcp_ranges", list(self.ranges)));
        }
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

pub(crate) fn address(text: &str) -> Option<String> {
    let parsed: core::net::IpAddr = text.parse().ok()?;
    Some(parsed.to_string())
}
