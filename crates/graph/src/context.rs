//! What rules look at.

use crate::Analyses;
use crate::analyses::Kept;
use crate::observation::Observation;
use diag::Span;
use jiff::civil::Date;
use model::compose::Projects;
use model::declare::OptExt as _;
use model::document::Documents;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::knowledge::Knowledge;
use model::lab::{Host, Lab};
use model::secret::InGit;

/// What there is to see where nothing was read.
static NO_PROJECTS: Projects = Projects::new();
/// The same for documents.
static NO_DOCUMENTS: Documents = Documents::new();
static NO_KNOWLEDGE: Knowledge = Knowledge::NONE;

/// The lab, what was observed of it if anything was, and the day on which it is judged.
#[derive(Debug)]
pub struct Context<'a> {
    /// What is declared.
    pub lab: &'a Lab,
    /// What was observed last; `None` if nobody looked, which is no result of any rule.
    pub facts: Option<Observation<'a>>,
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
    /// What was worked out from it; empty in the beginning.
    pub analyses: Analyses<'a>,
}

/// A secret in clear text. Whoever found it hides its bytes before anything is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// Where it stands.
    pub span: Span,
    /// In which file of the tree.
    pub file: String,
    /// What it seems to be, e.g. `a private key`.
    pub what: String,
    /// Who has it by that.
    pub in_git: InGit,
}

/// Where the value of a setting was found.
pub enum Setting<'a> {
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
            analyses: Analyses::default(),
        }
    }

    /// A keyword of a host's sshd.
    pub fn sshd(&self, name: &str, host: &'a Host, keyword: &str) -> Setting<'a> {
        if let Some(declared) = host.sshd.get(keyword) {
            return Setting::Declared(&declared.value, declared.span);
        }
        match self.sshd_observed(name, keyword) {
            Some((text, _, _)) => Setting::Observed(text),
            None => Setting::Unknown,
        }
    }

    /// A keyword of a host's sshd as it was observed, with what tells when.
    pub fn sshd_observed(
        &self,
        name: &str,
        keyword: &str,
    ) -> Option<(&'a str, FactPath, &'a TargetFacts)> {
        let path = FactPath::new(FactKind::Sshd, keyword);
        let target = self.observed(name).ok()?;
        let text = target.facts.get(&path)?.seen.value()?.as_text()?;
        Some((text, path, target))
    }

    /// By which words a machine is known to run OpenWrt, whose SSH server is dropbear: none of what sshd does by default is so there.
    pub fn runs_dropbear(&self, name: &str, host: &Host) -> Option<&'static str> {
        let is = |text: &str| {
            text.split(' ')
                .next()
                .is_some_and(|w| w.eq_ignore_ascii_case("openwrt"))
        };
        if host.os.known().is_some_and(|os| is(os)) {
            return Some("'os: openwrt'");
        }
        let path = FactPath::new(FactKind::Host, "os");
        let target = self.observed(name).ok()?;
        let seen = target.facts.get(&path)?.seen.value()?.as_text()?;
        is(seen).then_some("observed: OpenWrt")
    }

    /// The backups that a dataset is in, with the repositories they go to.
    pub fn backups_of(&self, dataset: &str) -> &[Kept<'a>] {
        let found = self.kept().get(dataset);
        found.map_or(&[], Vec::as_slice)
    }
}

/// What messages call an object: `host 'web'`.
pub fn called(object: &ObjectRef) -> String {
    format!("{} '{}'", object.kind.word(), object.name)
}

/// A reference to a host by its name.
pub fn host(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Host, name)
}

/// A reference to a dataset by its name.
pub fn dataset(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Dataset, name)
}

/// A reference to a repository by its name.
pub fn repository(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Repository, name)
}

/// A reference to a backup by its name.
pub fn backup(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Backup, name)
}

/// A reference to a tier by its name.
pub fn tier(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Tier, name)
}

/// A reference to a guest by its name.
pub fn guest(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Guest, name)
}

/// A reference to a cluster by its name.
pub fn cluster(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Cluster, name)
}

/// A reference to a job by its name.
pub fn job(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Job, name)
}

/// A reference to a network by its name.
pub fn network(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Network, name)
}

/// A reference to a DNS zone by its name.
pub fn dns_zone(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::DnsZone, name)
}

/// A reference to a service by its name.
pub fn service(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Service, name)
}

/// A reference to a zone by its name.
pub fn zone(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Zone, name)
}

/// A reference to a device by its name.
pub fn device(name: &str) -> ObjectRef {
    ObjectRef::new(Kind::Device, name)
}
