//! Names of settings: which of them are named as secrets.
//!
//! A name is words: `DB_PASSWORD_OLD`, `adminPassword2` and `spring.mail.pass` are three of two or three words each. One of them
//! says that it is a secret; what follows it says whether it is the secret itself or something about it. The scanner of clear text and
//! the mask of excerpts ask the same; the mask also asks what a misspelt name was meant to be.

/// How surely a name is that of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It is the name of a password, which may also be a number.
    Password,
    /// It is the name of another secret.
    Secret,
    /// It has a word behind the secret's that is not known: `TOKEN_GITHUB`, `token_bucket`.
    Perhaps,
}

/// Ends of words that mean a secret, and whether it is a password.
const NOUNS: [(&str, Naming); 22] = [
    ("passwords", Naming::Password),
    ("passwds", Naming::Password),
    ("passphrases", Naming::Password),
    ("password", Naming::Password),
    ("passwd", Naming::Password),
    ("passphrase", Naming::Password),
    ("passcode", Naming::Password),
    ("passwort", Naming::Password),
    ("kennwort", Naming::Password),
    ("wachtwoord", Naming::Password),
    ("contrasena", Naming::Password),
    ("motdepasse", Naming::Password),
    ("mdp", Naming::Password),
    ("pass", Naming::Password),
    ("pwd", Naming::Password),
    ("pw", Naming::Password),
    ("psk", Naming::Secret),
    ("secret", Naming::Secret),
    ("token", Naming::Secret),
    ("apikey", Naming::Secret),
    ("secretkey", Naming::Secret),
    ("privatekey", Naming::Secret),
];
/// Words that end as a secret's name does and are none.
const OTHERS: [&str; 7] = [
    "bypass",
    "compass",
    "trespass",
    "overpass",
    "underpass",
    "surpass",
    "encompass",
];
/// What a key is for that is a secret.
const KEYS: [&str; 41] = [
    "access",
    "account",
    "activation",
    "api",
    "app",
    "application",
    "auth",
    "bouncer",
    "cipher",
    "consumer",
    "cookie",
    "crypt",
    "csrf",
    "deterministic",
    "enc",
    "encryption",
    "enroll",
    "enrollment",
    "fernet",
    "hmac",
    "jwt",
    "lapi",
    "license",
    "link",
    "local",
    "master",
    "network",
    "nonce",
    "ping",
    "preshared",
    "private",
    "secret",
    "session",
    "setup",
    "shared",
    "signing",
    "unseal",
    "webhook",
    "wifi",
    "wlan",
    "wpa",
];
/// What a key is for that everybody may see, or that is no key of a lock: a place in a table, a button. Any other may be a secret's.
const OPEN_KEYS: [&str; 52] = [
    "alt",
    "annotation",
    "apt",
    "authorized",
    "cache",
    "cert",
    "certificate",
    "column",
    "config",
    "ctrl",
    "dict",
    "entry",
    "escape",
    "field",
    "foreign",
    "gpg",
    "group",
    "home",
    "host",
    "hot",
    "i18n",
    "idempotency",
    "index",
    "item",
    "json",
    "label",
    "lookup",
    "map",
    "message",
    "object",
    "partition",
    "pgp",
    "project",
    "pub",
    "public",
    "registry",
    "repo",
    "repository",
    "routing",
    "row",
    "selector",
    "shift",
    "site",
    "sort",
    "ssh",
    "state",
    "tag",
    "topology",
    "translation",
    "trusted",
    "unique",
    "yaml",
];
/// Whose keys or tokens are secrets where there are several of them.
const SEVERAL: [&str; 9] = [
    "access",
    "api",
    "auth",
    "encryption",
    "hurricane",
    "master",
    "private",
    "secret",
    "signing",
];
/// What is made from a seed that is a secret.
const SEEDS: [&str; 10] = [
    "encryption",
    "hash",
    "jwt",
    "key",
    "master",
    "otp",
    "recovery",
    "secret",
    "session",
    "totp",
];
/// What comes before the name of a credential of systemd that stands elsewhere.
const LOADS: [&str; 3] = ["load", "import", "set"];
/// Ends of names that certain programs give to a secret, and that say nothing of it.
const GIVEN: [&[&str]; 12] = [
    &["account", "sas"],
    &["akey"],
    &["authtok"],
    &["dbroot"],
    &["hmac", "encoded"],
    &["epik", "signature"],
    &["mnemonic"],
    &["plex", "claim"],
    &["pushover", "user"],
    &["rediscli", "auth"],
    &["seed", "phrase"],
    &["skey"],
];
/// What a key in one word ends with that is a secret: `TS_AUTHKEY`, `ENCRYPTIONKEY`.
const JOINED_KEYS: [&str; 8] = [
    "accesskey",
    "authkey",
    "encryptionkey",
    "localkey",
    "masterkey",
    "setupkey",
    "signingkey",
    "unsealkey",
];
/// Whose password is abbreviated in one word with it: `DBPW`.
const JOINED_OWNERS: [&str; 18] = [
    "admin", "bind", "db", "ftp", "imap", "ldap", "mail", "mysql", "pg", "postgres", "redis",
    "root", "smtp", "sql", "sudo", "user", "wifi", "wlan",
];
/// Tunnels, and others, whose private key is named without the word.
const TUNNELS: [&str; 5] = ["jwt", "vapid", "vpn", "wg", "wireguard"];
/// What a `Schlüssel` is for that is a secret, besides those.
const GERMAN_KEYS: [&str; 4] = ["netzwerk", "zugangs", "sicherheits", "geheim"];
/// Words behind the secret's with which it is the secret still.
const SAME: [&str; 40] = [
    "admin",
    "alt",
    "app",
    "b64",
    "backup",
    "bak",
    "base",
    "base64",
    "clear",
    "current",
    "db",
    "default",
    "dev",
    "hex",
    "key",
    "live",
    "main",
    "master",
    "new",
    "next",
    "old",
    "override",
    "plain",
    "plaintext",
    "prev",
    "previous",
    "primary",
    "prod",
    "production",
    "raw",
    "real",
    "root",
    "secondary",
    "staging",
    "string",
    "temp",
    "test",
    "tmp",
    "value",
    "x",
];
/// Words behind the secret's with which it is something about it.
const ABOUT: [&str; 80] = [
    "age",
    "alg",
    "algorithm",
    "at",
    "attempts",
    "audience",
    "auth",
    "authentication",
    "backend",
    "change",
    "changed",
    "check",
    "class",
    "cmd",
    "command",
    "count",
    "created",
    "date",
    "days",
    "description",
    "digest",
    "dir",
    "directory",
    "disabled",
    "enabled",
    "endpoint",
    "engine",
    "env",
    "environment",
    "exp",
    "expiration",
    "expires",
    "expiry",
    "field",
    "file",
    "filename",
    "folder",
    "format",
    "from",
    "generator",
    "hash",
    "hashed",
    "header",
    "hint",
    "hours",
    "id",
    "identifier",
    "ids",
    "interval",
    "issuer",
    "keys",
    "label",
    "len",
    "length",
    "lifetime",
    "limit",
    "login",
    "manager",
    "max",
    "method",
    "min",
    "mode",
    "mount",
    "name",
    "names",
    "path",
    "policy",
    "prefix",
    "provider",
    "ref",
    "reset",
    "scope",
    "source",
    "store",
    "through",
    "thru",
    "timeout",
    "ttl",
    "type",
    "url",
];

