//! Pi-hole: whom it asks, which names it answers itself, whether it hands out addresses.
//!
//! Version 6 keeps all of it in `pihole.toml`; version 5 in `setupVars.conf`, `custom.list` and files of dnsmasq, which version 6 reads only if
//! it is told to (`misc.etc_dnsmasq_d`).

use crate::dnsmasq;
use crate::json::{flag, texts, word};
use crate::lines::Instance;
use crate::server::Server;
use crate::told::plain;
use model::value::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What an instance of it is set to; `None` if no file of it was found or read whole.
pub(crate) fn server(of: &Instance<'_>) -> Option<Result<Server, String>> {
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

/// The same of the one record that is a text.
const ODD_RECORD: &str = "its hostRecord is no text";

fn sixth(text: &str, of: &Instance<'_>) -> Result<Server, String> {
    let root: Json = basic_toml::from_str(text)
        .map_err(|_| "its configuration is no TOML that can be read".to_owned())?;
    let dns = root
        .get("dns")
        .ok_or_else(|| "its configuration says nothing of names".to_owned())?;
    let mut server = Server {
        generation: Some(6),
        ..Server::default()
    };
    let listed = |name| texts(dns, name).map_err(|_| ODD_LIST.to_owned());
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
    match dns.get("hostRecord") {
        None => {}
        Some(Json::String(record)) => server.host_record(record),
        Some(_) => return Err(ODD_RECORD.to_owned()),
    }
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
        dnsmasq::add(&mut server, of);
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
        generation: Some(5),
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
    dnsmasq::add(&mut server, of);
    server
}

#[cfg(test)]
mod tests {
    use crate::dns::read;

    /// What is told of a `pihole.toml`.
    fn told(text: &str) -> Vec<String> {
        let lines = text.lines().map(|l| format!("|{l}\n"));
        let body = format!("i host pihole\nt toml\n{}all", lines.collect::<String>());
        let told = read(&body);
        let facts = told.facts.iter().map(|f| format!("{f:?}"));
        facts.chain([format!("{:?}", told.gap)]).collect()
    }

    #[test]
    fn a_record_that_is_not_understood_is_no_missing_one() {
        let has = |record: &str, words: &str| {
            let found = told(&format!("[dns]\nhostRecord = {record}"));
            assert!(
                found.iter().any(|line| line.contains(words)),
                "{record}: {found:#?}"
            );
        };
        has("\"ns.lan,192.168.1.2\"", "pihole/host/ns.lan");
        has("[\"ns.lan,192.168.1.2\"]", "its hostRecord is no text");
        has("\"ns.lan\"", "a record has a form that is not known here");
        has(
            "\"192.168.1.2\"",
            "a record has a form that is not known here",
        );
        let none = told("[dns]\nhostRecord = \"\"");
        assert!(!none.iter().any(|l| l.contains("form")), "{none:#?}");
    }
}
