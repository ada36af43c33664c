//! A reader with a calculator gets what is printed: the terms of the notes of every fixture, computed anew.

use crate::support::{check, repository};

/// A number in its smallest unit, and by how much it may be off for its printed digits.
#[derive(Debug, Clone, Copy)]
struct Term {
    value: f64,
    slack: f64,
}

/// Units behind numbers; what they are multiples of.
const UNITS: &[(&str, f64)] = &[
    ("", 1.0),
    ("%", 0.01),
    ("B", 1.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("bit/s", 1.0),
    ("Mbit/s", 1e6),
    ("Gbit/s", 1e9),
    ("MB/s", 1e6),
    ("W", 1.0),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
];

/// Words that stand apart behind a number.
const WORDS: &[(&str, f64)] = &[
    ("EUR", 1.0),
    ("GiB", 1_073_741_824.0),
    ("d", 86_400.0),
    ("h", 3600.0),
    ("%", 0.01),
    ("bits", 1.0),
    ("votes", 1.0),
    ("vote", 1.0),
    ("containers", 1.0),
    ("port", 1.0),
    ("stores", 1.0),
    ("store", 1.0),
    ("inside", 1.0),
    ("errors", 1.0),
];

/// `12TB`, `1d20h`, `2.880e14`, `10^14`, and what was computed already.
fn number(word: &str) -> Option<Term> {
    if let Some(raw) = word.strip_prefix('@') {
        return Some(Term {
            value: raw.parse().ok()?,
            slack: 0.0,
        });
    }
    if let Some(power) = word.strip_prefix("10^") {
        return Some(Term {
            value: 10_f64.powi(power.parse().ok()?),
            slack: 0.0,
        });
    }
    let (sign, mut rest) = match word.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, word),
    };
    let mut term = Term {
        value: 0.0,
        slack: 0.0,
    };
    let mut parts = 0;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let (digits, after) = match after.strip_prefix('e') {
            Some(power) if power.parse::<u32>().is_ok() => (rest, ""),
            _ => (digits, after),
        };
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, scale) = UNITS.iter().find(|(u, _)| *u == unit)?;
        let value: f64 = digits.parse().ok()?;
        let mantissa = digits.split('e').next().unwrap_or(digits);
        let places = mantissa.split_once('.').map_or(0, |(_, d)| d.len());
        let power = digits
            .split_once('e')
            .map_or(1.0, |(_, p)| 10_f64.powi(p.parse().unwrap()));
        term.value += sign * value * scale;
        let step = power * scale * 10_f64.powi(-i32::try_from(places).ok()?);
        // Times are cut after two units; whole numbers without a unit are meant as they are.
        let time = matches!(unit, "d" | "h" | "m");
        term.slack = match () {
            () if time && parts > 0 => step,
            () if places > 0 => step * 0.51,
            // Two places at the most, and no zeros at the end.
            () if unit.ends_with('B') => 0.0051 * scale,
            () => 0.0,
        };
        parts += 1;
        rest = after;
    }
    (parts > 0).then_some(term)
}

/// The value of `a op b op c`; `×` and `/` bind closer.
fn value(words: &[&str]) -> Option<Term> {
    let mut sum: Vec<(f64, Term)> = Vec::new();
    let mut at = 0;
    let mut op = "+";
    loop {
        let mut term = number(words.get(at)?)?;
        at += 1;
        if let Some((_, scale)) = words
            .get(at)
            .and_then(|w| WORDS.iter().find(|(u, _)| u == w))
        {
            term = Term {
                value: term.value * scale,
                slack: term.slack * scale,
            };
            at += 1;
        }
        match op {
            "+" => sum.push((1.0, term)),
            "-" => sum.push((-1.0, term)),
            _ => {
                let (_, last) = sum.last_mut()?;
                let off = last.slack / last.value.abs().max(1e-9)
                    + term.slack / term.value.abs().max(1e-9);
                last.value = if op == "×" {
                    last.value * term.value
                } else {
                    last.value / term.value
                };
                last.slack = off * last.value.abs();
            }
        }
        let Some(next) = words.get(at) else { break };
        op = ["+", "-", "×", "/"].into_iter().find(|o| o == next)?;
        at += 1;
    }
    Some(Term {
        value: sum.iter().map(|(sign, t)| sign * t.value).sum(),
        slack: sum.iter().map(|(_, t)| t.slack).sum(),
    })
}

