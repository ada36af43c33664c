//! `sshd:` of a host: keywords of sshd_config(5) with the types of their values.

use super::cx::{Cx, Slot, Words};
use super::fields::Fields;
use super::scalar;
use crate::suggest::{did_you_mean, nearest, one_of, quote};
use crate::yaml::{Entry, NodeKind};
use Value::{Comma, Flag, Free, Number, Space, Time, Word};
use diag::{Diagnostic, Span, Spanned};
use std::collections::BTreeMap;

/// What a keyword takes.
#[derive(Clone, Copy)]
enum Value {
    /// `yes` or `no`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number.
    Number,
    /// A time as in sshd_config(5), TIME FORMATS.
    Time,
    /// Words separated by blanks; may be written as a list.
    Space,
    /// Words separated by commas; may be written as a list.
    Comma,
    /// One line.
    Free,
}

const FORWARDING: Value = Word(&["yes", "no", "all", "local", "remote"]);

/// Keywords of OpenSSH 9.2 to 10.0 that make sense in a drop-in for the whole server.
const KEYWORDS: &[(&str, Value)] = &[
    ("AcceptEnv", Space),
    ("AddressFamily", Word(&["any", "inet", "inet6"])),
    ("AllowAgentForwarding", Flag),
    ("AllowGroups", Space),
    ("AllowStreamLocalForwarding", FORWARDING),
    ("AllowTcpForwarding", FORWARDING),
    ("AllowUsers", Space),
    ("AuthenticationMethods", Space),
    ("AuthorizedKeysCommand", Free),
    ("AuthorizedKeysCommandUser", Free),
    ("AuthorizedKeysFile", Space),
    ("AuthorizedPrincipalsCommand", Free),
    ("AuthorizedPrincipalsCommandUser", Free),
    ("AuthorizedPrincipalsFile", Free),
    ("Banner", Free),
    ("CASignatureAlgorithms", Comma),
    ("ChannelTimeout", Space),
    ("ChrootDirectory", Free),
    ("Ciphers", Comma),
    ("ClientAliveCountMax", Number),
    ("ClientAliveInterval", Time),
    ("Compression", Word(&["yes", "no", "delayed"])),
    ("DenyGroups", Space),
    ("DenyUsers", Space),
    ("DisableForwarding", Flag),
    ("ExposeAuthInfo", Flag),
    ("FingerprintHash", Word(&["md5", "sha256"])),
    ("ForceCommand", Free),
    ("GatewayPorts", Word(&["yes", "no", "clientspecified"])),
    ("GSSAPIAuthentication", Flag),
    ("GSSAPICleanupCredentials", Flag),
    ("GSSAPIStrictAcceptorCheck", Flag),
    ("HostbasedAcceptedAlgorithms", Comma),
    ("HostbasedAuthentication", Flag),
    ("HostbasedUsesNameFromPacketOnly", Flag),
    ("HostCertificate", Free),
    ("HostKey", Free),
    ("HostKeyAgent", Free),
    ("HostKeyAlgorithms", Comma),
    ("IgnoreRhosts", Word(&["yes", "no", "shosts-only"])),
    ("IgnoreUserKnownHosts", Flag),
    ("IPQoS", Space),
    ("KbdInteractiveAuthentication", Flag),
    ("KerberosAuthentication", Flag),
    ("KexAlgorithms", Comma),
    ("ListenAddress", Free),
    ("LoginGraceTime", Time),
    (
        "LogLevel",
        Word(&[
            "QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3",
        ]),
    ),
    ("LogVerbose", Comma),
    ("MACs", Comma),
    ("MaxAuthTries", Number),
    ("MaxSessions", Number),
    ("MaxStartups", Free),
    ("PasswordAuthentication", Flag),
    ("PermitEmptyPasswords", Flag),
    ("PermitListen", Space),
    ("PermitOpen", Space),
    (
        "PermitRootLogin",
        Word(&["yes", "no", "prohibit-password", "forced-commands-only"]),
    ),
    ("PermitTTY", Flag),
    (
        "PermitTunnel",
        Word(&["yes", "no", "point-to-point", "ethernet"]),
    ),
    ("PermitUserEnvironment", Free),
    ("PermitUserRC", Flag),
    ("PerSourceMaxStartups", Free),
    ("PerSourceNetBlockSize", Free),
    ("PerSourcePenalties", Space),
    ("PidFile", Free),
    ("Port", Number),
    ("PrintLastLog", Flag),
    ("PrintMotd", Flag),
    ("PubkeyAcceptedAlgorithms", Comma),
    ("PubkeyAuthentication", Flag),
    ("PubkeyAuthOptions", Comma),
    ("RekeyLimit", Space),
    ("RequiredRSASize", Number),
    ("RevokedKeys", Free),
    ("SetEnv", Space),
    ("StreamLocalBindMask", Free),
    ("StreamLocalBindUnlink", Flag),
    ("StrictModes", Flag),
    ("Subsystem", Free),
    (
        "SyslogFacility",
        Word(&[
            "DAEMON", "USER", "AUTH", "AUTHPRIV", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4",
            "LOCAL5", "LOCAL6", "LOCAL7",
        ]),
    ),
    ("TCPKeepAlive", Flag),
    ("TrustedUserCAKeys", Free),
    ("UnusedConnectionTimeout", Time),
    ("UseDNS", Flag),
    ("UsePAM", Flag),
    ("VersionAddendum", Free),
    ("X11DisplayOffset", Number),
    ("X11Forwarding", Flag),
    ("X11UseLocalhost", Flag),
    ("XAuthLocation", Free),
];

