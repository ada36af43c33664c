//! Entries that stand a level too high or too low: they are told so, and nothing else is made of them.

use diag::fix::{Reach, mend, settle};
use diag::{Class, Diagnostic, SourceSet};
use std::collections::BTreeSet;

/// The files of a lab, one of them with another text.
fn read(files: &[(String, String)], own: usize, text: &str) -> (SourceSet, Vec<Diagnostic>) {
    let mut sources = SourceSet::default();
    for (n, (path, other)) in files.iter().enumerate() {
        let text = if n == own { text } else { other.as_str() };
        sources.add(path, text.to_owned());
    }
    let (_, mut all) = lang::analyze(&sources);
    settle(&mut all, &sources);
    (sources, all)
}

fn invalid(all: &[Diagnostic]) -> Vec<String> {
    let all = all.iter().filter(|d| d.class == Class::Invalid);
    all.map(|d| format!("{}: {} {:?}", d.code, d.message, d.help))
        .collect()
}

/// The text with every mend that is offered, even those that a person must agree to.
fn mended(files: &[(String, String)], own: usize, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..4 {
        let (sources, all) = read(files, own, &text);
        let texts = mend(&all, &sources, Reach::Unsafe, &BTreeSet::new()).texts;
        match texts.get(&files[own].0) {
            Some(new) => new.clone_into(&mut text),
            None => break,
        }
    }
    text
}

fn example(name: &str) -> Vec<(String, String)> {
    let root = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut out = Vec::new();
    let mut add = |path: String| {
        let text = std::fs::read_to_string(format!("{root}/{path}")).unwrap();
        out.push((path, text));
    };
    add("holdfast.yaml".to_owned());
    for entry in std::fs::read_dir(format!("{root}/lab")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".yaml") {
            add(format!("lab/{name}"));
        }
    }
    out.sort();
    out
}

/// Without comments, which may stand anywhere.
fn said_lines(text: &str) -> Vec<&str> {
    let said = |l: &&str| !l.trim().is_empty() && !l.trim_start().starts_with('#');
    text.lines().map(str::trim_end).filter(said).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Every way to move what stands below one key to the column of the key: all of it, and all but its first entry.
fn dedented(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let opens = line.trim_end().ends_with(':') && !line.trim_start().starts_with(['#', '-']);
        let column = indent(line);
        let below = lines[n + 1..].iter();
        let size = below
            .take_while(|l| l.trim().is_empty() || indent(l) > column)
            .count();
        let blank = |l: &str| l.trim().is_empty() || l.trim_start().starts_with('#');
        let first = (n + 1..=n + size).find(|m| !blank(lines[*m]));
        let Some(first) = first.filter(|f| opens && !lines[*f].trim_start().starts_with('-'))
        else {
            continue;
        };
        let inner = indent(lines[first]);
        let rest = (first + 1..=n + size).find(|m| indent(lines[*m]) == inner && !blank(lines[*m]));
        for from in [Some(n + 1), rest].into_iter().flatten() {
            let moved = lines.iter().enumerate().map(|(m, l)| {
                let by = if (from..=n + size).contains(&m) {
                    inner - column
                } else {
                    0
                };
                l.get(by.min(indent(l))..).unwrap_or("")
            });
            out.push(moved.collect::<Vec<_>>().join("\n") + "\n");
        }
    }
    out
}

