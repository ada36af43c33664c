//! Sockets that wait for others: TCP and UDP.

use super::Whole;
use super::docker;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/listener.sh")],
    calls: &["listener listener"],
    read: gather,
};

/// Owner and unit of a process.
#[derive(Debug, Default, Clone)]
struct Process {
    user: String,
    unit: String,
    package: String,
}

/// Everyone who holds a socket; several may, each listed once.
#[derive(Debug, Default)]
struct Holders {
    process: BTreeSet<String>,
    package: BTreeSet<String>,
    unit: BTreeSet<String>,
    user: BTreeSet<String>,
}

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Listener;
    let Some(section) = to.section(kind, sections, "listener") else {
        return;
    };
    let text = section.text();
    let mut processes: BTreeMap<&str, Process> = text
        .lines()
        .filter_map(|l| l.strip_prefix("p "))
        .filter_map(process)
        .collect();
    for (pid, package) in packages(&text) {
        if let Some(process) = processes.get_mut(pid) {
            process.package = package;
        }
    }
    let mut sockets: BTreeMap<String, Holders> = BTreeMap::new();
    for line in whole_lines(&text) {
        let Some((key, users)) = socket(&line) else {
            to.incomplete(
                kind,
                Reason::new(format!(
                    "ss printed a line that is not understood: {}",
                    plain(&line)
                )),
            );
            continue;
        };
        let holders = sockets.entry(key).or_default();
        for (name, pid) in holders_of(users) {
            let process = processes.get(pid).cloned().unwrap_or_default();
            holders.process.insert(plain(name));
            holders.package.insert(process.package);
            holders.unit.insert(process.unit);
            holders.user.insert(process.user);
        }
    }
    for rule in text.lines().filter_map(|l| l.strip_prefix("r ")) {
        if !docker::leads(sections, rule) {
            let what = plain(rule);
            to.incomplete(
                kind,
                Reason::new(format!(
                    "table nat leads other ports or addresses here: {what}, and no published port says so"
                )),
            );
        }
    }
    for reason in text.lines().filter_map(|l| l.strip_prefix("! ")) {
        to.incomplete(kind, Reason::new(plain(reason)));
    }
    for (key, holders) in sockets {
        to.present(kind, key, value(&holders), "ss -tulpn");
    }
    to.complete(kind, &listed_by("ss -tulpn"));
}

/// The lines of ss. The name of a process may hold a line feed, but a line ends with the bracket that `users:((` opened.
fn whole_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Option<String> = None;
    let parts = text.lines().filter_map(|l| l.strip_prefix("s "));
    for part in parts.filter(|l| !l.is_empty()) {
        let line = match open.take() {
            Some(begun) => format!("{begun}\n{part}"),
            None => part.to_owned(),
        };
        if line.contains("users:((") && !line.trim_end().ends_with("))") {
            open = Some(line);
        } else {
            lines.push(line);
        }
    }
    lines.extend(open);
    lines
}

/// What is not visible is left out: who holds a socket is shown to root only, and the kernel's own have no process.
fn value(holders: &Holders) -> Value {
    let joined = |set: &BTreeSet<String>| {
        let texts: Vec<&str> = set
            .iter()
            .map(String::as_str)
            .filter(|t| !t.is_empty())
            .collect();
        texts.join(", ")
    };
    let fields = [
        ("process", &holders.process),
        ("package", &holders.package),
        ("unit", &holders.unit),
        ("user", &holders.user),
    ];
    let shown = fields.into_iter().map(|(name, set)| (name, joined(set)));
    Value::map(shown.filter(|(_, text)| !text.is_empty()))
}

/// By process id the packages that brought its program; `none` if no package did, and nothing where that was not asked or not answered.
fn packages(text: &str) -> Vec<(&str, String)> {
    let asked = text.lines().any(|l| l == "asked");
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let found = text
        .lines()
        .filter_map(|l| l.strip_prefix("w ")?.split_once(' '));
    for (package, program) in found {
        owners.entry(program).or_default().insert(package);
    }
    let unsure: BTreeSet<&str> = text.lines().filter_map(|l| l.strip_prefix("u ")).collect();
    let runs = text
        .lines()
        .filter_map(|l| l.strip_prefix("e ")?.split_once(' '));
    runs.filter_map(|(pid, program)| {
        let older = program.strip_prefix("/usr").unwrap_or(program);
        let owner = owners.get(program).or_else(|| owners.get(older));
        let names = owner.map(|o| o.iter().copied().collect::<Vec<_>>().join(", "));
        let names =
            names.or_else(|| (asked && !unsure.contains(program)).then(|| "none".to_owned()))?;
        Some((pid, plain(&names)))
    })
    .collect()
}

/// `PID USER CGROUP`.
fn process(line: &str) -> Option<(&str, Process)> {
    let mut words = line.splitn(3, ' ');
    let pid = words.next()?;
    let user = words.next()?.to_owned();
    Some((
        pid,
        Process {
            user,
            unit: unit(words.next()?),
            package: String::new(),
        },
    ))
}

