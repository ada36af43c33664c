//! Values: whether one is written out, and whether it is long and mixed enough to be no word of a language.

use super::Kind;
use diag::{Naming, naming};

/// Words that stand where a secret will be.
const PLACEHOLDERS: [&str; 12] = [
    "changeit",
    "changeme",
    "change_me",
    "change-me",
    "example",
    "placeholder",
    "yourpassword",
    "your-",
    "your_",
    "xxxx",
    "****",
    "redacted",
];
/// The same, where they stand by themselves: they are parts of names, too.
const PLACEHOLDER_WORDS: [&str; 3] = ["insert", "replace", "todo"];
/// Words of letters that stand behind the name of a password and are none: what is said of it, and its name again.
const SAYINGS: [&str; 33] = [
    "anonymous",
    "contrasena",
    "deprecated",
    "disabled",
    "empty",
    "enabled",
    "encrypted",
    "external",
    "forbidden",
    "forgotten",
    "generate",
    "generated",
    "inherited",
    "interactive",
    "kennwort",
    "keychain",
    "keyring",
    "mandatory",
    "motdepasse",
    "optional",
    "passphrase",
    "password",
    "passwords",
    "passwordless",
    "passwort",
    "prohibited",
    "protected",
    "random",
    "required",
    "undefined",
    "unchanged",
    "unlocked",
    "wachtwoord",
];
/// Requests that stand where a secret will be, however their words are joined: `change_this_to_a_long_string`.
const REQUESTS: [&str; 7] = [
    "changethis",
    "goeshere",
    "setthis",
    "somerandom",
    "somesecret",
    "randomstring",
    "yoursecret",
];
/// Words that make a sentence of others, in the languages of [`SAYINGS`], and those that say where a password is.
#[rustfmt::skip]
const JOINTS: [&str; 157] = [
    "a", "aber", "al", "als", "am", "an", "and", "any", "are", "as", "ask", "at", "au", "auf", "aus", "aux", "avec",
    "be", "bei", "by", "che", "con", "da", "dans", "das", "dat", "de", "del", "dem", "den", "der", "des", "deze",
    "di", "die", "du", "durch", "each", "een", "ein", "eine", "einem", "einen", "el", "en", "er", "es", "est", "et",
    "every", "file", "for", "from", "für", "has", "have", "het", "if", "il", "im", "in", "into", "is", "ist", "it",
    "its", "kept", "key", "la", "las", "le", "les", "liegt", "lo", "login", "los", "may", "met", "mit", "must", "my",
    "nach", "nel", "new", "nicht", "niet", "no", "not", "nur", "oder", "of", "off", "ohne", "on", "only", "op", "or",
    "ou", "our", "par", "para", "pas", "per", "por", "pour", "que", "safe", "same", "sans", "see", "set", "sich",
    "sie", "siehe", "sin", "stored", "sur", "te", "that", "the", "then", "there", "they", "this", "to", "uit", "un",
    "una", "und", "une", "until", "us", "use", "used", "user", "van", "via", "voir", "vom", "von", "voor", "was",
    "when", "where", "which", "who", "will", "wird", "with", "without", "wordt", "you", "your", "zie", "zu", "zum",
    "zur",
];
/// Ways to hash and to log in that are named where a password would stand, without the numbers at their ends.
const WAYS: [&str; 14] = [
    "aes", "argon", "base", "bcrypt", "blake", "des", "md", "ntlm", "ntlmv", "oauth", "pbkdf",
    "rsa", "scrypt", "sha",
];
/// Folders that are first in the paths of machines and of containers.
const ROOTS: [&str; 22] = [
    "app", "bin", "boot", "config", "data", "dev", "etc", "home", "lib", "media", "mnt", "opt",
    "proc", "root", "run", "sbin", "secrets", "srv", "sys", "tmp", "usr", "var",
];
/// Beginnings of hashes of passwords, between the first two `$`.
const HASHES: [&str; 14] = [
    "1", "2a", "2b", "2x", "2y", "5", "6", "7", "y", "argon2i", "argon2d", "argon2id", "apr1",
    "scrypt",
];

