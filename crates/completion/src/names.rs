//! The names that an argument can take: of the lab tree that the line means, or of this program.

use crate::place::Place;
use crate::{Candidate, Known};
use model::id::Kind;
use model::lab::Lab;
use std::collections::BTreeSet;
use view::diagram::{self, Options, View};

/// What an argument of a verb can be. `typed` is what stands of it already.
pub(crate) fn of(place: &Place, known: &Known<'_>, argument: &str, typed: &str) -> Vec<Candidate> {
    let verb: Vec<&str> = place.verb.iter().map(String::as_str).collect();
    match (verb.as_slice(), argument) {
        (_, "on") => realms(),
        (["init"], "profile") => profiles(),
        (["man"], "verb") => verbs(place, known),
        (["show"], "topic") => view::Topic::ALL.map(|t| Candidate::bare(t.word())).to_vec(),
        (["graph"], "view") => View::ALL
            .map(|v| Candidate::new(v.word(), v.title()))
            .to_vec(),
        (["explain"], "code") => codes(known),
        (["init" | "import", ..], _) => Vec::new(),
        (_, "host") => in_lab(place, known, machines),
        (_, "cluster") => in_lab(place, known, |lab| named(lab, Kind::Cluster)),
        (_, "dataset" | "datasets") => in_lab(place, known, |lab| named(lab, Kind::Dataset)),
        (["restore"], "repository") => in_lab(place, known, |lab| named(lab, Kind::Repository)),
        (["secret", ..], "name") => in_lab(place, known, secrets),
        (["twin", "exec"], "place") | (["twin", "fault", ..], "machine") => {
            in_lab(place, known, machines)
        }
        (["twin", "fault", ..], "one" | "other") => in_lab(place, known, ends),
        (["simulate"], "fail") => in_lab(place, known, faults),
        (["graph"], "focus") => in_lab(place, known, |lab| boxes(lab, place, typed)),
        _ => Vec::new(),
    }
}

/// Everything that can fail by itself.
fn faults(lab: &Lab) -> Vec<Candidate> {
    let all = simulate::Fault::all(lab).into_iter();
    all.map(|f| Candidate::new(f.to_string(), f.words()))
        .collect()
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

fn codes(known: &Known<'_>) -> Vec<Candidate> {
    let rules = rules::RULES.iter().map(|r| (r.id, r.summary));
    let all = rules.chain(known.codes.iter().copied());
    all.map(|(code, summary)| Candidate::new(code, summary))
        .collect()
}

/// Verbs below those that are typed already.
fn verbs(place: &Place, known: &Known<'_>) -> Vec<Candidate> {
    let typed: Vec<String> = place.all("verb").into_iter().map(str::to_owned).collect();
    let mut verbs = crate::place::find(known.command.clone(), &typed).verbs();
    // The parser's own, which has no page.
    verbs.retain(|v| v.word != "help");
    verbs
}

/// Names of the lab that the line means; none if there is none, or if it cannot be read.
fn in_lab(
    place: &Place,
    known: &Known<'_>,
    names: impl Fn(&Lab) -> Vec<Candidate>,
) -> Vec<Candidate> {
    let given = match place.times("place") {
        0 => place.given("lab"),
        _ => place.given("place"),
    };
    let Some(lab) = (known.lab)(given) else {
        return Vec::new();
    };
    names(&lab)
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
