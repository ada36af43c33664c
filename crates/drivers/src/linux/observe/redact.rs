//! What of an observation is kept: free text and environment-like values are replaced by a keyed hash.
//!
//! An allow-list: what is not named here, or has not one of the forms named here, is hidden. A value that the one who asks
//! knows already, since it is declared or was read before, is left alone, so that it can be compared.
//!
//! | kind | what stays |
//! |---|---|
//! | `sshd` | keywords with values of a closed form; of commands the program; of `SetEnv` the names |
//! | `sudoer` | who, where, as whom, tags, the programs; of `Defaults` the names, and the values that grant something |
//! | `key` | type; a comment `NAME@HOST`; options, of which a few keep their value and `environment` its name |
//! | `file` | of a secret that was handed over neither digest nor size: a short password could be guessed from them |
//! | `sysctl` | all but keys and secrets; of a command the program |
//! | `cron` | when, as whom, the program; of variables the names, and the values of those that say where to look and whom to tell |
//! | `docker-container` | all but values of the environment and of most labels, and arguments of programs; see `docker/hide.rs` |
//! | `mount` | all but logins, queries and settings in its source; see `mount.rs` |
//! | `traefik` | all but values of headers and queries in rules, logins in addresses of servers, and errors |
//! | all other kinds | everything: names, numbers, digests and states |

use super::gather::Gathered;
use model::fact::{Completeness, Fact, FactKind, FactPath, Scope, Seen};
use model::kleene::Reason;
use model::secret::Redactor;
use model::value::Value;
use std::collections::BTreeSet;

/// Where secrets that were handed over lie.
const SECRETS: &str = "/etc/holdfast/secrets/";
/// sshd keywords whose values cannot hold a secret: words of a list, numbers, names of accounts, addresses, algorithms, paths.
const SSHD: &str = " acceptenv addressfamily allowagentforwarding allowgroups allowstreamlocalforwarding allowtcpforwarding \
    allowusers authenticationmethods authorizedkeyscommanduser authorizedkeysfile authorizedprincipalscommanduser \
    authorizedprincipalsfile banner canonicalmatchuser casignaturealgorithms channeltimeout chrootdirectory ciphers \
    clientalivecountmax clientaliveinterval compression denygroups denyusers disableforwarding exposeauthinfo fingerprinthash \
    gatewayports gssapiauthentication gssapicleanupcredentials gssapikexalgorithms gssapikeyexchange \
    gssapistorecredentialsonrekey gssapistrictacceptorcheck hostbasedacceptedalgorithms hostbasedauthentication \
    hostbasedusesnamefrompacketonly hostcertificate hostkey hostkeyagent hostkeyalgorithms ignorerhosts ignoreuserknownhosts \
    ipqos kbdinteractiveauthentication kerberosauthentication kerberosgetafstoken kerberosorlocalpasswd kerberosticketcleanup \
    kexalgorithms listenaddress logingracetime loglevel logverbose macs maxauthtries maxsessions maxstartups modulifile \
    passwordauthentication permitemptypasswords permitlisten permitopen permitrootlogin permittty permittunnel \
    permituserenvironment permituserrc persourcemaxstartups persourcenetblocksize persourcepenalties persourcepenaltyexemptlist \
    pidfile port printlastlog printmotd pubkeyacceptedalgorithms pubkeyauthentication pubkeyauthoptions refuseconnection \
    rekeylimit requiredrsasize revokedkeys securitykeyprovider sshdauthpath sshdsessionpath streamlocalbindmask \
    streamlocalbindunlink strictmodes syslogfacility tcpkeepalive trustedusercakeys unusedconnectiontimeout usedns usepam \
    x11displayoffset x11forwarding x11uselocalhost xauthlocation ";
/// Values of sudo's `Defaults` that grant something or bound it.
const DEFAULTS: &[&str] = &[
    "env_check",
    "env_delete",
    "env_keep",
    "exempt_group",
    "passwd_tries",
    "runas_default",
    "secure_path",
    "timestamp_timeout",
    "timestamp_type",
    "umask",
];
/// Variables of a crontab whose values say where to look and whom to tell.
const CRON_VALUES: [&str; 8] = [
    "CRON_TZ", "HOME", "LANG", "LC_ALL", "LOGNAME", "MAILTO", "PATH", "SHELL",
];
/// Options of an authorised key whose values bound what it may do.
const KEY_OPTIONS: &[&str] = &[
    "expiry-time",
    "from",
    "permitlisten",
    "permitopen",
    "principals",
    "tunnel",
];

