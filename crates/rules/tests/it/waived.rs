//! Waivers accept findings only while they are complete and in force.

use crate::support::check;
use diag::Severity;

const LAB: &str = "format: 1
lab: x
networks: {lan: {subnet: 10.0.0.0/24}}
jobs: {patches: {kind: update, on: [web, db]}}
hosts:
  web:
    sshd: {PermitRootLogin: yes, PasswordAuthentication: no, KbdInteractiveAuthentication: no}
  db:
    sshd: {PermitRootLogin: yes, PasswordAuthentication: no, KbdInteractiveAuthentication: no}
";

fn severities(waiver: &str) -> Vec<(String, Severity)> {
    let (findings, _) = check(&format!("{LAB}waivers:\n  - {waiver}\n"), None);
    findings.into_iter().map(|d| (d.code, d.severity)).collect()
}

fn pair(code: &str, severity: Severity) -> (String, Severity) {
    (code.to_owned(), severity)
}

#[test]
fn a_complete_waiver_accepts_one_object() {
    let text = "{rule: ssh-root-login, object: web, reason: old appliance, owner: anna, expires: 2027-01-01}";
    let (findings, _) = check(&format!("{LAB}waivers:\n  - {text}\n"), None);
    let waived = &findings[1];
    assert_eq!(findings[0].severity, Severity::Error, "db is not waived");
    assert_eq!(waived.severity, Severity::Info);
    assert!(
        waived
            .message
            .starts_with("waived until 2027-01-01: host 'web'")
    );
    assert_eq!(
        waived.notes.last().unwrap(),
        "accepted by anna: old appliance"
    );
}

