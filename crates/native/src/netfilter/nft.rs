//! `nft`, by the grammar of nft(8): objects, families, and the fields of the usual headers.

use super::{Entry, Family, Gone, Parsed, Ports, Put, Range, Verdict, wrong};
use crate::call::Call;
use model::document::{Sure, Word};

const VERBS: [&str; 13] = [
    "add", "create", "insert", "replace", "delete", "destroy", "list", "flush", "rename", "reset",
    "describe", "monitor", "get",
];
const OBJECTS: [&str; 24] = [
    "table",
    "tables",
    "chain",
    "chains",
    "rule",
    "set",
    "sets",
    "map",
    "maps",
    "element",
    "ruleset",
    "flowtable",
    "flowtables",
    "counter",
    "counters",
    "quota",
    "quotas",
    "limit",
    "limits",
    "meter",
    "meters",
    "ct",
    "secmark",
    "synproxy",
];
const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];
/// Fields of headers.
const FIELDS: &[(&str, &[&str])] = &[
    (
        "tcp",
        &[
            "dport", "sport", "flags", "option", "sequence", "ackseq", "doff", "window",
            "checksum", "urgptr", "reserved",
        ],
    ),
    ("udp", &["dport", "sport", "length", "checksum"]),
    (
        "ip",
        &[
            "saddr",
            "daddr",
            "protocol",
            "version",
            "hdrlength",
            "dscp",
            "ecn",
            "length",
            "id",
            "frag-off",
            "ttl",
            "checksum",
            "option",
        ],
    ),
    (
        "ip6",
        &[
            "saddr",
            "daddr",
            "nexthdr",
            "version",
            "dscp",
            "ecn",
            "flowlabel",
            "length",
            "hoplimit",
        ],
    ),
];

/// Words of a command, of which one in quotes is one word of the shell.
fn texts<'a>(call: &Call<'a>) -> Vec<(&'a str, &'a Word)> {
    let args = call.args().iter().filter(|w| !w.text.starts_with('-'));
    args.flat_map(|w| w.text.split_whitespace().map(move |t| (t, w)))
        .collect()
}

/// The chain that a command is about, by its family and table, and where it puts a rule.
pub(super) fn place(call: &Call<'_>) -> (String, Put) {
    let texts = texts(call);
    let words: Vec<&str> = texts.iter().map(|(t, _)| *t).collect();
    let put = match words.first() {
        Some(&"insert") => Put::At(1),
        _ => Put::Last,
    };
    (path(words.get(2..).unwrap_or_default(), 2), put)
}

/// `inet filter input `, from words that begin with a family or, of `ip`, with the table.
fn path(words: &[&str], depth: usize) -> String {
    let given = words.first().filter(|w| FAMILIES.contains(w));
    let rest = words
        .get(usize::from(given.is_some())..)
        .unwrap_or_default();
    let parts = given.unwrap_or(&"ip");
    let parts = [*parts].into_iter().chain(rest.iter().take(depth).copied());
    parts.map(|part| format!("{part} ")).collect()
}

/// `flush …`, `delete …`
fn gone(verb: &str, object: &str, rest: &[&str]) -> Option<Gone> {
    match (verb, object) {
        ("flush", "ruleset") => Some(Gone::All(match rest.first() {
            Some(family) => format!("{family} "),
            None => String::new(),
        })),
        ("flush" | "delete" | "destroy", "table") => Some(Gone::All(path(rest, 1))),
        ("flush" | "delete" | "destroy", "chain") => Some(Gone::All(path(rest, 2))),
        ("delete" | "destroy", "rule") => Some(Gone::Some(path(rest, 2))),
        _ => None,
    }
}

/// Reads one command.
pub(super) fn parse(call: &Call<'_>) -> Parsed {
    if call
        .args()
        .iter()
        .any(|w| ["-f", "--file", "-i"].contains(&w.text.as_str()))
    {
        return Parsed::Other;
    }
    if call.args().iter().any(|w| w.sure != Sure::Yes) {
        return Parsed::Unknown;
    }
    let texts = texts(call);
    let Some((verb, word)) = texts.first().copied() else {
        return Parsed::Unknown;
    };
    if !VERBS.contains(&verb) {
        return wrong(
            word.span,
            format!("'{verb}' is nothing that nft does"),
            "write add, insert, delete, list or flush",
        );
    }
    let Some((object, at)) = texts.get(1).copied() else {
        return Parsed::Other;
    };
    if !OBJECTS.contains(&object) && !["describe", "monitor"].contains(&verb) {
        return match FAMILIES.contains(&object) || ["add", "insert"].contains(&verb) {
            // `nft add inet filter …`: the object is left out, which nft takes for a rule.
            true => Parsed::Unknown,
            false => wrong(
                at.span,
                format!("'{object}' is no kind of object"),
                "write table, chain, rule, set or ruleset",
            ),
        };
    }
    let open = texts.iter().filter(|(t, _)| t.contains('{')).count();
    let close = texts.iter().filter(|(t, _)| t.contains('}')).count();
    if open > close {
        return wrong(
            call.command.span,
            "the shell ends the command at ';', so the bracket is never closed",
            "put what is behind 'nft' in single quotes",
        );
    }
    let rest: Vec<&str> = texts.iter().skip(2).map(|(t, _)| *t).collect();
    if let Some(gone) = gone(verb, object, &rest) {
        return Parsed::Gone(gone);
    }
    match object {
        "rule" => rule(texts.get(2..).unwrap_or_default(), verb),
        _ => Parsed::Other,
    }
}