/// Domains of Home Assistant, which stand before the dot of an entity's name.
const DOMAINS: [&str; 17] = [
    "automation",
    "binary_sensor",
    "button",
    "climate",
    "device_tracker",
    "input_boolean",
    "input_datetime",
    "input_number",
    "input_select",
    "input_text",
    "light",
    "person",
    "script",
    "select",
    "sensor",
    "switch",
    "text",
];

/// How much is known of where a value begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
    /// It stood in quotes: signs that mean something elsewhere are signs of it.
    Quoted,
    /// A reader of its format has read it, without quotes.
    Read,
    /// It is a word of a line.
    Guessed,
}

/// The part of a value that is written out, neither a reference nor a placeholder nor encrypted: all of it, or what a reference
/// falls back on.
pub(super) fn literal(text: &str, bounds: Bounds, kind: Kind) -> Option<&str> {
    if let Some(default) = default(text) {
        return literal(default, bounds, kind);
    }
    let none = text.is_empty()
        || is_reference(text, bounds, kind)
        || is_placeholder(text)
        || is_token_name(text)
        || is_entity(text);
    (!none).then_some(text)
}

pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let first = lower.bytes().next().unwrap_or_default();
    let mut words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    PLACEHOLDERS.iter().any(|p| lower.contains(p))
        || is_request(&lower)
        || words.any(|w| PLACEHOLDER_WORDS.contains(&w))
        || lower.bytes().all(|b| b == first)
}

/// Words for whoever fills it in; what a machine made up has none of them.
fn is_request(lower: &str) -> bool {
    const LONGEST: usize = 100;
    let joined = || -> String { lower.chars().filter(|c| !"_- ".contains(*c)).collect() };
    lower.len() <= LONGEST && {
        let joined = joined();
        REQUESTS.iter().any(|words| joined.contains(words))
    }
}

/// Of `${NAME:-default}` and `${NAME-default}`.
fn default(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let name = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let rest = inner.get(name..)?;
    rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))
}

fn is_reference(text: &str, bounds: Bounds, kind: Kind) -> bool {
    let code = matches!(kind, Kind::Code | Kind::Prose) || bounds == Bounds::Guessed;
    if text.starts_with("ENC[")
        || text.contains("://")
        || code
            && ["::", "()", "env.", "(\"", "('"]
                .iter()
                .any(|p| text.contains(p))
        || [
            "env.",
            "process.env.",
            "$ANSIBLE_VAULT",
            "!secret",
            "!vault",
            "$__env{",
            "$__file{",
            "$__vault{",
            "op://",
        ]
        .iter()
        .any(|p| text.starts_with(p))
        || bounds == Bounds::Guessed && is_call(text)
        || text.strip_prefix("env/").is_some_and(is_capital)
    {
        return true;
    }
    let first = text.chars().next().unwrap_or_default();
    let closed = |end: char| bounds == Bounds::Guessed || text.ends_with(end);
    let plain = bounds != Bounds::Guessed && kind != Kind::Code;
    match first {
        '<' => closed('>'),
        // What stands behind it may be the rest of a name.
        '{' => closed('}') || is_of_variables(text, kind),
        '[' => closed(']'),
        '(' => closed(')'),
        '/' => is_path(text),
        '~' => text == "~" || text.starts_with("~/") || !plain,
        '@' => !plain || text.starts_with("@/") || text.starts_with("@."),
        '%' => !plain || text.starts_with("%(") || text.matches('%').count() == 2,
        '*' | '&' | '!' | '|' | '>' => !plain,
        _ => is_of_variables(text, kind),
    }
}