/// Brackets with a term in them become its value; those with words are remarks.
fn flat(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(close) = text.find(')') {
        let Some(open) = text[..close].rfind('(') else {
            break;
        };
        let words: Vec<&str> = text[open + 1..close].split(' ').collect();
        let with = value(&words).map_or(String::new(), |t| format!("@{}", t.value));
        text.replace_range(open..=close, &with);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What stands before and behind each `=` of a note, as long as it is numbers.
fn wrong(note: &str, count: &mut usize) -> Vec<String> {
    let mut out = Vec::new();
    for part in flat(note).split([';', ':']) {
        let part = part.split(", ").next().unwrap_or(part);
        let words: Vec<&str> = part.split_whitespace().collect();
        for (at, _) in words.iter().enumerate().filter(|(_, w)| **w == "=") {
            let behind = words.get(at + 1..).unwrap_or_default();
            let behind = behind.strip_prefix(&["at", "least"]).unwrap_or(behind);
            let ends = (1..=behind.len().min(2)).rev();
            let result = ends.filter_map(|n| value(behind.get(..n)?)).next();
            let before = words.get(..at).unwrap_or_default();
            let starts = (0..at).filter_map(|n| Some((n, value(before.get(n..)?)?)));
            let whole =
                starts.filter(|(n, _)| *n == 0 || !matches!(before[n - 1], "+" | "-" | "×" | "/"));
            let (Some(result), Some((from, term))) = (result, whole.into_iter().next()) else {
                continue;
            };
            if before.get(from..).is_none_or(|w| w.len() <= 2) {
                continue;
            }
            *count += 1;
            let slack = result.slack + term.slack + term.value.abs() * 1e-9;
            if (result.value - term.value).abs() > slack {
                out.push(format!("{part}: {} is not {}", term.value, result.value));
            }
        }
    }
    out
}

#[test]
fn what_is_printed_follows_from_what_is_printed() {
    let (mut count, mut found) = (0, Vec::new());
    for rule in rules::RULES {
        let path = repository()
            .join("tests/broken/rules")
            .join(rule.id)
            .join("broken.txt");
        let text = std::fs::read_to_string(path).unwrap();
        let notes = text
            .lines()
            .filter_map(|l| l.trim().strip_prefix("= note: "));
        for note in notes {
            let wrong = wrong(note, &mut count);
            found.extend(wrong.into_iter().map(|w| format!("{}: {w}", rule.id)));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(count >= 30, "{count}");
}

#[test]
fn a_wrong_sum_is_seen() {
    for (note, bad) in [
        ("20GiB (a) + 16GiB (b) = 36GiB, claimed 112GB", 0),
        ("20GiB (a) + 16GiB (b) = 37GiB", 1),
        ("(4 - 1) × 12TB = 36TB = 32.74TiB", 0),
        ("(4 - 1) × 12TB = 37TB", 1),
        (
            "site: 600GB × 8 / 100Mbit/s = 13h20m; 15m + 13h20m = 13h35m > 4h",
            0,
        ),
        ("site: 600GB × 8 / 100Mbit/s = 14h20m", 1),
        ("32GiB - 31GiB = 2GiB too much", 1),
    ] {
        assert_eq!(wrong(note, &mut 0).len(), bad, "{note}");
    }
}

/// More in use than there is leaves nothing, and never less than nothing.
#[test]
fn nothing_that_is_free_is_negative() {
    let lab = "format: 1
lab: x
hosts: {pve: {hardware: {memory: 16GiB, disks: {a: 8TB, b: 8TB}}}}
guests: {db: {kind: vm, on: pve, memory: 12GiB}, web: {kind: vm, on: pve, memory: 8GiB}}
pools: {tank: {kind: zfs, on: pve, level: mirror, devices: [pve/a, pve/b], used: 9TB}}
datasets: {photos: {host: pve, folder: /srv/photos, size: 3TB}}
repositories: {images: {kind: pbs, on: pve, location: /mnt/images}, usb: {on: pve, location: /mnt/usb, password: {env: USB}}}
backups:
  nightly: {guests: [db], to: images, schedule: '02:00', kind: image}
  weekly: {datasets: [photos], to: usb, every: 7d, keep: {last: 4}}
";
    let (found, _) = check(lab, None);
    let found: Vec<_> = found
        .iter()
        .filter(|d| d.code == "dr-drill-capacity")
        .collect();
    assert_eq!(found.len(), 2, "{found:#?}");
    for d in found {
        assert!(d.message.contains("and 0"), "{}", d.message);
        assert!(
            !format!("{:?}", d.notes).contains("-4") && !format!("{:?}", d.notes).contains("-1"),
            "{:?}",
            d.notes
        );
    }
}
