//! Groups of backups, each told as a whole: how many there are, how old the newest is, what verification said, and how they are encrypted.
//!
//! Single backups are not kept: there are thousands, and every question that is judged is one about their newest, oldest or count.

use super::observe::{Look, begun};
use crate::client::segment;
use model::fact::{Completeness, FactKind, Seen};
use model::kleene::Reason;
use reading::found::{Fields, Found};
use reading::wire::Lax;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::PbsGroup;
/// So many namespaces of one server are looked into.
const MOST: usize = 256;
/// Never encrypted, and says nothing of the rest.
const MANIFEST: &str = "index.json.blob";

#[derive(Debug, Deserialize)]
struct Namespace {
    ns: String,
}

/// A namespace of a datastore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    store: String,
    ns: String,
}

impl Place {
    fn path(&self, what: &str) -> String {
        let at = format!("/admin/datastore/{}/{what}", segment(&self.store));
        match self.ns.as_str() {
            "" => at,
            ns => format!("{at}?ns={}", segment(ns)),
        }
    }

    /// What has to be asked for.
    pub(super) fn asked(&self) -> [String; 2] {
        [self.path("groups"), self.path("snapshots")]
    }

    fn key(&self, kind: &str, id: &str) -> String {
        let parts = [self.store.as_str(), self.ns.as_str(), kind, id];
        let parts: Vec<&str> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        parts.join("/")
    }
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(rename = "backup-type")]
    kind: String,
    #[serde(rename = "backup-id")]
    id: String,
    #[serde(rename = "backup-count", default)]
    count: Lax<i64>,
    #[serde(default)]
    owner: Lax<String>,
}

#[derive(Debug, Deserialize)]
struct Snapshot {
    #[serde(rename = "backup-type")]
    kind: String,
    #[serde(rename = "backup-id")]
    id: String,
    #[serde(rename = "backup-time")]
    time: i64,
    #[serde(default)]
    size: Lax<i64>,
    #[serde(default)]
    protected: Lax<bool>,
    #[serde(default)]
    files: Lax<Json>,
    #[serde(default)]
    verification: Lax<Json>,
}

/// What verification said last of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verified {
    Ok(Option<i64>),
    Failed(Option<i64>),
    Never,
    /// Something is said that is not understood.
    Unclear,
}

impl Snapshot {
    fn verified(&self) -> Verified {
        let Some(said) = &self.verification.0 else {
            return Verified::Never;
        };
        let at = said.get("upid").and_then(Json::as_str).and_then(begun);
        match said.get("state").and_then(Json::as_str) {
            Some("ok") => Verified::Ok(at),
            Some("failed") => Verified::Failed(at),
            _ => Verified::Unclear,
        }
    }

    /// The manifest is written last: what has none is being written, or never came to its end. `None` where files are not told.
    fn is_finished(&self) -> Option<bool> {
        let files = self.files.0.as_ref()?.as_array()?;
        Some(files.iter().any(|f| name(f) == Some(MANIFEST)))
    }

    /// `none`, `encrypt`, `sign-only`, or `mixed`; nothing where files are told by their names alone.
    fn crypt(&self) -> Option<&'static str> {
        let files = self.files.0.as_ref()?.as_array()?;
        let mut modes = Vec::new();
        for file in files.iter().filter(|f| name(f) != Some(MANIFEST)) {
            let mode = match file.get("crypt-mode").and_then(Json::as_str) {
                Some("none") => "none",
                Some("encrypt") => "encrypt",
                Some("sign-only") => "sign-only",
                _ => return None,
            };
            modes.push(mode);
        }
        let first = modes.first().copied()?;
        let alike = modes.iter().all(|m| *m == first);
        Some(if alike { first } else { "mixed" })
    }
}

/// The published schema says that files are names; servers tell maps.
fn name(file: &Json) -> Option<&str> {
    file.as_str().or_else(|| file.get("filename")?.as_str())
}

/// What has to be asked for to know where backups lie.
pub(super) fn namespaces(stores: &[String]) -> Vec<String> {
    stores.iter().map(|s| asked(s)).collect()
}

fn asked(store: &str) -> String {
    format!("/admin/datastore/{}/namespace", segment(store))
}

/// The namespaces that the token sees.
pub(super) fn places(look: &Look, stores: &[String], found: &mut Found) -> Vec<Place> {
    let whole = look.rights().below("/datastore", "Datastore.Audit");
    found.complete(KIND, whole);
    let known = found.collections.get(&FactKind::PbsDatastore);
    if let Some(Completeness::No(why)) = known.cloned() {
        found.complete(KIND, Err(why));
    }
    let mut places = Vec::new();
    for store in stores {
        match look.list::<Namespace>(&asked(store)) {
            Ok((list, lost)) => {
                found.doubt(KIND, lost);
                let of = |n: Namespace| Place {
                    store: store.clone(),
                    ns: n.ns,
                };
                places.extend(list.into_iter().map(of));
            }
            Err(why) => found.complete(KIND, Err(why)),
        }
    }
    if places.len() > MOST {
        let why = format!("of {} namespaces only {MOST} are looked into", places.len());
        found.partial(KIND, why);
        places.truncate(MOST);
    }
    places
}