fn is_capital(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// `base64.b64decode(x)`, `read_password(account)`: what a function gives.
fn is_call(text: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
    text.split_once('(').is_some_and(|(name, rest)| {
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(part);
        let argument = name.contains('_') && rest.ends_with(')');
        named && (name.contains('.') || rest.is_empty() || argument)
    })
}

/// Little is left of it without its variables, or it is the hash of a password.
fn is_of_variables(text: &str, kind: Kind) -> bool {
    if !(text.starts_with('$') || ["${", "$(", "{{"].iter().any(|p| text.contains(p))) {
        return false;
    }
    if matches!(kind, Kind::Code | Kind::Prose) || is_hash(text) {
        return true;
    }
    let (rest, found) = without_variables(text, kind);
    found && !is_strong(&rest, Kind::Settings)
}

fn is_hash(text: &str) -> bool {
    let inner = text.trim_start_matches('$');
    let (name, rest) = inner.split_once('$').unwrap_or((inner, ""));
    text.starts_with('$') && !rest.is_empty() && (HASHES.contains(&name) || name.contains("pbkdf2"))
}

/// A text without its variables, and whether there was one.
fn without_variables(text: &str, kind: Kind) -> (String, bool) {
    let (mut out, mut found, mut rest) = (String::new(), false, text);
    while let Some(at) = rest.find(['$', '{']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let after = |end: &str| from.find(end).map_or("", |e| &from[e + end.len()..]);
        let name = from.trim_start_matches('$');
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let length = length.unwrap_or(name.len());
        rest = if from.starts_with("{{") {
            found = true;
            after("}}")
        } else if let Some(inner) = from.strip_prefix('{') {
            out.push('{');
            inner
        } else if name.starts_with('{') {
            found = true;
            after("}")
        } else if name.starts_with('(') {
            found = true;
            from.rfind(')').map_or("", |e| &from[e + 1..])
        } else if length > 0 && is_variable(&name[..length], kind) {
            found = true;
            &name[length..]
        } else if name.starts_with(['@', '*', '#', '?', '!', '-']) && from.len() == 2 {
            found = true;
            ""
        } else {
            out.push_str(&from[..from.len() - name.len() + length]);
            &name[length..]
        };
    }
    out.push_str(rest);
    (out, found)
}

/// A name as people give variables: `DB_PASSWORD2`, `db_password2`, `dbPassword`, `1`. A shell takes any other, too; in a file of
/// settings `$ecret1` is rather a password that somebody thought up.
fn is_variable(name: &str, kind: Kind) -> bool {
    let has = |is: fn(&u8) -> bool| name.bytes().any(|b| is(&b));
    let (digit, lower) = (has(u8::is_ascii_digit), has(u8::is_ascii_lowercase));
    kind == Kind::Script || !digit || !lower || name.contains('_') || name.len() == 1
}

/// An absolute path in form: below a folder that machines have, or of segments that are words with a number at their end.
fn is_path(text: &str) -> bool {
    let sign = |b: u8| b.is_ascii_alphanumeric() || b"/._@:~+-".contains(&b);
    let first = text.split('/').nth(1).unwrap_or_default();
    text.bytes().all(sign) && (ROOTS.contains(&first) || is_of_words(text))
}

/// Parts of letters and then digits, as the segments of paths have.
pub(crate) fn is_of_words(text: &str) -> bool {
    let word = |part: &str| {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        digits.bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|c: char| "/._@:~-".contains(c)).all(word)
}

/// `USER@REALM!TOKEN` names an API token of Proxmox and has nothing of its secret. Only the realms that the product brings along:
/// a password may have both signs, too.
fn is_token_name(text: &str) -> bool {
    let word = |t: &str| {
        let good = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        !t.is_empty() && t.bytes().all(good)
    };
    let parts = text
        .split_once('!')
        .map(|(who, token)| (who.rsplit_once('@'), token));
    // `user.cfg` goes on with a date, a switch and a comment.
    let bare = |token: &'_ str| {
        token
            .split_once(':')
            .map_or(token.len(), |(name, _)| name.len())
    };
    matches!(parts, Some((Some((user, "pve" | "pam" | "pbs")), token))
        if word(user)
            && token.get(..bare(token)).is_some_and(word)
            && token.get(bare(token)..).is_some_and(|rest| !rest.contains(|c: char| c.is_ascii_alphabetic())))
}

/// `sensor.password_age`, as Home Assistant names what it knows.
fn is_entity(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let parts = text.split_once('.');
    parts.is_some_and(|(domain, name)| DOMAINS.contains(&domain) && name.bytes().all(word))
}

