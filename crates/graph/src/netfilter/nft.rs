//! `nft`, by the grammar of nft(8): objects, families, and the fields of the usual headers.

use super::{Entry, Parsed, Ports, Range, Verdict, wrong};
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

/// Reads one command.
pub(super) fn parse(call: &Call<'_>) -> Parsed {
    let args: Vec<&Word> = call
        .args()
        .iter()
        .filter(|w| !w.text.starts_with('-'))
        .collect();
    if call
        .args()
        .iter()
        .any(|w| ["-f", "--file", "-i"].contains(&w.text.as_str()))
    {
        return Parsed::Other;
    }
    if args.iter().any(|w| w.sure != Sure::Yes) {
        return Parsed::Unknown;
    }
    // A command in quotes is one word of the shell.
    let texts: Vec<(&str, &Word)> = args
        .iter()
        .flat_map(|w| w.text.split_whitespace().map(|t| (t, *w)))
        .collect();
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
    match object {
        "rule" => rule(texts.get(2..).unwrap_or_default(), verb),
        _ => Parsed::Other,
    }
}

fn rule(texts: &[(&str, &Word)], verb: &str) -> Parsed {
    let skip = usize::from(texts.first().is_some_and(|(t, _)| FAMILIES.contains(t)));
    let chain = texts.get(skip + 1).map(|(t, _)| t.to_ascii_lowercase());
    let body = texts.get(skip + 2..).unwrap_or_default();
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
            "protocol", "nexthdr", "l4proto", "{", ",", "helper", "type", "th",
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
            return wrong(
                word.span,
                why,
                format!("fields of {text}: {}", fields.join(", ")),
            );
        }
    }
    if ["delete", "replace", "list"].contains(&verb) || !chain.is_some_and(|c| c.contains("input"))
    {
        return Parsed::Other;
    }
    entry(body)
}

/// A rule of which every word is known; others are not compared.
fn entry(body: &[(&str, &Word)]) -> Parsed {
    let words: Vec<&str> = body.iter().map(|(t, _)| *t).collect();
    let mut entry = Entry {
        verdict: Verdict::Allow,
        source: None,
        ports: None,
        protocol: None,
        narrower: false,
    };
    let mut rest = words.as_slice();
    loop {
        rest = match rest {
            ["accept", ..] => return Parsed::Rule(entry),
            ["drop" | "reject", ..] => {
                return Parsed::Rule(Entry {
                    verdict: Verdict::Deny,
                    ..entry
                });
            }
            ["counter" | "log", tail @ ..] => tail,
            [protocol @ ("tcp" | "udp"), "dport", "{", tail @ ..] => {
                let end = tail.iter().position(|t| *t == "}").unwrap_or(tail.len());
                let list = tail.get(..end).unwrap_or_default().concat();
                let Some(ports) = Ports::parse(&list) else {
                    return Parsed::Other;
                };
                entry.ports = Some(ports);
                entry.protocol = Some((*protocol).to_owned());
                tail.get(end + 1..).unwrap_or_default()
            }
            [protocol @ ("tcp" | "udp"), "dport", port, tail @ ..] => {
                let Some(ports) = Ports::parse(port).or_else(|| Ports::named(port)) else {
                    return Parsed::Other;
                };
                entry.ports = Some(ports);
                entry.protocol = Some((*protocol).to_owned());
                tail
            }
            ["ip", "saddr", address, tail @ ..] => {
                let Some(range) = Range::parse(address) else {
                    return Parsed::Other;
                };
                entry.source = Some(range).filter(|r| !r.is_any());
                tail
            }
            _ => return Parsed::Other,
        }
    }
}
