//! What is given as `unknown` is told as such: neither fine nor wrong.

use crate::support::check;

const QUORUM: &str = "format: 1
lab: x
hosts: {a: {}, b: {}}
clusters: {main: {kind: proxmox, members: [a, b], qdevice: unknown}}
";

const CONSISTENCY: &str = "format: 1
lab: x
hosts: {a: {}}
stacks: {wiki: {file: compose.yaml, on: a}}
repositories: {away: {kind: restic, location: 'sftp:box:/lab'}}
backups: {all: {stacks: [wiki], to: away, every: 1d, consistency: unknown, keep: {last: 3}}}
# file: compose.yaml
services:
  db: {image: 'postgres:17', volumes: ['data:/var/lib/postgresql/data']}
volumes: {data: {}}
";

#[test]
fn what_is_said_to_be_unknown_is_no_finding_and_no_pass() {
    for (code, text, known, expected) in [
        (
            "ha-quorum",
            QUORUM,
            ", qdevice: unknown",
            "unknown: whether cluster 'main' keeps its majority when votes are lost",
        ),
        (
            "bak-consistency",
            CONSISTENCY,
            ", consistency: unknown",
            "unknown: whether backup 'all' holds the file systems of container 'db' of stack 'wiki' still: 'consistency' is not known",
        ),
    ] {
        let said = |text: &str| {
            let (findings, _) = check(text, None);
            let mut of = findings.into_iter().filter(|d| d.code == code);
            let found = of.next().map(|d| (d.message, d.unknown));
            assert_eq!(of.next(), None, "{code}");
            found
        };
        assert_eq!(said(text), Some((expected.to_owned(), true)), "{code}");
        // Without the word it is a finding.
        let finding = said(&text.replace(known, ""));
        assert!(
            finding.as_ref().is_some_and(|(_, unknown)| !unknown),
            "{code}: {finding:?}"
        );
    }
}
