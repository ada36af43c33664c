//! Secrets of a twin are made up: what looks like one in an environment file is replaced, everything else stays.

/// Parts of names whose values are secrets.
const WORDS: &[&str] = &[
    "AUTH",
    "CREDENTIAL",
    "HASH",
    "KEY",
    "LICENSE",
    "PASS",
    "PRIVATE",
    "PWD",
    "SALT",
    "SECRET",
    "SEED",
    "SIGNATURE",
    "TOKEN",
    "WEBHOOK",
];

/// Whether the value of this variable is a secret, going by its name or by how it is written.
pub fn is_secret(name: &str, value: &str) -> bool {
    let upper = name.to_uppercase();
    let sealed = value.starts_with("ENC[") || value.contains("://") && value.contains('@');
    sealed || WORDS.iter().any(|w| upper.contains(w))
}

/// An environment file with every secret replaced by what `made` gives for its name. What cannot be read as `NAME=VALUE` is left out, since it
/// cannot be told what it is; comments are too.
pub fn environment(text: &str, made: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches("export ");
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let (name, value) = (name.trim(), value.trim());
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        // What SOPS keeps about the file is none of the project's.
        if name.is_empty() || !name.chars().all(word) || name.starts_with("sops_") {
            continue;
        }
        let value = match is_secret(name, value.trim_matches(['"', '\''])) {
            true => made(name),
            false => value.to_owned(),
        };
        out.push_str(&format!("{name}={value}\n"));
    }
    out
}

/// What a variable without any value gets: a secret, or the number or word that such names mostly hold.
pub fn variable(name: &str, made: impl Fn(&str) -> String) -> String {
    let upper = name.to_uppercase();
    let ends = |words: &[&str]| words.iter().any(|w| upper.ends_with(w));
    match () {
        () if is_secret(name, "") => made(name),
        () if ends(&["UID", "GID", "PUID", "PGID"]) => "1000".to_owned(),
        () if ends(&["TZ"]) => "Etc/UTC".to_owned(),
        () if ends(&["PORT"]) => "8080".to_owned(),
        () if ends(&["DIR", "PATH", "LOCATION", "ROOT", "DATA"]) => "/srv/twin".to_owned(),
        () if ends(&["DOMAIN", "HOST", "HOSTNAME", "FQDN"]) => "twin.invalid".to_owned(),
        () if ends(&["URL"]) => "http://twin.invalid".to_owned(),
        () => made(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_settings_stay() {
        let given = "# a comment with hunter2\nTZ=Europe/Berlin\nexport DB_PASSWORD=\"hunter2\"\nSEALED=ENC[AES256,data:x]\n\
            URL=postgres://u:hunter2@db/x\nPUID=1000\nhunter2\nsops_mac=hunter2\nbad name=hunter2\n";
        let made = environment(given, |name| format!("made-{name}"));
        let want = "TZ=Europe/Berlin\nDB_PASSWORD=made-DB_PASSWORD\nSEALED=made-SEALED\nURL=made-URL\nPUID=1000\n";
        assert_eq!(made, want);
    }

    #[test]
    fn variables_without_a_value_get_one_of_their_kind() {
        for (name, want) in [
            ("DB_PASSWORD", "r"),
            ("PUID", "1000"),
            ("UPLOAD_LOCATION", "/srv/twin"),
            ("WEB_PORT", "8080"),
            ("SOMETHING", "r"),
        ] {
            assert_eq!(variable(name, |_| "r".to_owned()), want, "{name}");
        }
    }
}
