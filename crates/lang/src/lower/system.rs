//! What is told of operating systems that are named by the code name of a release, or with it.

use super::cx::{Cx, Slot, Words};
use super::names::is_name;
use super::scalar;
use crate::suggest::{did_you_mean, quote};
use diag::{Diagnostic, Spanned};
use model::declare::Given;

/// Code names, as /etc/os-release has them in VERSION_CODENAME, with the system and its VERSION_ID.
const CODE_NAMES: [(&str, &str, &str); 11] = [
    ("buster", "debian", "10"),
    ("bullseye", "debian", "11"),
    ("bookworm", "debian", "12"),
    ("trixie", "debian", "13"),
    ("forky", "debian", "14"),
    ("bionic", "ubuntu", "18.04"),
    ("focal", "ubuntu", "20.04"),
    ("jammy", "ubuntu", "22.04"),
    ("noble", "ubuntu", "24.04"),
    ("plucky", "ubuntu", "25.04"),
    ("questing", "ubuntu", "25.10"),
];

fn of(text: &str) -> Option<(&'static str, &'static str)> {
    let lower = text.to_lowercase();
    let known = CODE_NAMES.iter().find(|(name, ..)| *name == lower);
    known.map(|(_, system, version)| (*system, *version))
}

/// The name of a system: one word. Its release is told elsewhere.
pub(super) fn name(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let message = |why: &str| format!("{slot}: {} {why}", quote(&text));
    let invalid = |why: &str| Diagnostic::invalid("invalid-value", message(why));
    if let Some((system, version)) = of(&text) {
        let d = invalid("is the code name of a release").at(slot.node.head(), "");
        cx.report(d.help(format!("write 'os: {system}' and 'version: {version}'")));
        return None;
    }
    if is_name(&text) {
        return Some(text);
    }
    let d =
        invalid("is not one word of letters, digits, '-', '_' and '.'").at(slot.node.head(), "");
    let release = text.rsplit_once(' ').filter(|(_, release)| {
        release.starts_with(|c: char| c.is_ascii_digit()) && is_name(release)
    });
    let (system, release) = match release {
        Some((system, release)) => (system, Some(release)),
        None => (text.as_str(), None),
    };
    let system = system.trim().to_lowercase().replace(' ', "-");
    cx.report(match release {
        _ if !is_name(&system) => d,
        Some(release) => d.help(format!("write 'os: {system}' and 'version: {release}'")),
        None => d.fix(did_you_mean(slot.node.head(), &system)),
    });
    None
}

/// Tells of a version that is a code name, where the system has numbers.
pub(super) fn version(
    cx: &mut Cx<'_>,
    owner: Words<'_>,
    system: Option<&str>,
    version: Option<&Given<String>>,
) {
    let Some(given) = version else { return };
    let Some(text) = given.value() else { return };
    let known = of(text).filter(|(of, _)| system.is_some_and(|s| s.eq_ignore_ascii_case(of)));
    if let Some((_, number)) = known {
        let message = format!(
            "'version' of {owner}: {} is a code name, and releases are told by their number",
            quote(text)
        );
        let at = Spanned::new((), given.span).span;
        let d = Diagnostic::invalid("invalid-value", message).at(at, "");
        cx.report(d.fix(did_you_mean(at, number)));
    }
}