/// Whether the value of a setting of such a name is a secret, and no word or sentence.
pub(super) fn is_secret(
    (name, naming): (&str, Naming),
    (text, bounds): (&str, Bounds),
    kind: Kind,
) -> bool {
    let kind = match naming {
        Naming::Perhaps if kind == Kind::Settings => Kind::Prose,
        Naming::Password | Naming::Secret | Naming::Perhaps => kind,
    };
    // `vault_key: secret/nas/db2`
    if naming == Naming::Perhaps && is_of_words(text) {
        return false;
    }
    let is_password = naming == Naming::Password && matches!(kind, Kind::Settings | Kind::Script);
    if is_password && bounds != Bounds::Guessed && is_of_groups(name, text) {
        return true;
    }
    // The names of variables are given to what programs read, not to what people do.
    let words = text.trim().contains(char::is_whitespace);
    let sentence = bounds != Bounds::Quoted
        && words
        && (kind == Kind::Prose || name.bytes().any(|b| b.is_ascii_lowercase()));
    if is_saying(text) || is_name_of_one(name, text) {
        return false;
    }
    // Only what people think up has words in it.
    let phrase = ["phrase", "mnemonic"]
        .iter()
        .any(|noun| name.to_ascii_lowercase().contains(noun));
    let thought_up = naming == Naming::Password || phrase;
    if words
        && !thought_up
        && !text
            .split_whitespace()
            .any(|w| is_strong(w, Kind::Settings))
    {
        return false;
    }
    if sentence && !(is_password && bounds == Bounds::Read && is_phrase(text)) {
        return is_strong(text, Kind::Prose)
            && text
                .split_whitespace()
                .any(|w| is_strong(w, Kind::Settings));
    }
    let number = is_password
        && text.len() >= 6
        && text.bytes().all(|b| b.is_ascii_digit())
        && entropy(text) >= 2.0;
    let word = is_password
        && bounds != Bounds::Guessed
        && !name.to_ascii_lowercase().ends_with("key")
        && (is_thought_up(text) || is_mixed(text) || is_of_several(name, text));
    number || word || is_strong(text, kind)
}

/// `correct horse battery staple`: words in a row as people draw them for a password, and nothing that makes a sentence of them.
fn is_phrase(text: &str) -> bool {
    const FEWEST: usize = 4;
    let drawn = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let lower = !letters.is_empty() && letters.chars().all(char::is_lowercase);
        lower && !JOINTS.contains(&word) && !is_saying(word)
    };
    text.split(' ').count() >= FEWEST && text.split(' ').all(drawn)
}

/// `secretKey: GRAFANA_CLIENT_SECRET`, `githubConfigSecret: home-runner-secret`: the name under which a cluster has it.
fn is_name_of_one(name: &str, text: &str) -> bool {
    let camel = |end: &str| {
        let before = name.strip_suffix(end);
        before.is_some_and(|b| b.ends_with(|c: char| c.is_ascii_lowercase()))
    };
    let of = |sign: char| {
        text.contains(sign)
            && text.split(sign).all(|part| {
                let letters = part.trim_end_matches(|c: char| c.is_ascii_digit());
                !part.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic())
            })
    };
    // `signingkey` of git is the number of a public key.
    let number = name.eq_ignore_ascii_case("signingkey")
        && matches!(text.len(), 8 | 16 | 40)
        && text.bytes().all(|b| b.is_ascii_hexdigit());
    number || camel("Key") && (of('_') || of('-')) || camel("Secret") && of('-')
}

/// Words of which one means a password and none could be one: `Haben Sie Ihr Passwort vergessen?`
fn is_saying(text: &str) -> bool {
    let bare = |w: &str| naming(w.trim_matches(|c: char| !c.is_alphanumeric()));
    text.trim().contains(char::is_whitespace)
        && text
            .split_whitespace()
            .any(|w| bare(w) == Some(Naming::Password))
        && !text
            .split_whitespace()
            .any(|w| is_strong(w, Kind::Settings))
}

