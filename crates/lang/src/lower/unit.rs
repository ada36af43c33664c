//! `units:` of a host.

use super::cx::{Cx, Words};
use super::fields::Fields;
use super::scalar;
use crate::suggest::{did_you_mean, one_of, quote};
use diag::Diagnostic;
use model::lab::UnitState;
use std::collections::BTreeMap;

/// Suffixes of systemd.unit(5).
const SUFFIXES: [&str; 11] = [
    "service",
    "socket",
    "device",
    "mount",
    "automount",
    "swap",
    "target",
    "path",
    "timer",
    "slice",
    "scope",
];

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, UnitState> {
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "units") {
        let name = entry.key.text.as_str();
        if let Err(d) = check(name, f.owner(), entry.key.span) {
            cx.report(*d);
            continue;
        }
        let owner = format!("unit '{name}' of {}", f.owner());
        let Some(mut unit) = Fields::of(cx, owner, entry.key.span, &entry.value) else {
            continue;
        };
        let state = UnitState {
            span: entry.key.span,
            enabled: unit.read(cx, "enabled", scalar::boolean),
            active: unit.read(cx, "active", scalar::boolean),
        };
        unit.finish(cx);
        out.insert(name.to_owned(), state);
    }
    out
}

fn check(name: &str, owner: Words<'_>, span: diag::Span) -> Result<(), Box<Diagnostic>> {
    // systemd.unit(5): letters, digits and :-_.\ and one @ for instances; a name does not begin as an option does.
    let stem_ok = |s: &str| {
        !s.is_empty()
            && !s.starts_with('-')
            && s.chars()
                .all(|c| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c))
    };
    let whole = name.len() <= 255;
    match name.rsplit_once('.') {
        Some((stem, suffix)) if whole && SUFFIXES.contains(&suffix) && stem_ok(stem) => Ok(()),
        _ => {
            let message = format!(
                "'units' of {owner}: {} is not the full name of a unit",
                quote(name)
            );
            let d = Diagnostic::invalid("invalid-name", message)
                .at(span, "")
                .help(format!(
                    "unit names end in .{}",
                    one_of(["service", "timer", "socket", "mount", "target"])
                ));
            let bare = whole && stem_ok(name) && !name.contains('.');
            Err(Box::new(if bare {
                d.fix(did_you_mean(span, &format!("{name}.service")))
            } else {
                d
            }))
        }
    }
}
