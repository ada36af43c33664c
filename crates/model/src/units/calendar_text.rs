//! The text of calendar expressions: systemd.time(7) and cron(5), to the minute.

use super::calendar::Pattern5;
use super::slip;

pub(super) const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
pub(super) const LONG: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The pattern, and for a window its length in minutes.
pub(super) fn read(text: &str) -> Option<(Pattern5, Option<u32>)> {
    if text.len() > 200 {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if let &[word] = words.as_slice()
        && let Some(long) = shorthand(word)
    {
        return read(long);
    }
    match words.as_slice() {
        &[minute, hour, day, month, weekday] => {
            cron(minute, hour, day, month, weekday).map(|p| (p, None))
        }
        words => systemd(words),
    }
}

/// systemd.time(7), the words for whole expressions.
fn shorthand(word: &str) -> Option<&'static str> {
    Some(match word {
        "minutely" => "*-*-* *:*",
        "hourly" => "*-*-* *:00",
        "daily" => "*-*-* 00:00",
        "weekly" => "Mon *-*-* 00:00",
        "monthly" => "*-*-01 00:00",
        "quarterly" => "*-01,04,07,10-01 00:00",
        "semiannually" => "*-01,07-01 00:00",
        "yearly" | "annually" => "*-01-01 00:00",
        _ => return None,
    })
}

/// What was probably meant: a word or a day of the week with a slip in it.
pub(super) fn meant(text: &str) -> Option<String> {
    const WORDS: [&str; 9] = [
        "minutely",
        "hourly",
        "daily",
        "weekly",
        "monthly",
        "quarterly",
        "semiannually",
        "yearly",
        "annually",
    ];
    if let Some(meant) = super::clock_words::meant(text) {
        return read(&meant).map(|_| meant);
    }
    let (first, rest) = match text.split_once(' ') {
        // A word for people is no day of the week.
        Some(("at" | "on" | "every" | "each", _)) => return None,
        Some((first, rest)) => (first, Some(rest)),
        None => (text, None),
    };
    let Some(rest) = rest else {
        return slip::word(first, &WORDS).map(str::to_owned);
    };
    let day = slip::word(first, &WEEKDAYS).or_else(|| slip::word(first, &LONG))?;
    let mut shown = day.to_owned();
    if let Some(letter) = shown.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    let shown = format!("{shown} {rest}");
    read(&shown).map(|_| shown)
}

/// What the numbers of a text that has the right form may be.
pub(super) fn limits(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let digits = |word: &&str| word.chars().any(|c| c.is_ascii_digit() || c == '*');
    match words.as_slice() {
        [_, _, _, _, _] if words.iter().all(digits) => Some(
            "a cron line is minute (0 to 59), hour (0 to 23), day of the month (1 to 31), month (1 to 12), day of the week (0 to 7, from Sunday), as in '0 3 * * 0'",
        ),
        words if words.iter().any(|w| w.contains(':')) => Some(
            "the time of day is HOUR:MINUTE from 00:00 to 23:59, behind a day of the week or a date, as in 'Sat 02:00'",
        ),
        _ => None,
    }
}

fn cron(minute: &str, hour: &str, day: &str, month: &str, weekday: &str) -> Option<Pattern5> {
    let month = named(month, &MONTHS, 1);
    // cron counts from Sunday, 0 or 7.
    let sundays = named(
        weekday,
        &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
        0,
    );
    let sundays = mask(&sundays, 0, 7, "-")?;
    let weekdays = (sundays >> 1 | sundays << 6) & 0x7f;
    Some(Pattern5 {
        weekdays,
        months: mask(&month, 1, 12, "-")?,
        days: mask(day, 1, 31, "-")?,
        hours: mask(hour, 0, 23, "-")?,
        minutes: mask(minute, 0, 59, "-")?,
        either_day: !day.starts_with('*') && !weekday.starts_with('*'),
    })
}

/// Words to numbers, also inside of lists and ranges.
fn named(text: &str, words: &[&str], first: usize) -> String {
    let mut text = text.to_ascii_lowercase();
    for (n, word) in words.iter().enumerate() {
        text = text.replace(word, &(n + first).to_string());
    }
    text
}

