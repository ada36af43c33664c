//! The effective configuration of sshd, for a connection that no `Match` block knows; where one makes a difference for an account
//! or for the networks of the host, the value names it. What depends on anything else makes the collection incomplete, and so does an
//! sshd that was started with more than its configuration.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use std::collections::BTreeMap;

pub(super) const SH: &str = include_str!("sh/sshd.sh");
pub(super) const PART: Whole = Whole {
    sh: &[SH],
    calls: &["sshd sshd_config"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Sshd;
    let Some(section) = to.section(kind, sections, "sshd") else {
        return;
    };
    let text = section.text();
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut others: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        if let Some(reason) = line.strip_prefix("! ") {
            to.incomplete(kind, Reason::new(plain(reason)));
            continue;
        }
        if let Some((who, setting)) = line.strip_prefix("~ ").and_then(|l| l.split_once(": ")) {
            let (keyword, value) = setting.split_once(' ').unwrap_or((setting, ""));
            let values = others.entry(keyword).or_default();
            values.entry(value.trim()).or_default().push(who);
            continue;
        }
        let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
        if !keyword
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        {
            to.incomplete(
                kind,
                Reason::new("sshd -T printed a line that is not understood"),
            );
        } else {
            values.entry(keyword).or_default().push(value.trim());
        }
    }
    // Every sshd has a port.
    if !values.contains_key("port") {
        to.incomplete(kind, Reason::new("sshd -T printed no configuration"));
    }
    for (keyword, lines) in values {
        let mut value = lines.join(" ");
        for (other, who) in others.remove(keyword).into_iter().flatten() {
            value.push_str(&format!("; {other} {}", some_of(&who)));
        }
        to.present(kind, keyword, value, "sshd -T");
    }
    // Keywords that are set for some only.
    for (keyword, each) in others {
        let each = each.iter().map(|(v, who)| format!("{v} {}", some_of(who)));
        let value = each.collect::<Vec<_>>().join("; ");
        to.present(kind, keyword, value, "sshd -T");
    }
    to.complete(kind, &listed_by("sshd -T"));
}

/// The first three of a list, with the number of the others.
fn some_of(who: &[&str]) -> String {
    let shown = who.get(..3).unwrap_or(who).join(", ");
    match who.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
