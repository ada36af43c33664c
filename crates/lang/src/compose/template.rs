//! `${VAR:-default}` and its kin, as Compose substitutes them.

/// Deeper nesting of defaults than anybody writes.
const MAX_DEPTH: usize = 32;
/// Longest text that is substituted, before and after; variables that stand for variables could else fill the memory.
const MAX_TEXT: usize = 1 << 20;
/// Most substitutions in one text.
const MAX_STEPS: usize = 4_096;

/// Where values of variables come from, and who is told about their use.
pub(super) trait Variables {
    /// The value of a variable.
    fn value(&mut self, name: &str) -> Option<String>;
    /// A variable is used in this way.
    fn used(&mut self, name: &str, how: Use);
}

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// `$A`: empty if it is not set.
    Loose,
    /// `${A}`: the same.
    Bare,
    /// With a default, or an alternative.
    Default,
    /// `${A:?…}`.
    Required,
}

/// Why a text cannot be substituted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refused {
    /// A `${` that is not followed by a name and a `}`.
    Malformed,
    /// A required variable has no value; with what the author says about it.
    Missing { name: String, said: String },
    /// A limit is passed.
    TooLarge,
}

/// Substitutes all variables of a text.
pub(super) fn substitute(text: &str, variables: &mut dyn Variables) -> Result<String, Refused> {
    if !text.contains('$') {
        return Ok(text.to_owned());
    }
    let mut steps = 0;
    run(text, variables, 0, &mut steps)
}

fn run(
    text: &str,
    variables: &mut dyn Variables,
    depth: usize,
    steps: &mut usize,
) -> Result<String, Refused> {
    if depth > MAX_DEPTH || text.len() > MAX_TEXT {
        return Err(Refused::TooLarge);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        *steps += 1;
        if *steps > MAX_STEPS || out.len() > MAX_TEXT {
            return Err(Refused::TooLarge);
        }
        out.push_str(rest.get(..at).unwrap_or(""));
        let after = rest.get(at + 1..).unwrap_or("");
        if let Some(tail) = after.strip_prefix('$') {
            out.push('$');
            rest = tail;
        } else if let Some(inner) = after.strip_prefix('{') {
            let (value, tail) = braced(inner, variables, depth, steps)?;
            out.push_str(&value);
            rest = tail;
        } else {
            let name = name_of(after);
            if name.is_empty() {
                out.push('$');
            } else {
                variables.used(name, Use::Loose);
                out.push_str(&variables.value(name).unwrap_or_default());
            }
            rest = after.get(name.len()..).unwrap_or("");
        }
    }
    out.push_str(rest);
    if out.len() > MAX_TEXT {
        return Err(Refused::TooLarge);
    }
    Ok(out)
}

/// The name that a text begins with; may be empty.
fn name_of(text: &str) -> &str {
    let end = text
        .char_indices()
        .find(|(n, c)| !(c.is_ascii_alphabetic() || *c == '_' || (*n > 0 && c.is_ascii_digit())))
        .map_or(text.len(), |(n, _)| n);
    text.get(..end).unwrap_or("")
}

/// What follows `${`: its value, and the text behind the closing brace.
fn braced<'t>(
    inner: &'t str,
    variables: &mut dyn Variables,
    depth: usize,
    steps: &mut usize,
) -> Result<(String, &'t str), Refused> {
    let name = name_of(inner);
    let after = inner.get(name.len()..).unwrap_or("");
    if name.is_empty() {
        return Err(Refused::Malformed);
    }
    if let Some(tail) = after.strip_prefix('}') {
        variables.used(name, Use::Bare);
        return Ok((variables.value(name).unwrap_or_default(), tail));
    }
    let (soft, operator) = match after.strip_prefix(':') {
        Some(more) => (true, more),
        None => (false, after),
    };
    let kind = operator
        .chars()
        .next()
        .filter(|c| matches!(c, '-' | '?' | '+'));
    let Some(kind) = kind else {
        return Err(Refused::Malformed);
    };
    let operand = operator.get(1..).unwrap_or("");
    let line = operand.split('\n').next().unwrap_or("");
    let end = closing(line).ok_or(Refused::Malformed)?;
    let operand_text = operand.get(..end).unwrap_or("");
    let tail = operand.get(end + 1..).unwrap_or("");
    let how = if kind == '?' {
        Use::Required
    } else {
        Use::Default
    };
    variables.used(name, how);
    let operand = run(operand_text, variables, depth + 1, steps)?;
    let value = variables.value(name);
    let present = value.as_ref().is_some_and(|v| !soft || !v.is_empty());
    let value = match (kind, present) {
        ('-' | '?', true) => value.unwrap_or_default(),
        ('-', false) | ('+', true) => operand,
        ('+', false) => value.unwrap_or_default(),
        _ => {
            return Err(Refused::Missing {
                name: name.to_owned(),
                said: operand,
            });
        }
    };
    Ok((value, tail))
}

/// The brace that closes a `${` whose operand begins here. Braces inside are counted, and the character behind an opening
/// one is passed over; if they do not match, the last brace of the line closes it.
fn closing(line: &str) -> Option<usize> {
    let mut open = 1_usize;
    let mut skip = false;
    for (at, byte) in line.bytes().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match byte {
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            b'{' => {
                open += 1;
                skip = true;
            }
            _ => {}
        }
    }
    line.rfind('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Variables for Fixed {
        fn value(&mut self, name: &str) -> Option<String> {
            match name {
                "SET" => Some("value".to_owned()),
                "EMPTY" => Some(String::new()),
                _ => None,
            }
        }
        fn used(&mut self, _: &str, _: Use) {}
    }

    #[test]
    fn substitutions() {
        let missing = |name: &str, said: &str| {
            Err(Refused::Missing {
                name: name.to_owned(),
                said: said.to_owned(),
            })
        };
        for (text, expected) in [
            ("a$SET/b", Ok("avalue/b")),
            ("${SET}${NO}", Ok("value")),
            ("$$SET $$$SET", Ok("$SET $value")),
            ("${NO:-x}${NO-y}${EMPTY:-z}${EMPTY-w}", Ok("xyz")),
            ("${SET:+x}${EMPTY:+y}${EMPTY+z}${NO+w}", Ok("xz")),
            ("${NO:-${NO:-${SET}}}-${NO:-b}", Ok("value-b")),
            ("${NO:-{\"a\": 1}}", Ok("{\"a\": 1}")),
            ("${NO:-{}}", Ok("{}")),
            ("a$ $1 $", Ok("a$ $1 $")),
            ("${SET:?no}", Ok("value")),
        ] {
            assert_eq!(
                substitute(text, &mut Fixed),
                expected.map(str::to_owned),
                "{text}"
            );
        }
        for text in ["${", "${}", "${SET", "${SET x}", "${1}", "${NO:-a\nb}"] {
            assert_eq!(
                substitute(text, &mut Fixed),
                Err(Refused::Malformed),
                "{text}"
            );
        }
        assert_eq!(substitute("${NO?why}", &mut Fixed), missing("NO", "why"));
        assert_eq!(substitute("${EMPTY:?}", &mut Fixed), missing("EMPTY", ""));
        let deep = format!("{}{}", "${A:-".repeat(10_000), "}".repeat(10_000));
        assert_eq!(substitute(&deep, &mut Fixed), Err(Refused::TooLarge));
        let many = "${A:-x}".repeat(100_000);
        assert_eq!(substitute(&many, &mut Fixed), Err(Refused::TooLarge));
    }
}
