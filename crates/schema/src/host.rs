//! How hosts, and what is inside of guests, are written, as far as they are read by hand.

use crate::hand::{
    date, flag, form, given, key, list, map, may, must, name, path, record, seconds, text, with,
    words,
};
use model::declare::{FieldShape, Pattern, RecordShape, Ref, Scalar as _, Shape, Value as _, set};
use model::lab::Managed;
use model::lab::guest::Guest;
use model::lab::hardware::HostAbout;
use model::lab::sshd::KEYWORDS;
use model::units::net::{Address, PORT, PORT_OF_PROTOCOL};

pub(super) fn host() -> RecordShape {
    let fields = vec![
        may("was", "The name it had before.", name()),
        may(
            "site",
            "Where it stands.",
            given(Ref::<{ set::SITE }>::shape()),
        ),
        may(
            "os",
            "Operating system: debian, proxmox-ve, …",
            given(name()),
        ),
        may(
            "addresses",
            "Address per network.",
            map(
                Ref::<{ set::NETWORK }>::shape(),
                given(Shape::Value(Address::FORM)),
            ),
        ),
    ];
    let doc = "A physical or rented machine.";
    let fields = fields.into_iter().chain(inside()).collect();
    with("Host", doc, fields, Some(HostAbout::record()))
}

/// A guest, with what is inside of it.
pub(super) fn guest() -> RecordShape {
    let doc = "A virtual machine or container on a hypervisor; with `reach`, `users` and the like it is looked into as a host is.";
    with("Guest", doc, inside(), Some(Guest::record()))
}

/// How a system is reached, and what is made so in it.
fn inside() -> Vec<FieldShape> {
    let mut fields = vec![
        may(
            "reach",
            "How the controller gets to it; by its first address if nothing is said.",
            reach(),
        ),
        may(
            "manage",
            "Which collections are as declared and nothing else.",
            manage(),
        ),
        may(
            "users",
            "Accounts with a login shell.",
            map(key("login", "^[a-z_][a-z0-9_-]{0,31}$"), record(user)),
        ),
    ];
    fields.extend(converged());
    fields
}

/// What is made so on the system itself.
fn converged() -> Vec<FieldShape> {
    vec![
        may(
            "packages",
            "Packages that must be installed.",
            list(key("package", "^[a-z0-9][a-z0-9+.-]*$")),
        ),
        may(
            "files",
            "Files with their content, by absolute path.",
            map(path(), record(file)),
        ),
        may(
            "units",
            "systemd units and their wanted state.",
            map(
                key(
                    "unit",
                    "^[A-Za-z0-9:_.\\\\@][A-Za-z0-9:_.\\\\@-]*\\.[a-z]+$",
                ),
                record(unit),
            ),
        ),
        may(
            "sysctl",
            "Kernel settings.",
            map(
                key(
                    "sysctl",
                    "^(abi|debug|dev|fs|kernel|net|user|vm)(\\.[A-Za-z0-9_-]+)+$",
                ),
                text(),
            ),
        ),
        may(
            "cron",
            "What cron runs, by file: its lines as crontab(5) has them, none for a script in /etc/cron.daily and the like.",
            map(path(), list(text())),
        ),
        may(
            "sshd",
            "Keywords of sshd_config(5), rendered as one drop-in.",
            sshd(),
        ),
        may(
            "firewall",
            "The host's own nftables table: default deny, open for what is exposed.",
            record(firewall),
        ),
        may(
            "default_route",
            "Default route that must hold.",
            Shape::Value(Address::FORM),
        ),
        may("exposures", "Justified ways in.", list(record(exposure))),
    ]
}

fn reach() -> Shape {
    let local = words(
        "reach-local",
        &[
            ("local", "It is this machine."),
            ("unknown", "Nobody knows whether it can be logged in to."),
        ],
    );
    Shape::Any(vec![local, record(reach_ssh)])
}

fn reach_ssh() -> RecordShape {
    let fields = vec![
        must(
            "ssh",
            "Host alias or address.",
            key("destination", "^[A-Za-z0-9:][A-Za-z0-9_.:%-]*$"),
        ),
        may(
            "user",
            "Login name.",
            key("login", "^[a-z_][a-z0-9_-]{0,31}$"),
        ),
        may("port", "Port.", Shape::Value(PORT)),
        may(
            "host_key",
            "Fingerprint of its ed25519 host key; the first contact is held against it.",
            key("host-key", "^SHA256:[A-Za-z0-9+/]{43}$"),
        ),
        may(
            "timeout",
            "How long a look at it may take, at most 1h; 2m if nothing is said.",
            seconds(),
        ),
    ];
    with("ReachSsh", "By OpenSSH.", fields, None)
}

