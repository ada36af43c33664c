//! What was probably meant by a text that is no value: the forms of other programs, and letters that are swapped.
//!
//! Whoever calls it reads the proposal and drops it if that is no value either.

/// Words for units of time, and the unit.
const TIMES: [(&str, &str); 25] = [
    ("y", "y"),
    ("yr", "y"),
    ("year", "y"),
    ("years", "y"),
    ("w", "w"),
    ("week", "w"),
    ("weeks", "w"),
    ("d", "d"),
    ("day", "d"),
    ("days", "d"),
    ("h", "h"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("m", "m"),
    ("min", "m"),
    ("mins", "m"),
    ("minute", "m"),
    ("minutes", "m"),
    ("s", "s"),
    ("sec", "s"),
    ("secs", "s"),
    ("second", "s"),
    ("seconds", "s"),
];

/// `12,50` as `12.50` and `1.250,50` as `1250.50`; with three digits behind the only mark it may as well part thousands, and then
/// nothing is proposed.
pub(crate) fn dotted(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let number = text.get(start..)?;
    let end = number.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'));
    let (number, rest) = number.split_at(end.unwrap_or(number.len()));
    let (whole, part) = number.rsplit_once([',', '.'])?;
    let last = number.as_bytes().get(whole.len())?;
    let mark = if *last == b',' { '.' } else { ',' };
    let groups: Vec<&str> = whole.split(mark).collect();
    let thousands = groups.len() == 1 || groups.iter().skip(1).all(|g| g.len() == 3);
    let solid = groups.concat();
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let sure = part.len() != 3 || groups.len() > 1;
    let comma = number.contains(',') && !rest.contains([',']);
    (comma && sure && thousands && digits(&solid) && digits(part)).then(|| {
        let before = text.get(..start).unwrap_or_default();
        format!("{before}{solid}.{part}{rest}")
    })
}

/// `1'299 EUR` and `1 299 EUR` as `1299 EUR`: a mark between groups of three digits.
pub(crate) fn ungrouped(text: &str) -> Option<String> {
    const MARKS: [char; 6] = ['\'', '\u{2019}', ' ', '\u{a0}', '\u{2009}', '\u{202f}'];
    let digit = |c: char| c.is_ascii_digit();
    let start = text.find(digit)?;
    let (before, mut rest) = text.split_at(start);
    let length = |t: &str| t.find(|c: char| !digit(c)).unwrap_or(t.len());
    let (first, after) = rest.split_at(length(rest));
    let mut out = format!("{before}{first}");
    rest = after;
    let mut mark = None;
    while let Some(found) = rest.chars().next().filter(|c| MARKS.contains(c)) {
        let behind = rest.get(found.len_utf8()..)?;
        let group = length(behind);
        if group != 3 || mark.is_some_and(|m| m != found) {
            break;
        }
        mark = Some(found);
        let (group, after) = behind.split_at(group);
        out.push_str(group);
        rest = after;
    }
    (mark.is_some() && first.len() <= 3).then(|| out + rest)
}

/// What to write instead of `1,250`, which is one of two numbers.
pub(crate) fn thousands(text: &str) -> Option<String> {
    let (whole, rest) = text.split_once(',')?;
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let whole = whole.trim_start_matches(|c: char| !c.is_ascii_digit());
    let part = rest.get(..3)?;
    let more = rest
        .get(3..)?
        .starts_with(|c: char| c.is_ascii_digit() || c == ',' || c == '.');
    (digits(whole) && digits(part) && !more).then(|| {
        format!("write '{whole}{part}' or '{whole}.{part}', whichever is meant, with its unit")
    })
}

/// What a number without a unit lacks: it, with the units of some examples.
pub(crate) fn unitless(text: &str, examples: &[&str]) -> Option<String> {
    super::decimal::Decimal::parse(text)?;
    let number = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    let mut shown: Vec<String> = Vec::new();
    for example in examples {
        let with = format!("'{text}{}'", example.trim_start_matches(number));
        if !shown.contains(&with) {
            shown.push(with);
        }
    }
    let shown = match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => return None,
    };
    Some(format!("name the unit: {shown}"))
}