/// Hides what must not be kept.
pub(super) fn all(gathered: &mut Gathered, scope: &Scope, redactor: &Redactor) {
    let carried = &gathered.carried;
    let read = gathered
        .facts
        .iter_mut()
        .filter(|(p, _)| !carried.contains(p));
    for (path, fact) in read {
        let known = scope.known.get(path);
        // A line of cron is known wherever it stands in its file.
        let anywhere = match path.key.rsplit_once(':') {
            Some((file, _)) if path.kind == FactKind::Cron => {
                scope.known.get(&FactPath::new(path.kind, file))
            }
            _ => None,
        };
        let Fact { seen, .. } = fact;
        match seen {
            Seen::Present(value) if known.is_some_and(|k| k.contains(value)) => {}
            Seen::Present(value) if anywhere.is_some_and(|k| declares(k, value)) => {}
            Seen::Present(value) => {
                let options = value.field("options").cloned();
                one(path, value, redactor);
                // The options of a key can be known without its comment.
                let same = |k: &Value| options.is_some() && k.field("options") == options.as_ref();
                if let (Value::Map(fields), Some(options)) = (value, &options)
                    && known.is_some_and(|k| k.iter().any(same))
                {
                    fields.insert("options".to_owned(), options.clone());
                }
            }
            Seen::Unknown(reason) => *reason = quoted(reason, redactor),
            Seen::Absent => {}
        }
    }
    for completeness in gathered.collections.values_mut() {
        if let Completeness::No(reason) = completeness {
            *reason = quoted(reason, redactor);
        }
    }
}

fn one(path: &FactPath, value: &mut Value, redactor: &Redactor) {
    match (path.kind, value) {
        (FactKind::Sshd, Value::Text(text)) => *text = sshd(&path.key, text, redactor),
        (FactKind::Sudoer, Value::Text(text)) => *text = sudoer(text, redactor),
        (FactKind::Sysctl, Value::Text(text)) => *text = sysctl(&path.key, text, redactor),
        (FactKind::Key, Value::Map(fields)) => {
            if let Some(Value::Text(text)) = fields.get_mut("comment") {
                *text = comment(text, redactor);
            }
            if let Some(Value::Text(text)) = fields.get_mut("options") {
                *text = options(text, redactor);
            }
        }
        (FactKind::Cron, Value::Map(fields)) => {
            let name = fields.get("sets").and_then(Value::as_text);
            let shown = name.is_some_and(|n| CRON_VALUES.contains(&n));
            if let Some(Value::Text(text)) = fields.get_mut("to")
                && !shown
            {
                *text = redactor.redact(text).to_string();
            }
            let stock = fields.contains_key("package");
            if let Some(Value::Text(text)) = fields.get_mut("command")
                && !stock
            {
                *text = run_by_cron(text, redactor);
            }
        }
        (FactKind::DockerContainer, Value::Map(fields)) => super::docker::hide(fields, redactor),
        (FactKind::Mount, Value::Map(fields)) => {
            let kind = fields.get("type").and_then(Value::as_text);
            let kind = kind.unwrap_or_default().to_owned();
            if let Some(Value::Text(text)) = fields.get_mut("source") {
                *text = super::mount::public(&kind, text);
            }
        }
        (FactKind::Traefik, Value::Map(fields)) => super::traefik::hide(fields, redactor),
        (FactKind::File, Value::Map(fields)) if path.key.starts_with(SECRETS) => {
            fields.remove("size");
            if let Some(Value::Text(text)) = fields.get_mut("sha256") {
                *text = redactor.redact(text).to_string();
            }
        }
        _ => {}
    }
}

/// A line of cron that is declared, whichever package brought it.
fn declares(known: &BTreeSet<Value>, value: &Value) -> bool {
    let fields = ["when", "user", "command", "sets", "to"];
    let same = |k: &Value| fields.iter().all(|f| k.field(f) == value.field(f));
    known.iter().any(same)
}

