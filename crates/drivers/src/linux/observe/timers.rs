//! All timers together: when they fired last, how what they start ended, and what it works with.
//!
//! Of commands only programs and [known words](super::words) come from the host: arguments may be secrets.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use super::properties::Properties;
use super::timer::{files, next, result, unix};
use super::{units, words};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PART: Whole = Whole {
    sh: &[units::NAMES, words::SH, include_str!("sh/timers.sh")],
    calls: &["timers timers"],
    read: gather,
};
const SOURCE: &str = "systemctl show";

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Timer;
    let Some(section) = to.section(kind, sections, "timers") else {
        return;
    };
    let text = section.text();
    let (body, whole) = match text.trim_end().strip_suffix("END=timers") {
        Some(body) => (body, true),
        None => (&*text, false),
    };
    let mut blocks = body.split("\n\n").map(str::trim).filter(|b| !b.is_empty());
    let clocks = blocks.next().unwrap_or_default();
    let (timers, services): (Vec<&str>, Vec<&str>) = blocks.partition(|b| is_timer(b));
    let services: BTreeMap<&str, &str> = services
        .into_iter()
        .filter_map(|b| Some((property(b, "Id")?, b)))
        .collect();
    for block in timers {
        let name = property(block, "Id").unwrap_or_default();
        let service = property(block, "Unit").and_then(|s| services.get(s).copied());
        match timer(clocks, block, service) {
            Ok(Some(value)) => to.present(kind, plain(name), value, SOURCE),
            Ok(None) => {}
            Err(why) => to.incomplete(kind, Reason::new(format!("{}: {why}", plain(name)))),
        }
    }
    if !whole {
        to.incomplete(kind, Reason::new("the list of timers ended too early"));
    }
    to.complete(kind, &listed_by(SOURCE));
}

fn property<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    block
        .lines()
        .find_map(|l| l.strip_prefix(name)?.strip_prefix('='))
}

fn is_timer(block: &str) -> bool {
    property(block, "Id").is_some_and(|id| id.ends_with(".timer"))
}

/// `None` for what is only named, and not there.
fn timer(clocks: &str, block: &str, service: Option<&str>) -> Result<Option<Value>, Reason> {
    let behind = service.unwrap_or_default().lines();
    let behind = behind.map(|l| format!("service.{l}\n"));
    let all = format!("{clocks}\n{block}\n{}", behind.collect::<String>());
    let shown = Properties::of(&all);
    if shown.is_missing()? {
        return Ok(None);
    }
    let mut fields = vec![
        ("last", Value::from(unix(shown.get("LastTriggerUSec"))?)),
        ("next", Value::from(next(&shown)?)),
        ("enabled", Value::from(shown.enabled())),
        ("files", Value::from(files(&shown))),
        ("active", Value::from(shown.active()?)),
        (
            "since",
            Value::from(unix(shown.get("ActiveEnterTimestamp"))?),
        ),
        ("runs", Value::from(plain(shown.get("Unit")))),
    ];
    // What a service is not told of says nothing of how it ended.
    if service.is_some() || shown.get("Unit").is_empty() {
        fields.push(("result", Value::from(result(&shown)?)));
    }
    fields.extend(took(&shown).map(|took| ("took", Value::from(took))));
    if shown.get("Persistent") == "yes" {
        fields.push(("persistent", Value::from(true)));
    }
    let calendar = super::units::times(shown.get("TimersCalendar"));
    let calendar: Vec<Value> = calendar
        .iter()
        .filter_map(|t| Some(Value::from(t.strip_prefix("OnCalendar=")?)))
        .collect();
    fields.push(("calendar", Value::List(calendar)));
    fields.push((
        "spans",
        Value::from(!super::units::times(shown.get("TimersMonotonic")).is_empty()),
    ));
    let tells = shown.get("service.OnFailure");
    if !tells.is_empty() {
        fields.push(("on_failure", Value::from(plain(tells))));
    }
    fields.push(("does", does(service.unwrap_or_default())));
    Ok(Some(Value::map(fields)))
}

/// How long the last run took (s), if it has ended.
fn took(shown: &Properties) -> Option<i64> {
    let at = |name: &str| shown.get(name).parse::<i64>().ok().filter(|n| *n > 0);
    let start = at("service.ExecMainStartTimestampMonotonic")?;
    let end = at("service.ExecMainExitTimestampMonotonic")?;
    (end >= start).then(|| (end - start) / 1_000_000)
}

/// Known words among the programs and in their scripts.
fn does(service: &str) -> Value {
    let lines = service.lines();
    let found: BTreeSet<&str> = lines
        .filter_map(|l| l.strip_prefix("Words="))
        .flat_map(words::found)
        .collect();
    Value::List(found.into_iter().map(Value::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCKS: &str = "now=1795300000.0\nuptime=1000.0";
    const TIMER: &str = "Id=a.timer\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nUnit=a.service\n\
        LastTriggerUSec=Sat 2026-11-21 05:26:13 UTC\nActiveEnterTimestamp=Sat 2026-11-21 05:00:00 UTC\nPersistent=yes\n\
        TimersCalendar={ OnCalendar=*-*-* 03:00:00 ; next_elapse=Sun 2026-11-22 03:00:00 UTC }\n\
        FragmentPath=/etc/systemd/system/a.timer";
    const SERVICE: &str = "Id=a.service\nActiveState=failed\nResult=exit-code\nExecMainExitTimestampMonotonic=5\n\
        OnFailure=tell.service\nProgram=/usr/bin/restic\nWords=restic curl s3cret ";

    fn shown(timer_block: &str, service: Option<&str>) -> String {
        match timer(CLOCKS, timer_block, service) {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => "none".to_owned(),
            Err(why) => why.0,
        }
    }

    #[test]
    fn a_timer_says_when_it_fired_and_how_that_ended() {
        let found = shown(TIMER, Some(SERVICE));
        for part in [
            "last=1795238773",
            "result=exit-code",
            "on_failure=tell.service",
            "persistent=true",
            "*-*-* 03:00:00",
            "restic",
        ] {
            assert!(found.contains(part), "{part}: {found}");
        }
        assert!(!found.contains("s3cret"), "{found}");
        // Of a service that is not shown nobody says that it ended well.
        assert!(!shown(TIMER, None).contains("result="));
        assert_eq!(
            shown(
                &TIMER
                    .replace("loaded", "not-found")
                    .replace("=active", "=inactive"),
                None
            ),
            "none"
        );
        let odd = TIMER.replace("05:26:13 UTC", "05:26:13 CET");
        assert!(shown(&odd, None).contains("is no time"));
    }
}