/// What is said of a unit that is of another kind of value, by the name of the type that is wanted.
pub(crate) fn other_unit(text: &str, wanted: &str) -> Option<String> {
    let (number, unit) = super::decimal::split(text)?;
    let says = match (wanted, unit) {
        ("apparent-power", "W" | "kW") => {
            "W is what it can give, the 'power' of a UPS; its rating in VA stands on the label and is higher"
        }
        ("power", "VA" | "kVA") => {
            "VA is apparent power, the 'rating' of a UPS; what it can give, in W, is less and stands on the label"
        }
        ("energy", "Ah" | "mAh") => "Wh are Ah times the volts of the battery",
        ("power", "Wh" | "kWh") => "Wh is energy; power is W",
        ("power", "A" | "mA") => {
            let amperes = number.times(1).filter(|_| unit == "A");
            return Some(match amperes.and_then(|a| a.checked_mul(230)) {
                Some(watts) => format!("power is amperes times volts: at 230 V that is '{watts}W'"),
                None => "power is amperes times volts, in W".to_owned(),
            });
        }
        _ => return None,
    };
    Some(says.to_owned())
}

/// `2GB` and `2 GB per day` where an amount per day is wanted, as `2GB/day`; of a week or a month, none.
pub(crate) fn daily(text: &str) -> Option<(String, bool)> {
    use super::size::Size;
    use crate::declare::Value as _;
    let (amount, period) = match per(text) {
        Some((amount, period)) => (amount, Some(period)),
        None => (text, None),
    };
    let amount = dotted(amount).unwrap_or_else(|| amount.to_owned());
    let size = Size::parse(&amount).ok()?;
    let sure = period == Some("day");
    // What is proposed is read, and if it cannot be, a proposal is asked for: never the same again.
    let meant = format!("{size}/day");
    ((period.is_none() || sure) && meant != text).then_some((meant, sure))
}

/// Words for currencies, and the code.
const CURRENCIES: [(&str, &str); 14] = [
    ("€", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("eur", "EUR"),
    ("$", "USD"),
    ("us$", "USD"),
    ("dollar", "USD"),
    ("dollars", "USD"),
    ("usd", "USD"),
    ("£", "GBP"),
    ("pound", "GBP"),
    ("pounds", "GBP"),
    ("gbp", "GBP"),
    ("chf", "CHF"),
];

/// A currency by its symbol, its name or its code in any letters.
pub(super) fn currency(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let known = CURRENCIES.iter().find(|(word, _)| *word == lower);
    let code = || {
        (lower.len() == 3 && lower.bytes().all(|b| b.is_ascii_lowercase()))
            .then(|| lower.to_ascii_uppercase())
    };
    known.map(|(_, code)| (*code).to_owned()).or_else(code)
}

/// `30ct` and `30 cents`, as a hundredth of what is then to be named.
pub(super) fn cents(text: &str) -> Option<String> {
    let text = dotted(text).unwrap_or_else(|| text.to_owned());
    let lower = text.trim().to_lowercase();
    let ends = ["cents", "cent", "ct", "¢", "c"];
    let number = ends
        .into_iter()
        .find_map(|e| lower.strip_suffix(e))?
        .trim_end();
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    (!whole.is_empty() && whole.len() < 9 && digits(whole) && digits(part)).then(|| {
        let padded = format!("{whole:0>3}");
        let (euros, cents) = padded.split_at(padded.len() - 2);
        format!("{euros}.{cents}{part}")
    })
}

/// `12€`, `EUR12` and `12,50 euros` as `12 EUR`, `12 EUR` and `12.50 EUR`.
pub(super) fn money(text: &str) -> Option<String> {
    if let Some((low, high)) = ends(text) {
        // Of 1-2k nobody knows where it begins.
        if low.contains(['k', 'K']) != high.contains(['k', 'K']) {
            return None;
        }
        let (low, one) = amount(low)?;
        let (high, other) = amount(high)?;
        let code = match (one, other) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other)?,
        };
        return Some(format!("{low}..{high} {code}"));
    }
    let (number, code) = amount(text)?;
    Some(format!("{number} {}", code?))
}

