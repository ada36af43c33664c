//! A command for a package manager that the system does not have.

use crate::origin::cite;
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::knowledge::{PackageManager, Packages, Product, begins_version};

pub const RULE: Rule = Rule {
    id: "plat-cmd",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A job or a list of packages needs a package manager that the machine's system does not have.",
    rationale: "Updates that were planned with the wrong command never happen, or break a system that is an image to be \
        replaced as a whole. Which system has which package manager comes from the table of facts.",
    example: "jobs: {update: {kind: update, on: [nas], command: apt update && apt upgrade -y}}   # and 'nas' runs ZimaOS",
    controls: &[
        "CIS v8 7.3",
        "NIST CSF 2.0 PR.PS-02",
        "ISO 27001:2022 A.8.8",
    ],
    mend: Mend::None("the command of the system that is there is another one"),
    run,
};

/// Programs, and the package manager that they are or need.
const PROGRAMS: [(&str, PackageManager); 12] = [
    ("apt", PackageManager::Apt),
    ("apt-get", PackageManager::Apt),
    ("aptitude", PackageManager::Apt),
    ("dpkg", PackageManager::Apt),
    ("unattended-upgrade", PackageManager::Apt),
    ("unattended-upgrades", PackageManager::Apt),
    ("apk", PackageManager::Apk),
    ("opkg", PackageManager::Opkg),
    ("dnf", PackageManager::Dnf),
    ("yum", PackageManager::Dnf),
    ("pacman", PackageManager::Pacman),
    ("zypper", PackageManager::Zypper),
];

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, job) in &ctx.lab.jobs {
        let Some((span, program, wanted)) = [&job.command, &job.tool]
            .into_iter()
            .flatten()
            .find_map(|given| {
                let (program, manager) = needed(given.value()?)?;
                Some((given.span, program, manager))
            })
        else {
            continue;
        };
        for on in &job.on {
            let Some(system) = System::of(ctx, on.value.kind(), on.value.name()) else {
                continue;
            };
            let message = format!(
                "job '{name}' calls {program}, which is not how software is installed in {}",
                system.words
            );
            if let Some(d) = system.without(ctx, wanted, message, span) {
                out.add(ObjectRef::new(Kind::Job, name), d);
            }
        }
    }
    for (name, host) in &ctx.lab.hosts {
        let Some(first) = host.packages.first() else {
            continue;
        };
        let Some(system) = System::of(ctx, Kind::Host, name) else {
            continue;
        };
        // Packages of a host are installed with apt.
        let message = format!(
            "host '{name}' lists packages, which are installed with apt, but {} has none that works",
            system.words
        );
        if let Some(d) = system.without(ctx, PackageManager::Apt, message, first.span) {
            out.add(ObjectRef::new(Kind::Host, name), d);
        }
    }
}

/// The first program of a command line that is or needs a package manager.
fn needed(command: &str) -> Option<(&str, PackageManager)> {
    let parts = command.split(['&', '|', ';', '\n', '(']);
    parts.into_iter().find_map(|part| {
        let skipped = ["sudo", "exec", "nice", "env", "-y", "-E"];
        let mut words = part.split_whitespace();
        let program = words.find(|w| !skipped.contains(w) && !w.contains('='))?;
        let program = program.rsplit('/').next().unwrap_or(program);
        let hit = PROGRAMS.iter().find(|(name, _)| *name == program)?;
        Some((program, hit.1))
    })
}

/// The operating system of a machine, as far as its package manager is known.
struct System<'a> {
    words: String,
    product: &'a Product,
    packages: &'a Packages,
    version: Option<String>,
}

impl<'a> System<'a> {
    fn of(ctx: &Context<'a>, kind: Kind, name: &str) -> Option<Self> {
        let (os, version) = match kind {
            Kind::Host => {
                let host = ctx.lab.hosts.get(name)?;
                (host.os.known()?.as_str(), host.about.version.known())
            }
            Kind::Guest => {
                let guest = ctx.lab.guests.get(name)?;
                (guest.os.known()?.0.as_str(), guest.version.known())
            }
            _ => return None,
        };
        let (_, product, in_name) = ctx.knowledge.named_with_version(os)?;
        let version = version.cloned().or(in_name.map(str::to_owned));
        Some(Self {
            words: format!("{} on {} '{name}'", product.title(), kind.word()),
            product,
            packages: product.packages.as_ref()?,
            version,
        })
    }

    fn manager(&self) -> Option<PackageManager> {
        let own = self.version.as_ref().and_then(|version| {
            let releases = &self.packages.releases;
            let hit = releases.iter().find(|(r, _)| begins_version(version, &r.0));
            hit.and_then(|(_, m)| m.manager.known().copied())
        });
        own.or(self.packages.manager.known().copied())
    }

    fn without(
        &self,
        ctx: &Context<'_>,
        wanted: PackageManager,
        message: String,
        span: Span,
    ) -> Option<Diagnostic> {
        let has = self.manager().filter(|m| *m != wanted)?;
        // Releases may differ; without a version nobody can tell.
        if self.version.is_none() && !self.packages.releases.is_empty() {
            let message = format!(
                "which package manager {} has: its version is not declared",
                self.words
            );
            return Some(RULE.unknown(message).at(span, ""));
        }
        let d = RULE.finding(message).at(span, format!("needs {wanted}"));
        let d = d.note(match has {
            PackageManager::None => format!("package manager of {}: none", self.product.title()),
            other => format!("package manager of {}: {other}", self.product.title()),
        });
        let origin = self
            .product
            .origin(&self.packages.source, &self.packages.checked);
        let d = cite(d, &origin, ctx.today);
        Some(match self.packages.update.known() {
            Some(update) => d.help(update.0.clone()),
            None => d.help(format!("use {has}")),
        })
    }
}
