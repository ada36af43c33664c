//! What a reference means: bare when unique among the kinds that its field accepts, else `kind/name`; parts as `owner/part`.

use super::names::Names;
use crate::suggest::{nearest, one_of, quote};
use model::declare::{Part, Says, Target, Wrong, ref_words};
use model::id::{Kind, ObjectRef};

impl model::declare::Names for Names {
    fn resolve(&self, set: u64, text: &str) -> Result<Target, Wrong> {
        let mut found = candidates(self, set, text);
        match found.len() {
            1 => found.pop().ok_or_else(|| unknown(self, set, text)),
            0 if !self.is_complete() || self.is_unread(set, text) => {
                Err(Wrong::saying("unknown-reference", Says::Nothing))
            }
            0 => Err(unknown(self, set, text)),
            _ => Err(ambiguous(text, &found)),
        }
    }
}

fn kinds(set: u64) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .iter()
        .copied()
        .filter(move |k| set & k.bit() != 0)
}

fn parts(set: u64) -> impl Iterator<Item = Part> {
    Part::ALL.into_iter().filter(move |p| set & p.bit() != 0)
}

/// Everything that a text can mean.
fn candidates(names: &Names, set: u64, text: &str) -> Vec<Target> {
    let mut out: Vec<Target> = Vec::new();
    out.extend(kinds(set & names.kinds(text)).map(|k| Target::whole(k, text)));
    let Some((first, rest)) = text.split_once('/') else {
        return out;
    };
    out.extend(
        kinds(set & names.kinds(rest))
            .filter(|k| k.word() == first)
            .map(|k| Target::whole(k, rest)),
    );
    for part in parts(set) {
        let mut try_part = |owner: &str, name: &str| {
            if names.has_part(part, owner, name) {
                let object = ObjectRef::new(part.owner(), owner);
                let part = Some(name.to_owned());
                out.push(Target { object, part });
            }
        };
        try_part(first, rest);
        if let Some((owner, name)) = rest.split_once('/')
            && part.owner().word() == first
        {
            try_part(owner, name);
        }
    }
    // A disk and an interface of one name on one host are the same text again.
    out.dedup();
    out
}

/// `host, guest or cluster`; for all kinds at once `object`.
fn expected(set: u64) -> String {
    const SHOWN: usize = 7;
    let words = ref_words(set);
    match words.len() {
        n if n > SHOWN => "object".to_owned(),
        _ => one_of(words),
    }
}

fn unknown(names: &Names, set: u64, text: &str) -> Wrong {
    let expected = expected(set);
    let slash = text.split_once('/');
    let foreign = slash.is_some_and(|(first, _)| {
        let kind = Kind::ALL.iter().find(|k| k.word() == first);
        let owns = || parts(set).any(|p| p.owner().word() == first || names.has(p.owner(), first));
        kind.is_some_and(|k| set & k.bit() == 0) && !owns()
    });
    if foreign {
        let prefix = slash.map_or("", |(first, _)| first);
        let article = |word: &str| match word.starts_with(['a', 'e', 'i', 'o', 'u'])
            && word != "ups"
            && word != "user"
        {
            true => "an",
            false => "a",
        };
        let wanted = format!("{} {expected}", article(&expected));
        let what = format!(
            "{wanted} is expected, not {} {}",
            article(prefix),
            quote(prefix)
        );
        let mut wrong = labelled(what, format!("{wanted} is expected here"));
        let words = ref_words(set);
        wrong.help = (!words.is_empty()).then(|| format!("what can stand here: {}", one_of(words)));
        return wrong;
    }
    let what = format!("there is no {expected} {}", quote(text));
    let mut wrong = labelled(what, format!("no such {expected}"));
    wrong.meant = near(names, set, text).or_else(|| otherwise(names, set, text));
    wrong.help = Some(halves(names, set, text).unwrap_or_else(|| help(names, set, &expected)));
    wrong
}

fn labelled(what: String, label: String) -> Wrong {
    let mut wrong = Wrong::saying("unknown-reference", Says::Whole(what));
    wrong.label = label;
    wrong
}