/// The ends of `200-300`, `200 – 300`, `200 to 300` and `200..300`.
pub(super) fn ends(text: &str) -> Option<(&str, &str)> {
    let parts = ["..", "–", "—", " to ", "-"];
    let (low, high) = parts.into_iter().find_map(|part| text.split_once(part))?;
    let (low, high) = (low.trim(), high.trim());
    (!low.is_empty() && !high.is_empty()).then_some((low, high))
}

/// A number, of thousands if there is a `k` behind it, and the currency before or behind it.
fn amount(text: &str) -> Option<(String, Option<String>)> {
    let text = ungrouped(text).unwrap_or_else(|| text.to_owned());
    let text = dotted(&text).unwrap_or(text);
    let number = |c: char| c.is_ascii_digit() || c == '.';
    let text = text.trim();
    let (code, rest) = text.split_at(text.find(number)?);
    let (digits, rest) = rest.split_at(rest.find(|c: char| !number(c)).unwrap_or(rest.len()));
    let behind = rest.strip_prefix(['k', 'K']);
    let behind = behind.filter(|r| !r.starts_with(|c: char| c.is_alphabetic()));
    let (digits, rest) = match behind {
        Some(rest) => {
            let number = super::decimal::Decimal::parse(digits)?;
            (number.times(1_000)?.to_string(), rest)
        }
        None => (digits.to_owned(), rest),
    };
    let code = match (code.trim(), rest.trim()) {
        ("", "") => None,
        ("", word) | (word, "") => Some(currency(word)?),
        _ => return None,
    };
    Some((digits, code))
}

/// `12 EUR per month`, `12€/mo` and `12 EUR yearly` as what is paid and the period.
pub(super) fn per(text: &str) -> Option<(&str, &'static str)> {
    const WORDS: [(&str, &str); 29] = [
        ("day", "day"),
        ("d", "day"),
        ("daily", "day"),
        ("days", "day"),
        ("week", "week"),
        ("w", "week"),
        ("wk", "week"),
        ("weekly", "week"),
        ("weeks", "week"),
        ("month", "month"),
        ("mo", "month"),
        ("mon", "month"),
        ("mth", "month"),
        ("monthly", "month"),
        ("months", "month"),
        ("year", "year"),
        ("y", "year"),
        ("yr", "year"),
        ("a", "year"),
        ("p.a.", "year"),
        ("yearly", "year"),
        ("years", "year"),
        ("annum", "year"),
        ("annually", "year"),
        ("jahr", "year"),
        ("monat", "month"),
        ("mtl", "month"),
        ("mtl.", "month"),
        ("tag", "day"),
    ];
    let split = text.rsplit_once('/').or_else(|| text.rsplit_once(' '))?;
    let word = split.1.trim().to_lowercase();
    let (_, period) = WORDS.iter().find(|(w, _)| *w == word)?;
    let before = split.0.trim_end();
    let before = [" per", " a", " each", " every"]
        .into_iter()
        .find_map(|w| before.strip_suffix(w))
        .unwrap_or(before);
    Some((before, period))
}

