//! The short form of a mount: `[SOURCE:]TARGET[:OPTIONS]`.

use super::value::{Entry, Kind, Map, Value};
use diag::Span;

/// The parts of a short form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Short {
    pub(super) source: String,
    pub(super) target: String,
    options: Vec<String>,
}

const PROPAGATIONS: [&str; 6] = [
    "rprivate", "private", "rshared", "shared", "rslave", "slave",
];

/// Takes a short form apart.
pub(super) fn parse(text: &str) -> Result<Short, &'static str> {
    let mut short = Short::default();
    match text.chars().count() {
        0 => return Err("a mount is empty"),
        1 | 2 => {
            short.target = text.to_owned();
            return Ok(short);
        }
        _ => {}
    }
    let parts = split(text);
    if parts.iter().any(String::is_empty) {
        return Err("a mount has an empty part beside a colon");
    }
    match parts.as_slice() {
        [target] => short.target.clone_from(target),
        [source, target] => {
            short.source.clone_from(source);
            short.target.clone_from(target);
        }
        [source, target, options] => {
            short.source.clone_from(source);
            short.target.clone_from(target);
            short.options = options.split(',').map(str::to_owned).collect();
        }
        _ => return Err("a mount has too many colons"),
    }
    Ok(short)
}

/// At colons, but not behind the letter of a Windows drive.
fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    for c in text.chars() {
        let drive = part.chars().count() == 1 && part.chars().all(char::is_alphabetic);
        if c == ':' && !drive {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts
}

/// A source that is a path of the host, and no volume's name.
pub(super) fn is_path(source: &str) -> bool {
    let mut chars = source.chars();
    let drive = chars.next().is_some_and(char::is_alphabetic) && chars.next() == Some(':');
    source.starts_with(['.', '/', '~']) || source.starts_with("\\\\") || drive
}

/// The long form of a short one.
pub(super) fn lengthen(short: &Short, span: Span) -> Value {
    let text = |t: &str| Entry::of(Value::text(span, t));
    let flag = |b: bool| Entry::of(Value::new(span, Kind::Bool(b)));
    let mut map = Map::new();
    let bind = is_path(&short.source);
    map.insert("type".into(), text(if bind { "bind" } else { "volume" }));
    if !short.source.is_empty() {
        map.insert("source".into(), text(&short.source));
    }
    let target = if short.target.is_empty() {
        String::new()
    } else {
        super::path::clean(&short.target)
    };
    map.insert("target".into(), text(&target));
    let mut details = Map::new();
    if bind {
        details.insert("create_host_path".into(), flag(true));
    }
    for option in &short.options {
        match option.as_str() {
            "ro" => {
                map.insert("read_only".into(), flag(true));
            }
            "rw" => {
                map.remove("read_only");
            }
            "z" | "Z" if bind => {
                details.insert("selinux".into(), text(option));
            }
            o if bind && PROPAGATIONS.contains(&o) => {
                details.insert("propagation".into(), text(o));
            }
            "nocopy" if !bind => {
                details.insert("nocopy".into(), flag(true));
            }
            _ => {}
        }
    }
    let name = if bind { "bind" } else { "volume" };
    let details = Value::new(span, Kind::Map(details));
    map.insert(name.into(), Entry::of(details));
    Value::new(span, Kind::Map(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        for (text, source, target) in [
            ("/data", "", "/data"),
            ("a", "", "a"),
            ("data:/x", "data", "/x"),
            ("./a:/x:ro,z", "./a", "/x"),
            ("C:\\a:/x", "C:\\a", "/x"),
            ("d:/x", "", "d:/x"),
        ] {
            let short = parse(text).unwrap();
            assert_eq!(
                (short.source.as_str(), short.target.as_str()),
                (source, target),
                "{text}"
            );
        }
        for text in ["", ":/x:ro", "ab::ro", "ab:/x:", "ab:/x:ro:z"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