/// What else is one, to whom hiding too much costs little.
const CREDENTIALS: [&str; 4] = ["cred", "creds", "credential", "credentials"];
/// Abbreviations and slips that are too short to be near to anything.
const SHORT: [&str; 7] = ["pas", "psw", "pswd", "pwrd", "pss", "psswd", "tkn"];
/// Parts of a word that no other word has.
const FRAGMENTS: [&str; 5] = ["passw", "asswor", "pasw", "paswo", "credent"];
/// Words of their own that are near to one that means a secret, or hold it.
const ORDINARY: [&str; 38] = [
    "base",
    "bass",
    "bypass",
    "class",
    "compass",
    "crew",
    "crud",
    "cards",
    "does",
    "keys",
    "keyword",
    "keywords",
    "less",
    "mass",
    "part",
    "parts",
    "passed",
    "passenger",
    "passes",
    "passing",
    "passive",
    "passport",
    "passthrough",
    "passthru",
    "past",
    "paste",
    "path",
    "paths",
    "pause",
    "pods",
    "press",
    "secretary",
    "section",
    "sector",
    "secure",
    "taken",
    "tokenizer",
    "wordpress",
];
/// Names that nobody mistypes by a letter, and comparing is quadratic.
const LONGEST: usize = 64;

/// Whether a setting of this name is a secret; `None` if it is not.
pub fn naming(name: &str) -> Option<Naming> {
    of(&words(name))
}

