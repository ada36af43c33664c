//! The chains of the packet filter with their rules, and its named sets.
//!
//! Rules that a program made by iptables stand here as nft translates them; what it cannot translate keeps a word that nothing
//! understands, so that whoever judges them says that he does not know. Comments and prefixes of logs are left out: free text.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/chain.sh")],
    calls: &["chains chains"],
    read: gather,
};

/// More of them in one chain, or in one set, are not kept.
const MOST: usize = 2000;
/// Longer ones are cut, and then not understood.
const LONGEST: usize = 600;

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Chain;
    let Some(section) = to.section(kind, sections, "chains") else {
        return;
    };
    let text = section.text();
    let listing: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("r ")).collect();
    for reason in text.lines().filter_map(|l| l.strip_prefix("! ")) {
        to.incomplete(kind, Reason::new(plain(reason)));
    }
    for part in parts(&statements(&listing)) {
        if part.cut {
            let why = format!("{} has too many rules to be kept", part.key);
            to.incomplete(kind, Reason::new(why));
        }
        to.present(kind, part.key, Value::map(part.fields), "nft list ruleset");
    }
    to.complete(kind, &listed_by("nft list ruleset"));
}

/// A line, with those that its brackets go over. The depth is that before it.
struct Statement {
    depth: usize,
    text: String,
}

/// Lines of a listing as statements: those of a chain or table are one per line, but a rule may go over several within brackets of its own.
fn statements(listing: &[&str]) -> Vec<Statement> {
    let mut all: Vec<Statement> = Vec::new();
    let mut depth = 0_usize;
    let mut open = false;
    for line in listing.iter().map(|l| l.trim()).filter(|l| !l.is_empty()) {
        let before = depth;
        let (opened, closed) = brackets(line);
        depth = (depth + opened).saturating_sub(closed);
        if open {
            if let Some(last) = all.last_mut() {
                last.text.push(' ');
                last.text.push_str(line);
                open = depth > last.depth;
            }
            continue;
        }
        let statement = Statement {
            depth: before,
            text: line.to_owned(),
        };
        // Tables stand at depth 0, chains and sets at 1; what is deeper and leaves a bracket open goes on in the next line.
        open = before >= 2 && depth > before;
        all.push(statement);
    }
    all
}

fn brackets(line: &str) -> (usize, usize) {
    let mut quoted = false;
    let (mut opened, mut closed) = (0, 0);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            '{' if !quoted => opened += 1,
            '}' if !quoted => closed += 1,
            _ => {}
        }
    }
    (opened, closed)
}

/// A chain or a set.
struct Part {
    key: String,
    fields: Vec<(&'static str, Value)>,
    cut: bool,
}

fn parts(statements: &[Statement]) -> Vec<Part> {
    let mut found = Vec::new();
    let mut table = String::new();
    let mut at = statements.iter().peekable();
    while let Some(statement) = at.next() {
        let words: Vec<&str> = statement.text.split_whitespace().collect();
        match (statement.depth, words.as_slice()) {
            (0, ["table", family, name, ..]) => table = format!("{family}/{name}"),
            (1, [what @ ("chain" | "set"), name, ..]) => {
                let mut body = Vec::new();
                while let Some(inner) = at.next_if(|s| s.depth >= 2) {
                    body.push(inner.text.as_str());
                }
                body.retain(|l| *l != "}");
                found.push(match *what {
                    "chain" => chain(format!("{table}/{name}"), &body),
                    _ => set(format!("{table}/@{name}"), &body),
                });
            }
            _ => {}
        }
    }
    found
}

fn chain(key: String, body: &[&str]) -> Part {
    let mut fields = Vec::new();
    let mut rules = Vec::new();
    for line in body {
        let words: Vec<&str> = line.split([' ', ';']).filter(|w| !w.is_empty()).collect();
        let behind = |word: &str| {
            let at = words.iter().position(|w| *w == word)?;
            words.get(at + 1).copied()
        };
        match words.as_slice() {
            ["type", kind, "hook", ..] => {
                fields.push(("type", Value::from(*kind)));
                for name in ["hook", "priority", "policy"] {
                    fields.extend(behind(name).map(|w| (name, Value::from(plain(w)))));
                }
            }
            ["comment", ..] => {}
            _ => rules.push(Value::from(rule(line))),
        }
    }
    let cut = rules.len() > MOST;
    rules.truncate(MOST);
    fields.push(("rules", Value::List(rules)));
    Part { key, fields, cut }
}

fn set(key: String, body: &[&str]) -> Part {
    let changing = |l: &&&str| l.starts_with("flags ") || l.starts_with("timeout ");
    let interval = |l: &&str| l.starts_with("flags interval");
    let mut fields = Vec::new();
    let fixed = body.iter().filter(changing).all(interval);
    let elements = body.iter().find_map(|l| l.strip_prefix("elements = {"));
    if fixed {
        let inner = elements.unwrap_or_default().trim_end_matches('}');
        let items = inner.split(',').map(str::trim).filter(|i| !i.is_empty());
        let items: Vec<Value> = items.map(|i| Value::from(plain(i))).collect();
        if items.len() <= MOST {
            fields.push(("elements", Value::List(items)));
        }
    }
    Part {
        key,
        fields,
        cut: false,
    }
}

/// A rule without what people wrote on it.
fn rule(line: &str) -> String {
    let mut text = line.to_owned();
    for word in ["comment \"", "prefix \""] {
        while let Some(at) = text.find(word) {
            let from = at + word.len();
            let end = text.get(from..).and_then(|t| t.find('"'));
            let end = end.map_or(text.len(), |n| from + n + 1);
            text.replace_range(at..end, "");
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    match clean.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_a_listing() {
        let listing = "table ip nat {\n\tchain DOCKER {\n\t\tiifname \"docker0\" counter return\n\
            \t\tiifname != \"docker0\" meta l4proto tcp tcp dport 8080 counter dnat to 172.18.0.2:80\n\t}\n\n\
            \tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\
            \t\tfib daddr type local counter jump DOCKER\n\t}\n}\n\
            table inet f {\n\tset admins {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1,\n\t\t\t     10.0.0.2 }\n\t}\n\n\
            \tset banned {\n\t\ttype ipv4_addr\n\t\tflags dynamic,timeout\n\t}\n\n\
            \tchain in {\n\t\ttype filter hook input priority filter; policy drop;\n\t\tip saddr { 10.0.0.1,\n\t\t\t10.0.0.2 } tcp dport 22 accept comment \"hunter2 { x\"\n\
            \t\tlog prefix \"hunter2\" drop\n\t}\n}\n";
        let lines: Vec<&str> = listing.lines().collect();
        let shown: Vec<String> = parts(&statements(&lines))
            .into_iter()
            .map(|p| format!("{} {}", p.key, Value::map(p.fields)))
            .collect();
        assert_eq!(
            shown,
            [
                "ip/nat/DOCKER rules=[iifname \"docker0\" counter return, iifname != \"docker0\" meta l4proto tcp tcp dport 8080 counter dnat to 172.18.0.2:80]",
                "ip/nat/PREROUTING hook=prerouting policy=accept priority=dstnat rules=[fib daddr type local counter jump DOCKER] type=nat",
                "inet/f/@admins elements=[10.0.0.1, 10.0.0.2]",
                "inet/f/@banned ",
                "inet/f/in hook=input policy=drop priority=filter rules=[ip saddr { 10.0.0.1, 10.0.0.2 } tcp dport 22 accept, log drop] type=filter",
            ]
        );
    }
}