/// A word that somebody took for a password, with a number at its end or without: none of those that say something of one.
pub(super) fn is_thought_up(text: &str) -> bool {
    let lower = text.to_lowercase();
    let word = lower.trim_end_matches(|c: char| c.is_ascii_digit());
    let least = if word.len() < lower.len() { 1.8 } else { 2.2 };
    text.chars().count() >= 8
        && word.chars().all(char::is_alphabetic)
        && !SAYINGS.contains(&word)
        && !lower.starts_with("your")
        && entropy(&lower) >= least
}

/// A shorter word with a number or a mark at it: `abc123`, `geheim!`. Neither a time (`90days`) nor a way to hash (`sha512`).
pub(super) fn is_mixed(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mark = |c: char| "!#&+?%^~*@".contains(c);
    let other = |c: char| c.is_ascii_digit() || mark(c);
    let word = lower.trim_matches(other);
    text.chars().count() >= 6
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains(other)
        && text.contains(char::is_alphabetic)
        && text.chars().all(|c| c.is_alphabetic() || other(c))
        && !SAYINGS.contains(&word)
        && !is_way(&lower)
        && !lower.starts_with("your")
        && entropy(&lower) >= 1.9
}

/// `sha512`, `argon2id`: a way to hash with its number, and a letter or two behind it.
fn is_way(lower: &str) -> bool {
    WAYS.iter().any(|way| {
        let rest = lower.strip_prefix(way);
        rest.is_some_and(|rest| {
            let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            behind.len() <= 2 && behind.chars().all(|c| c.is_ascii_alphabetic())
        })
    })
}

/// `abcd efgh ijkl mnop`, as a provider of mail gives passwords to programs. A sentence of four such words has a vowel in each.
fn is_of_groups(name: &str, text: &str) -> bool {
    let groups: Vec<&str> = text.split(' ').collect();
    let letters = |g: &&str| g.len() == 4 && g.bytes().all(|b| b.is_ascii_lowercase());
    let sure = !name.bytes().any(|b| b.is_ascii_lowercase())
        || groups
            .iter()
            .any(|g| !g.contains(['a', 'e', 'i', 'o', 'u', 'y']));
    groups.len() == 4 && groups.iter().all(letters) && sure && !is_saying(text)
}

/// `lettuce-turnip-beet`, where the name asks for a phrase.
fn is_of_several(name: &str, text: &str) -> bool {
    let words: Vec<&str> = text.split(['-', '_', '.']).collect();
    let word = |w: &&str| w.len() >= 3 && w.chars().all(char::is_alphabetic);
    name.to_ascii_lowercase().contains("phrase")
        && words.len() >= 3
        && words.iter().all(word)
        && !words.iter().any(|w| naming(w).is_some())
}

/// Long and mixed enough to be no word of a language.
pub(super) fn is_strong(text: &str, kind: Kind) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let (digit, other) = (has(u8::is_ascii_digit), has(u8::is_ascii_punctuation));
    let classes = [lower, upper, digit, other].iter().filter(|c| **c).count();
    let letters = lower || upper;
    // `Berlin/Ost.1989` is none: what a file ends with is no year.
    let ends = text.rsplit_once('.').map(|(_, end)| end);
    let path = text.contains('/')
        && ends.is_some_and(|end| end.starts_with(|c: char| c.is_ascii_alphabetic()))
        && is_of_words(text);
    match kind {
        _ if path => false,
        Kind::Prose | Kind::Code if !text.is_ascii() && text.len() < 12 => false,
        Kind::Settings | Kind::Script => {
            text.len() >= 7
                && letters
                && entropy(text) >= 2.5
                && (digit || classes >= 3 || text.len() >= 20)
        }
        Kind::Prose | Kind::Code => {
            text.len() >= 12 && letters && digit && classes >= 2 && entropy(text) >= 3.0
        }
    }
}

/// Bits per character (Shannon 1948), by the frequencies in the text itself.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = text.len() as f64;
    let each = counts.iter().filter(|c| **c > 0);
    -each
        .map(|c| {
            let share = f64::from(*c) / total;
            share * share.log2()
        })
        .sum::<f64>()
}
