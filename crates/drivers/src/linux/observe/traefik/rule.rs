//! Rules of routers: which names they take. What is not understood may take any name.

use super::plain;
use std::collections::BTreeSet;

/// Longer rules, and such as are nested deeper, are not read.
const LONGEST: usize = 4000;
const DEEPEST: usize = 40;

/// The names that a rule takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Takes {
    /// Those that it names, in lower case.
    pub(super) names: BTreeSet<String>,
    /// It takes others as well.
    pub(super) any: bool,
}

impl Takes {
    pub(super) fn anything() -> Self {
        Self {
            names: BTreeSet::new(),
            any: true,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self.any, other.any) {
            (true, false) => other,
            (false, true) => self,
            (any, _) => Self {
                names: match any {
                    true => self.names.union(&other.names).cloned().collect(),
                    false => self.names.intersection(&other.names).cloned().collect(),
                },
                any,
            },
        }
    }

    fn or(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        self.any |= other.any;
        self
    }
}

/// Reads a rule: matchers with `&&`, `||`, `!` and brackets.
pub(super) fn takes(rule: &str) -> Takes {
    let whole = tokens(rule).and_then(|tokens| {
        let mut at = Reader {
            tokens: &tokens,
            next: 0,
        };
        let takes = at.either(0)?;
        (at.next == tokens.len()).then_some(takes)
    });
    whole.unwrap_or_else(Takes::anything)
}

/// A rule for people: arguments of matchers that say where are shown, others (values of headers, of queries) are not.
pub(super) fn shown(rule: &str) -> String {
    let Some(tokens) = tokens(rule) else {
        return match rule.is_empty() {
            true => String::new(),
            false => "a rule that is not understood".to_owned(),
        };
    };
    let mut text = String::new();
    for token in &tokens {
        match token {
            Token::And => text.push_str(" && "),
            Token::Or => text.push_str(" || "),
            Token::Not => text.push('!'),
            Token::Open => text.push('('),
            Token::Close => text.push(')'),
            Token::Matcher(name, arguments) => {
                let open = [
                    "Host",
                    "HostHeader",
                    "HostRegexp",
                    "HostSNI",
                    "HostSNIRegexp",
                    "Path",
                    "PathPrefix",
                    "PathRegexp",
                    "Method",
                    "ClientIP",
                    "ALPN",
                ];
                let inner = match open.contains(&name.as_str()) {
                    true => arguments.join(", "),
                    false => "…".to_owned(),
                };
                text.push_str(&format!("{name}({inner})"));
            }
        }
    }
    plain(&text)
}

#[derive(Debug, PartialEq)]
enum Token {
    And,
    Or,
    Not,
    Open,
    Close,
    Matcher(String, Vec<String>),
}

fn tokens(rule: &str) -> Option<Vec<Token>> {
    if rule.is_empty() || rule.len() > LONGEST {
        return None;
    }
    let mut found = Vec::new();
    let mut rest = rule.trim_start();
    while !rest.is_empty() {
        let (token, after) = token(rest)?;
        found.push(token);
        rest = after.trim_start();
    }
    Some(found)
}

fn token(rest: &str) -> Option<(Token, &str)> {
    for (word, token) in [
        ("&&", Token::And),
        ("||", Token::Or),
        ("!", Token::Not),
        ("(", Token::Open),
        (")", Token::Close),
    ] {
        if let Some(after) = rest.strip_prefix(word) {
            return Some((token, after));
        }
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, after) = rest.split_at(end);
    let mut after = after.strip_prefix('(').filter(|_| !name.is_empty())?;
    let mut arguments = Vec::new();
    loop {
        after = after.trim_start();
        if let Some(after) = after.strip_prefix(')') {
            return Some((Token::Matcher(name.to_owned(), arguments), after));
        }
        let quote = after.chars().next().filter(|c| "`\"".contains(*c))?;
        let (argument, more) = after.get(1..)?.split_once(quote)?;
        // A backslash within double quotes would have to be read as Go does.
        if quote == '"' && argument.contains('\\') {
            return None;
        }
        arguments.push(argument.to_owned());
        after = more.trim_start();
        after = after.strip_prefix(',').unwrap_or(after);
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    next: usize,
}

impl Reader<'_> {
    fn take(&mut self, wanted: &Token) -> bool {
        let is = self.tokens.get(self.next) == Some(wanted);
        self.next += usize::from(is);
        is
    }

    fn either(&mut self, depth: usize) -> Option<Takes> {
        let mut takes = self.both(depth)?;
        while self.take(&Token::Or) {
            takes = takes.or(self.both(depth)?);
        }
        Some(takes)
    }

    fn both(&mut self, depth: usize) -> Option<Takes> {
        let mut takes = self.one(depth)?;
        while self.take(&Token::And) {
            takes = takes.and(self.one(depth)?);
        }
        Some(takes)
    }

    fn one(&mut self, depth: usize) -> Option<Takes> {
        if depth > DEEPEST {
            return None;
        }
        if self.take(&Token::Not) {
            return self.one(depth + 1).map(|_| Takes::anything());
        }
        if self.take(&Token::Open) {
            let takes = self.either(depth + 1)?;
            return self.take(&Token::Close).then_some(takes);
        }
        let Some(Token::Matcher(name, arguments)) = self.tokens.get(self.next) else {
            return None;
        };
        self.next += 1;
        let is_host = matches!(name.as_str(), "Host" | "HostHeader" | "HostSNI");
        if !is_host || arguments.is_empty() || arguments.iter().any(|a| a == "*") {
            return Some(Takes::anything());
        }
        let names = arguments.iter().map(|a| plain(&a.to_ascii_lowercase()));
        Some(Takes {
            names: names.collect(),
            any: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rules_take() {
        let deep = format!("{}Host(`a`){}", "(".repeat(60), ")".repeat(60));
        for (rule, want) in [
            ("Host(`a.b`)", "a.b"),
            ("Host(`A.b`) || Host(`c`)", "a.b c"),
            ("Host(`a`, `b`) && PathPrefix(`/x`)", "a b"),
            ("Host(\"a\") && (PathPrefix(`/x`) || Method(`GET`))", "a"),
            ("(Host(`a`) && Path(`/`)) || PathPrefix(`/y`)", "a *"),
            ("Host(`a`) && Host(`b`)", ""),
            ("!Host(`a`)", "*"),
            ("HostRegexp(`^.+$`)", "*"),
            ("HostSNI(`*`)", "*"),
            ("HostSNI(`mqtt`)", "mqtt"),
            ("Host(`a`) &&", "*"),
            ("Host(`a`", "*"),
            ("Host(a)", "*"),
            ("Host(`a`)) || (Host(`b`)", "*"),
            ("", "*"),
            (&deep, "*"),
        ] {
            let takes = takes(rule);
            let mut shown: Vec<&str> = takes.names.iter().map(String::as_str).collect();
            shown.extend(takes.any.then_some("*"));
            assert_eq!(shown.join(" "), want, "{rule}");
        }
        assert!(takes(&"x".repeat(5000)).any);
    }

    #[test]
    fn values_of_headers_are_not_shown() {
        for (rule, want) in [
            (
                "Host(`a`) && Header(`X-Token`, `hunter2`)",
                "Host(a) && Header(…)",
            ),
            ("!Query(`t`, `hunter2`)", "!Query(…)"),
            ("hunter2", "a rule that is not understood"),
            ("Host(`a\u{1b}[2J`)", "Host(a [2J)"),
            ("", ""),
        ] {
            assert_eq!(shown(rule), want);
        }
    }
}
