//! The names that an argument can take: of the lab tree that the line means, or of this program.

use super::Candidate;
use super::place::Place;
use crate::tree::Tree;
use model::id::Kind;
use model::lab::Lab;
use std::collections::BTreeSet;
use std::path::PathBuf;
use view::diagram::{self, Options, View};

/// What an argument of a verb can be. `typed` is what stands of it already.
pub(super) fn of(place: &Place, argument: &str, typed: &str) -> Vec<Candidate> {
    let verb: Vec<&str> = place.verb.iter().map(String::as_str).collect();
    match (verb.as_slice(), argument) {
        (_, "on") => realms(),
        (["init"], "profile") => profiles(),
        (["man"], "verb") => verbs(place),
        (["show"], "topic") => view::Topic::ALL.map(|t| Candidate::bare(t.word())).to_vec(),
        (["graph"], "view") => View::ALL
            .map(|v| Candidate::new(v.word(), v.title()))
            .to_vec(),
        (["explain"], "code") => codes(),
        (["init" | "import", ..], _) => Vec::new(),
        (_, "host") => in_lab(place, machines),
        (_, "cluster") => in_lab(place, |lab| named(lab, Kind::Cluster)),
        (_, "dataset" | "datasets") => in_lab(place, |lab| named(lab, Kind::Dataset)),
        (["restore"], "repository") => in_lab(place, |lab| named(lab, Kind::Repository)),
        (["secret", ..], "name") => in_lab(place, secrets),
        (["twin", "exec"], "place") | (["twin", "fault", ..], "machine") => in_lab(place, machines),
        (["twin", "fault", ..], "one" | "other") => in_lab(place, ends),
        (["graph"], "focus") => in_lab(place, |lab| boxes(lab, place, typed)),
        _ => Vec::new(),
    }
}

fn realms() -> Vec<Candidate> {
    let real = Candidate::new("real", "The machines themselves");
    vec![
        real,
        Candidate::new("twin", "The miniature on this machine"),
    ]
}

fn profiles() -> Vec<Candidate> {
    let all = starter::Profile::ALL.iter();
    all.map(|p| Candidate::new(p.word(), p.about())).collect()
}

fn codes() -> Vec<Candidate> {
    let rules = rules::RULES.iter().map(|r| (r.id, r.summary));
    let others = crate::commands::check::codes().map(|(code, summary)| (*code, *summary));
    let all = rules.chain(others);
    all.map(|(code, summary)| Candidate::new(code, summary))
        .collect()
}

/// Verbs below those that are typed already.
fn verbs(place: &Place) -> Vec<Candidate> {
    crate::commands::man::verbs_below(&place.all("verb"))
        .into_iter()
        .map(|(word, about)| Candidate::new(word, about))
        .collect()
}

/// Names of the lab that the line means; none if there is none, or if it cannot be read.
fn in_lab(place: &Place, names: impl Fn(&Lab) -> Vec<Candidate>) -> Vec<Candidate> {
    let given = match place.times("place") {
        0 => place.given("lab"),
        _ => place.given("place"),
    };
    let folder = given.map_or_else(|| PathBuf::from("."), at_home);
    let Ok(tree) = Tree::open(&folder) else {
        return Vec::new();
    };
    names(&tree.lab)
}

/// A shell has not made a folder of `~` yet where a word is still being typed.
fn at_home(folder: &str) -> PathBuf {
    match (folder.strip_prefix("~/"), std::env::home_dir()) {
        (Some(below), Some(home)) => home.join(below),
        _ => PathBuf::from(folder),
    }
}

fn named(lab: &Lab, kind: Kind) -> Vec<Candidate> {
    lab.names(kind).into_iter().map(Candidate::bare).collect()
}

/// Hosts, and guests that are logged in to.
fn machines(lab: &Lab) -> Vec<Candidate> {
    let about = |name: &str| match lab.hosts.contains_key(name) {
        true => "",
        false => "guest",
    };
    lab.machines()
        .map(|(name, _)| Candidate::new(name, about(name)))
        .collect()
}

/// What a wire can lead to in a twin.
fn ends(lab: &Lab) -> Vec<Candidate> {
    let mut out = machines(lab);
    let segments = lab.names(Kind::Network).into_iter();
    out.extend(segments.map(|name| Candidate::new(format!("@{name}"), "segment")));
    out
}

/// Entries, and the passwords of repositories.
fn secrets(lab: &Lab) -> Vec<Candidate> {
    let mut out = named(lab, Kind::Secret);
    let passwords = lab.names(Kind::Repository).into_iter();
    out.extend(passwords.map(|name| Candidate::new(format!("repository/{name}"), "password")));
    out
}

/// What is drawn in the view that is typed: by names, or with the kind before them where that is how somebody begins.
fn boxes(lab: &Lab, place: &Place, typed: &str) -> Vec<Candidate> {
    let view = place.given("view").and_then(View::parse);
    let options = Options { expand: true };
    let drawing = diagram::draw(lab, view.unwrap_or(View::L3), &options);
    let objects: BTreeSet<String> = drawing.nodes.into_iter().flat_map(|n| n.of).collect();
    let parts = objects.iter().filter_map(|o| Some((o, o.split_once('/')?)));
    parts
        .map(|(object, (kind, name))| match typed.contains('/') {
            true => Candidate::bare(object),
            false => Candidate::new(name, kind),
        })
        .collect()
}
