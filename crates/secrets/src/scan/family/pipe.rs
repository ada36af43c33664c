//! Passwords that are fed to a program: by a pipe, a text in place, a file that is a command's output.
//!
//! Nobody sees them among the words of the program that takes them; they are among those of `echo`, and in the text all the same.

use super::{Family, Reach, Shape, What, obtained};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};
use crate::scan::words::is_word;

/// What says it, up to the text itself.
macro_rules! say {
    () => {
        r#"\b(?:echo|printf)(?:[ \t]+-[A-Za-z]+)*(?:[ \t]+(?:--[ \t]+)?\\?["']?%[sb](?:\\+[nr])*\\?["']?)?[ \t]+"#
    };
}
/// A text in quotes, or words.
macro_rules! said {
    () => {
        r#"(?:\\"([^"\n\\]+)\\"|"([^"\n\\]+)(?:\\+n)?"|'([^'\n\\]+)(?:\\+n)?'|([^\s"'|;&\\<>()]+(?:[ \t]+[^\s"'|;&\\<>()-][^\s"'|;&\\<>()]*)*))"#
    };
}
/// Programs that read a password from where a pipe ends, and what stands before them.
macro_rules! program {
    () => {
        r"sudo\b(?:[ \t]+-[A-Za-z]+)*[ \t]+-[A-Za-z]*S|(?:(?:sudo|doas)[ \t]+(?:-[A-Za-z]+[ \t]+)*)?(?:[^\s|;&]*/)?(?:cryptsetup|smbpasswd|mosquitto_passwd|htpasswd\b[^\n|;&]*[ \t]-[A-Za-z]*i|zfs[ \t]+(?:load-key|change-key|create)|zpool[ \t]+create|passwd|su\b|kinit|gh[ \t]+auth|vault[ \t]+login|systemd-creds|clevis|bcachefs|veracrypt|gocryptfs|ecryptfs|gpg\b[^\n|;&]*--passphrase-fd|openssl\b[^\n|;&]*\bstdin|(?:docker|podman|kubectl)[ \t]+secret[ \t]+create|keepassxc-cli|vncpasswd|realm[ \t]+join|pdbedit|wg[ \t]+pubkey|tee\b[^\n|;&]*(?:secret|passw|passphrase|token|credential|key))"
    };
}
/// The same, and any that is told so by an option. Only behind a pipe: where a search may begin anywhere, this would read to the end
/// of a line for each of its words.
macro_rules! taker {
    () => {
        concat!(
            "(?:",
            program!(),
            r"|[^\n|;&]*--(?:password|passphrase|token|key)-(?:stdin|fd)|[^\n|;&]*\blogin\b[^\n|;&]*--with-token)"
        )
    };
}

/// A file that is named as one with a secret.
macro_rules! into {
    () => {
        r#"[ \t]*>>?\|?[ \t]*\\?["']?[^\s"'|;&<>]*(?i:/secrets?/|secret|passw|passphrase|passwd|token|credential|\.key\b|keyfile|\bpass\b|pgpass\b|netrc\b|smbcred|\bpw\b|\bpsk\b)"#
    };
}
/// An option, or a variable, whose command says a password.
macro_rules! asked {
    () => {
        r#"(?i:pass(?:word|phrase|wd)?[_-]?(?:command|cmd|eval)|extpass)["']?[ \t]*[=:, \t][ \t]*\\?["']?(?:(?:ba|da)?sh[ \t]+-c[ \t]+["']?)?"#
    };
}
/// What takes a secret from a file.
macro_rules! given {
    () => {
        r#"(?i:(?:pass[[:word:]]*|secret|token|key|psk)(?:-?file)?)["']?[= \t]+<\([ \t]*"#
    };
}

const fn of(parts: &'static [&'static str], shape: &'static str) -> Shape {
    Shape {
        parts,
        shape,
        reach: Reach::Any,
        what: What::If(is_password, "a password that is fed to a program"),
    }
}

pub(super) const FAMILY: Family = Family {
    name: "pipes",
    files: &[],
    what: "what `echo` and `printf` feed to `sudo -S`, `docker login --password-stdin`, `cryptsetup open` and their kind, and write into `/run/secrets/…`; \
        `--password-command 'echo X'`, `zfs load-key … <<< X`, `smbpasswd -s <<< X`, `--password-file=<(echo X)`, `sshpass -f <(echo X)`, `-extpass 'echo X'`; a login that is written into `.pgpass`; what a command for a password says (`password: {command: [echo, X]}`, `[sh, -c, 'echo X']`)",
    shapes: &[
        of(
            &["echo"],
            concat!(say!(), said!(), r"[ \t]*\|[ \t]*", taker!()),
        ),
        of(
            &["printf"],
            concat!(say!(), said!(), r"[ \t]*\|[ \t]*", taker!()),
        ),
        of(&["echo"], concat!(say!(), said!(), into!())),
        of(&["printf"], concat!(say!(), said!(), into!())),
        of(
            &["command", "cmd", "eval", "extpass"],
            concat!(asked!(), say!(), said!()),
        ),
        of(&["<("], concat!(given!(), say!(), said!())),
        of(
            &["sshpass"],
            concat!(r"\bsshpass[ \t]+-f[ \t]*<\([ \t]*", say!(), said!()),
        ),
        of(
            &["<<<"],
            concat!(
                r"\b(?:cryptsetup|zfs|zpool|sudo[ \t]+-S|passwd|kinit|docker[ \t]+login|podman[ \t]+login|gh[ \t]+auth)\b[^\n|;&<]*<<<[ \t]*",
                said!()
            ),
        ),
        Shape {
            parts: &["<<<"],
            shape: concat!(
                r#"(?:^|[\s;|&("'\[,])(?:"#,
                program!(),
                r#")[^\n|;&<]*<<<[ \t]*(?:\\"([^"\n\\]+)\\"|"([^"\n\\]+)"|'([^'\n\\]+)'|([^\s"'|;&\\<>()]+))"#
            ),
            reach: Reach::Any,
            what: What::If(is_one_word, "a password that is fed to a program"),
        },
        of(
            &["pgpass"],
            r#"\b(?:echo|printf)[ \t][^\n|;&:]*(?::[^\s"'|;&:]*){3}:([^\s"'|;&:\\]+)[^\n|;&>]*>>?\|?[ \t]*\\?["']?[^\s"'|;&<>]*pgpass\b"#,
        ),
        of(
            &["pgpass"],
            r#"pgpass["']?[ \t]*<<-?[ \t]*["']?[A-Za-z_]+["']?[^\n]*\n[ \t]*[^\s:"']*(?::[^\s"':]*){3}:([^\s"':\\]+)"#,
        ),
        of(
            &["<<<"],
            concat!(into!(), r"[^\s;|&<]*[^\n|;&<]*<<<[ \t]*", said!()),
        ),
        of(
            &["<<<"],
            concat!(
                r"(?:--(?:password|passphrase|token|key)-(?:stdin|fd)|--with-token)[^\n|;&<]*<<<[ \t]*",
                said!()
            ),
        ),
    ],
    read: Some(obtained::told),
};

/// Words may be a command, which `su` takes as well.
fn is_one_word(text: &str) -> bool {
    !text.contains(char::is_whitespace) && is_password(text)
}

/// Written out, and no answer to a question.
pub(super) fn is_password(text: &str) -> bool {
    // Of a line of `.pgpass` only the last field is one.
    let text = text.splitn(5, ':').nth(4).unwrap_or(text);
    let answer = text.len() < 2;
    !answer && is_word(text) && literal(text, Bounds::Guessed, Kind::Script).is_some()
}
