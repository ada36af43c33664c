//! What rules look at.

use diag::Span;
use jiff::civil::Date;
use model::compose::Projects;
use model::document::Documents;
use model::fact::{FactKind, FactPath, Facts};
use model::id::{Kind, ObjectRef};
use model::knowledge::Knowledge;
use model::lab::{Backup, Host, Lab, Repository};

/// What there is to see where nothing was read.
static NO_PROJECTS: Projects = Projects::new();
/// The same for documents.
static NO_DOCUMENTS: Documents = Documents::new();
static NO_KNOWLEDGE: Knowledge = Knowledge::NONE;

/// The lab, what was observed of it if anything was, and the day on which it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What is declared.
    pub lab: &'a Lab,
    /// What was observed last.
    pub facts: Option<&'a Facts>,
    /// The Compose projects of its stacks, by the stack's name; those that could not be read are not among them.
    pub projects: &'a Projects,
    /// Its runbooks, scripts and other documents; those that could not be read are not among them.
    pub documents: &'a Documents,
    /// What stands in clear text in the texts that were read.
    pub leaks: &'a [Leak],
    /// What is known of products.
    pub knowledge: &'a Knowledge,
    /// Today, in the controller's time zone.
    pub today: Date,
}

/// A secret in clear text. Whoever found it hides its bytes before anything is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Where it stands.
    pub span: Span,
    /// What it seems to be, e.g. `a private key`.
    pub what: String,
}

/// Where the value of a setting was found.
pub(crate) enum Setting<'a> {
    /// It is written in the lab tree.
    Declared(&'a str, Span),
    /// It is not declared, but was observed.
    Observed(&'a str),
    /// Neither.
    Unknown,
}

impl<'a> Context<'a> {
    /// A lab as it is declared, and nothing else.
    pub fn new(lab: &'a Lab, today: Date) -> Self {
        Self {
            lab,
            facts: None,
            projects: &NO_PROJECTS,
            documents: &NO_DOCUMENTS,
            leaks: &[],
            knowledge: &NO_KNOWLEDGE,
            today,
        }
    }

    /// A keyword of a host's sshd.
    pub(crate) fn sshd(&self, name: &str, host: &'a Host, keyword: &str) -> Setting<'a> {
        if let Some(declared) = host.sshd.get(keyword) {
            return Setting::Declared(&declared.value, declared.span);
        }
        let path = FactPath::new(FactKind::Sshd, keyword);
        let target = self.facts.and_then(|f| f.targets.get(name));
        let fact = target.and_then(|t| t.facts.get(&path));
        match fact.and_then(|f| f.seen.value()).and_then(|v| v.as_text()) {
            Some(text) => Setting::Observed(text),
            None => Setting::Unknown,
        }
    }

    /// The backups that a dataset is in, with the repositories they go to.
    pub(crate) fn backups_of(
        &self,
        dataset: &str,
    ) -> Vec<(&'a str, &'a Backup, &'a str, &'a Repository)> {
        let lab = self.lab;
        let holds = |b: &Backup| b.datasets.iter().any(|d| d.value == dataset);
        lab.backups
            .iter()
            .filter(|(_, b)| holds(b))
            .filter_map(|(name, backup)| {
                let to = backup.to.as_ref()?;
                let (key, repository) = lab.repositories.get_key_value(&to.value)?;
                Some((name.as_str(), backup, key.as_str(), repository))
            })
            .collect()
    }
}

pub(crate) fn host(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Host, name)
}

pub(crate) fn dataset(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Dataset, name)
}

pub(crate) fn repository(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Repository, name)
}

pub(crate) fn backup(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Backup, name)
}

pub(crate) fn tier(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Tier, name)
}

pub(crate) fn guest(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Guest, name)
}

pub(crate) fn cluster(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Cluster, name)
}

pub(crate) fn job(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Job, name)
}

pub(crate) fn network(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Network, name)
}

pub(crate) fn dns_zone(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::DnsZone, name)
}

pub(crate) fn service(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Service, name)
}

pub(crate) fn zone(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Zone, name)
}

pub(crate) fn device(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Device, name)
}