/// The same of a name that may be misspelt by a letter or two: `passwrod`, `api_kye`, `scret`.
pub fn misspelt(name: &str) -> Option<Naming> {
    if name.len() > LONGEST {
        return naming(name);
    }
    let mut words = words(name);
    for at in 0..words.len() {
        let behind_key = at.checked_sub(1).and_then(|before| words.get(before));
        let behind_key = behind_key.is_some_and(|before| KEYS.contains(&before.as_str()));
        let Some(word) = words.get_mut(at) else {
            continue;
        };
        if let Some(meant) = meant(word, behind_key) {
            meant.clone_into(word);
        }
    }
    of(&words)
}

/// The noun that a word is a slip of.
fn meant(word: &str, behind_key: bool) -> Option<&'static str> {
    let length = word.chars().count();
    if ORDINARY.contains(&word) || SAME.contains(&word) || ABOUT.contains(&word) {
        return None;
    }
    if SHORT.contains(&word) {
        return Some("password");
    }
    if behind_key && length >= 2 && strsim::damerau_levenshtein(word, "key") <= 1 {
        return Some("key");
    }
    if length < 4 {
        return None;
    }
    if FRAGMENTS.iter().any(|part| word.contains(part)) {
        return Some("password");
    }
    // As near as the reader of the lab's language takes a word for another one.
    let allowed = (length / 3).clamp(1, 3);
    let near = |noun: &str| {
        noun.len().abs_diff(length) <= allowed && strsim::damerau_levenshtein(word, noun) <= allowed
    };
    let nouns = NOUNS.iter().map(|(noun, _)| *noun);
    let long = nouns.filter(|noun| noun.len() >= 4).find(|noun| near(noun));
    long.or_else(|| {
        CREDENTIALS
            .iter()
            .any(|noun| near(noun))
            .then_some("secret")
    })
}

fn of(words: &[String]) -> Option<Naming> {
    let noun = |at: usize| noun(words, at).map(|naming| (at, naming));
    let (at, naming) = (0..words.len()).rev().find_map(noun)?;
    let behind = words.get(at + 1..).unwrap_or_default();
    let any = |list: &[&str]| behind.iter().any(|w| list.contains(&w.as_str()));
    // The name of an object of a cluster, and whatever key is looked up in it.
    let object = words
        .windows(2)
        .any(|pair| pair == ["existing", "secret"] || pair == ["from", "secret"]);
    if object || any(&ABOUT) {
        return None;
    }
    let same = behind.iter().all(|w| SAME.contains(&w.as_str()));
    Some(if same { naming } else { Naming::Perhaps })
}

