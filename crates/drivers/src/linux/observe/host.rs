//! The host itself: identity, system, boot, clock.

use super::Whole;
use super::frame::{Section, Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::{FactKind, NativeIdentity, Seen};
use model::kleene::Reason;
use model::value::Value;

// The section `host` is part of every script, since the identity is.
pub(super) const PART: Whole = Whole {
    sh: &[],
    calls: &["clock clock"],
    read: gather,
};

/// Who answered. All of it has to be known: an identity that could not be read must not look like one without a realm marker.
pub(super) fn identity(sections: &Sections<'_>) -> Result<NativeIdentity, Reason> {
    let host = Items::read(sections.get("host")?);
    let text = |seen: Seen, what: &str| match seen {
        Seen::Present(Value::Text(text)) => Ok(Some(text)),
        Seen::Present(_) => Err(Reason::new(format!("{what} is not understood"))),
        Seen::Absent => Ok(None),
        Seen::Unknown(reason) => Err(reason),
    };
    let needed = |seen, what: &str| {
        text(seen, what)?.ok_or_else(|| Reason::new(format!("there is no {what}")))
    };
    Ok(NativeIdentity {
        machine_id: needed(machine_id(&host), "/etc/machine-id")?,
        host_key: needed(host_key(&host), "ed25519 host key")?,
        realm_marker: text(host.seen("realm-marker"), "the realm marker")?,
    })
}

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Host;
    let Some(section) = to.section(kind, sections, "host") else {
        return;
    };
    let host = Items::read(section);
    to.put(kind, "machine-id", machine_id(&host), "/etc/machine-id");
    to.put(
        kind,
        "ssh-host-key",
        host_key(&host),
        "/etc/ssh/ssh_host_ed25519_key.pub",
    );
    to.put(
        kind,
        "realm-marker",
        host.seen("realm-marker"),
        "/etc/holdfast/realm",
    );
    to.put(kind, "os", os(&host), "/etc/os-release");
    to.put(kind, "kernel", host.seen("kernel"), "uname -r");
    to.put(kind, "hostname", host.seen("hostname"), "uname -n");
    to.put(
        kind,
        "boot",
        boot(&host).map_or_else(Seen::Unknown, Seen::Present),
        "/proc",
    );
    to.put(
        kind,
        "uptime",
        uptime(&host).map_or_else(Seen::Unknown, Seen::Present),
        "/proc/uptime",
    );
    let clock = sections
        .get("clock")
        .and_then(|s| clock_synced(&Items::read(s)));
    let seen = clock.map_or_else(Seen::Unknown, |synced| Seen::Present(Value::from(synced)));
    to.put(kind, "clock-synced", seen, "timedatectl, chronyc");
    to.complete(kind, &listed_by("reading each of them"));
}

/// `NAME STATUS TEXT` lines: what a command printed and how it ended.
struct Items<'a>(Vec<(&'a str, bool, &'a str)>, bool);

impl<'a> Items<'a> {
    fn read(section: &Section<'a>) -> Self {
        // Names, numbers and keys are ASCII; anything else is damage.
        let Ok(text) = std::str::from_utf8(section.body) else {
            return Self(Vec::new(), false);
        };
        let item = |line: &'a str| {
            let mut words = line.splitn(3, ' ');
            Some((words.next()?, words.next()? == "0", words.next()?))
        };
        Self(text.lines().filter_map(item).collect(), true)
    }

    fn seen(&self, name: &str) -> Seen {
        match self.0.iter().find(|(n, _, _)| *n == name) {
            Some((_, true, text)) if !text.trim().is_empty() => {
                Seen::Present(Value::from(text.trim()))
            }
            Some((_, true, _)) => Seen::Unknown(Reason::new(format!("{name} is empty"))),
            Some((_, false, text)) if text.ends_with(": No such file or directory") => Seen::Absent,
            Some((_, false, text)) => Seen::Unknown(Reason::new(plain(text))),
            None if self.1 => Seen::Unknown(Reason::new(format!("{name} is not in the answer"))),
            None => Seen::Unknown(Reason::new("the answer is no text")),
        }
    }

    fn need(&self, name: &str) -> Result<String, Reason> {
        match self.seen(name) {
            Seen::Present(value) => Ok(value.to_string()),
            Seen::Absent => Err(Reason::new(format!("there is no {name}"))),
            Seen::Unknown(reason) => Err(reason),
        }
    }

    /// What an optional tool said; empty if it is missing or failed.
    fn said(&self, name: &str) -> String {
        self.need(name).unwrap_or_default()
    }
}

fn machine_id(host: &Items<'_>) -> Seen {
    match host.seen("machine-id") {
        Seen::Present(Value::Text(id))
            if id.len() != 32 || !id.bytes().all(|b| b.is_ascii_hexdigit()) =>
        {
            Seen::Unknown(Reason::new("/etc/machine-id is not set"))
        }
        seen => seen,
    }
}

