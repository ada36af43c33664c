//! Timers by name: when they last fired and will fire next, and how their service ended.

use super::ByPath;
use super::frame::Section;
use super::properties::Properties;
use jiff::Timestamp;
use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: ByPath = ByPath {
    sh: include_str!("sh/timer.sh"),
    call: |key| super::unit::name(key).map(|key| format!("timer {key}")),
    read,
    source: "systemctl show",
};

fn read(section: &Section<'_>) -> Result<Seen, Reason> {
    let shown = Properties::read(section);
    if shown.is_missing()? {
        return Ok(Seen::Absent);
    }
    Ok(Seen::Present(Value::map([
        ("last", Value::from(unix(shown.get("LastTriggerUSec"))?)),
        ("next", Value::from(next(&shown)?)),
        ("result", Value::from(result(&shown)?)),
        ("enabled", Value::from(shown.enabled())),
        ("files", Value::from(files(&shown))),
    ])))
}

/// What systemd made the timer and its service of: their files, each followed by its drop-ins.
pub(super) fn files(shown: &Properties) -> String {
    let names = [
        "FragmentPath",
        "DropInPaths",
        "service.FragmentPath",
        "service.DropInPaths",
    ];
    let words = names.iter().flat_map(|n| shown.get(n).split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

/// How the service ended: systemd's word (`success`, `exit-code`, …), `running`, or `none` if it has not run since the host
/// started. systemd itself says `success` of a service that never ran.
pub(super) fn result(shown: &Properties) -> Result<String, Reason> {
    // A timer that is masked has no service.
    if shown.get("Unit").is_empty() {
        return Ok("none".to_owned());
    }
    let ended = shown.get("service.ExecMainExitTimestampMonotonic");
    let result = shown.need("service.Result")?;
    Ok(match shown.need("service.ActiveState")? {
        "activating" | "active" | "reloading" | "deactivating" => "running",
        _ if matches!(ended, "" | "0") && result == "success" => "none",
        _ => result,
    }
    .to_owned())
}

/// The sooner of both clocks' next times; 0 if there is none.
pub(super) fn next(shown: &Properties) -> Result<i64, Reason> {
    let wall = unix(shown.get("NextElapseUSecRealtime"))?;
    let span = shown.get("NextElapseUSecMonotonic");
    if matches!(span, "" | "0" | "infinity" | "n/a") {
        return Ok(wall);
    }
    let number = |name| -> Result<i64, Reason> {
        let micros = timespan(&format!("{}s", shown.need(name)?));
        micros.ok_or_else(|| Reason::new(format!("{name} is no number")))
    };
    let since_boot = timespan(span);
    let since_boot = since_boot.ok_or_else(|| Reason::new(format!("'{span}' is no time span")))?;
    // Rounded, so that two looks at the same timer rarely differ by a second.
    let monotonic = number("now")?
        .saturating_sub(number("uptime")?)
        .saturating_add(since_boot)
        .saturating_add(500_000)
        / 1_000_000;
    Ok(if wall == 0 {
        monotonic
    } else {
        wall.min(monotonic)
    })
}

/// `Sat 2026-11-21 05:26:13 UTC`, as systemctl prints it in that time zone; nothing is 0.
pub(super) fn unix(text: &str) -> Result<i64, Reason> {
    if matches!(text, "" | "0" | "n/a" | "infinity") {
        return Ok(0);
    }
    let words: Vec<&str> = text.split(' ').collect();
    let time = match words.as_slice() {
        [_day, date, time, "UTC"] => format!("{date}T{time}Z").parse::<Timestamp>().ok(),
        _ => None,
    };
    let time =
        time.ok_or_else(|| Reason::new(format!("'{text}' is no time as systemctl prints it")))?;
    Ok(time.as_second())
}

/// `1month 2d 3h 4min 5.678s` in microseconds; the units of systemd.time(7).
fn timespan(text: &str) -> Option<i64> {
    const MICROS: [(&str, i64); 9] = [
        ("month", 2_629_800_000_000),
        ("min", 60_000_000),
        ("ms", 1_000),
        ("us", 1),
        ("y", 31_557_600_000_000),
        ("w", 604_800_000_000),
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("s", 1_000_000),
    ];
    let mut micros: i64 = 0;
    for word in text.split_whitespace() {
        let (number, size) = MICROS.iter().find_map(|(unit, size)| {
            let number = word.strip_suffix(unit)?;
            number
                .ends_with(|c: char| c.is_ascii_digit())
                .then_some((number, *size))
        })?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        micros = micros.checked_add(whole.parse::<i64>().ok()?.checked_mul(size)?)?;
        let digits = fraction.get(..fraction.len().min(6))?;
        let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
        micros = micros.checked_add(
            digits
                .parse::<i64>()
                .ok()?
                .checked_mul(size)?
                .checked_div(scale)?,
        )?;
    }
    Some(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(unix("Sat 2026-11-21 05:26:13 UTC"), Ok(1_795_238_773));
        assert_eq!(unix("n/a"), Ok(0));
        for bad in [
            "Sat 2026-11-21 05:26:13 CET",
            "yesterday",
            "Sat 2026-13-21 05:26:13 UTC",
        ] {
            assert!(unix(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn time_spans() {
        for (text, want) in [
            ("5min 30.250s", Some(330_250_000)),
            ("1d 2h", Some(93_600_000_000)),
            ("1month 1w", Some(3_234_600_000_000)),
            ("900ms", Some(900_000)),
            ("soon", None),
            ("5", None),
            ("99999999999999y", None),
        ] {
            assert_eq!(timespan(text), want, "{text}");
        }
    }
}