/// `[WEEKDAYS] [YEAR-]MONTH-DAY [HOUR:MINUTE[..HOUR:MINUTE]]`; at least a date or a time, or weekdays alone.
fn systemd(words: &[&str]) -> Option<(Pattern5, Option<u32>)> {
    let mut at = Pattern5 {
        weekdays: 0x7f,
        months: range(1, 12),
        days: range(1, 31),
        hours: 1,
        minutes: 1,
        either_day: false,
    };
    let mut rest = words;
    if let Some((first, after)) = rest.split_first()
        && first.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        at.weekdays = weekdays(first)?;
        rest = after;
    }
    if let Some((first, after)) = rest.split_first()
        && !first.contains(':')
    {
        let parts: Vec<&str> = first.split('-').collect();
        let (month, day) = match *parts.as_slice() {
            ["*", month, day] | [month, day] => (month, day),
            _ => return None,
        };
        (at.months, at.days) = (mask(month, 1, 12, "..")?, mask(day, 1, 31, "..")?);
        rest = after;
    }
    let mut window = None;
    if let Some((first, after)) = rest.split_first() {
        let (from, to) = match times(first) {
            Some((from, to)) => (from, Some(to)),
            None => (*first, None),
        };
        let (hours, minutes) = clock(from)?;
        (at.hours, at.minutes) = (hours, minutes);
        if let Some(to) = to {
            window = Some(length(from, to)?);
        }
        rest = after;
    }
    (rest.is_empty() && !words.is_empty()).then_some((at, window))
}

/// `02:00..06:00`, which is no range of hours as in `02..06:00`.
fn times(text: &str) -> Option<(&str, &str)> {
    let (from, to) = text.split_once("..")?;
    (from.contains(':') && to.contains(':')).then_some((from, to))
}

/// `HOUR:MINUTE`, with `:00` behind it if somebody wants to.
fn clock(text: &str) -> Option<(u64, u64)> {
    let parts: Vec<&str> = text.split(':').collect();
    let (hour, minute) = match *parts.as_slice() {
        [hour, minute] => (hour, minute),
        // Of 02:00,14:00 systemd makes 02:00:00 and 02:14:00, which nobody means.
        [hour, minute, "0" | "00"] if !minute.contains(',') => (hour, minute),
        _ => return None,
    };
    Some((mask(hour, 0, 23, "..")?, mask(minute, 0, 59, "..")?))
}

/// Minutes from one time of day to another, over midnight if need be; 24 hours if they are the same.
fn length(from: &str, to: &str) -> Option<u32> {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (number(hour, 0, 24)?, number(minute, 0, 59)?);
        let total = hour * 60 + minute;
        (total <= 24 * 60).then_some(total)
    };
    let (from, to) = (minute(from)?, minute(to)?);
    let length = (24 * 60 + to - from) % (24 * 60);
    Some(if length == 0 { 24 * 60 } else { length })
}

fn weekdays(text: &str) -> Option<u64> {
    let day = |word: &str| {
        let word = word.to_ascii_lowercase();
        let find = |words: &[&str; 7]| words.iter().position(|w| *w == word);
        find(&WEEKDAYS).or_else(|| find(&LONG))
    };
    let mut mask = 0;
    for part in text.split(',') {
        let (from, to) = part.split_once("..").unwrap_or((part, part));
        let (from, to) = (day(from)?, day(to)?);
        // Sat..Mon goes over the end of the week.
        let count = (to + 7 - from) % 7;
        for n in 0..=count {
            mask |= 1 << ((from + n) % 7);
        }
    }
    Some(mask)
}

/// `*`, `5`, `1,15`, a range with `to` between its ends, and steps: `*/15`, `0/15`.
fn mask(text: &str, least: u32, most: u32, to: &str) -> Option<u64> {
    let mut out = 0;
    for part in text.split(',') {
        let (values, step) = match part.split_once('/') {
            Some((values, step)) => (values, number(step, 1, most)?),
            None => (part, 1),
        };
        let (from, until) = match values {
            "*" => (least, most),
            _ => match values.split_once(to) {
                Some((from, until)) => (number(from, least, most)?, number(until, least, most)?),
                None => {
                    let from = number(values, least, most)?;
                    (from, if part.contains('/') { most } else { from })
                }
            },
        };
        if from > until {
            return None;
        }
        for n in (from..=until).step_by(step as usize) {
            out |= 1 << n;
        }
    }
    Some(out)
}

fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits)?;
    (least <= number && number <= most).then_some(number)
}

fn range(from: u32, to: u32) -> u64 {
    (from..=to).fold(0, |mask, n| mask | 1 << n)
}
