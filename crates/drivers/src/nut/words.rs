//! Lines of the protocol as words (RFC 9271, 4.1.1): separated by spaces, in quotes where they have some, `\` before a quote or itself.

/// The words of a line, or what is wrong with it.
pub(super) fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut chars = line.chars().peekable();
    loop {
        while chars.next_if_eq(&' ').is_some() {}
        let Some(first) = chars.next() else {
            return Ok(words);
        };
        let mut word = String::new();
        if first == '"' {
            loop {
                match chars.next().ok_or("a quote is not closed")? {
                    '"' => break,
                    '\\' => word.push(chars.next().ok_or("a quote is not closed")?),
                    other => word.push(other),
                }
            }
            if chars.peek().is_some_and(|c| *c != ' ') {
                return Err("a quote ends inside of a word");
            }
        } else {
            word.push(first);
            while let Some(c) = chars.next_if(|c| *c != ' ') {
                word.push(c);
            }
            if word.contains('"') {
                return Err("a quote begins inside of a word");
            }
        }
        words.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn as_upsd_writes_them() {
        let rows: [(&str, Result<&[&str], &str>); 8] = [
            (
                r#"VAR ups1 ups.mfr "APC""#,
                Ok(&["VAR", "ups1", "ups.mfr", "APC"]),
            ),
            (
                r#"VAR u d "a \"b\" \\ c""#,
                Ok(&["VAR", "u", "d", r#"a "b" \ c"#]),
            ),
            (r#"VAR u d """#, Ok(&["VAR", "u", "d", ""])),
            ("", Ok(&[])),
            (r#"VAR u d "a"#, Err("a quote is not closed")),
            (r#"VAR u d "a\"#, Err("a quote is not closed")),
            (r#"VAR u d "a"b"#, Err("a quote ends inside of a word")),
            (r#"VAR u d a"b""#, Err("a quote begins inside of a word")),
        ];
        for (line, expected) in rows {
            let found = words(line);
            let found = found.as_ref().map(|w| {
                let words: Vec<&str> = w.iter().map(String::as_str).collect();
                words
            });
            assert_eq!(found.map_err(|e| *e), expected.map(<[_]>::to_vec), "{line}");
        }
    }
}
