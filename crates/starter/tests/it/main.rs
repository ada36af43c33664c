//! Questions and texts, without a terminal and a disk.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use diag::{Class, Diagnostic, Severity, SourceSet};
use jiff::civil::date;
use model::knowledge::Knowledge;
use starter::{Answers, Judge, Key, Profile, Project, QUESTIONS, Verdict, files};

const KNOWLEDGE: Knowledge = Knowledge::NONE;
const JUDGE: Judge<'_> = Judge {
    knowledge: &KNOWLEDGE,
};

/// Good answers to everything; what a profile has other machines for is said per profile.
const ALL: &[(Key, &str)] = &[
    (Key::Name, "Anna's lab: #1 \\ \"x\""),
    (Key::Owner, "anna"),
    (Key::Os, "debian"),
    (Key::Network, "192.168.1.0/24"),
    (Key::Gateway, "192.168.1.1"),
    (Key::Login, "admin"),
    (Key::Memory, "16GiB"),
    (Key::Disks, "nvme0=1TB hdd0=4TB"),
    (Key::Data, "photos=/srv/my photos, papers=/srv/papers"),
    (Key::Second, "/mnt/usb/restic"),
    (Key::Away, "sftp:box:/home/lab"),
    (Key::Escrow, "printed: with the \"papers\""),
    (Key::Loss, "12h"),
    (Key::Back, "21d"),
    (Key::Hours, "5h/week"),
    (Key::Firewall, "yes"),
];

fn plain(profile: Profile) -> Answers {
    Answers::new(profile, date(2026, 11, 21), "home")
}

fn whole(profile: Profile) -> Answers {
    let mut answers = plain(profile);
    for (key, text) in ALL {
        let verdict = JUDGE.take(&mut answers, *key, text);
        assert_eq!(verdict, Verdict::Good, "{key:?} {text}");
    }
    answers.projects = vec![Project {
        name: "photos".into(),
        file: "stacks/my photos/compose.yaml".into(),
        project: Some("photos".into()),
        service: Some("server".into()),
        port: Some("2283".into()),
    }];
    answers
}

/// A line in which `#` stands right before a key is YAML; the sign goes away.
fn taken_up(text: &str) -> String {
    let line = |line: &str| {
        let rest = line.trim_start();
        let indent = &line[..line.len() - rest.len()];
        match rest.strip_prefix('#') {
            Some(hint)
                if !hint.is_empty() && (!hint.starts_with(' ') || hint.starts_with("  ")) =>
            {
                format!("{indent}{hint}\n")
            }
            _ => format!("{line}\n"),
        }
    };
    text.lines().map(line).collect()
}

fn said(answers: &Answers, change: impl Fn(&str) -> String) -> Vec<Diagnostic> {
    let mut sources = SourceSet::default();
    for file in files(answers) {
        if file.path.ends_with(".yaml") {
            sources.add(file.path, change(&file.text));
        }
    }
    lang::analyze(&sources).1
}

/// What the language and the rules say of the tree, changed.
fn found(answers: &Answers, change: impl Fn(&str) -> String) -> Vec<Diagnostic> {
    let mut sources = SourceSet::default();
    for file in files(answers) {
        if file.path.ends_with(".yaml") {
            sources.add(file.path, change(&file.text));
        }
    }
    let (lab, mut out) = lang::analyze(&sources);
    out.extend(rules::check(&rules::Context::new(&lab, answers.today)));
    out
}

#[test]
fn what_is_written_is_read_back_without_a_complaint() {
    for profile in Profile::ALL {
        for answers in [plain(profile), whole(profile)] {
            assert_eq!(said(&answers, str::to_owned), [], "{profile:?}");
            let loud: Vec<String> = JUDGE
                .said_of(&answers)
                .into_iter()
                .filter(|d| d.severity == Severity::Error)
                .map(|d| d.message)
                .collect();
            assert!(loud.is_empty(), "{profile:?}: {loud:#?}");
        }
    }
}

/// Every address, hints included, lies in the network that was named, and the hints are a lab.
#[test]
fn hints_keep_to_the_network_that_was_named() {
    for (key, text, start) in [
        (Key::Network, "172.20.5.0/24", "172.20.5."),
        (Key::Network, "10.7.0.0/16", "10.7.0."),
        (Key::Network, "10.0.8.16/28", "10.0.8."),
        (Key::Gateway, "10.9.8.254", "10.9.8."),
    ] {
        for profile in Profile::ALL {
            let mut answers = plain(profile);
            assert_eq!(JUDGE.take(&mut answers, key, text), Verdict::Good);
            for file in files(&answers)
                .iter()
                .filter(|f| f.path.starts_with("lab/"))
            {
                let other = |c: char| !(c.is_ascii_digit() || c == '.');
                let words = file.text.split(other).map(|w| w.trim_matches('.'));
                for address in words.filter(|w| w.matches('.').count() == 3) {
                    assert!(address.starts_with(start), "{}: {address}", file.path);
                }
            }
            let errors = |d: &Diagnostic| d.severity == Severity::Error;
            let wrong: Vec<Diagnostic> = said(&answers, taken_up)
                .into_iter()
                .filter(errors)
                .collect();
            assert_eq!(wrong, [], "{profile:?} {text}");
        }
    }
}

