//! nftables tables by `FAMILY/TABLE`.
//!
//! Beside the hash of the live table the value says whether the file that is loaded at boot gives that same table
//! (`as_persisted`). The file is told by loading it into an empty network namespace and listing the result, since the text that a
//! person or a program writes is not the text that nft lists.

use super::ByPath;
use super::frame::{Section, quote};
use model::digest::Digest;
use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: ByPath = ByPath {
    sh: include_str!("sh/nft.sh"),
    call,
    read,
    source: "nft -s list table",
};

const FAMILIES: [&str; 6] = ["ip", "ip6", "inet", "arp", "bridge", "netdev"];

fn call(key: &str) -> Result<String, Reason> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let named = |t: &str| {
        t.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && t.chars().all(plain)
    };
    match key.split_once('/') {
        Some((family, table)) if FAMILIES.contains(&family) && named(table) => {
            // Only our own tables have such a file, and those are of the family inet.
            let file = if family == "inet" && !table.contains('/') {
                plan::render::nft_file(table)
            } else {
                String::new()
            };
            Ok(format!(
                "nft_table {family} {} {}",
                quote(table),
                quote(&file)
            ))
        }
        _ => Err(Reason::new("this is no FAMILY/TABLE")),
    }
}

fn read(section: &Section<'_>) -> Result<Seen, Reason> {
    let text = section.text();
    if text == "absent\n" {
        return Ok(Seen::Absent);
    }
    let listing = |mark: &str| -> String {
        text.lines()
            .filter_map(|l| l.strip_prefix(mark))
            .flat_map(|l| [l, "\n"])
            .collect()
    };
    let (live, kept) = (listing("l "), listing("p "));
    if !live.starts_with("table ") || !live.ends_with("}\n") {
        return Err(Reason::new("the listing of nft is not understood"));
    }
    let rules = i64::try_from(rules(&live)).unwrap_or(i64::MAX);
    Ok(Seen::Present(Value::map([
        ("sha256", Value::from(Digest::of(&live).0)),
        ("rules", Value::from(rules)),
        ("as_persisted", Value::from(live == kept)),
    ])))
}

/// Counts the rules in the chains of a listed table. A rule may go over several lines, within braces of its own.
fn rules(listing: &str) -> usize {
    let mut depth = 0_usize;
    let mut in_chain = false;
    let mut count = 0;
    for line in listing.lines().map(str::trim).filter(|l| !l.is_empty()) {
        match depth {
            1 => in_chain = line.starts_with("chain "),
            2 if in_chain && line != "}" => {
                let header = ["type ", "policy ", "comment ", "flags "]
                    .iter()
                    .any(|h| line.starts_with(h));
                count += usize::from(!header);
            }
            _ => {}
        }
        let mut quoted = false;
        for c in line.chars() {
            match c {
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_counted_and_nothing_else() {
        let listing = "table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1,\n\t\t\t10.0.0.2 }\n\t}\n\n\tchain input {\n\
            \t\tcomment \"c\"\n\t\ttype filter hook input priority filter; policy drop;\n\t\tct state established accept\n\
            \t\tip saddr { 10.0.0.1,\n\t\t\t10.0.0.2 } accept\n\t\tlog prefix \"{ \" drop\n\t}\n\n\tchain other {\n\t}\n}\n";
        assert_eq!(rules(listing), 3);
    }

    #[test]
    fn only_names_are_passed_on() {
        assert_eq!(
            call("inet/holdfast").as_deref(),
            Ok("nft_table inet 'holdfast' '/etc/holdfast/nft/holdfast.nft'")
        );
        assert_eq!(call("ip/nat").as_deref(), Ok("nft_table ip 'nat' ''"));
        for bad in [
            "holdfast",
            "inet/",
            "inet/a b",
            "inet/a;flush ruleset",
            "ether/x",
            "inet/-f",
        ] {
            assert!(call(bad).is_err(), "{bad}");
        }
    }
}
