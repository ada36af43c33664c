//! Rulesets, on paper: nothing but one table of ours, so that loading one can touch nobody else's rules.

/// Checks the table's name and that `ruleset` consists of `table inet NAME { … }` only.
pub(super) fn check(table: &str, ruleset: Option<&str>) -> Result<(), String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !table.starts_with(|c: char| c.is_ascii_alphabetic())
        || !table.chars().all(fits)
        || table.len() > 60
    {
        return Err(format!("'{table}' is not a table name"));
    }
    let Some(ruleset) = ruleset else {
        return Ok(());
    };
    let (outside, inside) = split(ruleset)?;
    let words: Vec<&str> = outside.split_whitespace().collect();
    if words != ["table", "inet", table, "{}"] {
        return Err(format!(
            "the ruleset has to be one `table inet {table} {{ … }}` and nothing else"
        ));
    }
    let statement = |s: &str| s.split_whitespace().next().is_some_and(|w| w == "include");
    if inside.split(['\n', ';', '{', '}']).any(statement) {
        return Err(
            "the ruleset includes another file, which may differ at the next boot".to_owned(),
        );
    }
    Ok(())
}

/// The text outside of all braces, each outermost pair as `{}`, and the text inside; without comments and quoted strings.
fn split(ruleset: &str) -> Result<(String, String), String> {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0usize;
    let mut chars = ruleset.chars();
    while let Some(c) = chars.next() {
        match c {
            '#' => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        break;
                    }
                }
                if depth == 0 {
                    outside.push('\n')
                } else {
                    inside.push('\n')
                }
            }
            '"' => {
                if !chars.by_ref().any(|c| c == '"') {
                    return Err("a quotation mark is not closed".to_owned());
                }
                if depth == 0 {
                    outside.push('"')
                } else {
                    inside.push('"')
                }
            }
            '{' => {
                depth += 1;
                if depth == 1 {
                    outside.push_str(" {")
                } else {
                    inside.push(c)
                }
            }
            '}' if depth == 0 => return Err("a brace is closed that was not opened".to_owned()),
            '}' => {
                depth -= 1;
                if depth == 0 {
                    outside.push_str("} ")
                } else {
                    inside.push(c)
                }
            }
            c if depth == 0 => outside.push(c),
            c => inside.push(c),
        }
    }
    if depth == 0 {
        Ok((outside, inside))
    } else {
        Err("a brace is not closed".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn only_one_own_table_passes() {
        let good = [
            "table inet lab { }",
            "# mine\ntable inet lab {\n  chain in { type filter hook input priority 0; tcp dport { 22, 80 } accept }\n}\n",
            "table inet lab { chain c { meta iifname \"}{\" accept comment \"include\" } }",
        ];
        for text in good {
            assert_eq!(check("lab", Some(text)), Ok(()), "{text}");
        }
        let bad = [
            "",
            "flush ruleset\ntable inet lab { }",
            "table inet lab { }\ntable ip nat { }",
            "table ip lab { }",
            "table inet other { }",
            "table inet lab { }\ndestroy table ip docker",
            "table inet lab { }\ntable inet lab { }",
            "include \"/etc/x\"\ntable inet lab { }",
            "table inet lab {\n include \"/etc/x\"\n}",
            "define x = 1\ntable inet lab { }",
            "table inet lab {",
            "table inet lab { } }",
            "table inet lab { chain c { comment \"x } }",
        ];
        for text in bad {
            assert!(check("lab", Some(text)).is_err(), "{text}");
        }
        assert!(
            check("la b", None).is_err()
                && check("", None).is_err()
                && check("../x", None).is_err()
        );
        assert_eq!(check("lab", None), Ok(()));
    }
}