/// `1/2/2026`, `31.1.2026`, `2026-1-5` and `5 Jan 2026` as the days that may be meant.
pub(super) fn dates(text: &str) -> Vec<String> {
    let solid = text.len() == 8 && is_bare(text);
    let solid = solid.then(|| [text.get(..4), text.get(4..6), text.get(6..)]);
    let parts: Vec<&str> = match solid {
        Some(parts) => parts.into_iter().flatten().collect(),
        None => text
            .split(|c: char| "/.- ,".contains(c))
            .filter(|p| !p.is_empty())
            .collect(),
    };
    let [a, b, c] = parts.as_slice() else {
        return Vec::new();
    };
    let year = |word: &str| word.parse::<u16>().ok().filter(|_| word.len() == 4);
    let day = |word: &str| {
        word.trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .parse::<u8>()
            .ok()
    };
    let named = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let orders: &[[&str; 3]] = match year(a) {
        Some(_) => &[[*a, *b, *c]],
        None if text.contains('.') || named(b) => &[[*c, *b, *a]],
        None if named(a) => &[[*c, *a, *b]],
        None => &[[*c, *b, *a], [*c, *a, *b]],
    };
    let mut out: Vec<String> = Vec::new();
    for [y, m, d] in orders {
        if let (Some(y), Some(m), Some(d)) = (year(y), month(m), day(d)) {
            let text = format!("{y:04}-{m:02}-{d:02}");
            if text.parse::<jiff::civil::Date>().is_ok() && !out.contains(&text) {
                out.push(text);
            }
        }
    }
    out
}

/// `Feb 2026`, `2026-02`, `02/2026`, `Q1 2026` and `2026` as the first day and the last.
pub(super) fn period(text: &str) -> Option<(String, String)> {
    let parts: Vec<&str> = text
        .split(|c: char| "/.- ,".contains(c))
        .filter(|p| !p.is_empty())
        .collect();
    let is_year = |p: &&str| p.len() == 4 && is_bare(p);
    let (year, rest): (Vec<&str>, Vec<&str>) = parts.iter().partition(|p| is_year(p));
    let [year] = year.as_slice() else { return None };
    let (first, last) = match rest.as_slice() {
        [] => (1, 12),
        [word] => match word.to_ascii_lowercase().strip_prefix('q') {
            Some(quarter) => {
                let quarter: u8 = quarter.parse().ok().filter(|q| (1..=4).contains(q))?;
                (quarter * 3 - 2, quarter * 3)
            }
            None => month(word).map(|m| (m, m))?,
        },
        _ => return None,
    };
    let day = |month: u8| format!("{year}-{month:02}-01").parse::<jiff::civil::Date>();
    let (first, last) = (day(first).ok()?, day(last).ok()?);
    Some((first.to_string(), last.last_of_month().to_string()))
}

/// The number of a month by its name or number.
fn month(word: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let word = word.to_ascii_lowercase();
    let named = (1..).zip(MONTHS).find(|(_, m)| word.starts_with(m));
    let number = || word.parse().ok().filter(|_| word.len() <= 2);
    named.map(|(n, _)| n).or_else(number)
}

/// `4G`, which is one of two sizes.
pub(crate) fn size(text: &str) -> Option<String> {
    let (number, prefix) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let number = number.trim();
    let prefix = match prefix.to_ascii_lowercase().as_str() {
        "k" => ("KiB", "kB"),
        "m" => ("MiB", "MB"),
        "g" => ("GiB", "GB"),
        "t" => ("TiB", "TB"),
        _ => return None,
    };
    let (binary, decimal) = prefix;
    Some(format!(
        "write '{number}{binary}', as memory is counted, or '{number}{decimal}', as disks are"
    ))
}

/// `4x 4TB`, where each of them has a name and a size.
pub(crate) fn several(text: &str, reads: &dyn Fn(&String) -> bool) -> Option<String> {
    let (number, each) = text.split_once(['x', 'X', '×', '*'])?;
    let (number, each) = (number.trim(), each.trim().to_owned());
    (is_bare(number) && reads(&each)).then(|| {
        format!("each of them has a name and a size of its own, as in '{{a: {each}, b: {each}}}'")
    })
}

/// `8192`, as hypervisors count memory; so many of the larger units nobody has.
pub(crate) fn megabytes(text: &str) -> Option<String> {
    let number: u32 = text.parse().ok().filter(|n| *n >= 256)?;
    let whole = (number.is_multiple_of(1024)).then(|| format!(" or '{}GiB'", number / 1024));
    let whole = whole.unwrap_or_default();
    is_bare(text)
        .then(|| format!("name the unit: '{text}MiB'{whole} of memory, '{text}GB' of a disk"))
}