/// Adds the groups of all places.
pub(super) fn read(look: &Look, places: &[Place], found: &mut Found) {
    for place in places {
        let [groups, snapshots] = place.asked();
        let told = look.list::<Group>(&groups);
        let backups = look.list::<Snapshot>(&snapshots);
        let (told, backups) = match (told, backups) {
            (Ok((told, a)), Ok((backups, b))) => {
                let lost = a.into_iter().chain(b);
                lost.for_each(|why| found.complete(KIND, Err(why)));
                (told, backups)
            }
            (Err(why), _) | (_, Err(why)) => {
                found.complete(KIND, Err(why));
                continue;
            }
        };
        let mut by_group: BTreeMap<(String, String), Vec<Snapshot>> = BTreeMap::new();
        for one in backups {
            by_group
                .entry((one.kind.clone(), one.id.clone()))
                .or_default()
                .push(one);
        }
        for group in told {
            let own = (group.kind.clone(), group.id.clone());
            let backups = by_group.remove(&own).unwrap_or_default();
            add(place, &group, &backups, found);
        }
        // What was written between the two answers, or is told to one question and not to the other.
        if let Some((kind, id)) = by_group.into_keys().next() {
            let why = format!(
                "backups of {} are told, and their group is not",
                place.key(&kind, &id)
            );
            found.partial(KIND, why);
        }
    }
}

fn add(place: &Place, group: &Group, backups: &[Snapshot], found: &mut Found) {
    let key = place.key(&group.kind, &group.id);
    let finished: Option<Vec<bool>> = backups.iter().map(Snapshot::is_finished).collect();
    let why = match (group.count.0, finished) {
        (Some(count), Some(finished)) if whole(backups.len()) == count => {
            let done = backups.iter().zip(&finished).filter(|(_, is)| **is);
            let done: Vec<&Snapshot> = done.map(|(b, _)| b).collect();
            let open = finished.len() - done.len();
            let fields = fields(place, group, &done).set("unfinished", Some(whole(open)));
            return found.add(KIND, key, fields, &place.path("snapshots"));
        }
        (Some(_), None) => "whether its backups came to their end is not told".to_owned(),
        // Shortened by rights, or one came or went meanwhile: which is the newest is not known.
        (Some(count), _) => format!(
            "the group counts {count} backups, and {} are listed",
            backups.len()
        ),
        (None, _) => "how many backups it has is not told".to_owned(),
    };
    let seen = Seen::Unknown(Reason::new(why));
    found.put(KIND, key, seen, &place.path("groups"));
}

fn fields(place: &Place, group: &Group, backups: &[&Snapshot]) -> Fields {
    let newest = backups.iter().max_by_key(|b| b.time);
    let of = |state: fn(Verified) -> bool| backups.iter().filter(move |b| state(b.verified()));
    let failed = |v| matches!(v, Verified::Failed(_));
    let never = |v| v == Verified::Never;
    let times = backups.iter().filter_map(|b| match b.verified() {
        Verified::Ok(at) | Verified::Failed(at) => at,
        Verified::Never | Verified::Unclear => None,
    });
    // Where something is said that is not understood, how many failed or were never verified is not known.
    let clear = backups.iter().all(|b| b.verified() != Verified::Unclear);
    let counted = |state| clear.then(|| whole(of(state).count()));
    let protected: Option<Vec<bool>> = backups.iter().map(|b| b.protected.0).collect();
    let protected = protected.map(|p| whole(p.into_iter().filter(|is| *is).count()));
    Fields::default()
        .set("store", Some(place.store.as_str()))
        .set("ns", Some(place.ns.as_str()).filter(|ns| !ns.is_empty()))
        .set("type", Some(group.kind.as_str()))
        .set("id", Some(group.id.as_str()))
        .lax("owner", group.owner.clone())
        .set("count", Some(whole(backups.len())))
        .set("newest", newest.map(|b| b.time))
        .set("oldest", backups.iter().map(|b| b.time).min())
        .set("size", newest.and_then(|b| b.size.0))
        .set("crypt", newest.and_then(|b| b.crypt()))
        .set("verification", newest.and_then(|b| word(b.verified())))
        .set("protected", protected)
        .set("ok", counted(|v| matches!(v, Verified::Ok(_))))
        .set("failed", counted(failed))
        .set("failed_newest", of(failed).map(|b| b.time).max())
        .set("unverified", counted(never))
        .set("unverified_oldest", of(never).map(|b| b.time).min())
        .set("verified_oldest", times.clone().min())
        .set("verified_newest", times.max())
}

fn whole(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn word(verified: Verified) -> Option<&'static str> {
    match verified {
        Verified::Ok(_) => Some("ok"),
        Verified::Failed(_) => Some("failed"),
        Verified::Never => Some("none"),
        Verified::Unclear => None,
    }
}
