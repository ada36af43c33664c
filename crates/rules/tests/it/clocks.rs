//! Schedules by the clock around the days on which it is set.

use crate::support::check;
use diag::Severity;

/// What `bak-rpo-schedule` says of data that is copied by this schedule and may lose so much.
fn said(zone: &str, when: &str, rpo: &str) -> Vec<(Severity, String)> {
    let text = format!(
        "format: 1\nlab: x\n{zone}sites: {{home: {{}}, away: {{}}}}\nhosts: {{a: {{site: home}}, b: {{site: away}}}}\n\
        tiers: {{gold: {{rpo: {{host: {rpo}}}}}}}\n\
        datasets: {{d: {{host: a, folder: /srv, class: important, tier: gold, size: 1GB}}}}\n\
        repositories: {{r: {{on: b, location: /r, password: {{env: X}}}}}}\n\
        backups: {{n: {{datasets: [d], to: r, {when}, took: 1m}}}}\n"
    );
    let (found, _) = check(&text, None);
    let own = found.into_iter().filter(|d| d.code == "bak-rpo-schedule");
    own.map(|d| (d.severity, d.message)).collect()
}

#[test]
fn a_daily_copy_is_an_hour_late_once_a_year() {
    let berlin = "timezone: Europe/Berlin\n";
    let found = said(berlin, "schedule: '03:00'", "1d1m");
    assert_eq!(
        found,
        [(
            Severity::Info,
            "dataset 'd' can lose 1d1h1m by the loss of its host around 2027-10-31, when the clocks of Europe/Berlin are set, and tier 'gold' allows 1d1m".to_owned()
        )]
    );
    // With the hour to spare, in a zone whose clocks stay as they are, by an interval, or where nobody said which zone: nothing.
    for (zone, when, rpo) in [
        (berlin, "schedule: '03:00'", "1d1h1m"),
        ("timezone: UTC\n", "schedule: '03:00'", "1d1m"),
        ("timezone: Asia/Tokyo\n", "schedule: '03:00'", "1d1m"),
        (berlin, "every: 1d", "1d1m"),
        ("", "schedule: '03:00'", "1d1m"),
    ] {
        assert_eq!(said(zone, when, rpo), [], "{zone} {when} {rpo}");
    }
    // What is broken every day is told as that, and not once more.
    let found = said(berlin, "schedule: '03:00'", "12h");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Severity::Error);
}

#[test]
fn a_time_that_does_not_exist_on_one_day_is_later_on_that_day() {
    // In New York the clocks go from 02:00 to 03:00 in March and back in November.
    let zone = "timezone: America/New_York\n";
    let found = said(zone, "schedule: '02:30'", "1d1m");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].1.contains("1d1h1m"), "{found:?}");
    assert_eq!(said(zone, "schedule: hourly", "1h1m"), []);
}