/// Words for how often, each with its duration.
const OFTEN: [(&str, &str); 9] = [
    ("hourly", "1h"),
    ("hour", "1h"),
    ("daily", "1d"),
    ("day", "1d"),
    ("nightly", "1d"),
    ("night", "1d"),
    ("weekly", "1w"),
    ("week", "1w"),
    ("yearly", "1y"),
];

/// `5min` and `1 hour 30 minutes` as `5m` and `1h30m`.
pub(super) fn duration(text: &str) -> Option<String> {
    let mut out = String::new();
    let lower = text.to_ascii_lowercase();
    if let Some(iso) = lower.strip_prefix('p') {
        // ISO 8601: an M before the T is months, which no duration here has.
        let (date, time) = iso.split_once('t').unwrap_or((iso, ""));
        let months = date.contains('m') || date.contains('p');
        return (!months)
            .then(|| format!("{date}{time}"))
            .and_then(|text| duration(&text));
    }
    if let Some(whole) = divided(&lower).or_else(|| clock(&lower)) {
        return Some(whole);
    }
    let often = lower.trim().strip_prefix("every ").unwrap_or(lower.trim());
    if let Some((_, meant)) = OFTEN.iter().find(|(word, _)| *word == often) {
        return Some((*meant).to_owned());
    }
    let each = ["every ", "each "];
    let found = each.into_iter().find_map(|e| lower.strip_prefix(e));
    let mut rest = found.unwrap_or(text).trim();
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic());
        let (word, after) = after.split_at(letters.unwrap_or(after.len()));
        let word = word.to_ascii_lowercase();
        let (_, unit) = TIMES.iter().find(|(known, _)| *known == word)?;
        out.push_str(number);
        out.push_str(unit);
        rest = after.trim_start();
    }
    Some(out)
}

/// `00:05:00` as `5m`. Of two numbers nobody knows whether they are hours and minutes.
fn clock(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(':').collect();
    let [hours, minutes, seconds] = parts.as_slice() else {
        return None;
    };
    let digits = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(minutes) || !digits(seconds) || *minutes > "59" || *seconds > "59" {
        return None;
    }
    let mut out = String::new();
    for (text, unit) in [(hours, "h"), (minutes, "m"), (seconds, "s")] {
        let number: u16 = text.parse().ok()?;
        if number > 0 {
            out.push_str(&format!("{number}{unit}"));
        }
    }
    (!out.is_empty()).then_some(out)
}

/// `1.5h` and `0.5 days` as `1h30m` and `12h`.
fn divided(text: &str) -> Option<String> {
    let text = dotted(text).unwrap_or_else(|| text.to_owned());
    let (number, word) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic() || c == ' ')?);
    let (whole, part) = number.split_once('.')?;
    let (_, unit) = TIMES.iter().find(|(known, _)| *known == word.trim())?;
    let seconds: u64 = match *unit {
        "w" => 604_800,
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        _ => return None,
    };
    let scale = 10_u64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let parts = whole
        .parse::<u64>()
        .ok()?
        .checked_mul(scale)?
        .checked_add(part.parse().ok()?)?;
    let all = parts.checked_mul(seconds)?;
    let mut left = (all % scale == 0).then_some(all / scale)?;
    let mut out = String::new();
    for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        if left >= size {
            out += &format!("{}{unit}", left / size);
            left %= size;
        }
    }
    Some(out).filter(|o| !o.is_empty())
}

/// A number alone.
pub(super) fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// `500Mbps` as `500Mbit/s`.
pub(crate) fn rate(text: &str) -> Option<String> {
    if let Some(bytes) = text.strip_suffix("Bps") {
        return Some(format!("{bytes}B/s"));
    }
    if let Some(port) = ethernet(text) {
        return Some(port);
    }
    let ends = ["bit/sec", "bits/s", "bps", "b/s", "bit", "b", ""];
    let found = ends.into_iter().find_map(|end| text.strip_suffix(end))?;
    let (number, prefix) = found.split_at(found.find(|c: char| c.is_ascii_alphabetic())?);
    let prefix = match prefix {
        "k" | "K" => "k",
        "m" | "M" => "M",
        "g" | "G" => "G",
        _ => return None,
    };
    Some(format!("{}{prefix}bit/s", number.trim_end()))
}