/// Of the word at this place.
fn noun(words: &[String], at: usize) -> Option<Naming> {
    let word = words.get(at)?.as_str();
    if OTHERS.contains(&word) {
        return None;
    }
    if word == "key" {
        return key(words, at.checked_sub(1)?);
    }
    let named = words.get(..=at).unwrap_or_default();
    if GIVEN.iter().any(|given| ends_with(named, given)) {
        return Some(Naming::Secret);
    }
    if at + 1 == words.len()
        && let Some(naming) = last(words, at)
    {
        return Some(naming);
    }
    if matches!(word, "keys" | "tokens") {
        let what = words.get(at.checked_sub(1)?)?;
        let several = SEVERAL.contains(&what.as_str());
        return several.then_some(Naming::Perhaps);
    }
    if JOINED_KEYS.iter().any(|end| word.ends_with(end)) {
        return Some(Naming::Secret);
    }
    if word
        .strip_suffix("pw")
        .is_some_and(|owner| JOINED_OWNERS.contains(&owner))
    {
        return Some(Naming::Password);
    }
    // `WG_PRIVATE`
    if matches!(word, "private" | "preshared") {
        let what = words.get(at.checked_sub(1)?)?;
        return TUNNELS.contains(&what.as_str()).then_some(Naming::Secret);
    }
    // `WLAN-Schlüssel`, `Netzwerkschlüssel`
    if let Some(what) = word.strip_suffix("schluessel") {
        let before = at.checked_sub(1).and_then(|n| words.get(n));
        let what = Some(what)
            .filter(|w| !w.is_empty())
            .or(before.map(String::as_str))?;
        let known = KEYS.contains(&what) || GERMAN_KEYS.contains(&what);
        return known.then_some(Naming::Secret);
    }
    // `mot_de_passe`
    if word == "passe"
        && at
            .checked_sub(1)
            .and_then(|n| words.get(n))
            .is_some_and(|w| w == "de")
    {
        return Some(Naming::Password);
    }
    let short = |end: &str| end.len() < 3 || end == "mdp";
    let is = |end: &str| word == end || !short(end) && word.ends_with(end);
    NOUNS.iter().find(|(end, _)| is(end)).map(|(_, n)| *n)
}

fn ends_with(words: &[String], end: &[&str]) -> bool {
    let from = words.len().checked_sub(end.len());
    let last = from.and_then(|from| words.get(from..)).unwrap_or_default();
    last.len() == end.len() && last.iter().zip(end).all(|(word, end)| word == end)
}

/// Of a key, by what it is for.
fn key(words: &[String], at: usize) -> Option<Naming> {
    let what = words.get(at)?.as_str();
    let before = at.checked_sub(1).and_then(|n| words.get(n));
    // Half of a login, which every request shows: the other half is the secret.
    let shown = what == "application" && before.is_some_and(|b| b == "ovh");
    if shown || OPEN_KEYS.contains(&what) {
        return None;
    }
    match (KEYS.contains(&what), noun(words, at)) {
        (true, _) => Some(Naming::Secret),
        // `passwordKey`
        (false, Some(_)) => None,
        (false, None) => Some(Naming::Perhaps),
    }
}

/// Of the last word, which alone says little.
fn last(words: &[String], at: usize) -> Option<Naming> {
    let word = words.get(at)?.as_str();
    let before = at.checked_sub(1).and_then(|n| words.get(n));
    let before = before.map(String::as_str);
    match word {
        "seed" if before.is_some_and(|b| SEEDS.contains(&b)) => Some(Naming::Secret),
        "credential" | "credentials" | "creds" if !before.is_some_and(|b| LOADS.contains(&b)) => {
            Some(Naming::Perhaps)
        }
        "pepper" => Some(Naming::Perhaps),
        "pat" if before.is_some() => Some(Naming::Perhaps),
        "basalt" => None,
        word if word.ends_with("salt") => Some(Naming::Perhaps),
        _ => None,
    }
}