/// Programs say in quotes what of their input they do not understand.
fn quoted(reason: &Reason, redactor: &Redactor) -> Reason {
    let mut parts = reason.0.split('"');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (n, part) in parts.enumerate() {
        text.push('"');
        match n % 2 {
            0 => text.push_str(&redactor.redact(part).to_string()),
            _ => text.push_str(part),
        }
    }
    Reason(text)
}

fn sshd(keyword: &str, text: &str, redactor: &Redactor) -> String {
    match keyword {
        _ if text.is_empty() || matches!(text, "none" | "no" | "yes") => text.to_owned(),
        _ if SSHD.contains(&format!(" {keyword} ")) => text.to_owned(),
        "setenv" => words(text)
            .map(|word| assignment(word, redactor))
            .collect::<Vec<_>>()
            .join(" "),
        "forcecommand" | "authorizedkeyscommand" | "authorizedprincipalscommand" => {
            program(text, redactor)
        }
        "subsystem" => {
            let (name, command) = text.split_once(' ').unwrap_or((text, ""));
            format!("{name} {}", program(command, redactor))
        }
        _ => redactor.redact(text).to_string(),
    }
}

/// Words separated by blanks outside of double quotes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let blank = move |c: char| {
        quoted ^= c == '"';
        !quoted && c.is_whitespace()
    };
    text.split(blank).filter(|w| !w.is_empty())
}

/// `NAME=value` without the value; anything else not at all.
fn assignment(text: &str, redactor: &Redactor) -> String {
    match text.split_once('=') {
        Some((name, value)) => format!("{name}={}", redactor.redact(value)),
        None => redactor.redact(text).to_string(),
    }
}

/// A command without its arguments.
pub(super) fn program(text: &str, redactor: &Redactor) -> String {
    match text.trim().split_once(char::is_whitespace) {
        Some((program, arguments)) => {
            format!("{program} {}", redactor.redact(arguments.trim()))
        }
        None => text.to_owned(),
    }
}

/// A command line of a shell: its first word if that is the name of a program, and nothing of the rest.
fn run_by_cron(text: &str, redactor: &Redactor) -> String {
    let first = text.split_whitespace().next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._+-".contains(c);
    match first.chars().all(plain) {
        true => program(text, redactor),
        false => redactor.redact(text).to_string(),
    }
}

fn sysctl(name: &str, text: &str, redactor: &Redactor) -> String {
    let name = name.trim_end_matches(plan::render::AT_BOOT);
    let last = name.rsplit(['.', '/']).next().unwrap_or_default();
    if last.contains("secret") || last.ends_with("key") {
        return redactor.redact(text).to_string();
    }
    match text.strip_prefix('|') {
        Some(command) => format!("|{}", program(command, redactor)),
        None => text.to_owned(),
    }
}

/// Comments are whose key it is, by habit as `NAME@HOST`.
fn comment(text: &str, redactor: &Redactor) -> String {
    let plain = |t: &str| {
        let c = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        !t.is_empty() && t.len() <= 64 && t.chars().all(c)
    };
    match text.split_once('@') {
        Some((name, host)) if plain(name) && plain(host) => text.to_owned(),
        None if text.is_empty() => String::new(),
        _ => redactor.redact(text).to_string(),
    }
}

/// Options of an authorised key, separated by commas outside of quotes; see sshd(8).
fn options(text: &str, redactor: &Redactor) -> String {
    let option = |text: &str| {
        let Some((name, value)) = text.split_once('=') else {
            return text.to_owned();
        };
        let inner = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            known if KEY_OPTIONS.contains(&known) => text.to_owned(),
            "environment" => format!("{name}=\"{}\"", assignment(inner, redactor)),
            "command" => format!("{name}=\"{}\"", program(inner, redactor)),
            _ => format!("{name}=\"{}\"", redactor.redact(inner)),
        }
    };
    let shown: Vec<String> = outside_quotes(text, ',').into_iter().map(option).collect();
    shown.join(",")
}

/// Parts of a text between separators that are neither in double quotes nor after a backslash.
fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let split = move |c: char| {
        let plain = !escaped && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        plain && c == separator
    };
    text.split(split).collect()
}

