//! A repository is where its location leads, whatever else is declared of it; and two in one bucket are one store.

use crate::support::check;

/// What is said of copies, with these lines for the repositories.
fn said(repositories: &str) -> Vec<(String, String)> {
    let names = ["a", "b"].into_iter();
    let backups: String = names
        .filter(|n| repositories.contains(&format!("  {n}: ")))
        .map(|n| format!("  {n}: {{datasets: [photos], to: {n}, every: 24h, keep: {{last: 7}}}}\n"))
        .collect();
    let text = format!(
        "format: 1
lab: x
sites: {{home: {{}}, away: {{}}}}
networks: {{lan: {{subnet: 10.0.0.0/24}}}}
tiers: {{t: {{rto: {{site: 9h}}, rpo: {{site: 26h}}}}}}
hosts:
  nas: {{site: home, addresses: {{lan: 10.0.0.2}}, reach: {{ssh: storage}}}}
  pi: {{site: away, addresses: {{lan: 10.0.0.3}}}}
datasets: {{photos: {{host: nas, folder: /srv/photos, class: irreplaceable, tier: t}}}}
repositories:
{repositories}backups:
{backups}"
    );
    let (found, _) = check(&text, None);
    let wanted = ["bak-location", "bak-321", "bak-same-domain"];
    let of = found
        .into_iter()
        .filter(|d| wanted.contains(&d.code.as_str()));
    of.map(|d| (d.code.to_string(), d.message)).collect()
}

fn has(said: &[(String, String)], code: &str, part: &str) -> bool {
    said.iter().any(|(c, m)| c == code && m.contains(part))
}

#[test]
fn a_copy_is_where_its_location_leads() {
    for location in [
        "sftp:nas:/srv/b",
        "sftp:root@10.0.0.2:/srv/b",
        "sftp:storage:/srv/b",
        "sftp:nas.lan:/srv/b",
        "rest:http://nas:8000/b",
        "s3:http://nas:9000/b",
    ] {
        for place in ["on: pi", "site: away"] {
            let said = said(&format!("  a: {{location: '{location}', {place}}}\n"));
            let told = has(&said, "bak-location", "leads to host 'nas'");
            assert!(told, "{location} {place}: {said:#?}");
            let counted = has(&said, "bak-321", "") || has(&said, "bak-same-domain", "");
            assert!(counted, "{location} {place}: {said:#?}");
        }
    }
    for fine in [
        "{location: 'sftp:pi:/srv/b', on: pi}",
        "{location: 'sftp:10.0.0.3:/srv/b', site: away}",
        "{location: 'sftp:elsewhere:/srv/b', on: pi}",
        "{location: 's3:https://s3.example/b', site: away}",
        "{location: /mnt/usb, site: away}",
    ] {
        let said = said(&format!("  a: {fine}\n"));
        assert!(!has(&said, "bak-location", ""), "{fine}: {said:#?}");
    }
}

#[test]
fn the_own_address_of_the_writer_is_no_other_place() {
    for location in [
        "sftp:localhost:/srv/b",
        "rest:http://127.0.0.1:8000/b",
        "rest:http://[::1]:8000/b",
    ] {
        let said = said(&format!("  a: {{location: '{location}', site: away}}\n"));
        let told = has(&said, "bak-location", "of host 'nas', not at site 'away'");
        assert!(told, "{location}: {said:#?}");
        assert!(
            has(&said, "bak-321", "none off site for sure"),
            "{location}: {said:#?}"
        );
    }
    // The end of a tunnel to somebody who keeps it.
    let said = said("  a: {location: 'rest:http://127.0.0.1:8000/b', site: away, provider: Box}\n");
    assert!(!has(&said, "bak-location", ""), "{said:#?}");
}

#[test]
fn one_bucket_is_one_copy() {
    let two = |b: &str| {
        said(&format!(
            "  a: {{location: 's3:https://s3.example/b', site: away}}\n  b: {{location: '{b}', site: away}}\n"
        ))
    };
    for same in ["s3:https://s3.example/b/", "s3:https://S3.example/b/folder"] {
        let said = two(same);
        assert!(has(&said, "bak-321", "2 copies"), "{same}: {said:#?}");
    }
    let said = two("s3:https://s3.other.example/b");
    assert!(!has(&said, "bak-321", ""), "{said:#?}");
}