fn manage() -> Shape {
    const COLLECTIONS: &[(&str, &str)] = &[
        (Managed::Listeners.word(), "Listening sockets."),
        (Managed::Users.word(), "Accounts with a login shell."),
        (Managed::Sudoers.word(), "Lines of sudoers."),
        (Managed::Keys.word(), "Authorised SSH keys."),
        (Managed::Firewall.word(), "Our tables of the firewall."),
        (Managed::Packages.word(), "Packages."),
        (Managed::Units.word(), "Units."),
        (Managed::Files.word(), "Files."),
        (Managed::Sysctl.word(), "Kernel settings."),
        (Managed::Cron.word(), "What cron runs."),
        (
            Managed::Wireguard.word(),
            "WireGuard interfaces and their peers.",
        ),
    ];
    const MODES: &[(&str, &str)] = &[
        (
            "exactly",
            "Everything that exists is declared; anything else is drift. The default of listeners, users, sudoers, keys, firewall, cron and wireguard.",
        ),
        (
            "at-least",
            "What is declared exists; more is shown once, until it is accepted.",
        ),
        ("ignore", "Not looked at."),
    ];
    map(
        words("collection", COLLECTIONS),
        words("manage-mode", MODES),
    )
}

fn user() -> RecordShape {
    const SUDO: &[(&str, &str)] = &[
        ("no", "Nothing."),
        ("password", "Everything, after typing a password."),
        ("nopassword", "Everything without a password."),
    ];
    let fields = vec![
        may("sudo", "What sudo lets it do.", words("sudo", SUDO)),
        may("shell", "Login shell.", path()),
        may(
            "keys",
            "Public keys that may log in, one line each.",
            list(text()),
        ),
    ];
    with("User", "An account.", fields, None)
}

fn file() -> RecordShape {
    let content = form("content", "Text, may be empty.", Pattern::Number(""));
    let mode = form(
        "mode",
        "Permission bits in octal, 0644.",
        Pattern::Number("^[0-7]{3,4}$"),
    );
    let login = || key("login", "^[a-z_][a-z0-9_-]{0,31}$");
    let fields = vec![
        must("content", "The whole content.", content),
        may("mode", "Permission bits.", mode),
        may("owner", "Owner; root if nothing is said.", login()),
        may("group", "Group; root if nothing is said.", login()),
    ];
    with(
        "ManagedFile",
        "A file with its whole content.",
        fields,
        None,
    )
}

fn unit() -> RecordShape {
    let fields = vec![
        may("enabled", "Starts at boot.", flag()),
        may("active", "Runs now.", flag()),
    ];
    with("UnitState", "Wanted state of a unit.", fields, None)
}

fn sshd() -> Shape {
    // Values are words, numbers, times and lists; their types are checked by the program.
    let value = || Shape::Any(vec![text(), list(text())]);
    let doc = |key: &str| format!("{key} of sshd_config(5).");
    Shape::AnyCase(
        KEYWORDS
            .iter()
            .map(|(keyword, _)| *keyword)
            .map(|key| may(key, &doc(key), value()))
            .collect(),
    )
}

fn firewall() -> RecordShape {
    let fields = vec![
        may(
            "table",
            "Name of the table in family inet; holdfast if nothing is said.",
            key("table", "^[A-Za-z][A-Za-z0-9_]{0,63}$"),
        ),
        may(
            "rules",
            "Further rules of the input chain, as nft writes them.",
            list(text()),
        ),
    ];
    with("Firewall", "The host's own nftables table.", fields, None)
}

fn exposure() -> RecordShape {
    const EVERYWHERE: &[(&str, &str)] = &[
        ("any", "From everywhere."),
        ("loopback", "From the machine itself."),
    ];
    let from = Shape::Any(vec![
        words("exposure-from", EVERYWHERE),
        Ref::<{ set::NETWORK }>::shape(),
    ]);
    let fields = vec![
        must(
            "port",
            "Port with its protocol, TCP if none is named.",
            Shape::Value(PORT_OF_PROTOCOL),
        ),
        may("from", "The network it is open to.", from),
        may(
            "listen",
            "The address it listens on, if only one is allowed.",
            Shape::Value(Address::FORM),
        ),
        may("why", "Why.", text()),
        may("owner", "Who answers for it.", text()),
        may("review", "When it must be looked at again.", date()),
    ];
    with("Exposure", "A justified way in.", fields, None)
}