fn rule(texts: &[(&str, &Word)], verb: &str) -> Parsed {
    let family = match texts.first().map_or("", |(t, _)| *t) {
        "ip6" => Family::Six,
        "inet" | "bridge" | "netdev" | "arp" => Family::Both,
        _ => Family::Four,
    };
    let skip = usize::from(texts.first().is_some_and(|(t, _)| FAMILIES.contains(t)));
    let chain = texts.get(skip + 1).map(|(t, _)| t.to_ascii_lowercase());
    let body = texts.get(skip + 2..).unwrap_or_default();
    if let Some(parsed) = fields(body) {
        return parsed;
    }
    if ["delete", "replace", "list"].contains(&verb) || !chain.is_some_and(|c| c.contains("input"))
    {
        return Parsed::Other;
    }
    entry(family, body)
}

/// Names of headers that have another field behind them than they have.
fn fields(body: &[(&str, &Word)]) -> Option<Parsed> {
    // What is behind `comment` is a text.
    let until = body.iter().position(|(t, _)| *t == "comment");
    let body = body.get(..until.unwrap_or(body.len())).unwrap_or_default();
    for (n, (text, word)) in body.iter().enumerate() {
        let fields = FIELDS
            .iter()
            .find(|(header, _)| header == text)
            .map(|(_, f)| f);
        let before = n
            .checked_sub(1)
            .and_then(|p| body.get(p))
            .map_or("", |(t, _)| *t);
        // Behind these a name of a header is a value.
        let value = [
            "protocol", "nexthdr", "l4proto", "{", ",", "helper", "type", "th", "with", "dnat",
            "snat", "tproxy",
        ]
        .contains(&before)
            || before.ends_with(',');
        let Some(fields) = fields.filter(|_| !value) else {
            continue;
        };
        let next = body.get(n + 1).map_or("", |(t, _)| *t);
        if !fields.contains(&next) {
            let why = match next {
                "" => format!("'{text}' lacks a field"),
                next => format!("'{text}' has no field '{next}'"),
            };
            let help = format!("fields of {text}: {}", fields.join(", "));
            return Some(wrong(word.span, why, help));
        }
    }
    None
}

/// A rule, as far as its words are known. One of which some are not asks for more than is compared.
fn entry(family: Family, body: &[(&str, &Word)]) -> Parsed {
    let until = body.iter().position(|(t, _)| *t == "comment");
    let body = body.get(..until.unwrap_or(body.len())).unwrap_or_default();
    let words: Vec<&str> = body.iter().map(|(t, _)| *t).collect();
    // Where it is put by the number of another rule, its place is not known.
    if let Some(&("position" | "index" | "handle")) = words.first() {
        return Parsed::Other;
    }
    let verdict = words.iter().rev().find_map(|w| match *w {
        "accept" => Some(Verdict::Allow),
        "drop" | "reject" => Some(Verdict::Deny),
        _ => None,
    });
    let Some(verdict) = verdict else {
        return Parsed::Other;
    };
    let mut entry = Entry {
        family,
        limited: words.contains(&"limit"),
        ..Entry::new(verdict)
    };
    let mut rest = words.as_slice();
    loop {
        rest = match rest {
            ["accept" | "drop" | "reject", ..] | [] => return Parsed::Rule(entry),
            ["counter" | "log", tail @ ..] => tail,
            [protocol @ ("tcp" | "udp"), "dport", tail @ ..] => {
                let (list, tail) = set(tail);
                let ports = Ports::parse(&list).or_else(|| Ports::named(&list));
                entry.narrower |= ports.is_none();
                entry.bounded |= ports.is_none();
                entry.ports = ports;
                entry.protocol = Some((*protocol).to_owned());
                tail
            }
            [version @ ("ip" | "ip6"), "saddr", tail @ ..] => {
                let (address, tail) = set(tail);
                entry.family = match *version {
                    "ip6" => Family::Six,
                    _ => Family::Four,
                };
                match Range::parse(&address) {
                    Some(range) => entry.from(range),
                    None => {
                        entry.narrower = true;
                        entry.bounded = true;
                    }
                }
                tail
            }
            ["ip" | "ip6", "daddr", tail @ ..] => {
                entry.narrower = true;
                set(tail).1
            }
            ["ct", "state", tail @ ..] => {
                let (states, tail) = set(tail);
                entry.narrower = true;
                entry.bounded |= !states.split(',').any(|s| s == "new");
                tail
            }
            ["limit", "rate", _, tail @ ..] => {
                entry.narrower = true;
                tail
            }
            [_, tail @ ..] => {
                entry.narrower = true;
                entry.bounded = true;
                tail
            }
        }
    }
}

/// A value, or those in brackets: `22`, `{ 22, 80 }`, `{22,80}`; and what is behind it.
fn set<'w, 't>(words: &'w [&'t str]) -> (String, &'w [&'t str]) {
    let open = words.first().is_some_and(|w| w.starts_with('{'));
    let close = words.iter().position(|w| w.ends_with('}'));
    let count = match (open, close) {
        (true, Some(close)) => close + 1,
        _ => 1,
    };
    let value = words.get(..count).unwrap_or_default().concat();
    let value = value.trim_start_matches('{').trim_end_matches('}');
    (value.to_owned(), words.get(count..).unwrap_or_default())
}
