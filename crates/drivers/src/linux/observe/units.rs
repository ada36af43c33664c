//! All services, sockets, timers and paths together: whether they are as they were, and when timers fire.
//!
//! What comes and goes by itself has no `active` here: services that end when their work is done, those that something else starts
//! when it needs them, and those that systemd or a program made for the moment.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::BTreeMap;

/// Which units there are.
pub(super) const NAMES: &str = include_str!("sh/unit_names.sh");

pub(super) const PART: Whole = Whole {
    sh: &[NAMES, include_str!("sh/units.sh")],
    calls: &["units units"],
    read: gather,
};

/// States of a unit's file that say that somebody wants the unit to run or not to.
const STANDING: [&str; 6] = [
    "enabled",
    "enabled-runtime",
    "disabled",
    "generated",
    "linked",
    "indirect",
];

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Unit;
    let Some(section) = to.section(kind, sections, "units") else {
        return;
    };
    let text = section.text();
    let mut whole = false;
    for block in text.split("\n\n") {
        let block = block.trim();
        let (block, ended) = match block.strip_suffix("END=units") {
            Some(block) => (block, true),
            None => (block, false),
        };
        whole |= ended;
        let shown: BTreeMap<&str, &str> = block.lines().filter_map(|l| l.split_once('=')).collect();
        if shown.is_empty() {
            continue;
        }
        match unit(&shown) {
            Ok(Some((name, value))) => to.present(kind, name, value, "systemctl show"),
            Ok(None) => {}
            Err(why) => to.incomplete(kind, why),
        }
    }
    if !whole {
        to.incomplete(kind, Reason::new("the list of units ended too early"));
    }
    to.complete(kind, &listed_by("systemctl show"));
}

/// `None` for what only lives for the moment and for what is not there.
fn unit(shown: &BTreeMap<&str, &str>) -> Result<Option<(String, Value)>, Reason> {
    let get = |name: &str| shown.get(name).copied().unwrap_or_default();
    let (name, load, active) = (get("Id"), get("LoadState"), get("ActiveState"));
    if name.is_empty() || load.is_empty() || active.is_empty() {
        return Err(Reason::new("systemctl shows a unit that is not understood"));
    }
    let gone = load == "not-found" && active == "inactive";
    if gone || get("Transient") == "yes" {
        return Ok(None);
    }
    let state = Some(get("UnitFileState")).filter(|s| !s.is_empty());
    let mut fields = vec![
        ("load", Value::from(load)),
        ("enabled", Value::from(state.unwrap_or("none"))),
    ];
    let from = get("FragmentPath");
    if !from.is_empty() {
        fields.push(("from", Value::from(plain(from))));
    }
    let comes_and_goes = matches!(get("Type"), "oneshot") || !get("TriggeredBy").is_empty();
    if STANDING.contains(&state.unwrap_or_default()) && !comes_and_goes {
        let runs = matches!(active, "active" | "reloading" | "activating");
        fields.push(("active", Value::from(runs)));
    }
    if active == "failed" {
        fields.push(("failed", Value::from(true)));
    }
    if name.ends_with(".timer") {
        fields.push(("runs", Value::from(plain(get("Unit")))));
        let when = [times(get("TimersCalendar")), times(get("TimersMonotonic"))].concat();
        fields.push(("when", Value::from(plain(&when.join(", ")))));
    }
    Ok(Some((plain(name), Value::map(fields))))
}

/// The settings of `{ OnCalendar=… ; next_elapse=… } { … }`, without when that will be.
pub(super) fn times(text: &str) -> Vec<String> {
    let parts = text.split('}').filter_map(|part| {
        let inner = part.trim().strip_prefix('{')?;
        let setting = inner.split(" ; ").next()?.trim();
        (!setting.is_empty()).then(|| setting.to_owned())
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let shown = text.lines().filter_map(|l| l.trim().split_once('='));
        match unit(&shown.collect()) {
            Ok(Some((name, value))) => format!("{name} {value}"),
            Ok(None) => "none".to_owned(),
            Err(why) => why.0,
        }
    }

    #[test]
    fn what_comes_and_goes_by_itself_is_not_told() {
        let service =
            "Id=a.service\nLoadState=loaded\nActiveState=inactive\nUnitFileState=enabled\n";
        assert!(read(service).contains("active=false"), "{}", read(service));
        for more in [
            "Type=oneshot",
            "TriggeredBy=a.socket",
            "UnitFileState=static",
        ] {
            let shown = read(&format!("{service}{more}\n"));
            assert!(!shown.contains("active="), "{shown}");
        }
        assert_eq!(read(&format!("{service}Transient=yes\n")), "none");
        let failed = service.replace("inactive", "failed");
        assert!(read(&failed).contains("failed=true"));
        let timer = "Id=a.timer\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nUnit=a.service\n\
            TimersCalendar={ OnCalendar=*-*-* 03:00:00 ; next_elapse=Sun 2026-11-22 03:00:00 UTC }\n\
            TimersMonotonic={ OnBootUSec=15min ; next_elapse=0 }\n";
        let shown = read(timer);
        assert!(
            shown.contains("OnCalendar=*-*-* 03:00:00, OnBootUSec=15min"),
            "{shown}"
        );
        assert!(!shown.contains("2026"), "{shown}");
    }
}
