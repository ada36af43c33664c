//! `iptables`, by the grammar of iptables(8) and the matches of iptables-extensions(8) that are listed here.

use super::{Entry, Family, Gone, Parsed, Ports, Put, Range, Verdict, wrong};
use crate::call::Call;
use model::document::{Sure, Word};

/// Options with one value.
const VALUE: [&str; 39] = [
    "-t",
    "--table",
    "-A",
    "--append",
    "-D",
    "--delete",
    "-C",
    "--check",
    "-j",
    "--jump",
    "-g",
    "-m",
    "--match",
    "-p",
    "--protocol",
    "-s",
    "--source",
    "--src",
    "-d",
    "--destination",
    "--dst",
    "-i",
    "--in-interface",
    "-o",
    "--out-interface",
    "--dport",
    "--destination-port",
    "--sport",
    "--source-port",
    "--dports",
    "--sports",
    "--state",
    "--ctstate",
    "--icmp-type",
    "--comment",
    "--limit",
    "--limit-burst",
    "--reject-with",
    "--log-prefix",
];
/// Commands that add or look for no rule.
const OTHER: [&str; 11] = [
    "-P",
    "--policy",
    "-N",
    "--new-chain",
    "-X",
    "-L",
    "--list",
    "-S",
    "-Z",
    "-E",
    "--version",
];
const CHAINS: [&str; 5] = ["INPUT", "OUTPUT", "FORWARD", "PREROUTING", "POSTROUTING"];
const TARGETS: [&str; 4] = ["ACCEPT", "DROP", "REJECT", "RETURN"];

/// The chain that a command is about, and where it puts a rule.
pub(super) fn place(call: &Call<'_>) -> (String, Put) {
    let args = call.args();
    let is = |names: &[&str]| {
        let found = args.iter().position(|w| names.contains(&w.text.as_str()));
        found.map(|at| (args.get(at + 1), args.get(at + 2)))
    };
    let name = |word: Option<&Word>| word.map(|w| w.text.clone()).unwrap_or_default();
    match is(&["-I", "--insert"]) {
        Some((chain, number)) => {
            let number = number.and_then(|n| n.text.parse().ok());
            (name(chain), Put::At(number.unwrap_or(1)))
        }
        None => {
            let chain = is(&["-A", "--append", "-D", "--delete"]);
            (name(chain.and_then(|(chain, _)| chain)), Put::Last)
        }
    }
}

/// `-F [CHAIN]`, `-D CHAIN NUMBER`
fn gone(args: &[Word]) -> Option<Parsed> {
    let mut words = args.iter().map(|w| w.text.as_str());
    let mut table = words.clone().skip_while(|w| !["-t", "--table"].contains(w));
    let filter = table.nth(1).is_none_or(|t| t == "filter");
    let command = words.find(|w| ["-F", "--flush", "-D", "--delete"].contains(w))?;
    let chain = words.next().filter(|w| !w.starts_with('-'));
    let gone = match (command, chain) {
        ("-F" | "--flush", chain) => Gone::All(chain.unwrap_or_default().to_owned()),
        (_, Some(chain)) => {
            words.next()?.parse::<u32>().ok()?;
            Gone::Some(chain.to_owned())
        }
        _ => return None,
    };
    Some(if filter {
        Parsed::Gone(gone)
    } else {
        Parsed::Other
    })
}

/// Reads one command.
pub(super) fn parse(call: &Call<'_>) -> Parsed {
    let args = call.args();
    if args.iter().any(|w| w.sure != Sure::Yes) {
        return Parsed::Unknown;
    }
    if let Some(command) = args
        .iter()
        .position(|w| ["-P", "--policy"].contains(&w.text.as_str()))
    {
        return policy(args, command);
    }
    if args.iter().any(|w| OTHER.contains(&w.text.as_str())) {
        return Parsed::Other;
    }
    if let Some(parsed) = gone(args) {
        return parsed;
    }
    match options(args) {
        Ok(given) => rule(call, &given),
        Err(parsed) => parsed,
    }
}

fn policy(args: &[Word], at: usize) -> Parsed {
    let (Some(chain), Some(target)) = (args.get(at + 1), args.get(at + 2)) else {
        return Parsed::Unknown;
    };
    let known = ["ACCEPT", "DROP"].contains(&target.text.as_str());
    match (CHAINS.contains(&chain.text.as_str()), known) {
        (true, true) => Parsed::Other,
        (false, _) => wrong(
            chain.span,
            format!("'{}' is no built-in chain", chain.text),
            "built-in chains are written in capitals, as INPUT",
        ),
        (true, false) => wrong(
            target.span,
            format!("'{}' is no policy", target.text),
            "a policy is ACCEPT or DROP",
        ),
    }
}

type Given<'a> = Vec<(&'a Word, Option<&'a Word>)>;

/// Options with their values.
fn options(args: &[Word]) -> Result<Given<'_>, Parsed> {
    let mut out = Vec::new();
    let mut rest = args;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let text = first.text.as_str();
        if ["-I", "--insert"].contains(&text) {
            out.push((first, tail.first()));
            let numbered = tail.get(1).is_some_and(|w| w.text.parse::<u32>().is_ok());
            rest = tail.get(1 + usize::from(numbered)..).unwrap_or_default();
        } else if VALUE.contains(&text) {
            out.push((first, tail.first()));
            rest = tail.get(1..).unwrap_or_default();
        } else if text == "!" {
            return Err(Parsed::Unknown);
        } else if !text.starts_with('-') && TARGETS.contains(&text) {
            return Err(wrong(
                first.span,
                format!("'{text}' belongs to nothing"),
                format!("a target is given by '-j {text}'"),
            ));
        } else if !["-v", "-n", "-w", "--wait", "-4", "-6"].contains(&text) {
            return Err(Parsed::Unknown);
        }
    }
    Ok(out)
}