/// In small letters, without the numbers at their ends: `DB_PASSWORD2` and `dbPassword` are two words.
fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut last = ' ';
    for c in name.chars() {
        // As it is written where there is no such letter.
        if let ('ü' | 'Ü', Some(word)) = (c, out.last_mut()) {
            word.push_str("ue");
            last = c;
            continue;
        }
        let begins = last.is_ascii_lowercase() && c.is_ascii_uppercase();
        if begins || !c.is_ascii_alphanumeric() {
            out.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    let number = |c: char| c.is_ascii_digit();
    // `base64` is a word, `password64` is one with a number.
    let bare = |w: String| match SAME.contains(&w.as_str()) {
        true => w,
        false => w.trim_end_matches(number).to_owned(),
    };
    out.into_iter()
        .map(bare)
        .filter(|w| !w.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Naming, misspelt, naming};

    #[test]
    fn names_of_secrets() {
        for name in [
            "PASS",
            "pass",
            "Passwd",
            "DB_PWD",
            "PWD_OLD",
            "DB_PASSWORD_OLD",
            "DB_PASSWORD2",
            "adminPassword",
            "rootpass",
            "PASSWORD_1",
            "db-pw",
            "DBPW",
            "MYSQL_PW",
            "mysqlpw2",
            "spring.mail.password",
        ] {
            assert_eq!(naming(name), Some(Naming::Password), "{name}");
        }
        for name in [
            "SECRET_KEY_BASE",
            "JWT_SECRET",
            "api-key",
            "apiKey",
            "PRESHARED_KEY",
            "clientSecret",
            "TOKEN_HEX",
            "APP_KEY",
            "wifi_psk",
            "SECRET_BASE64",
            "WLAN-Schlüssel",
            "API-SCHLÜSSEL",
            "AUTHKEY",
            "TS_AUTHKEY",
            "ENCRYPTIONKEY",
            "NB_SETUP_KEY",
            "WG_PRIVATE",
            "wg-private",
            "lamp_local_key",
            "localkey",
            "VAULT_UNSEAL_KEY",
            "UNSEAL_KEY_1",
            "unsealKey",
            "netzwerkschluessel",
            "B2_APPLICATION_KEY",
            "OVH_CONSUMER_KEY",
            "VAPID_PRIVATE",
            "LLDAP_KEY_SEED",
            "DUO_SKEY",
            "DBROOT",
            "PLEX_CLAIM",
            "REDISCLI_AUTH",
            "MNEMONIC",
            "WALLET_SEED_PHRASE",
        ] {
            assert_eq!(naming(name), Some(Naming::Secret), "{name}");
        }
        assert_eq!(naming("admin_passwords"), Some(Naming::Password));
        for name in [
            "TOKEN_GITHUB",
            "PASSWORD_POSTGRES",
            "token_bucket",
            "RCLONE_CONFIG_B2_KEY",
            "EASYDNS_KEY",
            "HOMEPAGE_VAR_SONARR_KEY",
            "BOUNCER_KEY_traefik",
            "NONCE_SALT",
            "passwordsalt",
            "GH_PAT",
            "LDAP_BIND_CREDENTIALS",
            "HURRICANE_TOKENS",
        ] {
            assert_eq!(naming(name), Some(Naming::Perhaps), "{name}");
        }
    }

    #[test]
    fn names_of_something_else() {
        for name in [
            "",
            "key",
            "ssh_key",
            "Schlüssel",
            "Hausschlüssel",
            "PASSWORD_FILE",
            "existingSecret",
            "existingSecretPasswordKey",
            "sensor.password_age",
            "secretName",
            "TS_AUTHKEY_FILE",
            "private",
            "WG_PRIVATE_FILE",
            "UNSEAL_KEY_FILE",
            "unseal_keys",
            "rootpw_file",
            "sudpw",
            "local",
            "bypass",
            "max_tokens",
            "OVH_APPLICATION_KEY",
            "B2_APPLICATION_KEY_ID",
            "RCLONE_CONFIG_NAS_KEY_FILE",
            "VAPID_PUBLIC_KEY",
            "SSH_HOST_KEY",
            "RECAPTCHA_SITE_KEY",
            "GPG_KEY",
            "HostKey",
            "KEY_SEED_FILE",
            "RANDOM_SEED",
            "salt_master",
            "pat",
            "LoadCredential",
            "PUSHOVER_USER_ID",
            "compass",
            "PasswordAuthentication",
            "token_ttl",
            "ACCESS_KEY_ID",
            "password_hash",
            "passenger",
            "tokenizer",
            "passthrough",
            "secrets",
            "keyboard",
        ] {
            assert_eq!(naming(name), None, "{name}");
        }
    }

    #[test]
    fn slips() {
        for name in [
            "passwrod",
            "paswrd",
            "pssword",
            "pswd",
            "mypasword",
            "tokne",
            "scret",
            "secert",
            "api_kye",
            "scret_key",
            "credentails",
            "cred",
            "db_pasword_old",
            "secrets",
        ] {
            assert!(misspelt(name).is_some(), "{name}");
        }
        for name in [
            "wordpress",
            "keyword",
            "words",
            "compass",
            "passwrod_file",
            "took",
            "server",
            "services",
            "sections",
            "pods",
            "address",
            "took",
            "authorized_keys",
            "path",
            "pass_through",
        ] {
            assert_eq!(misspelt(name), None, "{name}");
        }
    }
}
