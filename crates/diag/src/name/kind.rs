//! What the words of a name say of its value.

use super::Naming;
use super::lists::{
    ABOUT, GERMAN_KEYS, GIVEN, JOINED_KEYS, JOINED_OWNERS, KEYS, LOADS, NOUNS, OPEN_KEYS, OTHERS,
    SAME, SEEDS, SEVERAL, TUNNELS,
};

/// Whether a name of these words is a secret's.
pub(super) fn of(words: &[String]) -> Option<Naming> {
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