/// The reference that was probably meant.
fn near(names: &Names, set: u64, text: &str) -> Option<String> {
    let Some((first, rest)) = text.split_once('/') else {
        let bare = kinds(set).flat_map(|k| names.of(k));
        return names
            .affordable(set)
            .then(|| nearest(text, bare))?
            .map(str::to_owned);
    };
    if !names.affordable(set) {
        return None;
    }
    for kind in kinds(set).filter(|k| k.word() == first) {
        if let Some(name) = nearest(rest, names.of(kind)) {
            return Some(format!("{first}/{name}"));
        }
    }
    for part in parts(set) {
        if let Some(name) = nearest(rest, names.parts_of(part, first)) {
            return Some(format!("{first}/{name}"));
        }
        let owner = nearest(first, names.owners(part));
        if let Some(owner) = owner.filter(|o| names.has_part(part, o, rest)) {
            return Some(format!("{owner}/{rest}"));
        }
    }
    let words = ref_words(set);
    let kind = nearest(first, words.iter().copied())?;
    let kind = kinds(set).find(|k| k.word() == kind && names.has(*k, rest))?;
    Some(format!("{}/{rest}", kind.word()))
}

/// The same in another form: `nas.usb0` and `nas:usb0` for `nas/usb0`, `pve1/photos` for `photos`, `usb0` for the only one there is.
fn otherwise(names: &Names, set: u64, text: &str) -> Option<String> {
    let (first, rest) = text.split_once(['/', '.', ':']).unwrap_or(("", text));
    let one = |text: &str| candidates(names, set, text).len() == 1;
    let pair = format!("{first}/{rest}");
    if one(&pair) {
        return Some(pair);
    }
    // The owner of a part is what makes it the one that is meant.
    let owned = Kind::ALL.iter().any(|k| names.has(*k, first));
    if owned && parts(set).next().is_none() && one(rest) {
        return Some(rest.to_owned());
    }
    let mut owners = owners(names, set, text);
    match (owners.pop(), owners.pop()) {
        (Some(only), None) if first.is_empty() => Some(format!("{only}/{text}")),
        _ => None,
    }
}

/// What has a part of this name.
fn owners(names: &Names, set: u64, part: &str) -> Vec<String> {
    const LOOKED_AT: usize = 10_000;
    let mut out: Vec<String> = Vec::new();
    for sort in parts(set) {
        let all = names.owners(sort).take(LOOKED_AT);
        let has = all.filter(|o| names.has_part(sort, o, part));
        out.extend(has.map(str::to_owned));
    }
    out.dedup();
    out
}

/// Which half of a pair is wrong, if it is one of the two.
fn halves(names: &Names, set: u64, text: &str) -> Option<String> {
    let (first, rest) = text.split_once('/')?;
    let sort = parts(set).next()?;
    let kind = sort.owner().word();
    let has = || {
        let mut all: Vec<&str> = names.parts_of(sort, first).take(8).collect();
        all.sort_unstable();
        match all.as_slice() {
            [] => "none is declared of it".to_owned(),
            all => format!("it has {}", all.join(", ")),
        }
    };
    let of = owners(names, set, rest);
    let elsewhere = match of.as_slice() {
        [] => String::new(),
        all => format!(
            "; {} is of {}",
            quote(rest),
            one_of(all.iter().map(String::as_str))
        ),
    };
    match names.has(sort.owner(), first) {
        true => Some(format!(
            "{kind} {} has no {}: {}{elsewhere}",
            quote(first),
            quote(rest),
            has()
        )),
        false if !of.is_empty() => Some(format!("there is no {kind} {}{elsewhere}", quote(first))),
        false => None,
    }
}

fn help(names: &Names, set: u64, expected: &str) -> String {
    const SHOWN: usize = 8;
    let mut known: Vec<String> = kinds(set)
        .flat_map(|k| names.of(k).map(str::to_owned))
        .take(SHOWN + 1)
        .collect();
    for part in parts(set) {
        let owners = names.owners(part);
        let all = owners.flat_map(|o| names.parts_of(part, o).map(move |p| format!("{o}/{p}")));
        known.extend(all.take(SHOWN + 1));
    }
    match known.len() {
        0 => format!("no {expected} is declared yet"),
        n if n <= SHOWN => format!("known here: {}", known.join(", ")),
        _ => "write it as NAME or KIND/NAME; many names are known here".to_owned(),
    }
}

fn ambiguous(text: &str, found: &[Target]) -> Wrong {
    let all: Vec<String> = found.iter().map(ToString::to_string).collect();
    let what = format!(
        "{} could be {}",
        quote(text),
        one_of(all.iter().map(String::as_str))
    );
    let mut wrong = Wrong::saying("ambiguous-reference", Says::Whole(what));
    wrong.label = "not unique".to_owned();
    let all: Vec<String> = all.iter().map(|one| quote(one)).collect();
    let all = one_of(all.iter().map(String::as_str));
    wrong.help = Some(format!("write the one that is meant: {all}"));
    wrong
}
