//! What a misspelt name was meant to be.

use super::lists::{ABOUT, KEYS, NOUNS, SAME};
use super::ordinary::ORDINARY;
use super::words::words;
use super::{Naming, kind, naming};

/// What else is one, to whom hiding too much costs little.
const CREDENTIALS: [&str; 4] = ["cred", "creds", "credential", "credentials"];
/// Abbreviations and slips that are too short to be near to anything.
const SHORT: [&str; 7] = ["pas", "psw", "pswd", "pwrd", "pss", "psswd", "tkn"];
/// Parts of a word that no other word has.
const FRAGMENTS: [&str; 5] = ["passw", "asswor", "pasw", "paswo", "credent"];
/// Names that nobody mistypes by a letter, and comparing is quadratic.
const LONGEST: usize = 64;

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
    kind::of(&words)
}

/// The noun that a word is a slip of.
fn meant(word: &str, behind_key: bool) -> Option<&'static str> {
    let length = word.chars().count();
    if ORDINARY.binary_search(&word).is_ok() || SAME.contains(&word) || ABOUT.contains(&word) {
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

#[cfg(test)]
mod tests {
    use super::{ORDINARY, misspelt};

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
            // Software, and words of its settings.
            "hass",
            "HASS_URL",
            "hassio",
            "passt",
            "pasta",
            "paws",
            "paas",
            "sass",
            "bypass",
            "compass",
            "privatebin",
            "PASSBOLT_HOST",
            "keepass",
            "rosenpass_port",
            "onetimesecret",
            "DOCKER_SOCKET",
            "transcode",
            "postcode",
            "coreos",
            "credits",
            "broken",
            "paused",
            "local_kea",
            "sacred",
        ] {
            assert_eq!(misspelt(name), None, "{name}");
        }
    }

    /// A slip is looked up in them, and stays one.
    #[test]
    fn ordinary_words_are_in_order_and_no_slips() {
        assert!(ORDINARY.is_sorted());
        for slip in ["tokne", "pasword", "scret", "secert", "pasw", "credentail"] {
            assert!(ORDINARY.binary_search(&slip).is_err(), "{slip}");
        }
    }
}
