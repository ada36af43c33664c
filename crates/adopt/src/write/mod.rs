//! The texts of what is new: a whole tree, or one more file of a tree that is there.

mod guests;
mod machines;
mod services;

use crate::draft::Draft;
use jiff::civil::Date;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use starter::yaml::{SCHEMA, scalar};
use std::collections::BTreeSet;

/// A text to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where, seen from the lab tree.
    pub path: String,
    /// All of it.
    pub text: String,
    /// How many objects of each kind it declares.
    pub counts: Vec<(Kind, usize)>,
}

/// What the texts are about, beside the draft.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The lab that is there; without one a whole tree is written.
    pub lab: Option<&'a Lab>,
    /// The day.
    pub today: Date,
    /// Name of the lab, if it is a new one.
    pub name: String,
    /// Time zone of this machine, if it is known.
    pub timezone: Option<String>,
    /// The sources, as they were named.
    pub sources: Vec<String>,
    /// Paths that are taken.
    pub taken: BTreeSet<String>,
}

/// The texts, `holdfast.yaml` last: a folder without it is no lab tree.
pub fn texts(draft: &Draft, about: &About<'_>) -> Vec<Text> {
    let names = Names::of(draft, about.lab);
    let of = |wanted: &[Kind]| {
        let counts = draft.counts().into_iter();
        counts
            .filter(|(k, _)| wanted.contains(k))
            .collect::<Vec<_>>()
    };
    let parts = [
        (
            "lab/machines.yaml",
            machines::text(draft, &names),
            of(&[Kind::Host, Kind::Cluster, Kind::Pool]),
        ),
        (
            "lab/guests.yaml",
            guests::text(draft, &names),
            of(&[Kind::Guest]),
        ),
        (
            "lab/services.yaml",
            services::text(draft, &names),
            of(&[Kind::Stack, Kind::Service]),
        ),
    ];
    let parts = parts.into_iter().filter(|(_, text, _)| !text.is_empty());
    let mut projects = projects(draft);
    if about.lab.is_some() {
        let (texts, counts): (Vec<String>, Vec<_>) = parts.map(|(_, t, c)| (t, c)).unzip();
        if texts.is_empty() {
            return Vec::new();
        }
        // The file that names the others comes last.
        projects.push(Text {
            path: free_path(about),
            text: format!("{SCHEMA}{}{}", header(about), texts.join("\n")),
            counts: counts.concat(),
        });
        return projects;
    }
    let text = |(path, text, counts): (&str, String, Vec<(Kind, usize)>)| Text {
        path: path.to_owned(),
        text: format!("{SCHEMA}{text}"),
        counts,
    };
    projects.extend(parts.map(text));
    projects.push(root(about));
    projects
}

/// Compose files of what runs and has none in the tree.
fn projects(draft: &Draft) -> Vec<Text> {
    let written = draft.stacks.values().filter_map(|stack| {
        Some(Text {
            path: stack.file.clone(),
            text: stack.engine.as_ref()?.text.clone()?,
            counts: Vec::new(),
        })
    });
    written.collect()
}

/// Where it comes from, and on which day.
fn header(about: &About<'_>) -> String {
    let sources: Vec<String> = about
        .sources
        .iter()
        .map(|s| crate::name::shown(s))
        .collect();
    format!(
        "# Imported on {} from {}.\n",
        about.today,
        sources.join(", ")
    )
}

fn free_path(about: &About<'_>) -> String {
    let first = format!("lab/import-{}", about.today);
    let numbered = (2..u32::MAX).map(|n| format!("{first}-{n}.yaml"));
    let mut all = std::iter::once(format!("{first}.yaml")).chain(numbered);
    all.find(|p| !about.taken.contains(p)).unwrap_or_default()
}

fn root(about: &About<'_>) -> Text {
    let zone = match &about.timezone {
        Some(zone) => format!(
            "timezone: {} # of all calendars; as on the machine that imported\n",
            scalar(zone)
        ),
        None => "#timezone: Europe/Berlin\n".to_owned(),
    };
    let text = format!(
        "\
# yaml-language-server: $schema=holdfast.schema.json
#
# What was found stands in lab/, one file per topic. What nobody could know is `unknown`: no rule takes it for fine.
# A line with '#' right before a key is YAML to take up by removing that sign.
{}format: 1
lab: {}
#owner: a person of section `people`, who answers for all of it
{zone}",
        header(about),
        scalar(&about.name)
    );
    Text {
        path: "holdfast.yaml".to_owned(),
        text,
        counts: Vec::new(),
    }
}

/// Names that more than one kind has: a reference to them says which is meant.
pub(crate) struct Names {
    hosts: BTreeSet<String>,
    clusters: BTreeSet<String>,
    guests: BTreeSet<String>,
}

impl Names {
    fn of(draft: &Draft, lab: Option<&Lab>) -> Self {
        let mut hosts: BTreeSet<String> = draft.hosts.keys().cloned().collect();
        let mut clusters: BTreeSet<String> = draft.clusters.keys().cloned().collect();
        let mut guests: BTreeSet<String> = draft.guests.keys().cloned().collect();
        if let Some(lab) = lab {
            hosts.extend(lab.hosts.keys().cloned());
            clusters.extend(lab.clusters.keys().cloned());
            guests.extend(lab.guests.keys().cloned());
        }
        Self {
            hosts,
            clusters,
            guests,
        }
    }

    /// A reference to a host or a cluster.
    pub(crate) fn refer(&self, to: &ObjectRef) -> String {
        let all = [&self.hosts, &self.clusters, &self.guests];
        match all.iter().filter(|s| s.contains(&to.name)).count() {
            0 | 1 => scalar(&to.name),
            _ => scalar(&to.to_string()),
        }
    }
}

/// `32GiB`, `512MiB`, or bytes.
pub(crate) fn size(bytes: u64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let whole = units
        .iter()
        .find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift));
    match whole {
        // 1.5 TiB is rather said in GiB than as a fraction.
        Some((unit, shift)) => format!("{}{unit}", bytes >> shift),
        None => format!("{bytes}B"),
    }
}
