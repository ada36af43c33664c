//! Canaries: unique texts, the forms in which one could turn up, and the search for all of them at once.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A text that stands for a secret.
#[derive(Debug, Clone)]
pub(crate) struct Canary {
    /// What it was planted as.
    pub(crate) name: &'static str,
    /// The text itself.
    pub(crate) text: String,
}

impl Canary {
    /// A canary that nobody has seen before.
    pub(crate) fn new(name: &'static str) -> Self {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/uuid").unwrap();
        let id: String = id.trim().chars().filter(|c| *c != '-').take(24).collect();
        Self {
            name,
            text: format!("Cnry7{id}"),
        }
    }

    /// Plain; base64 at each of the three places that it can have in a longer text; hexadecimal in both cases; and the bare
    /// SHA-256, which gives a short password away to whoever can guess.
    fn forms(&self) -> Vec<String> {
        let bytes = self.text.as_bytes();
        let hex = bytes.iter().fold(String::new(), |mut hex, b| {
            let _ = write!(hex, "{b:02x}");
            hex
        });
        let digest = |text: String| model::digest::Digest::of(text).0;
        let mut forms = vec![
            self.text.clone(),
            hex.to_uppercase(),
            hex,
            digest(self.text.clone()),
            digest(format!("{}\n", self.text)),
        ];
        forms.extend((0..3).map(|offset| base64_inside(bytes, offset)));
        forms
    }
}

/// The characters of a base64 text that depend on `bytes` alone, when `offset` bytes (modulo 3) stand before them.
fn base64_inside(bytes: &[u8], offset: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = std::iter::repeat_n(&0, offset)
        .chain(bytes)
        .flat_map(|b| (0..8).rev().map(move |n| b >> n & 1))
        .collect();
    let sextets = bits
        .chunks_exact(6)
        .map(|six| six.iter().fold(0, |n, bit| n << 1 | bit));
    let text: String = sextets
        .map(|n| char::from(ALPHABET[usize::from(n)]))
        .collect();
    text[(offset * 8).div_ceil(6)..].to_owned()
}

/// A canary that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// The canary's name.
    pub(crate) canary: &'static str,
    /// The file that it was found in.
    pub(crate) place: String,
}

/// What is looked for.
pub(crate) struct Flock(Vec<Canary>);

impl Flock {
    pub(crate) fn new(names: &[&'static str]) -> Self {
        Self(names.iter().map(|n| Canary::new(n)).collect())
    }

    /// A text that was not made here and is as secret, such as a line of a private key.
    pub(crate) fn add(&mut self, name: &'static str, text: &str) {
        assert!(text.len() >= 24, "{name} is too short to be told apart");
        let text = text.to_owned();
        self.0.push(Canary { name, text });
    }

    /// The text of a canary.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|c| c.name == name);
        &found.unwrap_or_else(|| panic!("no canary {name}")).text
    }

    /// Patterns for `grep -F -f`, one a line.
    pub(crate) fn patterns(&self) -> String {
        let forms = self.0.iter().flat_map(Canary::forms);
        forms.map(|f| f + "\n").collect()
    }

    /// Reads what `grep -aoHZF` printed.
    pub(crate) fn hits(&self, printed: &[u8]) -> BTreeSet<Hit> {
        let printed = String::from_utf8_lossy(printed);
        let hit = |line: &str| {
            let (place, form) = line.split_once('\0')?;
            let of = self.0.iter().find(|c| c.forms().iter().any(|f| f == form));
            let canary = of.unwrap_or_else(|| panic!("nobody's form: {form}")).name;
            let place = place.to_owned();
            Some(Hit { canary, place })
        };
        printed.lines().filter_map(hit).collect()
    }

    /// Every canary in the files at and below these paths of this machine.
    pub(crate) fn search(&self, paths: &[&Path]) -> BTreeSet<Hit> {
        let mut grep = Command::new("grep");
        grep.args(["-raoHZF", "-f", "-", "--"]).args(paths);
        grep.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut grep = grep.spawn().unwrap();
        let patterns = self.patterns();
        grep.stdin
            .take()
            .unwrap()
            .write_all(patterns.as_bytes())
            .unwrap();
        let output = grep.wait_with_output().unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "grep failed");
        self.hits(&output.stdout)
    }
}

#[test]
fn every_form_is_found_and_named() {
    let flock = Flock::new(&["one", "two"]);
    let dir = tempfile::tempdir().unwrap();
    for (n, form) in flock.0[0].forms().iter().enumerate() {
        std::fs::write(dir.path().join(format!("{n}")), format!("x\0\u{1}{form}y")).unwrap();
    }
    // As base64(1) writes it, with something of every length before it.
    for before in ["", "a", "bc", "def"] {
        let text = format!("{before}{} tail", flock.text("two"));
        let mut base64 = Command::new("base64");
        base64
            .arg("-w0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut base64 = base64.spawn().unwrap();
        base64
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        let printed = base64.wait_with_output().unwrap().stdout;
        std::fs::write(dir.path().join(format!("two-{before}")), printed).unwrap();
    }
    let hits = flock.search(&[dir.path()]);
    let count = |name| hits.iter().filter(|h| h.canary == name).count();
    assert_eq!((count("one"), count("two")), (8, 4), "{hits:?}");
}