/// `2.5GbE`, `10GBASE-T` and `1000baseT` (IEEE 802.3) as `2.5Gbit/s`, `10Gbit/s` and `1000Mbit/s`.
fn ethernet(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (named, _) = lower.split_once("base").unwrap_or((&lower, ""));
    let (found, is_base) = match lower.strip_suffix("be") {
        Some(found) => (found, false),
        None => (named, named.len() < lower.len()),
    };
    let found = found.trim_end();
    let (number, prefix) = match found.strip_suffix(['g', 'm']) {
        Some(number) if found.ends_with('g') => (number, "G"),
        Some(number) => (number, "M"),
        // Without a prefix the standard counts megabits.
        None if is_base => (found, "M"),
        None => return None,
    };
    super::decimal::Decimal::parse(number.trim_end())?;
    Some(format!("{}{prefix}bit/s", number.trim_end()))
}

/// What people call ports by, with what is usual for each (IANA service names, and what the programs themselves take).
const SERVICES: [(&str, &str); 16] = [
    ("dns", "53/udp"),
    ("domain", "53/udp"),
    ("http", "80/tcp"),
    ("https", "443/tcp"),
    ("imaps", "993/tcp"),
    ("mqtt", "1883/tcp"),
    ("mysql", "3306/tcp"),
    ("nfs", "2049/tcp"),
    ("ntp", "123/udp"),
    ("postgres", "5432/tcp"),
    ("rdp", "3389/tcp"),
    ("smb", "445/tcp"),
    ("smtp", "25/tcp"),
    ("snmp", "161/udp"),
    ("ssh", "22/tcp"),
    ("wireguard", "51820/udp"),
];

/// `443tcp`, `443:tcp`, `tcp/443` and `443/tpc` as `443/tcp`, `90-80` the other way round, and ports by their names.
pub(super) fn ports(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    if let Some((_, port)) = SERVICES.iter().find(|(name, _)| *name == text) {
        return Some((*port).to_owned());
    }
    let spelt = ["tcp", "udp"].into_iter().find(|p| text.contains(p));
    let (rest, protocol) = match spelt {
        Some(protocol) => (text.replacen(protocol, "", 1), Some(protocol)),
        None => match text.split_once('/') {
            Some((rest, slip)) => (rest.to_owned(), Some(word(slip, &["tcp", "udp"])?)),
            None => (text, None),
        },
    };
    let number = rest.trim_matches(|c: char| "/: ".contains(c));
    let number = match number.split_once('-') {
        Some((a, b)) if a.parse::<u16>().ok()? > b.parse::<u16>().ok()? => format!("{b}-{a}"),
        _ => number.to_owned(),
    };
    let protocol = protocol.map(|p| format!("/{p}")).unwrap_or_default();
    Some(format!("{number}{protocol}"))
}

/// The word among some that has the same letters in another order, or one letter more, less or otherwise.
pub(super) fn word<'a>(text: &str, known: &[&'a str]) -> Option<&'a str> {
    let text = text.to_ascii_lowercase();
    known.iter().copied().find(|k| is_near(&text, k))
}

fn is_near(a: &str, b: &str) -> bool {
    let sorted = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        bytes.sort_unstable();
        bytes
    };
    if a.len() == b.len() {
        let differ = a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count();
        return differ == 1 || (differ == 2 && sorted(a) == sorted(b));
    }
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let without = |n: usize| {
        let bytes = long.bytes().enumerate().filter(|(m, _)| *m != n);
        bytes.map(|(_, b)| b).eq(short.bytes())
    };
    long.len() == short.len() + 1 && (0..long.len()).any(without)
}