/// The keywords that are known, as sshd_config(5) writes them.
pub(crate) fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(keyword, _)| *keyword)
}

/// Keywords in lower case with their values as one line of text.
pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, Spanned<String>> {
    let mut out = BTreeMap::new();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for entry in f.map(cx, "sshd") {
        let Some((keyword, kind)) = keyword(cx, f.owner(), entry) else {
            continue;
        };
        let lower = keyword.to_lowercase();
        if let Some(other) = first.insert(lower.clone(), entry.key.span) {
            let message = format!("sshd keyword '{keyword}' is given twice on {}", f.owner());
            let d = Diagnostic::invalid("duplicate-key", message)
                .at(entry.key.span, "given again; case does not matter")
                .and_at(other, "first given here");
            cx.report(d);
            continue;
        }
        let slot = Slot {
            owner: f.owner(),
            key: keyword,
            node: &entry.value,
        };
        if let Some(text) = value(cx, &slot, kind) {
            out.insert(lower, Spanned::new(text, slot.span()));
        }
    }
    out
}

fn keyword(cx: &mut Cx<'_>, owner: Words<'_>, entry: &Entry) -> Option<(&'static str, Value)> {
    let written = entry.key.text.as_str();
    let known = KEYWORDS
        .iter()
        .find(|(k, _)| k.eq_ignore_ascii_case(written));
    if let Some((keyword, kind)) = known {
        return Some((keyword, *kind));
    }
    let message = format!(
        "'sshd' of {owner}: {} is not a keyword of sshd",
        quote(written)
    );
    let d = Diagnostic::invalid("sshd-keyword", message).at(entry.key.span, "unknown keyword");
    let conditional = ["match", "include"].contains(&written.to_lowercase().as_str());
    let d = match nearest(written, KEYWORDS.iter().map(|(k, _)| *k)) {
        _ if conditional => {
            d.help("'Match' and 'Include' change what other lines mean and are not supported here")
        }
        Some(near) => d.fix(did_you_mean(entry.key.span, near)),
        None => d.help("see sshd_config(5) for the keywords"),
    };
    cx.report(d);
    None
}

fn value(cx: &mut Cx<'_>, slot: &Slot<'_>, kind: Value) -> Option<String> {
    if let NodeKind::Seq(items) = &slot.node.kind {
        let separator = match kind {
            Space => " ",
            Comma => ",",
            Flag | Word(_) | Number | Time | Free => {
                let message = format!("{slot} takes one value, not a list");
                cx.report(Diagnostic::invalid("sshd-keyword", message).at(slot.node.head, ""));
                return None;
            }
        };
        let words: Vec<String> = items
            .iter()
            .map(|item| scalar::text(cx, &slot.with(item)))
            .collect::<Option<_>>()?;
        return (!words.is_empty()).then(|| words.join(separator));
    }
    let text = scalar::text(cx, slot)?;
    let expected = match kind {
        Flag => words(&text, &["yes", "no"]),
        Word(all) => words(&text, all),
        Number if text.parse::<u32>().is_err() => Some(("is not a whole number".to_owned(), None)),
        Time if !is_time(&text) => Some(("is not a time such as 30, 2m or 1h30m".to_owned(), None)),
        Number | Time | Space | Comma | Free => None,
    };
    let Some((expected, near)) = expected else {
        return Some(text);
    };
    let message = format!("{slot}: {} {expected}", quote(&text));
    let d = Diagnostic::invalid("sshd-keyword", message).at(slot.node.head, "");
    cx.report(match near {
        Some(near) => d.fix(did_you_mean(slot.node.head, near)),
        None => d,
    });
    None
}

/// What is wrong with a word that is not one of `all`, and the one that was meant.
fn words(text: &str, all: &'static [&'static str]) -> Option<(String, Option<&'static str>)> {
    if all.contains(&text) {
        return None;
    }
    let synonym = match text.to_lowercase().as_str() {
        "true" | "on" => Some("yes"),
        "false" | "off" => Some("no"),
        "without-password" => Some("prohibit-password"),
        _ => None,
    };
    let near = synonym
        .filter(|s| all.contains(s))
        .or_else(|| nearest(text, all.iter().copied()))
        .and_then(|n| all.iter().copied().find(|a| *a == n));
    Some((format!("is not {}", one_of(all.iter().copied())), near))
}

fn is_time(text: &str) -> bool {
    let mut digits = false;
    for c in text.chars() {
        match c {
            '0'..='9' => digits = true,
            's' | 'm' | 'h' | 'd' | 'w' | 'S' | 'M' | 'H' | 'D' | 'W' if digits => digits = false,
            _ => return false,
        }
    }
    !text.is_empty() && (digits || !text.ends_with(|c: char| c.is_ascii_digit()))
}