fn host_key(host: &Items<'_>) -> Seen {
    match host.seen("ssh-host-key") {
        Seen::Present(line) => match super::key::entry(&line.to_string()) {
            Some(key) => Seen::Present(Value::from(key.fingerprint)),
            None => Seen::Unknown(Reason::new("the host key file holds no key")),
        },
        seen => seen,
    }
}

fn os(host: &Items<'_>) -> Seen {
    let part = |name| {
        host.need(name)
            .map(|text| text.trim_matches(['"', '\'']).to_owned())
    };
    match (part("os-id"), part("os-version")) {
        (Ok(id), Ok(version)) => Seen::Present(Value::from(format!("{id} {version}"))),
        // Rolling releases have no version.
        (Ok(id), Err(_)) => Seen::Present(Value::from(id)),
        (Err(reason), _) => Seen::Unknown(reason),
    }
}

/// The boot's id, and the start of PID 1: field 22 of its stat, see proc(5). In a container the id is that of the machine.
fn boot(host: &Items<'_>) -> Result<Value, Reason> {
    let stat = host.need("pid1")?;
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let start = after_name
        .split_whitespace()
        .nth(19)
        .and_then(|f| f.parse::<i64>().ok());
    let start = start.ok_or_else(|| Reason::new("/proc/1/stat is not understood"))?;
    Ok(Value::map([
        ("boot_id", Value::from(host.need("boot-id")?)),
        ("pid1_start", Value::from(start)),
    ]))
}

fn uptime(host: &Items<'_>) -> Result<Value, Reason> {
    let text = host.need("uptime")?;
    let seconds = text.split('.').next().and_then(|s| s.parse::<i64>().ok());
    seconds
        .map(Value::from)
        .ok_or_else(|| Reason::new("/proc/uptime is not understood"))
}

/// Whether the clock is kept right. The kernel believes so for hours after the last correction, so a time service that is
/// installed but stopped counts as no. Where there is no service at all, as in a container, a clock that is not known to be right
/// is unknown: something that cannot be asked from here may keep it.
fn clock_synced(clock: &Items<'_>) -> Result<bool, Reason> {
    let clients = clock.said("clients");
    let words: Vec<&str> = clients.split_whitespace().collect();
    let state = |pair: &[&str], name: &str| {
        pair.iter()
            .find_map(|w| w.strip_prefix(name).map(ToOwned::to_owned))
    };
    let services = || {
        words
            .chunks(2)
            .map(|pair| (state(pair, "LoadState="), state(pair, "ActiveState=")))
    };
    let installed = services().any(|(load, _)| load.as_deref() == Some("loaded"));
    let running = services().any(|(_, active)| active.as_deref() == Some("active"));
    match (clock.said("leap").as_str(), clock.said("ntp").as_str()) {
        ("Not synchronised", _) => Ok(false),
        _ if installed && !running => Ok(false),
        ("Normal" | "Insert second" | "Delete second", _) | (_, "yes") => Ok(true),
        _ if running => Ok(clock.said("timesync") == "yes"),
        _ => Err(Reason::new(
            "no time service is installed that could be asked",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_right_only_if_somebody_says_so() {
        let services = |load: &str, active: &str| {
            format!(
                "clients 0 LoadState={load} ActiveState={active} LoadState=not-found ActiveState=inactive \n"
            )
        };
        for (text, want) in [
            (services("loaded", "active") + "ntp 0 yes\n", Some(true)),
            (
                services("loaded", "active") + "ntp 0 no\ntimesync 0 no\n",
                Some(false),
            ),
            (
                services("loaded", "active") + "ntp 1 Failed\ntimesync 0 yes\n",
                Some(true),
            ),
            (
                services("loaded", "active") + "ntp 0 yes\nleap 0 Not synchronised\n",
                Some(false),
            ),
            (
                services("loaded", "active") + "ntp 0 no\nleap 0 Normal\n",
                Some(true),
            ),
            // Stopped: the kernel's word is from before.
            (services("loaded", "inactive") + "ntp 0 yes\n", Some(false)),
            (services("masked", "inactive") + "ntp 0 yes\n", Some(true)),
            (
                services("masked", "inactive") + "ntp 0 no\ntimesync 0 no\n",
                None,
            ),
            (String::new(), None),
        ] {
            let items: Vec<_> = text
                .lines()
                .filter_map(|l| {
                    let mut words = l.splitn(3, ' ');
                    Some((words.next()?, words.next()? == "0", words.next()?))
                })
                .collect();
            assert_eq!(clock_synced(&Items(items, true)).ok(), want, "{text}");
        }
    }
}
