//! Of scratch data nobody wants a copy, a restore, or a machine to restore it to.

use crate::support::check;

const RULES: [&str; 9] = [
    "bak-321",
    "bak-consistency",
    "bak-coverage",
    "bak-no-verify",
    "bak-rpo-schedule",
    "bak-same-domain",
    "bak-snapshot-not-copy",
    "chg-backup-before",
    "dr-rto-feasible",
];

fn asked(class: &str) -> Vec<(String, String)> {
    let text = format!(
        "format: 1
lab: x
sites: {{home: {{uplinks: {{fibre: {{down: 100Mbit/s, up: 40Mbit/s}}}}}}}}
hosts: {{nas: {{site: home}}}}
tiers: {{core: {{rto: {{host: 1h, site: 1h}}, rpo: {{host: 1d}}, response: 10m}}}}
services: {{wiki: {{tier: core, runs: {{host: nas}}}}}}
datasets:
  cache: {{host: nas, folder: /srv/cache, service: wiki, tier: core, size: 900GB, class: {class}}}
  thumbs: {{host: nas, folder: /srv/thumbs, service: wiki, tier: core, class: {class}}}
repositories: {{cloud: {{kind: s3, media: cloud, location: 's3:s3.example.org/x'}}}}
backups: {{nightly: {{datasets: [cache], to: cloud, every: 2d, keep: {{last: 7}}}}}}
jobs: {{images: {{kind: update, on: [nas], schedule: 'Sun 02:00', automatic: true}}}}
"
    );
    let (found, _) = check(&text, None);
    let of = found
        .into_iter()
        .filter(|d| RULES.contains(&d.code.as_str()));
    of.map(|d| (d.code.to_string(), d.message)).collect()
}

#[test]
fn nothing_is_asked_of_scratch_data() {
    let scratch = asked("scratch");
    assert!(scratch.is_empty(), "{scratch:#?}");
    // The same data, if somebody would miss it.
    let missed = asked("irreplaceable");
    for rule in [
        "bak-coverage",
        "bak-no-verify",
        "chg-backup-before",
        "dr-rto-feasible",
    ] {
        assert!(
            missed.iter().any(|(code, _)| code == rule),
            "{rule}: {missed:#?}"
        );
    }
}