/// All hints together are a lab in which nothing contradicts anything.
#[test]
fn hints_are_yaml_that_can_be_taken_up() {
    for profile in Profile::ALL {
        for answers in [plain(profile), whole(profile)] {
            let before = files(&answers)
                .iter()
                .map(|f| f.text.lines().count())
                .sum::<usize>();
            let hints = files(&answers)
                .iter()
                .flat_map(|f| f.text.lines())
                .filter(|l| taken_up(l).trim_end() != *l)
                .count();
            assert!(hints > 5 && before > hints, "{hints} of {before}");
            let wrong: Vec<String> = found(&answers, taken_up)
                .into_iter()
                .filter(|d| d.class == Class::Invalid || d.severity == Severity::Error)
                .map(|d| format!("{} {}", d.code, d.message))
                .collect();
            assert!(wrong.is_empty(), "{profile:?}: {wrong:#?}");
        }
    }
}

#[test]
fn every_question_has_a_key_and_stands_on_a_line() {
    for question in QUESTIONS {
        assert_eq!(question.key.question().flag, question.flag);
        let line = format!("19/19 {} ({})", question.what, question.why);
        assert!(line.chars().count() <= 80, "{line}");
        assert!(
            !question.example.is_empty() && !question.what.ends_with('.'),
            "{}",
            question.flag
        );
    }
}

#[test]
fn examples_are_good_answers() {
    for profile in Profile::ALL {
        let mut answers = plain(profile);
        for question in QUESTIONS.iter().filter(|q| profile.asks(q.key)) {
            if matches!(question.key, Key::Hosts) && profile != Profile::Pair {
                continue;
            }
            let (example, _) = question
                .example
                .split_once(" on ")
                .unwrap_or((question.example, ""));
            let verdict = JUDGE.take(&mut answers, question.key, example);
            assert_eq!(verdict, Verdict::Good, "{profile:?} {}", question.flag);
        }
    }
}

#[test]
fn bad_answers_are_refused_by_the_language_and_change_nothing() {
    for (key, text, expected) in [
        (Key::Memory, "16QB", "'16QB' is not a size"),
        (Key::Memory, "-", "is not a size"),
        (Key::Network, "192.168.1.0", "subnet"),
        (
            Key::Gateway,
            "192.168.1.256",
            "is not an IPv4 or IPv6 address",
        ),
        (Key::Hosts, "a b", "has one machine, here are 2"),
        (Key::Hosts, "-x", "cannot be the name of a host"),
        (Key::Hosts, "a=10.0.0.300", "is not an IPv4 or IPv6 address"),
        (Key::Owner, "Anna Müller", "cannot be the name of a person"),
        (Key::Disks, "nvme0", "'nvme0' lacks a size"),
        (Key::Disks, "nvme0=1TB, nvme0=2TB", "named twice"),
        (Key::Disks, "nvme0=1", "is not a size"),
        (Key::Data, "photos", "lacks a folder"),
        (Key::Data, "=/srv", "a name is missing"),
        (Key::Data, "photos=srv", "is not an absolute path"),
        (Key::Away, "/mnt/usb", "not away"),
        (Key::Away, "box", "restic location"),
        (Key::Away, "s3:https://a:geheim@x/y", "secret in clear text"),
        (Key::Second, "usb", "restic location"),
        (Key::Loss, "5x", "'x' is no unit of time"),
        (Key::Back, "soon", "is not a duration"),
        (Key::Hours, "5h", "hours"),
        (Key::Login, "Admin User", "login"),
        (Key::Firewall, "maybe", "neither yes nor no"),
        (Key::Firewall, "yes", "network"),
        (Key::Name, "a\u{7}b", "one line of text"),
    ] {
        let mut answers = plain(Profile::OneHost);
        let verdict = JUDGE.take(&mut answers, key, text);
        let Verdict::Bad(why) = &verdict else {
            panic!("{key:?} {text}: {verdict:?}")
        };
        assert!(
            why.to_lowercase()
                .contains(expected.to_lowercase().as_str()),
            "{key:?} {text}: {why}"
        );
        assert!(!why.contains("geheim"), "{why}");
        assert_eq!(answers.said(key), None, "{key:?} {text}");
    }
}

#[test]
fn a_gateway_that_no_machine_can_be_is_not_taken() {
    for (gateway, expected) in [
        (
            "10.0.0.0",
            "its first or last address, which no machine can have",
        ),
        (
            "10.0.0.255",
            "its first or last address, which no machine can have",
        ),
        ("10.0.1.1", "is outside of network 'lan'"),
    ] {
        for keys in [[Key::Network, Key::Gateway], [Key::Gateway, Key::Network]] {
            let mut answers = plain(Profile::OneHost);
            let said = |key| {
                if key == Key::Network {
                    "10.0.0.0/24"
                } else {
                    gateway
                }
            };
            let first = JUDGE.take(&mut answers, keys[0], said(keys[0]));
            assert_eq!(first, Verdict::Good, "{gateway}");
            let second = JUDGE.take(&mut answers, keys[1], said(keys[1]));
            let Verdict::Bad(why) = &second else {
                panic!("{gateway}: {second:?}")
            };
            assert!(why.contains(expected), "{gateway}: {why}");
            assert_eq!(answers.said(keys[1]), None, "{gateway}");
        }
    }
}

#[test]
fn what_the_linter_will_find_is_told_and_taken() {
    let mut answers = plain(Profile::OneHost);
    let verdict = JUDGE.take(&mut answers, Key::Back, "1h");
    let Verdict::Finding(what) = &verdict else {
        panic!("{verdict:?}")
    };
    assert!(what.contains("has to be bought anew"), "{what}");
    assert_eq!(answers.said(Key::Back), Some("1h"));
}
