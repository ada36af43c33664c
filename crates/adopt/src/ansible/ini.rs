//! Inventories of lines: `[GROUP]`, `[GROUP:children]`, `[GROUP:vars]`, and hosts with words of a shell behind them.
//!
//! It is no INI file: crates for those take `web ansible_host=10.0.0.1` for the key `web ansible_host`.

use super::groups::Groups;
use super::{MOST, Said};

/// What the lines of a section are.
enum Section {
    Hosts(String),
    Children(String),
    Vars(String),
}

pub(super) fn read(path: &str, text: &str) -> Result<Groups, String> {
    let mut groups = Groups::default();
    let mut section = Section::Hosts("ungrouped".to_owned());
    for (at, line) in text.lines().enumerate() {
        let wrong = |why: String| format!("{path}:{}: {why}", at + 1);
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[')
            && let Some(end) = line.find(']')
        {
            section = header(line.get(1..end).unwrap_or_default()).map_err(wrong)?;
            let (Section::Hosts(name) | Section::Children(name) | Section::Vars(name)) = &section;
            groups.group(name);
            continue;
        }
        if line.starts_with('[') {
            return Err(wrong("the bracket of a group is not closed".to_owned()));
        }
        match &section {
            Section::Hosts(group) => host(&mut groups, group, line).map_err(wrong)?,
            Section::Children(group) => {
                let child = words(line).map_err(wrong)?.into_iter().next();
                let child = child.filter(|c| !c.is_empty());
                let child =
                    child.ok_or_else(|| wrong("the name of a group is missing".to_owned()))?;
                groups.child(group, &child);
            }
            Section::Vars(group) => {
                let (key, value) = line
                    .split_once('=')
                    .ok_or_else(|| wrong("a variable is written KEY=VALUE".to_owned()))?;
                let mut said = Said::default();
                said.take(key, value.trim().trim_matches(['"', '\'']));
                groups.group_says(group, &said);
            }
        }
    }
    Ok(groups)
}

fn header(text: &str) -> Result<Section, String> {
    let text = text.trim();
    let (name, kind) = text.split_once(':').unwrap_or((text, ""));
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err("a group has no name".to_owned());
    }
    match kind.trim() {
        "" | "hosts" => Ok(Section::Hosts(name)),
        "children" => Ok(Section::Children(name)),
        "vars" => Ok(Section::Vars(name)),
        other => Err(format!(
            "'{}' is none of hosts, children and vars",
            crate::name::shown(other)
        )),
    }
}

/// The words of a line, up to a comment.
fn words(line: &str) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let split = shlex::split(line).ok_or("a quotation mark is not closed")?;
    for word in split {
        if word.starts_with('#') {
            break;
        }
        all.push(word);
    }
    Ok(all)
}

fn host(groups: &mut Groups, group: &str, line: &str) -> Result<(), String> {
    let mut words = words(line)?.into_iter();
    let Some(pattern) = words.next() else {
        return Ok(());
    };
    let mut said = Said::default();
    for word in words {
        let (key, value) = word
            .split_once('=')
            .ok_or_else(|| format!("'{}' is no KEY=VALUE", crate::name::shown(&word)))?;
        said.take(key, value);
    }
    let pattern = with_port(&pattern, &mut said);
    for name in expand(pattern)? {
        groups.add(group, &name);
        groups.host_says(&name, &said);
    }
    match groups.hosts.len() > MOST {
        true => Err(format!("more than {MOST} hosts are none of a homelab")),
        false => Ok(()),
    }
}

/// A host without the port behind it, which is a variable of it unless there is one already.
pub(super) fn with_port<'p>(pattern: &'p str, said: &mut Said) -> &'p str {
    let (pattern, port) = port(pattern);
    if let Some(port) = port.filter(|_| !said.values.contains_key("ansible_port")) {
        said.take("ansible_port", port);
    }
    pattern
}

/// `web1:2222` and `web[1:3]:2222` as the host and the port of its SSH. An address of IPv6 has more colons than one.
fn port(pattern: &str) -> (&str, Option<&str>) {
    let outside = |rest: &str| rest.matches('[').count() == rest.matches(']').count();
    match pattern.rsplit_once(':') {
        Some((host, port))
            if outside(host)
                && !port.is_empty()
                && port.bytes().all(|b| b.is_ascii_digit())
                && host
                    .split(['[', ']'])
                    .step_by(2)
                    .all(|part| !part.contains(':')) =>
        {
            (host, Some(port))
        }
        _ => (pattern, None),
    }
}

/// `web[01:10]`, `db-[a:c].lan`, `web[1:9:2]`: each of them.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let found = pattern.split_once('[').and_then(|(before, rest)| {
        let (range, after) = rest.split_once(']')?;
        Some((before, range, after))
    });
    let Some((before, range, after)) = found else {
        return Ok(vec![pattern.to_owned()]);
    };
    let wrong = || format!("'{}' is no range", crate::name::shown(pattern));
    let parts: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match parts.as_slice() {
        [first, last] => (*first, *last, 1),
        [first, last, step] => (*first, *last, step.parse().map_err(|_| wrong())?),
        _ => return Err(wrong()),
    };
    let many = || format!("more than {MOST} hosts are none of a homelab");
    let ends = first.parse::<u64>().ok().zip(last.parse::<u64>().ok());
    let wide = |(a, b): (u64, u64)| b.checked_sub(a).map(|n| n / step.max(1) as u64);
    if ends.and_then(wide).is_some_and(|n| n >= MOST as u64) {
        return Err(many());
    }
    let middle = between(first, last, step).ok_or_else(wrong)?;
    let mut out = Vec::new();
    for rest in expand(after)? {
        out.extend(middle.iter().map(|m| format!("{before}{m}{rest}")));
        if out.len() > MOST {
            return Err(many());
        }
    }
    Ok(out)
}

fn between(first: &str, last: &str, step: usize) -> Option<Vec<String>> {
    let first = if first.is_empty() { "0" } else { first };
    if step == 0 {
        return None;
    }
    if let (Ok(a), Ok(b)) = (first.parse::<u32>(), last.parse::<u32>()) {
        let many = usize::try_from(b.checked_sub(a)?).ok()? / step;
        let wide = if first.starts_with('0') {
            first.len()
        } else {
            0
        };
        let all = (a..=b).step_by(step);
        return (many <= MOST).then(|| all.map(|n| format!("{n:0wide$}")).collect());
    }
    let letter = |text: &str| {
        let mut chars = text.chars();
        let one = chars.next().filter(char::is_ascii_alphabetic)?;
        chars.next().is_none().then_some(one)
    };
    let (a, b) = (letter(first)?, letter(last)?);
    (a <= b).then(|| (a..=b).step_by(step).map(String::from).collect())
}
