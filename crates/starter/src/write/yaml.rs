//! YAML, line by line. For whoever else writes lab trees, too.

/// The first line of a file below `lab/`: what editors complete from.
pub const SCHEMA: &str = "# yaml-language-server: $schema=../holdfast.schema.json\n";

/// A value, quoted where YAML would read it as anything but this text.
pub fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._/+@~-".contains(c);
    let word = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && text.chars().all(plain);
    if word {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value, or that nobody stated it.
pub fn given(value: Option<&str>) -> String {
    value.map_or_else(|| "unknown".to_owned(), scalar)
}

/// `[a, b]`
pub fn list<'t>(items: impl IntoIterator<Item = &'t str>) -> String {
    let items: Vec<String> = items.into_iter().map(scalar).collect();
    format!("[{}]", items.join(", "))
}

/// `{a: 1, b: 2}`
pub fn map(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(k, v)| format!("{}: {v}", scalar(k)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