/// Two networks that overlap are told as one finding, of the first of them.
#[test]
fn a_waiver_of_what_stands_beside_the_object_is_told_which_it_is() {
    let lab = |object: &str| {
        format!("format: 1
lab: x
networks: {{apps: {{subnet: 10.0.0.0/24}}, guests: {{subnet: 10.0.0.0/25}}, other: {{subnet: 10.9.0.0/24}}}}
waivers: [{{rule: net-overlap, object: network/{object}, reason: r, owner: anna, expires: 2027-01-01}}]
")
    };
    let told = |object: &str| {
        let (found, _) = check(&lab(object), None);
        found.into_iter().find(|d| d.code == "waiver-unused")
    };
    let (unused, used) = match told("apps") {
        Some(d) => (d, told("guests")),
        None => (told("guests").unwrap(), None),
    };
    assert!(used.is_none(), "one of the two is the object");
    let note = unused.notes.concat();
    assert!(note.contains("only stands beside it"), "{unused:#?}");
    assert!(unused.fix.unwrap().message.starts_with("name 'network/"));
    let gone = told("other").unwrap();
    assert_eq!(gone.notes, Vec::<String>::new());
    assert_eq!(gone.fix.unwrap().message, "remove it");
    assert!(gone.help.is_empty(), "it is said once");
}

/// That nobody is to be told of a missing backup makes no copy.
#[test]
fn data_whose_missing_backup_is_accepted_still_has_too_few_copies() {
    let lab = "format: 1
lab: x
hosts: {nas: }
datasets: {photos: {host: nas, folder: /srv/photos, class: irreplaceable}}
";
    let waiver = "waivers:
  - {rule: bak-coverage, object: dataset/photos, reason: the disk comes in May, owner: anna, expires: 2027-01-01}
";
    let of = |text: &str, code: &str| {
        let (found, _) = check(text, None);
        let of = found.into_iter().filter(|d| d.code == code);
        of.map(|d| d.message).collect::<Vec<_>>()
    };
    assert_eq!(
        of(lab, "bak-321"),
        Vec::<String>::new(),
        "one finding is enough"
    );
    let waived = format!("{lab}{waiver}");
    assert!(of(&waived, "bak-coverage")[0].starts_with("waived until"));
    assert_eq!(
        of(&waived, "bak-321"),
        ["dataset 'photos' has 1 copy with the data itself, none off site; 3 and 1 are wanted"]
    );
    let expired = waived.replace("2027-01-01", "2026-01-01");
    assert_eq!(of(&expired, "bak-321"), Vec::<String>::new());
}

/// One of two images is accepted: the finding stays, and says of which of them.
#[test]
fn what_is_accepted_of_a_finding_is_told_with_the_rest() {
    let text = "format: 1
lab: x
hosts: {nas: }
stacks: {wiki: {file: compose.yaml, on: nas}}
waivers:
  - {rule: img-pin, object: stack/wiki, only: ['postgres:latest'], reason: r, owner: anna, expires: 2027-01-01}
# file: compose.yaml
services: {db: {image: 'postgres:latest'}, web: {image: 'wiki:latest'}}
";
    let (found, _) = check(text, None);
    let pin = found.iter().find(|d| d.code == "img-pin").unwrap();
    assert!(pin.waived.is_none());
    let accepted = "accepted by anna until 2027-01-01: postgres:latest";
    assert_eq!(pin.notes[1..], [accepted, "not accepted: wiki:latest"]);
    assert!(!found.iter().any(|d| d.code == "waiver-unused"));
}

#[test]
fn an_incomplete_or_expired_one_accepts_nothing_and_is_reported() {
    for waiver in [
        "{rule: ssh-root-login, object: web, reason: r, owner: anna}",
        "{rule: ssh-root-login, object: web, reason: r, expires: 2027-01-01}",
        "{rule: ssh-root-login, object: web, owner: anna, expires: 2027-01-01}",
        "{rule: ssh-root-login, reason: r, owner: anna, expires: 2027-01-01}",
        "{rule: ssh-root-login, object: web, reason: r, owner: anna, expires: 2026-11-20}",
        "{rule: ssh-root-logn, object: web, reason: r, owner: anna, expires: 2027-01-01}",
    ] {
        let expected = [
            pair("ssh-root-login", Severity::Error),
            pair("ssh-root-login", Severity::Error),
            pair("waiver-invalid", Severity::Error),
        ];
        assert_eq!(severities(waiver), expected, "{waiver}");
    }
}

#[test]
fn a_waiver_of_a_promise_is_left_to_the_promises() {
    let waiver =
        "{promise: 'ports-justified:host/web', reason: r, owner: anna, expires: 2027-01-01}";
    let found = severities(waiver);
    assert!(
        found.iter().all(|(code, _)| !code.starts_with("waiver-")),
        "{found:?}"
    );
}

#[test]
fn a_misspelt_promise_is_told_and_what_was_meant() {
    for (id, meant) in [
        ("ports-justfied:host/web", Some("ports-justified:host/web")),
        (
            "ssh-least-privilege:host/wbe",
            Some("ssh-least-privilege:host/web"),
        ),
        ("rto:dataset/photos:sitee", Some("rto:dataset/photos:site")),
        ("rpo:dataset/photos:corruption", None),
        ("rpo:dataset/films:corruption", Some("")),
        ("everything:is/well", Some("")),
    ] {
        let lab = format!(
            "{LAB}datasets: {{photos: {{host: web, folder: /p}}}}\nwaivers: [{{promise: '{id}', reason: r, owner: anna, expires: 2027-01-01}}]\n"
        );
        let (found, _) = check(&lab, None);
        let told = found.iter().find(|d| d.code == "waiver-invalid");
        let edit = |d: &diag::Diagnostic| {
            let fix = d.fix.as_ref();
            fix.map_or_else(String::new, |f| f.edits[0].text.clone())
        };
        assert_eq!(told.map(edit).as_deref(), meant, "{id}: {told:#?}");
    }
}

#[test]
fn a_waiver_cannot_accept_a_bad_waiver() {
    let text = "{rule: ssh-root-login, object: web}\n  - {rule: waiver-invalid, object: web, reason: r, owner: anna, expires: 2027-01-01}";
    let found = severities(text);
    assert!(
        found.contains(&pair("waiver-invalid", Severity::Error)),
        "{found:?}"
    );
    assert!(
        found.contains(&pair("waiver-unused", Severity::Warning)),
        "{found:?}"
    );
}

#[test]
fn a_lab_says_how_much_a_rule_matters_to_it() {
    let lab = |setting: &str| format!("{LAB}rules: {{ssh-root-login: {setting}}}\n");
    let (findings, _) = check(&lab("{severity: info, why: old appliances}"), None);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    for d in &findings {
        assert_eq!(d.severity, Severity::Info);
        let said = "severity info in this lab: old appliances";
        assert_eq!(d.notes.last().unwrap(), said);
    }
    let (findings, _) = check(&lab("{severity: error, why: as it is}"), None);
    assert!(findings.iter().all(|d| d.severity == Severity::Error));
    assert!(
        findings
            .iter()
            .all(|d| !d.notes.concat().contains("as it is"))
    );
}

#[test]
fn what_is_unknown_or_guards_stays_as_it_is() {
    let text = "format: 1\nlab: x\nhosts: {web: {}}\nrules: {ssh-root-login: {severity: error, why: w}, waiver-invalid: {severity: info, why: w}}\nwaivers: [{rule: nothing}]\n";
    let (findings, _) = check(text, None);
    for d in findings {
        match d.code.as_str() {
            "ssh-root-login" => assert_eq!(d.severity, Severity::Info),
            "waiver-invalid" | "rule-setting" => assert_eq!(d.severity, Severity::Error),
            _ => {}
        }
    }
}

/// A host with a socket, an account, a key and a line of sudoers that nobody declared, and a failed unit.
const STRANGE: &str = "format: 1
lab: x
networks: {lan: {subnet: 10.0.0.0/24}}
people: {anna: {}}
hosts: {web: {reach: {ssh: web}, users: {anna: {}}}}
WAIVERS
# file: observed/web
all listener by ss -lntup
all chain by nft list ruleset
all address by ip addr
all user by getent passwd
all key by authorized_keys
all sudoer by sudo -l
all unit by systemctl list-units
listener:tcp/0.0.0.0:8080 = {\"process\": \"python3\"}
user:bob = {\"uid\": 1001, \"login\": true, \"shell\": \"/bin/bash\", \"password\": \"locked\"}
key:anna/SHA256:one = {\"type\": \"ssh-ed25519\", \"comment\": \"old\"}
sudoer:/etc/sudoers.d/apt:1 = \"anna ALL=(ALL) /usr/bin/apt\"
unit:a.service = {\"failed\": true}
";

/// What is there a day later, in the same order.
const LATER: [(&str, &str, &str); 5] = [
    (
        "port-unjustified",
        "tcp/0.0.0.0:8080",
        "listener:tcp/0.0.0.0:9090 = {\"process\": \"nc\"}",
    ),
    (
        "user-undeclared",
        "bob",
        "user:eve = {\"uid\": 1002, \"login\": true, \"shell\": \"/bin/sh\", \"password\": \"set\"}",
    ),
    (
        "ssh-key-unowned",
        "anna/SHA256:one",
        "key:anna/SHA256:two = {\"type\": \"ssh-ed25519\", \"comment\": \"new\"}",
    ),
    (
        "sudo-undeclared",
        "anna ALL=(ALL) /usr/bin/apt",
        "sudoer:/etc/sudoers.d/apt:2 = \"anna ALL=(ALL) ALL\"",
    ),
    (
        "unit-failed",
        "a.service",
        "unit:b.service = {\"failed\": true}",
    ),
];

/// How many findings of a rule are left and how many are accepted, and what is said of the waivers.
fn left(rule: &str, only: &str, later: &str) -> (usize, usize, Vec<String>) {
    let waiver = format!(
        "waivers: [{{rule: {rule}, object: web, {only}reason: r, owner: anna, expires: 2027-01-01}}]"
    );
    let text = format!("{}{later}\n", STRANGE.replace("WAIVERS", &waiver));
    let (found, _) = check(&text, None);
    let of = |d: &&diag::Diagnostic| d.code == rule && !d.unknown;
    let accepted = found.iter().filter(of).filter(|d| d.waived.is_some());
    let said = found.iter().filter(|d| d.code.starts_with("waiver-"));
    (
        found
            .iter()
            .filter(of)
            .filter(|d| d.waived.is_none())
            .count(),
        accepted.count(),
        said.map(|d| format!("{}: {}", d.code, d.message)).collect(),
    )
}

#[test]
fn a_waiver_accepts_what_it_names_and_nothing_that_comes_later() {
    for (rule, part, later) in LATER {
        let only = format!("only: [\"{part}\"], ");
        assert_eq!(left(rule, &only, ""), (0, 1, vec![]), "{rule}");
        assert_eq!(left(rule, &only, later), (1, 1, vec![]), "{rule}");
    }
}

#[test]
fn a_waiver_that_does_not_say_which_accepts_nothing_and_says_what_to_write() {
    for (rule, part, _) in LATER {
        let (open, accepted, said) = left(rule, "", "");
        assert_eq!((open, accepted), (1, 0), "{rule}");
        let told = format!("waiver-invalid: the waiver of '{rule}' does not say which ");
        assert!(said.len() == 1 && said[0].starts_with(&told), "{said:?}");
        let two = format!("only: [\"{part}\", gone], ");
        let unused = format!(
            "waiver-unused: the waiver of '{rule}' for 'host/web' accepts nothing by 'gone'"
        );
        assert_eq!(left(rule, &two, ""), (0, 1, vec![unused]), "{rule}");
    }
}

#[test]
fn of_several_findings_without_parts_a_waiver_names_the_message() {
    let lab = |only: &str, bought: &str| {
        format!("format: 1
lab: x
people: {{anna: {{}}}}
hosts: {{switch: {{}}}}
assets: {{switch: {{of: switch, bought: {bought}, warranty: 2020-01-01, replace: 2020-02-01}}}}
waivers: [{{rule: inv-dates, object: asset/switch, {only}reason: r, owner: anna, expires: 2027-01-01}}]
")
    };
    let told = |text: &str| {
        let (found, _) = check(text, None);
        let open = found
            .iter()
            .filter(|d| d.code == "inv-dates" && d.waived.is_none())
            .count();
        let said = found.iter().filter(|d| d.code.starts_with("waiver-"));
        (open, said.map(|d| d.message.clone()).collect::<Vec<_>>())
    };
    let several =
        "the waiver of 'inv-dates' for 'asset/switch' does not say which of 2 findings it accepts";
    assert_eq!(told(&lab("", "2021-01-01")), (2, vec![several.to_owned()]));
    // One is what was accepted.
    assert_eq!(told(&lab("", "2020-01-15")), (0, vec![]));
    let message = "'warranty' of asset 'switch' is 2020-01-01, before it was bought on 2021-01-01";
    let only = format!("only: [\"{message}\"], ");
    assert_eq!(told(&lab(&only, "2021-01-01")), (1, vec![]));
}

#[test]
fn of_several_things_in_one_finding_each_has_to_be_accepted() {
    let lab = |only: &str| {
        format!("format: 1
lab: x
hosts: {{nas: {{reach: {{ssh: nas}}}}}}
waivers: [{{rule: ctr-limits, object: nas, only: [{only}], reason: r, owner: anna, expires: 2027-01-01}}]
# file: observed/nas
all docker-container by docker inspect
docker-container:wiki = {{\"state\": \"running\", \"image\": \"wiki:1\"}}
docker-container:chat = {{\"state\": \"running\", \"image\": \"chat:1\"}}
")
    };
    for (only, accepted) in [
        ("wiki, chat", true),
        ("wiki", false),
        ("wiki, chat, mail", true),
    ] {
        let (found, _) = check(&lab(only), None);
        let of = found
            .iter()
            .find(|d| d.code == "ctr-limits" && !d.unknown)
            .unwrap();
        assert_eq!(of.waived.is_some(), accepted, "{only}: {of:?}");
    }
}

/// Of the broken fixture of each rule whose findings have parts: without `only` a waiver accepts nothing and is told what to say, with
/// the parts it accepts just them. No rule has parts in one finding and none in another.
#[test]
fn findings_with_parts_are_accepted_by_their_parts() {
    let folder = crate::support::repository().join("tests/broken/rules");
    let mut tried = 0;
    for rule in rules::RULES {
        let text = std::fs::read_to_string(folder.join(rule.id).join("broken.yaml")).unwrap();
        let of_rule = |text: &str| -> Vec<diag::Diagnostic> {
            let (findings, _) = check(text, None);
            let known = findings.into_iter().filter(|d| !d.unknown);
            known
                .filter(|d| d.code == rule.id || d.code == "waiver-invalid")
                .collect()
        };
        let found = of_rule(&text);
        let own: Vec<_> = found.iter().filter(|d| d.code == rule.id).collect();
        let with = own.iter().filter(|d| !d.parts.is_empty()).count();
        if with == 0 || text.contains("\nwaivers:") {
            continue;
        }
        assert_eq!(with, own.len(), "{}: some findings have parts", rule.id);
        let first = own[0];
        let object = first.object.clone().unwrap_or_else(|| "lab".to_owned());
        let waived = |only: &str| {
            let waiver = format!(
                "lab: fixture\nwaivers: [{{rule: {}, object: {object}, reason: r, owner: o, expires: 2027-01-01{only}}}]",
                rule.id
            );
            of_rule(&text.replacen("lab: fixture", &waiver, 1))
        };
        let bare = waived("");
        let still = |found: &[diag::Diagnostic]| {
            let same = |d: &&diag::Diagnostic| d.code == rule.id && d.severity == first.severity;
            found
                .iter()
                .filter(same)
                .any(|d| d.message == first.message)
        };
        assert!(still(&bare), "{}: accepted without `only`", rule.id);
        assert!(
            bare.iter().any(|d| d.code == "waiver-invalid"),
            "{}: nothing says what to write",
            rule.id
        );
        let parts = serde_json::to_string(&first.parts).unwrap();
        let named = waived(&format!(", only: {parts}"));
        assert!(
            !still(&named),
            "{}: {parts} are not accepted: {named:#?}",
            rule.id
        );
        tried += 1;
    }
    assert!(tried >= 20, "{tried}");
}

/// What is said of a waiver, with its help and what would be written in its place.
fn told(waiver: &str) -> (String, String, Option<String>) {
    let (findings, _) = check(&format!("{LAB}waivers:\n  - {waiver}\n"), None);
    let d = findings.into_iter().find(|d| d.code.starts_with("waiver-"));
    let d = d.unwrap_or_else(|| panic!("nothing is said of {waiver}"));
    let said = [d.message, d.notes.join("; ")].join("; ");
    let edit = d.fix.map(|f| f.edits[0].text.clone());
    (said, d.help.join("; "), edit)
}

#[test]
fn a_waiver_of_no_rule_is_told_which_one_was_meant_or_is_like_it() {
    let waiver = |rule: &str| {
        told(&format!(
            "{{rule: {rule}, object: web, reason: r, owner: anna, expires: 2027-01-01}}"
        ))
    };
    let (_, help, edit) = waiver("ssh-root-logn");
    assert_eq!(
        (help.as_str(), edit.as_deref()),
        ("", Some("ssh-root-login"))
    );
    let (_, help, edit) = waiver("root-allowed");
    assert_eq!(edit, None);
    assert_eq!(help, "rules with a word of it: ssh-root-login");
    let (_, help, _) = waiver("ports-justified");
    assert!(help.contains("'promise: ports-justified:host/"), "{help}");
}

#[test]
fn a_waiver_that_names_another_thing_than_is_there_is_told_what_is() {
    let waiver = |only: &str| {
        told(&format!(
            "{{rule: ssh-root-login, object: web, only: [\"{only}\"], reason: r, owner: anna, expires: 2027-01-01}}"
        ))
    };
    let (said, help, edit) = waiver("root");
    assert!(said.contains("accepts nothing by 'root'"), "{said}");
    assert!(said.contains("not accepted: host 'web'"), "{said}");
    assert!(help.contains("have no parts") && edit.is_none(), "{help}");
    let message = said.split("not accepted: ").nth(1).unwrap().to_owned();
    let slip = message.replacen("host", "hots", 1);
    let (_, _, edit) = waiver(&slip);
    assert_eq!(edit, Some(format!("'{}'", message.replace('\'', "''"))));
}

/// What `waiver-unused` says of waivers with these parts, of a host whose ports 22 and 80 lack a reason, and what it offers.
fn idle(only: &[&str]) -> Vec<(String, Option<String>)> {
    let part = |port: &str| format!("'port {port}/tcp of host ''h'': owner, review'");
    let waiver = |ports: &&str| {
        let parts: Vec<String> = ports.split(' ').map(part).collect();
        format!(
            "{{rule: exposure-review, object: host/h, only: [{}], reason: r, owner: anna, expires: 2027-01-01}}",
            parts.join(", ")
        )
    };
    let waivers: Vec<String> = only.iter().map(waiver).collect();
    let text = format!(
        "format: 1\nlab: x\nhosts: {{h: {{firewall: {{}}, exposures: [{{port: 22/tcp, from: any, why: a}}, {{port: 80/tcp, from: any, why: b}}]}}}}\n\
         waivers: [{}]\n",
        waivers.join(", ")
    );
    let (found, _) = check(&text, None);
    let of = found.into_iter().filter(|d| d.code == "waiver-unused");
    of.map(|d| (d.message, d.fix.map(|f| f.message))).collect()
}

#[test]
fn each_part_of_a_waiver_that_nothing_needs_is_told() {
    let told = |found: &[(String, Option<String>)], ports: &[&str]| {
        assert_eq!(found.len(), ports.len(), "{found:#?}");
        for (port, (message, _)) in ports.iter().zip(found) {
            let part = format!("by 'port {port}/tcp of host 'h': owner, review'");
            assert!(message.ends_with(&part), "{message}");
        }
    };
    // What is left to accept is offered to one of them.
    let found = idle(&["80 82 83"]);
    told(&found, &["82", "83"]);
    let offered: Vec<_> = found.iter().filter_map(|(_, fix)| fix.as_ref()).collect();
    assert_eq!(offered.len(), 1, "{found:#?}");
    // Another waiver accepts it: then it is offered to none.
    let found = idle(&["22", "80 82"]);
    told(&found, &["82"]);
    assert_eq!(found[0].1.as_deref(), Some("remove it"), "{found:#?}");
    assert!(idle(&["22", "80"]).is_empty());
}