/// Names that are written in capitals, and here are not.
fn case(given: &Given<'_>) -> Option<Parsed> {
    for (option, value) in given {
        let known: &[&str] = match option.text.as_str() {
            "-j" | "--jump" => &TARGETS,
            "-A" | "--append" | "-I" | "--insert" => &CHAINS,
            _ => continue,
        };
        let Some(word) = value else { continue };
        let upper = word.text.to_uppercase();
        if known.contains(&upper.as_str()) && word.text != upper {
            let help = format!("targets and built-in chains are written in capitals: {upper}");
            return Some(wrong(
                word.span,
                format!("'{}' is not known", word.text),
                help,
            ));
        }
    }
    None
}

/// Matches that are not compared with those of other rules.
const MORE: [&str; 12] = [
    "-i",
    "--in-interface",
    "-d",
    "--destination",
    "--dst",
    "--sport",
    "--source-port",
    "--sports",
    "--state",
    "--ctstate",
    "--icmp-type",
    "--limit",
];

/// Of these matches, one that says who or what it is for. A new connection is what everybody begins with.
fn is_bounded(given: &Given<'_>) -> bool {
    given
        .iter()
        .any(|(option, value)| match option.text.as_str() {
            "-d" | "--destination" | "--dst" | "--limit" => false,
            "--state" | "--ctstate" => {
                let states = value.map_or("", |w| w.text.as_str());
                !states.split(',').any(|s| s == "NEW")
            }
            other => MORE.contains(&other),
        })
}

fn rule(call: &Call<'_>, given: &Given<'_>) -> Parsed {
    let value = |names: &[&str]| {
        let found = given.iter().find(|(o, _)| names.contains(&o.text.as_str()));
        found.and_then(|(_, v)| *v)
    };
    let text = |names: &[&str]| value(names).map(|w| w.text.as_str());
    let protocol = text(&["-p", "--protocol"]);
    let port = value(&["--dport", "--destination-port", "--dports"]);
    let ported =
        protocol.is_some_and(|p| ["tcp", "udp", "sctp", "dccp", "udplite", "6", "17"].contains(&p));
    if let Some(port) = port.filter(|_| !ported) {
        let help = format!("write '-p tcp --dport {}'", port.text);
        return wrong(
            port.span,
            "a port needs a protocol: iptables does not know '--dport' without '-p'",
            help,
        );
    }
    if let Some(parsed) = case(given) {
        return parsed;
    }
    let sources = match sources(value(&["-s", "--source", "--src"])) {
        Ok(sources) => sources,
        Err(parsed) => return parsed,
    };
    let ports = port.map(|p| Ports::parse(&p.text).or_else(|| Ports::named(&p.text)));
    let verdict = match text(&["-j", "--jump"]) {
        Some("ACCEPT") => Verdict::Allow,
        Some("DROP" | "REJECT") => Verdict::Deny,
        _ => return Parsed::Other,
    };
    let chain = text(&["-A", "--append", "-I", "--insert", "-D", "--delete"]);
    let filter = text(&["-t", "--table"]).is_none_or(|t| t == "filter");
    if chain != Some("INPUT") || !filter || ports == Some(None) {
        return Parsed::Other;
    }
    let mut entry = Entry {
        family: match call.program() {
            "ip6tables" => Family::Six,
            _ => Family::Four,
        },
        ports: ports.flatten(),
        protocol: protocol
            .filter(|p| *p != "all")
            .map(|p| named(p).to_owned()),
        narrower: MORE.iter().any(|o| given.iter().any(|(g, _)| g.text == *o)),
        bounded: is_bounded(given),
        limited: given.iter().any(|(g, _)| g.text == "--limit"),
        ..Entry::new(verdict)
    };
    match sources.as_slice() {
        [] => {}
        [one] => entry.from(*one),
        _ => {
            entry.narrower = true;
            entry.bounded = true;
        }
    }
    match text(&["-D", "--delete"]) {
        Some(_) => Parsed::Gone(Gone::Rule(entry)),
        None => Parsed::Rule(entry),
    }
}

/// The addresses behind `-s`, of which iptables makes a rule each.
fn sources(word: Option<&Word>) -> Result<Vec<Range>, Parsed> {
    let Some(word) = word else {
        return Ok(Vec::new());
    };
    let all = word.text.split(',').map(Range::parse);
    match all.collect::<Option<Vec<_>>>() {
        Some(all) => Ok(all),
        None if word.text.contains('/') => Err(wrong(
            word.span,
            format!("'{}' is no address", word.text),
            "write '-s 192.168.10.0/24'",
        )),
        None => Err(Parsed::Unknown),
    }
}

/// A protocol by its number in `/etc/protocols`.
fn named(protocol: &str) -> &str {
    match protocol {
        "6" => "tcp",
        "17" => "udp",
        other => other,
    }
}
