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
    calls: &["clock clock", "hardware hardware"],
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
    to.put(
        kind,
        "clock-synced",
        seen,
        "systemctl, chronyc, timedatectl",
    );
    let hardware = sections
        .get("hardware")
        .and_then(|s| hardware(&Items::read(s)));
    let seen = hardware.map_or_else(Seen::Unknown, Seen::Present);
    to.put(kind, "hardware", seen, "/proc, /sys/class/dmi");
    to.complete(kind, &listed_by("reading each of them"));
}

/// `NAME STATUS TEXT` lines: what a command printed and how it ended.
struct Items<'a>(Vec<(&'a str, bool, &'a str)>, bool);

impl<'a> Items<'a> {
    fn read(section: &Section<'a>) -> Self {
        // Names, numbers and keys are ASCII; anything else is damage.
        std::str::from_utf8(section.body).map_or(Self(Vec::new(), false), Self::lines)
    }

    fn lines(text: &'a str) -> Self {
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

/// Memory that the kernel has (bytes), threads, and what the machine calls itself. Names that firmware leaves open are left out.
fn hardware(items: &Items<'_>) -> Result<Value, Reason> {
    if items.said("contained") == "yes" {
        return Err(Reason::new(
            "it is a container, and shows the hardware of its machine",
        ));
    }
    let number = |name: &str| {
        let text = items.need(name)?;
        let found = text.parse::<i64>().ok().filter(|n| *n > 0);
        found.ok_or_else(|| Reason::new(format!("{name} is not understood")))
    };
    let mut fields = vec![
        ("memory", Value::Int(number("memory")?.saturating_mul(1024))),
        ("threads", Value::Int(number("threads")?)),
    ];
    for name in ["cpu", "vendor", "product"] {
        let text = plain(&items.said(name));
        let open = [
            "To Be Filled By O.E.M.",
            "System Product Name",
            "System manufacturer",
            "Default string",
        ];
        if !text.is_empty() && !open.contains(&text.as_str()) {
            fields.push((name, Value::from(text)));
        }
    }
    Ok(Value::map(fields))
}

/// Whether the clock is kept right: what the running time service says. One that is installed but stopped is a no; where there is
/// none, as in a container, something that cannot be asked from here may keep the clock.
fn clock_synced(clock: &Items<'_>) -> Result<bool, Reason> {
    let services = clock.need("services")?;
    let states: Vec<(&str, &str, &str)> = services.split("Id=").filter_map(service).collect();
    let running = |name: &str| {
        states
            .iter()
            .any(|(n, _, active)| *n == name && *active == "active")
    };
    if running("systemd-timesyncd.service") {
        return Ok(clock.said("timesync") == "yes");
    }
    if running("chrony.service") {
        return match clock.need("leap")?.as_str() {
            "Normal" | "Insert second" | "Delete second" => Ok(true),
            _ => Ok(false),
        };
    }
    if states.iter().any(|(_, _, active)| *active == "active") {
        return Ok(clock.need("ntp")? == "yes");
    }
    if states.iter().any(|(_, load, _)| *load == "loaded") {
        return Ok(false);
    }
    Err(Reason::new(
        "no time service is installed that could be asked",
    ))
}

/// Name, load state and activity of a block of `systemctl show`.
fn service(block: &str) -> Option<(&str, &str, &str)> {
    let mut words = block.split_whitespace();
    let name = words.next()?;
    let state = |property: &str| {
        block
            .split_whitespace()
            .find_map(|w| w.strip_prefix(property))
    };
    Some((name, state("LoadState=")?, state("ActiveState=")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_right_only_if_somebody_says_so() {
        let service = |name: &str, load: &str, active: &str| {
            let none = "Id=ntp.service LoadState=not-found ActiveState=inactive";
            format!("services 0 Id={name}.service LoadState={load} ActiveState={active}  {none}\n")
        };
        let timesyncd = || service("systemd-timesyncd", "loaded", "active");
        let chrony = || service("chrony", "loaded", "active");
        for (text, want) in [
            (timesyncd() + "timesync 0 yes\n", Some(true)),
            (timesyncd() + "timesync 0 \n", Some(false)),
            (timesyncd() + "timesync 0 find: no such file\n", Some(false)),
            (chrony() + "leap 0 Normal\n", Some(true)),
            (chrony() + "leap 0 Not synchronised\n", Some(false)),
            (chrony(), None),
            (
                service("ntpsec", "loaded", "active") + "ntp 0 yes\n",
                Some(true),
            ),
            (
                service("ntpsec", "loaded", "active") + "ntp 1 Failed\n",
                None,
            ),
            (
                service("chrony", "loaded", "inactive") + "leap 0 Normal\n",
                Some(false),
            ),
            (service("systemd-timesyncd", "masked", "inactive"), None),
            (
                "services 1 System has not been booted with systemd\n".to_owned(),
                None,
            ),
            (String::new(), None),
        ] {
            let section = Items::lines(&text);
            assert_eq!(clock_synced(&section).ok(), want, "{text}");
        }
    }
}