/// Whatever is indented too little: with every mend that is offered the lab is the one that was meant, or still wrong.
#[test]
fn no_mend_gives_another_meaning_to_what_is_indented_too_little() {
    let (mut tried, mut restored, mut wrong) = (0, 0, Vec::new());
    // Of a large lab some, since each is read several times.
    for (name, every) in [("single-host/mended", 16), ("smallest", 1)] {
        let files = example(name);
        for (own, (path, text)) in files.iter().enumerate() {
            for slip in dedented(text).into_iter().step_by(every) {
                let (_, all) = read(&files, own, &slip);
                // What is a lab as it stands is not a question of mends.
                if invalid(&all).is_empty() {
                    continue;
                }
                tried += 1;
                let now = mended(&files, own, &slip);
                let (_, left) = read(&files, own, &now);
                if said_lines(&now) == said_lines(text) {
                    restored += 1;
                } else if invalid(&left).is_empty() {
                    let changed = said_lines(&now).into_iter().zip(said_lines(text));
                    let changed = changed.filter(|(a, b)| a != b).take(5);
                    wrong.push(format!("{path}: {:#?}", changed.collect::<Vec<_>>()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {}", wrong.len(), wrong.join("\n"));
    assert!(tried > 20, "{tried}");
    assert!(restored * 10 > tried * 7, "{restored} of {tried}");
}

fn said(text: &str) -> (String, String) {
    let text = format!("format: 1\nlab: x\n{text}");
    let files = [("holdfast.yaml".to_owned(), text.clone())];
    let (_, all) = read(&files, 0, &text);
    let fixes = all
        .iter()
        .filter_map(|d| Some(d.fix.as_ref()?.message.clone()));
    let said = invalid(&all).into_iter().chain(fixes);
    (
        said.collect::<Vec<_>>().join("\n"),
        mended(&files, 0, &text),
    )
}

/// What is said, and what is not: rows of text, what must be said, and what must not.
#[test]
fn what_stands_at_the_wrong_depth_is_told_where_it_belongs() {
    for (text, expected, never) in [
        (
            "hosts:\n  h:\n  os: debian\n  version: 13\n",
            "'os' and 'version' belong below 'h', not beside it",
            "was",
        ),
        (
            "hosts:\n  h:\n    os: debian\n  version: 13\n",
            "'version' belongs below 'h', not beside it",
            "unit",
        ),
        (
            "hosts:\n  h:\n    os:\n    name: debian\n",
            "write 'os: debian'",
            "known keys",
        ),
        (
            "hosts: {h: {os: {was: debian, version: 13}}}\n",
            "write 'os: debian', and 'version' beside it",
            "assumed",
        ),
        (
            "hosts: {h: {version: {unit: 13}}}\n",
            "'unit' belongs to 'h', beside 'version', not below it",
            "assumed",
        ),
        (
            "hosts:\n  h:\n    reach:\n    ssh: h\n",
            "'ssh' belongs below 'reach', not beside it",
            "sshd",
        ),
        (
            "hosts: {h: {ssh: h}}\n",
            "write 'reach: {ssh: h}'",
            "did you mean",
        ),
        (
            "hosts: {h: {memory: 16GiB}}\n",
            "write 'hardware: {memory: 16GiB}'",
            "known keys",
        ),
        (
            "hosts: {h: {hardware: {memory: 16GiB, version: 13}}}\n",
            "'version' belongs to 'h', beside 'hardware', not below it",
            "known keys",
        ),
        ("hosts: {h: {user: root}}\n", "", "did you mean 'users'"),
        ("hosts: {version: 13}\n", "as in", "unit"),
        ("hosts: {h: debian}\n", "as in", "debian}"),
        (
            "hosts: {h: {packages: {nginx: latest}}}\n",
            "as in",
            "latest",
        ),
        (
            "hosts: {h: {pakages: [a]}}\n",
            "did you mean 'packages'?",
            "x",
        ),
    ] {
        let (said, now) = said(text);
        assert!(said.contains(expected), "{text}: {said}");
        let never = said.lines().any(|l| l.contains(never)) && never != "x";
        assert!(!never, "{text}: {said}\n{now}");
    }
}

/// A secret at the wrong depth is not repeated, and its line is not shown.
#[test]
fn a_secret_at_the_wrong_depth_is_not_told() {
    let text = "repositories:\n  r:\n  location: /srv/r\n  password: hunter2hunter2\n";
    let (said, _) = said(text);
    assert!(!said.contains("hunter2"), "{said}");
}

/// A comma in place of a point, within brackets and outside of them: the number is the one that was meant, or it is an error.
#[test]
fn a_decimal_comma_is_never_half_a_number() {
    for (text, expected) in [
        (
            "costs: {a: {amount: 12,50 EUR}}",
            Some("amount: 12.50 EUR}"),
        ),
        (
            "subscriptions: {a: {cost: 12,5 EUR/month, kept: true}}",
            Some("cost: 12.5 EUR/month, "),
        ),
        (
            "sites: {a: {power: {price: 0,30 EUR/kWh}}}",
            Some("price: 0.30 EUR/kWh"),
        ),
        (
            "sites: {a: {uplinks: {u: {availability: 99,5%}}}}",
            Some("availability: 99.5%}"),
        ),
        (
            "sites: {a: {uplinks: {u: {down: 2,5Gbit/s}}}}",
            Some("down: 2.5Gbit/s}"),
        ),
        (
            "hosts: {h: {hardware: {disks: {a: 1,5TB, b: {size: 1,5 TB}}}}}",
            Some("{a: 1.5TB, b: {size: 1.5 TB}}"),
        ),
        (
            "hosts: {h: {hardware: {memory_modules: [1,5GiB, 2GiB]}}}",
            Some("[1.5GiB, 2GiB]"),
        ),
        (
            "hosts:\n  h:\n    hardware:\n      disks:\n        a: 1,5TB",
            Some("a: 1.5TB"),
        ),
        (
            "costs:\n  a:\n    amount: 1.250,50 EUR",
            Some("amount: 1250.50 EUR"),
        ),
        (
            "costs:\n  a:\n    amount: 1,250.50 EUR",
            Some("amount: 1250.50 EUR"),
        ),
        ("costs:\n  a:\n    amount: 12,50", None),
        ("costs:\n  a:\n    amount: 1,250 EUR", None),
        ("costs: {a: {amount: 1,250 EUR}}", None),
        ("costs: {a: {amount: 12,50}}", None),
        ("costs: {a: {item: costs 12,50 EUR, amount: 1 EUR}}", None),
    ] {
        let text = format!("format: 1\nlab: x\n{text}\n");
        let files = [("holdfast.yaml".to_owned(), text.clone())];
        let (_, all) = read(&files, 0, &text);
        let told = invalid(&all).join("\n");
        assert!(
            !told.is_empty() && !told.contains("known keys"),
            "{text}: {told}"
        );
        let now = mended(&files, 0, &text);
        match expected {
            Some(expected) => assert!(now.contains(expected), "{now}: {told}"),
            None => assert_eq!(now, text, "{told}"),
        }
    }
}

/// Two levels, both ways: what is offered puts it where it belongs, and nothing else is made of it.
#[test]
fn two_levels_are_mended() {
    for (text, expected) in [
        (
            "hosts:\n  web:\n    hardware:\n      cpu: {cores: 4}\n  memory: 16GiB",
            "    hardware:\n      cpu: {cores: 4}\n      memory: 16GiB",
        ),
        (
            "sites: {home: {}}\nhosts:\n  web:\n    hardware:\n      cpu:\n        cores: 2\n        site: home",
            "        cores: 2\n    site: home",
        ),
        (
            "hosts:\n  web:\n    hardware:\n      cpu:\n        cores: 2\n        memory: 4GiB\n    os: debian",
            "        cores: 2\n      memory: 4GiB\n    os: debian",
        ),
        // What follows belongs to the map that it would leave.
        (
            "sites: {home: {}}\nhosts:\n  web:\n    hardware:\n      site: home\n      memory: 4GiB",
            "    hardware:\n      site: home\n      memory: 4GiB",
        ),
    ] {
        let text = format!("format: 1\nlab: x\n{text}\n");
        let files = [("holdfast.yaml".to_owned(), text.clone())];
        let (_, all) = read(&files, 0, &text);
        assert_eq!(invalid(&all).len(), 1, "{text}: {:#?}", invalid(&all));
        let now = mended(&files, 0, &text);
        assert!(
            now.contains(expected),
            "{text}\n{now}\n{:#?}",
            invalid(&all)
        );
        let (_, left) = read(&files, 0, &now);
        assert_eq!(invalid(&left).is_empty(), now != text, "{now}");
    }
}

/// A key of a host among the hosts is told, and makes no host.
#[test]
fn a_key_that_stands_among_names_is_no_object() {
    for (text, left, unread) in [
        (
            "hosts:\n  memory: 64GiB\n  web: {}\n  db: {}\n",
            &["db", "web"][..],
            &["db", "web"][..],
        ),
        (
            "hosts:\n  web:\n    hardware:\n      cpu: {cores: 8}\n  memory: 64GiB\n  db: {}\n",
            &["db", "web"],
            &["web"],
        ),
        (
            "hosts:\n  db: {}\n  web:\n  os: debian\n",
            &["db", "web"],
            &["web"],
        ),
        // Of these nobody can say that they are no hosts.
        ("hosts: {web: 1, db: {}}\n", &["db", "web"], &["web"]),
        ("hosts: {memory: {}}\n", &["memory"], &[]),
    ] {
        let mut sources = SourceSet::default();
        sources.add("holdfast.yaml", format!("format: 1\nlab: x\n{text}"));
        let (lab, all) = lang::analyze(&sources);
        let mut names: Vec<&str> = lab.hosts.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, left, "{text}: {all:#?}");
        let of = lab.unread.objects.iter();
        let of: Vec<&str> = of.map(|o| o.name.as_str()).collect();
        assert_eq!(of, unread, "{text}: {all:#?}");
    }
}
