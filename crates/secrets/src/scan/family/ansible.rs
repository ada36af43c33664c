//! Ansible: passwords that are hashed where they are used, and stand there in clear text; what is fed to a program. What is written into
//! files is read as those files are, in `inner`.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_secret, literal};
use crate::scan::words::is_word;
use crate::scan::yaml;
use diag::Naming;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Ansible",
    files: &[],
    what: "`{{ 'X' | password_hash('sha512') }}`; `stdin: X` of a command that takes a password, and of any other if it looks like one; lines of `lineinfile`, `blockinfile` and `copy` as those of the file that they are written into",
    shapes: &[Shape {
        parts: &["password_hash"],
        shape: r#"\{\{-?[ \t]*\(?[ \t]*(?:'([^'\n]+)'|\\?"([^"\n\\]+)\\?")[ \t]*\)?[ \t]*\|[ \t]*(?:string[ \t]*\|[ \t]*)?(?:ansible\.builtin\.)?password_hash\b"#,
        reach: Reach::Any,
        what: What::Clear("a password that is hashed where it stands"),
    }],
    read: Some(fed),
};

/// Keys behind which a command stands.
const COMMANDS: [&str; 9] = [
    "cmd",
    "command",
    "shell",
    "_raw_params",
    "argv",
    "ansible.builtin.command",
    "ansible.builtin.shell",
    "ansible.legacy.command",
    "ansible.legacy.shell",
];
/// Parts of commands that read a password.
const TAKERS: [&str; 10] = [
    "passwd",
    "cryptsetup",
    "sudo -S",
    "kinit",
    "login",
    "password",
    "passphrase",
    "zfs load-key",
    "token",
    "pdbedit",
];

/// What is fed to a command.
struct Fed {
    said: String,
    span: Range<usize>,
    map: usize,
    above: usize,
}

fn fed(text: &str) -> Vec<(Range<usize>, &'static str)> {
    if !text.contains("stdin:") && !text.contains("stdin\":") {
        return Vec::new();
    }
    let (mut all, mut takers): (Vec<Fed>, Vec<usize>) = (Vec::new(), Vec::new());
    yaml::values(text, |value| {
        if value.name == "stdin" {
            all.push(Fed {
                said: value.text.to_owned(),
                span: value.span.clone(),
                map: value.map,
                above: value.map_above,
            });
        } else if COMMANDS.contains(&value.name)
            && TAKERS.iter().any(|part| value.text.contains(part))
        {
            // Of a list, the map that it stands in is the one above.
            takers.extend([value.map, value.map_above]);
        }
    });
    takers.sort_unstable();
    let is_taken = |map: usize| map > 0 && takers.binary_search(&map).is_ok();
    let is_told = |fed: &Fed| {
        let first = fed.said.lines().next().unwrap_or_default().trim();
        // `chpasswd` takes names as well.
        let said = first
            .split_once(':')
            .map_or(first, |(_, password)| password);
        let written = said.len() > 1
            && !said.contains(char::is_whitespace)
            && is_word(said)
            && literal(said, Bounds::Quoted, Kind::Settings).is_some();
        let alone = ("password", Naming::Password);
        written
            && (is_taken(fed.map)
                || is_taken(fed.above)
                || is_secret(alone, (said, Bounds::Quoted), Kind::Settings))
    };
    let told = all.into_iter().filter(is_told);
    told.map(|fed| (fed.span, "a password that is fed to a program"))
        .collect()
}
