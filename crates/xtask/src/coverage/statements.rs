//! Which lines of a Markdown document state something: rows of tables, items of lists, and every other line with a digit.

/// What the lines above make of a line.
#[derive(Default)]
struct State {
    /// The mark that ends the block of code, if the line is in one.
    fence: Option<String>,
    /// Below the heading of a table of contents.
    contents: bool,
    /// Below the line that separates a table's head from its body.
    body: bool,
}

/// The numbers of the statement lines, from 1. Headings and tables of contents are none.
pub(super) fn lines(text: &str) -> Vec<usize> {
    let mut state = State::default();
    let numbered = text.lines().enumerate();
    numbered
        .filter_map(|(n, line)| state.states(line).then_some(n + 1))
        .collect()
}

impl State {
    fn states(&mut self, line: &str) -> bool {
        let text = line.trim();
        let digit = text.contains(|c: char| c.is_ascii_digit());
        if let Some(end) = &self.fence {
            if text.starts_with(end.as_str()) && text.chars().all(|c| end.starts_with(c)) {
                self.fence = None;
                return false;
            }
            return digit;
        }
        if let Some(mark) = ["```", "~~~"].into_iter().find(|m| text.starts_with(m)) {
            self.fence = Some(mark.to_owned());
            return false;
        }
        if let Some(title) = heading(text) {
            let title = title.to_lowercase();
            self.contents = title == "contents" || title.ends_with("table of contents");
            self.body = false;
            return false;
        }
        let row = text.starts_with('|');
        if row && text.contains('-') && text.chars().all(|c| "|-: ".contains(c)) {
            self.body = true;
            return false;
        }
        self.body &= row;
        let item = is_item(text);
        let jump = text.ends_with(')') && text.contains(" [") && text.contains("](#");
        if item && (self.contents || jump) {
            return false;
        }
        self.body || item || digit
    }
}

/// The words of a heading.
fn heading(text: &str) -> Option<&str> {
    let words = text.trim_start_matches('#');
    (words.len() < text.len() && words.starts_with(' ')).then(|| words.trim())
}

/// `- x`, `* x`, `+ x`, `1. x`, `1) x`.
fn is_item(text: &str) -> bool {
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = match number.len() < text.len() {
        true => number.strip_prefix(['.', ')']),
        false => text.strip_prefix(['-', '*', '+']),
    };
    rest.is_some_and(|r| r.starts_with(' ') && !r.trim().is_empty())
}

/// The anchors of a document's headings.
pub(super) fn slugs(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut code = false;
    for line in text.lines() {
        code ^= line.trim_start().starts_with("```");
        let Some(title) = heading(line).filter(|_| !code) else {
            continue;
        };
        let lower = title.to_lowercase();
        let kept = lower
            .chars()
            .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        found.push(kept.map(|c| if c == ' ' { '-' } else { c }).collect());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_items_and_lines_with_digits_are_statements() {
        let text = "\
# Lab 2
## Table of Contents
1. [Goals](#goals)
## Goals
Words only.
Two of 3.
- item
  - [x] inner
1) first
---
| Name | Is |
| --- | :-: |
| a | b |
After it | words.
```sh
# in 2 days
- no digit
pvecm expected 1
```
**bold**
- [Goals](#goals)
- see [goals](#goals), too
";
        assert_eq!(lines(text), [6, 7, 8, 9, 13, 16, 18, 22]);
    }

    #[test]
    fn anchors_are_those_that_github_makes() {
        let text = "# Way in\n## 1. Stop & go\n```\n# no heading\n```\n### a_b\n";
        assert_eq!(slugs(text), ["way-in", "1-stop--go", "a_b"]);
    }
}
