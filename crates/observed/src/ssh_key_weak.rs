//! A key that is too short, or of a kind that is broken.

use crate::look::{hosts, listed, part};
use crate::{Context, Findings, Mend, Rule};
use data_encoding::BASE64;
use diag::Severity;
use model::fact::FactKind;
use model::value::Value;

/// Source: NIST SP 800-131A rev. 2, 3: RSA below 2048 bits is disallowed; OpenSSH 7.0 and 10.0 release notes: DSA is off, then gone.
pub const RULE: Rule = Rule {
    id: "ssh-key-weak",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A host accepts an ssh key of DSA, or of RSA with fewer than 2048 bits.",
    rationale: "NIST SP 800-131A disallows RSA below 2048 bits, and OpenSSH has given DSA up. Such keys were made long ago, and nobody has looked \
        at where they lie since.",
    example: "users: {anna: {keys: [ssh-dss AAAAB3NzaC1kc3…]}}",
    controls: &["NIST CSF 2.0 PR.AA-03", "ISO 27001:2022 A.8.24"],
    mend: Mend::None("a new key is made by whoever owns the old one"),
    run,
};

const LEAST: usize = 2048;

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, _) in hosts(ctx) {
        let kind = FactKind::Key;
        look.unseen(&RULE, kind, "accepts other keys that are weak", out);
        let weak: Vec<(&str, String)> = look
            .items(kind)
            .filter_map(|(key, value)| Some((key, weakness(value)?)))
            .collect();
        let Some((first, _)) = weak.first() else {
            continue;
        };
        let names: Vec<String> = weak
            .iter()
            .map(|(key, why)| format!("{key}, {why}"))
            .collect();
        let d = RULE
            .finding(format!("{} accepts weak keys: {}", look.title(), listed(&names)))
            .of_each(weak.iter().map(|(key, _)| part(key)))
            .note(format!("{} of {} keys; at least {LEAST} bits of RSA are asked for", weak.len(), look.items(kind).count()))
            .help("`ssh-keygen -t ed25519` makes a new one; the old one goes once the new one has opened the host");
        out.add(look.object.clone(), look.dated(d, kind, first));
    }
}

fn weakness(key: &Value) -> Option<String> {
    let text = |name: &str| key.field(name).and_then(Value::as_text);
    match text("type")? {
        "ssh-dss" => Some("DSA".to_owned()),
        "ssh-rsa" => {
            let bits = rsa_bits(text("public")?)?;
            (bits < LEAST).then(|| format!("RSA of {bits} bits"))
        }
        _ => None,
    }
}

/// Bits of the modulus: the third string of the key's blob (RFC 4253, 6.6), with or without the words around it.
fn rsa_bits(public: &str) -> Option<usize> {
    let word = public.split_whitespace().find(|w| w.starts_with("AAAA"))?;
    let blob = BASE64.decode(word.as_bytes()).ok()?;
    let mut rest = blob.as_slice();
    let mut field = &rest[..0];
    for _ in 0..3 {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        (field, rest) = after.split_at_checked(length)?;
    }
    let first = field.iter().position(|b| *b != 0)?;
    let number = field.get(first..)?;
    let top = number.first()?;
    Some(number.len() * 8 - top.leading_zeros() as usize)
}