/// The innermost unit of a control group's path.
fn unit(group: &str) -> String {
    let suffixes = [".service", ".scope", ".socket"];
    let is_unit = |part: &&str| suffixes.iter().any(|s| part.ends_with(s)) && *part != "init.scope";
    group
        .trim()
        .rsplit('/')
        .find(is_unit)
        .unwrap_or_default()
        .to_owned()
}

/// `NETID STATE RECV-Q SEND-Q LOCAL PEER USERS` to the key and the rest.
fn socket(line: &str) -> Option<(String, &str)> {
    let mut rest = line;
    let mut words = Vec::new();
    for _ in 0..6 {
        rest = rest.trim_start();
        let (word, after) = rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len()));
        words.push(word);
        rest = after;
    }
    let [netid @ ("tcp" | "udp"), _, _, _, local, peer] = words.as_slice() else {
        return None;
    };
    (!peer.is_empty()).then_some(())?;
    let (address, port) = local.rsplit_once(':')?;
    let port: u16 = port.parse().ok()?;
    Some((format!("{netid}/{}:{port}", address_of(address)), rest))
}

/// An interface stands within the brackets of an IPv6 address, and the socket for both families is that of IPv6.
fn address_of(text: &str) -> String {
    match text.split_once("]%") {
        _ if text == "*" => "[::]".to_owned(),
        Some((address, interface)) => format!("{address}%{interface}]"),
        // As older versions of ss have it.
        None if text.contains(':') && !text.starts_with('[') => format!("[{text}]"),
        None => text.to_owned(),
    }
}

/// Names and process ids of `users:(("sshd",pid=1,fd=3),("systemd",pid=2,fd=4))`.
fn holders_of(users: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = users.trim().strip_prefix("users:(").unwrap_or_default();
    while let Some((before, after)) = rest.split_once("\",pid=") {
        let name = before.split_once("(\"").map_or("", |(_, name)| name);
        let end = after
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(after.len());
        let (pid, tail) = after.split_at(end);
        found.push((name, pid));
        rest = tail;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ss() {
        let users = "users:((\"sshd\",pid=12,fd=3),(\"sys\" temd\",pid=1,fd=4))";
        assert_eq!(holders_of(users), [("sshd", "12"), ("sys\" temd", "1")]);
        for (line, want) in [
            (
                "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(x)",
                Some("tcp/0.0.0.0:22"),
            ),
            ("tcp LISTEN 0 128 [::]:22 [::]:*", Some("tcp/[::]:22")),
            ("tcp LISTEN 0 128 *:80 *:*", Some("tcp/[::]:80")),
            ("tcp LISTEN 0 128 :::53 :::*", Some("tcp/[::]:53")),
            (
                "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*",
                Some("udp/127.0.0.53%lo:53"),
            ),
            (
                "udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*",
                Some("udp/[fe80::1%eth0]:546"),
            ),
            ("tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*", None),
            ("tcp LISTEN 0 128", None),
            ("raw UNCONN 0 0 *:58 *:*", None),
        ] {
            assert_eq!(socket(line).map(|(k, _)| k).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn a_line_feed_in_the_name_of_a_process_hides_nothing() {
        let text = "s tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:((\"ev\ns il\",pid=7,fd=3))  \ns udp UNCONN 0 0 *:53 *:*\n";
        let lines = whole_lines(text);
        let found: Vec<_> = lines.iter().filter_map(|l| socket(l)).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(found[0].0, "tcp/0.0.0.0:80");
        assert_eq!(holders_of(found[0].1), [("ev\nil", "7")]);
        assert_eq!(found[1].0, "udp/[::]:53");
    }

    #[test]
    fn packages_of_programs() {
        let text = "e 1 /usr/sbin/sshd\ne 2 /opt/app\ne 3 /usr/lib/systemd/systemd\nw openssh-server /usr/sbin/sshd\nw systemd /lib/systemd/systemd\n";
        let told = |text: &str| {
            let all = packages(text).into_iter();
            all.map(|(pid, p)| format!("{pid} {p}")).collect::<Vec<_>>()
        };
        assert_eq!(told(text), ["1 openssh-server", "3 systemd"]);
        let asked = format!("{text}asked\n");
        assert_eq!(told(&asked), ["1 openssh-server", "2 none", "3 systemd"]);
        // The database of packages was locked, or too slow.
        let unsure = format!("{asked}u /opt/app\n");
        assert_eq!(told(&unsure), ["1 openssh-server", "3 systemd"]);
    }

    #[test]
    fn units_of_control_groups() {
        for (group, want) in [
            ("/system.slice/ssh.service", "ssh.service"),
            (
                "/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
                "x.service",
            ),
            (
                "/docker/0a/system.slice/system-postgresql.slice/postgresql@15-main.service",
                "postgresql@15-main.service",
            ),
            ("/init.scope", ""),
            ("/", ""),
        ] {
            assert_eq!(unit(group), want);
        }
    }
}