fn sudoer(line: &str, redactor: &Redactor) -> String {
    let first = line.split_whitespace().next().unwrap_or_default();
    if first.starts_with('@') {
        return line.to_owned();
    }
    let rest = line.get(first.len()..).unwrap_or_default().trim_start();
    if first.starts_with("Defaults") {
        let settings = outside_quotes(rest, ',');
        let shown: Vec<String> = settings.iter().map(|s| setting(s, redactor)).collect();
        return format!("{first} {}", shown.join(", "));
    }
    if matches!(first, "User_Alias" | "Runas_Alias" | "Host_Alias") {
        return line.to_owned();
    }
    // `who where = (as whom) TAG: commands`, or an alias for commands.
    let Some((left, commands)) = line.split_once('=') else {
        return format!("{first} {}", redactor.redact(rest));
    };
    let shown: Vec<String> = outside_quotes(commands, ',')
        .iter()
        .map(|c| command(c, redactor))
        .collect();
    format!("{}={}", left.trim_end(), shown.join(", "))
}

/// One of sudo's `Defaults`: `!name`, `name`, `name=value`, `name+=value`.
fn setting(text: &str, redactor: &Redactor) -> String {
    let text = text.trim();
    let Some((name, value)) = text.split_once('=') else {
        return text.to_owned();
    };
    let bare = name.trim_end_matches(['+', '-', ' ']);
    if DEFAULTS.contains(&bare) {
        return text.to_owned();
    }
    format!("{}={}", name.trim_end(), redactor.redact(value))
}

