//! Votes of hosts that are on only on demand.

use crate::support::check;

fn said(one: &str, two: &str, three: &str, cluster: &str) -> Vec<String> {
    let text = format!(
        "format: 1\nlab: x\nhosts: {{a: {{{one}}}, b: {{{two}}}, c: {{{three}}}}}\nclusters: {{main: {{kind: proxmox, members: [a, b, c]{cluster}}}}}\n"
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "ha-quorum");
    of.map(|d| format!("{:?}: {}", d.severity, d.message))
        .collect()
}

#[test]
fn the_vote_of_a_host_that_may_be_off_is_not_sure() {
    let (on, off, open) = ("", "on_demand: true", "on_demand: unknown");
    for (hosts, cluster, expected) in [
        ([on, on, on], "", ""),
        ([on, on, "on_demand: false"], "", ""),
        (
            [on, on, off],
            "",
            "Warning: cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
        (
            [on, on, off],
            ", ha: true",
            "Error: cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
        (
            [on, off, off],
            "",
            "Warning: cluster 'main' has no majority while 'b' and 'c' are off",
        ),
        (
            [on, on, open],
            "",
            "Info: unknown: whether cluster 'main' stops when 'a' or 'b' fails while 'c' is off",
        ),
    ] {
        let [a, b, c] = hosts;
        let found = said(a, b, c, cluster);
        match expected {
            "" => assert!(found.is_empty(), "{hosts:?}: {found:?}"),
            words => assert_eq!(found, [words], "{hosts:?}"),
        }
    }
}
