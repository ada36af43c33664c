//! Times as people say them: `2am`, `daily at 2:30 pm`, `every 6 hours`, `Sunday 3am`.

use super::calendar_text::{LONG, WEEKDAYS};
use super::slip;

/// The calendar expression that is meant; whoever calls it reads it.
pub(super) fn meant(text: &str) -> Option<String> {
    let mut lower = text.trim().to_lowercase().replace(',', " ");
    for to in [" - ", " – ", "–", " to ", " until ", " till "] {
        lower = lower.replace(to, "-");
    }
    if let Some(every) = interval(&lower) {
        return Some(every);
    }
    if let Some(monthly) = nth(&lower) {
        return Some(monthly);
    }
    let mut days: Option<String> = None;
    let mut daily = false;
    let mut time: Option<String> = None;
    let words: Vec<&str> = lower.split_whitespace().collect();
    let mut rest = words.as_slice();
    while let Some((word, after)) = rest.split_first() {
        rest = after;
        let half = after.first().filter(|w| ["am", "pm"].contains(w));
        match *word {
            "at" | "on" | "every" | "each" | "o'clock" => {}
            "daily" | "day" | "night" | "nightly" => daily = true,
            word => match weekdays(word) {
                Some(_) if days.is_some() => return None,
                Some(day) => days = Some(day),
                None if time.is_some() => return None,
                None => {
                    let joined = half.map(|h| format!("{word}{h}"));
                    rest = after.get(usize::from(half.is_some())..).unwrap_or_default();
                    time = Some(span(joined.as_deref().unwrap_or(word))?);
                }
            },
        }
    }
    match (days, time) {
        (Some(_), _) if daily => None,
        (Some(day), Some(time)) => Some(format!("{day} {time}")),
        (Some(day), None) => Some(day),
        (None, Some(time)) => Some(time),
        // At which time of the night nobody said.
        (None, None) => (words.last() == Some(&"day")).then(|| "daily".to_owned()),
    }
}

/// `1st Sunday of the month 02:00`, as the day of the week among the days of the month on which it is that one.
fn nth(text: &str) -> Option<String> {
    const WORDS: [[&str; 2]; 4] = [
        ["1st", "first"],
        ["2nd", "second"],
        ["3rd", "third"],
        ["4th", "fourth"],
    ];
    let filler = [
        "every", "each", "on", "the", "of", "month", "a", "at", "monthly",
    ];
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|w| !filler.contains(w))
        .collect();
    let (number, day, time) = match words.as_slice() {
        [number, day] => (number, day, "00:00".to_owned()),
        [number, day, time] => (number, day, clock(time)?),
        _ => return None,
    };
    let n = WORDS.iter().position(|w| w.contains(number))?;
    let (first, last) = (n * 7 + 1, n * 7 + 7);
    Some(format!(
        "{} *-*-{first:02}..{last:02} {time}",
        weekday(day)?
    ))
}

/// `every 6 hours`, `6h` and `24h`, where the hours part the day evenly. Without a '*' at its beginning, which in
/// YAML would stand in quotes.
fn interval(text: &str) -> Option<String> {
    let text = text.strip_prefix("every ").unwrap_or(text);
    let length = slip::duration(text).filter(|d| d.ends_with(['h', 'm', 'd']))?;
    let (number, unit) = length.split_at(length.len() - 1);
    let number: u32 = number.parse().ok()?;
    match (number, unit) {
        (24, "h") | (1, "d") => Some("daily".to_owned()),
        (1, "h") => Some("hourly".to_owned()),
        (n, "h") if n > 0 && n < 24 && 24 % n == 0 => Some(format!("00/{n}:00")),
        (n, "m") if n > 0 && n < 60 && 60 % n == 0 => Some(format!("00/1:00/{n}")),
        _ => None,
    }
}

/// `sat` and `mon-fri`, as `Sat` and `Mon..Fri`.
fn weekdays(word: &str) -> Option<String> {
    match word.split_once('-').or_else(|| word.split_once("..")) {
        Some((first, last)) => Some(format!("{}..{}", weekday(first)?, weekday(last)?)),
        None => weekday(word),
    }
}

/// `2am` and `2am-6am` as `02:00` and the window `02:00..06:00`.
fn span(word: &str) -> Option<String> {
    match word.split_once('-').or_else(|| word.split_once("..")) {
        // Of 2-6 nobody knows that these are hours.
        Some((first, last)) if word.contains([':', 'm', 'h']) => {
            Some(format!("{}..{}", clock(first)?, clock(last)?))
        }
        Some(_) => None,
        None => clock(word),
    }
}

fn weekday(word: &str) -> Option<String> {
    let word = word
        .strip_suffix('s')
        .filter(|w| LONG.contains(w))
        .unwrap_or(word);
    let find = |words: &[&str; 7]| words.iter().position(|w| *w == word);
    let n = find(&WEEKDAYS).or_else(|| find(&LONG))?;
    let mut shown = WEEKDAYS.get(n)?.to_string();
    if let Some(letter) = shown.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    Some(shown)
}

/// `2am`, `2:30pm`, `14h`, `2` and `02:00` as `HOUR:MINUTE`.
fn clock(word: &str) -> Option<String> {
    let half = ["am", "pm", "h", "uhr"]
        .into_iter()
        .find_map(|h| Some((word.strip_suffix(h)?, h)));
    let (number, half) = half.unwrap_or((word, ""));
    let (hour, minute) = number.split_once(':').unwrap_or((number, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        "am" | "pm" if !(1..=12).contains(&hour) => return None,
        "am" => hour % 12,
        "pm" => hour % 12 + 12,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}
