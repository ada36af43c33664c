//! What the location of a repository leads to. The forms are those of restic's manual, "Preparing a new repository".

use core::net::IpAddr;
use model::id::Kind;
use model::lab::{Lab, Reach};

/// Where a location leads to, as far as the lab knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leads<'a> {
    /// To a machine of the lab.
    To(Kind, &'a str),
    /// Back to the machine that writes.
    Here,
}

/// Zones that are a home's own.
const OWN_ZONES: [&str; 5] = ["home.arpa", "internal", "lan", "local", "localdomain"];

/// The machine of the lab that a location names: by name, by an address, or by what OpenSSH is told. `None` for a folder, and for what
/// the lab does not declare.
pub fn leads<'a>(lab: &'a Lab, location: &str) -> Option<Leads<'a>> {
    let host = host(location)?;
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Leads::Here);
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return match address.is_loopback() {
            true => Some(Leads::Here),
            false => by_address(lab, address),
        };
    }
    let name = host.trim_end_matches('.');
    let own = |zone: &str| {
        let zones = lab.dns.keys().map(|z| z.trim_end_matches('.'));
        OWN_ZONES.contains(&zone) || zones.into_iter().any(|z| z == zone)
    };
    let short = name.split_once('.').filter(|(_, zone)| own(zone));
    named(lab, name)
        .or_else(|| named(lab, short?.0))
        .or_else(|| location.starts_with("sftp:").then(|| by_login(lab, host))?)
}

fn named<'a>(lab: &'a Lab, name: &str) -> Option<Leads<'a>> {
    let host = lab.hosts.get_key_value(name).map(|(n, _)| (Kind::Host, n));
    let guest = || {
        lab.guests
            .get_key_value(name)
            .map(|(n, _)| (Kind::Guest, n))
    };
    let device = || {
        let found = lab.devices.get_key_value(name);
        found.map(|(n, _)| (Kind::Device, n))
    };
    let (kind, name) = host.or_else(guest).or_else(device)?;
    Some(Leads::To(kind, name))
}

fn by_address(lab: &Lab, address: IpAddr) -> Option<Leads<'_>> {
    let is = |text: &str| text.parse::<IpAddr>().is_ok_and(|a| a == address);
    let host = lab.hosts.iter().find(|(_, host)| {
        let mut own = host.addresses.values();
        own.any(|given| given.value().is_some_and(|a| is(a)))
    });
    let guest = || {
        let mut all = lab.guests.iter();
        all.find(|(_, guest)| {
            let mut own = guest.addresses.values();
            own.any(|given| given.value().is_some_and(|a| a.0 == address))
        })
    };
    let device = || {
        let mut all = lab.devices.iter();
        all.find(|(_, device)| {
            let mut own = device.addresses.values();
            own.any(|given| given.value().is_some_and(|a| a.0 == address))
        })
    };
    let host = host.map(|(name, _)| Leads::To(Kind::Host, name));
    host.or_else(|| guest().map(|(name, _)| Leads::To(Kind::Guest, name)))
        .or_else(|| device().map(|(name, _)| Leads::To(Kind::Device, name)))
}

/// What a machine is called to OpenSSH.
fn by_login<'a>(lab: &'a Lab, alias: &str) -> Option<Leads<'a>> {
    let mut machines = lab.machines();
    let (name, _) = machines.find(|(_, host)| match &host.reach {
        Reach::Ssh { destination, .. } => destination.value == alias,
        _ => false,
    })?;
    named(lab, name)
}

/// The host in a location; `None` for a folder or for what some provider calls its own.
pub fn host(location: &str) -> Option<&str> {
    let (kind, rest) = location.split_once(':')?;
    let (place, is_url) = match kind {
        "sftp" => match rest.strip_prefix("//") {
            Some(rest) => (rest, true),
            None => (rest, false),
        },
        "rest" | "s3" => {
            let url = ["https://", "http://", "//"].iter();
            let url = url.filter_map(|scheme| rest.strip_prefix(scheme)).next();
            (url.unwrap_or(rest), true)
        }
        _ => return None,
    };
    let place = place.split('/').next().unwrap_or(place);
    let place = place.rsplit_once('@').map_or(place, |(_, host)| host);
    let host = match place.strip_prefix('[').and_then(|p| p.split_once(']')) {
        Some((six, _)) => six,
        None if is_url || kind == "sftp" => place.split(':').next().unwrap_or(place),
        None => place,
    };
    (!host.is_empty()).then_some(host)
}

/// What holds the repository, apart from the folder in it: two with the same are lost together. `None` for a folder of a machine.
pub fn store(location: &str) -> Option<String> {
    let (kind, rest) = location.split_once(':')?;
    let bucket = |text: &str, parts: usize, by: char| {
        let own: Vec<&str> = text.split(by).take(parts).collect();
        own.join("/").to_lowercase()
    };
    Some(match kind {
        "sftp" | "rest" => format!("{kind}:{}", host(location)?.to_lowercase()),
        "s3" => {
            let host = host(location)?.to_lowercase();
            let url = ["https://", "http://", "//"].iter();
            let place = url.filter_map(|scheme| rest.strip_prefix(scheme)).next();
            let path = place.unwrap_or(rest).split_once('/');
            let path = path.map_or("", |(_, path)| path);
            format!("s3:{host}/{}", bucket(path, 1, '/'))
        }
        "b2" | "gs" | "azure" | "swift" | "rclone" => format!("{kind}:{}", bucket(rest, 1, ':')),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_stores_of_locations() {
        for (location, wanted, held) in [
            ("/srv/x", None, None),
            ("sftp:nas:/x", Some("nas"), Some("sftp:nas")),
            ("sftp:u@nas:/x", Some("nas"), Some("sftp:nas")),
            (
                "sftp://u@[2001:db8::1]:22//x",
                Some("2001:db8::1"),
                Some("sftp:2001:db8::1"),
            ),
            (
                "rest:https://u@h.example:8000/x/",
                Some("h.example"),
                Some("rest:h.example"),
            ),
            ("rest:http://[::1]:8000/", Some("::1"), Some("rest:::1")),
            (
                "s3:https://S3.example/Bucket/a",
                Some("S3.example"),
                Some("s3:s3.example/bucket"),
            ),
            (
                "s3:s3.example:9000/bucket/",
                Some("s3.example"),
                Some("s3:s3.example/bucket"),
            ),
            ("b2:bucket:a", None, Some("b2:bucket")),
        ] {
            assert_eq!(host(location), wanted, "{location}");
            assert_eq!(store(location).as_deref(), held, "{location}");
        }
    }
}
