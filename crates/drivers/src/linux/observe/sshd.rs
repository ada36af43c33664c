//! The effective configuration of sshd, for a connection that no `Match` block knows.

use super::Whole;
use super::frame::Sections;
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
    for line in text.lines().filter(|l| !l.is_empty()) {
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
        to.present(kind, keyword, lines.join(" "), "sshd -T");
    }
    to.complete(kind, &listed_by("sshd -T"));
}
