//! A line of a shell as words: enough of its quoting to know where a word ends.

/// The words; the last one is the one that is being typed, and empty behind a space.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quote, mut within) = (None, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('"') | None, '\\') => word.extend(chars.next()),
            (None, '"' | '\'') => (quote, within) = (Some(c), true),
            (None, _) if c.is_whitespace() => {
                if within || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                within = false;
            }
            _ => word.push(c),
        }
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_line_is_taken_apart_as_shells_do() {
        for (line, expected) in [
            ("holdfast ", &["holdfast", ""][..]),
            ("holdfast che", &["holdfast", "che"]),
            (
                "holdfast  check 'my lab' --on=tw",
                &["holdfast", "check", "my lab", "--on=tw"],
            ),
            (r"holdfast check my\ lab", &["holdfast", "check", "my lab"]),
            (r#"holdfast "a \" b" ''"#, &["holdfast", r#"a " b"#, ""]),
            ("holdfast '' x", &["holdfast", "", "x"]),
            ("holdfast 'open qu", &["holdfast", "open qu"]),
            ("", &[""]),
        ] {
            assert_eq!(words(line), expected, "{line}");
        }
    }
}
