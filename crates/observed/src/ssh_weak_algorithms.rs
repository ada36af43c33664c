//! Algorithms that OpenSSH itself no longer offers.

use crate::look::{hosts, listed, part};
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::fact::{FactKind, Seen};
use model::value::Value;

/// Source: release notes of OpenSSH 6.7 (CBC, arcfour), 7.0 (1024-bit Diffie-Hellman, DSA), 7.2 (MD5, 96-bit MACs), 8.2 and 8.8 (`ssh-rsa` with
/// SHA-1): each of them off by default since. What is on by default is not called weak here.
pub const RULE: Rule = Rule {
    id: "ssh-weak-algorithms",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "sshd offers an algorithm that OpenSSH has turned off by default because it is weak.",
    rationale: "OpenSSH took CBC ciphers, arcfour, MD5, 96-bit MACs, 1024-bit Diffie-Hellman, DSA and SHA-1 signatures out of its defaults. Where one is \
        offered, somebody has turned it on again, mostly for a device that is long gone.",
    example: "sshd: {Ciphers: +aes128-cbc}",
    controls: &[
        "CIS v8 3.10",
        "NIST CSF 2.0 PR.DS-02",
        "ISO 27001:2022 A.8.24",
    ],
    mend: Mend::None("which client still needs it has to be found out first"),
    run,
};

const KEYWORDS: [&str; 5] = [
    "ciphers",
    "macs",
    "kexalgorithms",
    "hostkeyalgorithms",
    "pubkeyacceptedalgorithms",
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (look, host) in hosts(ctx) {
        let kind = FactKind::Sshd;
        look.unseen(&RULE, kind, "offers weak algorithms over ssh", out);
        for keyword in KEYWORDS {
            let Seen::Present(Value::Text(offered)) = look.seen(kind, keyword) else {
                continue;
            };
            let all: Vec<&str> = offered.split(',').map(str::trim).collect();
            let weak: Vec<String> = all
                .iter()
                .filter(|a| is_weak(a))
                .map(|a| (*a).to_owned())
                .collect();
            if weak.is_empty() {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "sshd of {} offers weak {keyword}: {}",
                    look.title(),
                    listed(&weak)
                ))
                .of_each(weak.iter().map(|a| part(a)))
                .note(format!("{} of {} offered", weak.len(), all.len()));
            let d = match host.sshd.get(keyword) {
                Some(declared) => d.at(declared.span, ""),
                None => d,
            };
            let d = d.help(format!(
                "take the line '{keyword}' out, so that OpenSSH's own list holds"
            ));
            out.add(look.object.clone(), look.dated(d, kind, keyword));
        }
    }
}

fn is_weak(algorithm: &str) -> bool {
    let name = algorithm.split('@').next().unwrap_or(algorithm);
    let family = ["arcfour", "hmac-md5", "hmac-ripemd160", "ssh-dss"];
    let ends = ["-cbc", "-96", "-96-etm"];
    let exact = [
        "diffie-hellman-group1-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group-exchange-sha1",
        "ssh-rsa",
        "ssh-rsa-cert-v01",
        "rijndael-cbc",
    ];
    family.iter().any(|f| name.starts_with(f))
        || ends.iter().any(|e| name.ends_with(e))
        || exact.contains(&name)
}
