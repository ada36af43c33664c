//! The observer script: the one thing that an account which only looks may run as root.
//!
//! It is made of the same functions that are otherwise sent with every observation, and lies on the host as root's own file. What is
//! asked of it are lines of data, never code. sudo holds it against the digest in its rule, and this controller against the one of
//! its own version before it calls it: an older script would answer in another way.
//!
//! Whatever is added to the parts in `sh/` becomes a part of it. So no function there may tell what is in a file whose path
//! an account without rights chooses, by an argument or by a link in a folder of its own; see `key.sh`.

use super::{Part, Request, frame, incremental, part};
use data_encoding::HEXLOWER;
use model::fact::FactKind;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Where it lies on a host.
pub const PATH: &str = "/usr/local/lib/holdfast/observe";
/// The account whose only right it is; `holdfast access` prints how to make it.
pub const LOGIN: &str = "holdfast-observe";
const HEAD: &str = include_str!("sh/observer-head.sh");
const TAIL: &str = include_str!("sh/observer-tail.sh");
const ASK: &str = include_str!("sh/observer-ask.sh");

/// The script's text.
pub fn script() -> String {
    let mut texts: Vec<&'static str> = vec![
        include_str!("sh/prelude.sh"),
        include_str!("sh/host.sh"),
        super::restic::SH,
        super::traefik::SH,
        incremental::SH,
    ];
    let mut whole = ["meta", "host", "settled"].map(str::to_owned).to_vec();
    for kind in FactKind::ALL {
        let (all, single) = match part(*kind) {
            Part::Whole(part) => (Some(part), None),
            Part::Both(all, single) => (Some(all), Some(single)),
            Part::ByPath(part) => (None, Some(part)),
            // What an engine tells holds the values of containers' environments: not for an account that only looks.
            Part::Docker | Part::Restic | Part::Traefik | Part::Elsewhere => (None, None),
        };
        let function = |call: &&str| call.split_once(' ').map(|(_, f)| f.to_owned());
        let calls = all.iter().flat_map(|part| part.calls);
        whole.extend(calls.filter_map(function));
        let more = all.iter().flat_map(|part| part.sh.iter().copied());
        for text in more.chain(single.map(|part| part.sh)) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    let whole: Vec<String> = whole.iter().map(|w| format!("'{w}'")).collect();
    let tail = TAIL.replace("@whole@", &whole.join(" | "));
    let tail = tail.replace("@unless@", &incremental::pairs().join(" | "));
    format!("{HEAD}{}{tail}", texts.concat())
}

/// The script's SHA-256 in hexadecimal.
pub fn digest() -> String {
    HEXLOWER.encode(&Sha256::digest(script().as_bytes()))
}

/// The line of sudoers that lets `login` run the script as root, without arguments and as long as it is this very text.
pub fn sudoers(login: &str) -> String {
    format!(
        "{login} ALL=(root) NOPASSWD: sha256:{} {PATH} \"\"",
        digest()
    )
}

/// The script that looks: through the observer script where there is one and this account may run it, else by itself.
/// `texts` are functions, `calls` the lines `section NAME FUNCTION WORD…`.
pub(super) fn around(request: &Request<'_>, texts: &str, calls: &str) -> String {
    let nonce = request.nonce;
    let digest = digest();
    let mut asked = String::new();
    for line in calls.lines().filter_map(|l| l.strip_prefix("section ")) {
        let mut words = words(line).into_iter();
        let name = words.next().unwrap_or_default();
        let _ = write!(asked, "@ask {name}");
        for word in words {
            let _ = write!(asked, " {}", escaped(&word));
        }
        asked.push('\n');
    }
    format!(
        "nonce={nonce}\nobserver={PATH}\nexpected={digest}\n{texts}{ASK}state=$(observer_state)\n\
         if [ \"$state\" = ready ]; then\nsaid=$(sudo -n \"$observer\" 2>&1 >&3 3>&- <<'HF_{nonce}'\n@nonce {nonce}\n{asked}HF_{nonce}\n) && exit 0\n\
         state=\"refused ${{said%%\"$nl\"*}}\"\nfi\nsection observer printf '%s\\n' \"$state\"\n{calls}"
    )
}

/// The words of a line of sh as this crate writes them: plain ones, and ones in single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(chars.by_ref().take_while(|c| *c != '\''));
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// A word as the observer script reads it: `=`, and all but plain characters as octal escapes of `printf %b`.
fn escaped(word: &str) -> String {
    let mut out = String::from("=");
    for byte in word.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b':' | b'@' => {
                out.push(byte.into());
            }
            other => {
                let _ = write!(out, "\\0{other:03o}");
            }
        }
    }
    out
}

/// Why only a part was seen, of the section that [`around`] adds; `None` if nothing has to be said about the observer script.
pub(super) fn complaint(state: &str) -> Option<String> {
    let renew = "`holdfast access` prints the commands that install this version's";
    let state = state.trim_end();
    let (word, rest) = state.split_once(' ').unwrap_or((state, ""));
    match word {
        "other" => Some(format!(
            "the observer script {PATH} is another one than this version's, and was not run; {renew}"
        )),
        "open" => Some(format!(
            "the observer script {PATH} was not run: it must belong to root, with mode 0755; {renew}"
        )),
        "refused" => Some(format!(
            "sudo does not let this account run the observer script {PATH}: {}; {renew}",
            match frame::plain(rest).as_str() {
                "" => "no reason was given",
                said => said,
            }
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use frame::quote;

    #[test]
    fn words_come_back_as_they_were_quoted() {
        for text in [
            "",
            "plain",
            "with space",
            "it's",
            "a\nb",
            "\\033[1m",
            "é$(id)`id`",
        ] {
            let line = format!("file.0 file {}", quote(text));
            assert_eq!(words(&line), ["file.0", "file", text], "{text:?}");
        }
    }

    #[test]
    fn the_rule_names_the_text_and_no_arguments() {
        let rule = sudoers("eve");
        assert!(
            rule.starts_with("eve ALL=(root) NOPASSWD: sha256:"),
            "{rule}"
        );
        assert!(
            rule.ends_with(" /usr/local/lib/holdfast/observe \"\""),
            "{rule}"
        );
        assert!(rule.contains(&digest()));
    }
}