/// One command of a rule: what stands before the program, the program, and that it has arguments.
fn command(text: &str, redactor: &Redactor) -> String {
    let text = text.trim();
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let before = text.get(..at).unwrap_or_default();
        let starts_word = before.ends_with([' ', '\t', ':', '!', ')']) || before.is_empty();
        if depth == 0 && c == '/' && starts_word {
            let rest = text.get(at..).unwrap_or_default();
            return format!("{before}{}", program(rest, redactor));
        }
    }
    // No path: `ALL`, an alias, `sudoedit` or `list`, of which only single upper-case words and tags are shown.
    let structure = |w: &str| {
        w.starts_with('(')
            || w.ends_with([')', ':'])
            || w.chars()
                .all(|c| c.is_ascii_uppercase() || "_!,:".contains(c))
    };
    let shown = words(text).map(|w| match structure(w) {
        true => w.to_owned(),
        false => redactor.redact(w).to_string(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown, with every keyed hash as a star.
    fn starred(text: &str) -> String {
        let mut shown = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("[redacted ") {
            let (hash, after) = after.split_once(']').unwrap();
            assert!(hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
            shown.push_str(before);
            shown.push('*');
            rest = after;
        }
        shown + rest
    }

    #[test]
    fn lines_of_sudoers() {
        for (line, want) in [
            (
                "anna ALL=(ALL:ALL) NOPASSWD: ALL",
                "anna ALL=(ALL:ALL) NOPASSWD: ALL",
            ),
            ("%sudo\tALL=(ALL:ALL) ALL", "%sudo\tALL=(ALL:ALL) ALL"),
            ("@includedir /etc/sudoers.d", "@includedir /etc/sudoers.d"),
            (
                "anna ALL=(root) NOPASSWD:/bin/curl -H token\\:x\\,y, !/bin/id, EDIT",
                "anna ALL=(root) NOPASSWD:/bin/curl *, !/bin/id, EDIT",
            ),
            ("anna ALL = /bin/a --p=x", "anna ALL=/bin/a *"),
            ("Cmnd_Alias C = /bin/a --token x", "Cmnd_Alias C=/bin/a *"),
            ("anna ALL=sudoedit hunter2", "anna ALL=* *"),
            (
                "Defaults env_reset, passprompt=\"a, b\"",
                "Defaults env_reset, passprompt=*",
            ),
            (
                "Defaults:anna secure_path=\"/bin:/sbin\"",
                "Defaults:anna secure_path=\"/bin:/sbin\"",
            ),
            (
                "Defaults env_keep += \"LANG\"",
                "Defaults env_keep += \"LANG\"",
            ),
            ("something else", "something *"),
        ] {
            assert_eq!(starred(&sudoer(line, &Redactor::new([0; 32]))), want);
        }
    }

    #[test]
    fn options_and_comments_of_keys() {
        for (text, want) in [
            ("no-pty,restrict", "no-pty,restrict"),
            (
                "from=\"10.0.0.0/8,::1\",no-pty",
                "from=\"10.0.0.0/8,::1\",no-pty",
            ),
            (
                "command=\"/bin/x --token \\\"a,b\\\" c\",no-pty",
                "command=\"/bin/x *\",no-pty",
            ),
            ("Environment=\"A=x\"", "Environment=\"A=*\""),
            ("new-option=\"x\"", "new-option=\"*\""),
            ("", ""),
        ] {
            assert_eq!(starred(&options(text, &Redactor::new([0; 32]))), want);
        }
        for (text, want) in [
            ("", ""),
            ("anna@home", "anna@home"),
            ("anna@home PIN 1234", "*"),
            ("hunter2", "*"),
        ] {
            assert_eq!(starred(&comment(text, &Redactor::new([0; 32]))), want);
        }
    }

    #[test]
    fn settings_of_sshd_and_the_kernel() {
        for (keyword, text, want) in [
            ("ciphers", "aes256-ctr", "aes256-ctr"),
            ("setenv", "A=x B=\"y z\"", "A=* B=*"),
            ("forcecommand", "internal-sftp", "internal-sftp"),
            ("forcecommand", "/bin/x --token y", "/bin/x *"),
            ("subsystem", "sftp /bin/sftp -f x", "sftp /bin/sftp *"),
            ("versionaddendum", "none", "none"),
            ("versionaddendum", "hunter2", "*"),
            ("of-tomorrow", "hunter2", "*"),
        ] {
            assert_eq!(starred(&sshd(keyword, text, &Redactor::new([0; 32]))), want);
        }
        for (name, text, want) in [
            ("net.ipv4.tcp_rmem", "4096 1 2", "4096 1 2"),
            ("net.ipv4.tcp_fastopen_key", "0-1", "*"),
            ("net.ipv6.conf.eth0.stable_secret", "::1", "*"),
            ("kernel.core_pattern", "|/bin/x --token y", "|/bin/x *"),
        ] {
            assert_eq!(starred(&sysctl(name, text, &Redactor::new([0; 32]))), want);
        }
    }

    #[test]
    fn sources_of_mounts_that_an_older_script_told() {
        let mut gathered = Gathered::default();
        let fields = [("type", "fuse"), ("source", "ftp://me:hunter2@nas.lan/")];
        let value = Value::map(fields.map(|(name, text)| (name, Value::from(text))));
        gathered.present(FactKind::Mount, "/mnt", value, "mountinfo");
        all(&mut gathered, &Scope::default(), &Redactor::new([0; 32]));
        let path = FactPath::new(FactKind::Mount, "/mnt");
        let seen = gathered.facts[&path].seen.to_string();
        assert!(
            seen.contains("ftp://nas.lan/") && !seen.contains("hunter2"),
            "{seen}"
        );
    }

    #[test]
    fn what_a_message_quotes_is_hidden_and_what_is_known_is_not() {
        let redactor = Redactor::new([0; 32]);
        let reason = quoted(&Reason::new("bad value \"x\" in \"y"), &redactor);
        assert_eq!(starred(&reason.0), "bad value \"*\" in \"*");
        let path = FactPath::new(FactKind::Sshd, "setenv");
        let seen = |scope: &Scope| {
            let mut gathered = Gathered::default();
            gathered.present(FactKind::Sshd, "setenv", "A=x", "sshd -T");
            all(&mut gathered, scope, &redactor);
            gathered.facts[&path].seen.to_string()
        };
        let mut scope = Scope::default();
        assert_eq!(starred(&seen(&scope)), "A=*");
        scope.knows(path.clone(), Value::from("A=y"));
        assert_eq!(starred(&seen(&scope)), "A=*");
        scope.knows(path.clone(), Value::from("A=x"));
        assert_eq!(seen(&scope), "A=x");
    }
}
