//! Encrypted machines that restart while nobody is there.

use crate::places::{self, Machine};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity, Span};
use model::declare::{Given, OptExt as _};
use model::id::Kind;
use model::lab::hardware::UnattendedBoot;
use model::lab::protection::{Approval, Job, JobKind};
use model::lab::storage::Encryption;
use model::lab::{FaultScope, Host, Lab};
use model::units::Seconds;
use std::collections::{BTreeMap, BTreeSet};

/// Source: crypttab(5) and systemd-cryptenroll(1): a LUKS root asks for its passphrase on the console unless a TPM2, FIDO2 or network token unlocks it.
pub(crate) const RULE: Rule = Rule {
    id: "dr-unattended-boot",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "An encrypted host is restarted automatically, or counted on for failover, and waits for a person at boot.",
    rationale: "A disk that asks for its passphrase turns a restart at night into an outage until somebody types it. Automatic \
        restarts, high availability and short recovery times need a key from a TPM or a Tang server, or a person whose response \
        time fits into the objective.",
    example: "hosts: {pve1: {encryption: luks}}\njobs: {patch: {kind: reboot, on: [pve1], schedule: 'Sat 03:00', automatic: true}}",
    controls: &[
        "NIST CSF 2.0 RC.RP-01",
        "ISO 27001:2022 A.5.30",
        "ISO 27001:2022 A.8.14",
    ],
    mend: Mend::None("how the machine is unlocked is a decision about who can"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let asks: Vec<_> = ctx.lab.hosts.iter().filter_map(asks).collect();
    // Where everything starts by itself, nobody asks how soon it must.
    if asks.is_empty() {
        return;
    }
    let objectives = objectives(ctx.lab);
    let waits = person(ctx.lab);
    let causes = causes(ctx.lab);
    for (name, host, encryption) in asks {
        let boot = host.about.unattended_boot.as_deref();
        let causes = causes.get(name).map(Vec::as_slice).unwrap_or_default();
        let strict = objectives.get(name).copied();
        if causes.is_empty() && !late(strict.as_ref(), waits.as_ref()) {
            continue;
        }
        let by_hand = boot.and_then(Given::value) == Some(&UnattendedBoot::Person);
        if by_hand && in_time(strict.as_ref(), waits.as_ref()) {
            continue;
        }
        let object = crate::context::host(name);
        if boot.is_some_and(Given::is_unknown) {
            let message = format!("whether host '{name}' starts again without a person");
            let d = RULE
                .unknown(message)
                .at(boot.map_or(host.span, |b| b.span), "");
            out.add(object, d.note("how it is unlocked is declared as unknown"));
            continue;
        }
        out.add(
            object,
            finding(name, host, encryption, (causes, strict, waits)),
        );
    }
}

/// A host that is encrypted, and that nothing unlocks by itself for sure.
fn asks<'a>(
    (name, host): (&'a String, &'a Host),
) -> Option<(&'a str, &'a Host, &'a Given<Encryption>)> {
    let encryption = host.about.encryption.as_ref()?;
    let encrypted = *encryption.value()? != Encryption::None;
    let boot = host.about.unattended_boot.as_deref().and_then(Given::value);
    let by_itself = matches!(boot, Some(UnattendedBoot::Tpm | UnattendedBoot::Tang));
    (encrypted && !by_itself).then_some((name, host, encryption))
}

/// A tier and its time for a fault of the host.
type Objective<'a> = (&'a str, Seconds, Span);
/// A person and the time until he or she is there.
type Response<'a> = (&'a str, Seconds);

/// Why it restarts with nobody there.
struct Cause {
    text: String,
    span: Span,
}

/// By host.
fn causes(lab: &Lab) -> BTreeMap<&str, Vec<Cause>> {
    let mut out: BTreeMap<&str, Vec<Cause>> = BTreeMap::new();
    let members = |cluster: &str| {
        let members = lab.clusters.get(cluster).map(|c| c.members.as_slice());
        let hosts = members.unwrap_or_default().iter().map(|m| &m.value);
        hosts
            .filter(|m| m.kind() == Kind::Host)
            .map(|m| m.name())
            .collect::<Vec<_>>()
    };
    for (name, job) in lab.jobs.iter().filter(|(_, j)| restarts(j)) {
        let on = job.on.iter().map(|o| &o.value);
        let mut hosts: BTreeSet<&str> = BTreeSet::new();
        for o in on {
            match o.kind() {
                Kind::Host => hosts.extend([o.name()]),
                Kind::Cluster => hosts.extend(members(o.name())),
                _ => {}
            }
        }
        for host in hosts {
            out.entry(host).or_default().push(Cause {
                text: format!("job '{name}' restarts it unattended"),
                span: job.span,
            });
        }
    }
    for (name, cluster) in &lab.clusters {
        let ha = cluster.ha.as_ref().filter(|h| h.value() == Some(&true));
        for host in ha.map(|_| members(name)).unwrap_or_default() {
            out.entry(host).or_default().push(Cause {
                text: format!(
                    "cluster '{name}' counts on it for failover, and fences it by a restart"
                ),
                span: ha.map_or(cluster.span, |h| h.span),
            });
        }
    }
    out
}

/// It may restart the machine with nobody asked.
fn restarts(job: &Job) -> bool {
    let restarts = match job.kind.known() {
        Some(JobKind::Reboot) => true,
        Some(JobKind::Update) => {
            let description = job.description.known().map(|d| &d.0);
            let texts = [job.command.known(), job.tool.known(), description];
            let text: String = texts
                .into_iter()
                .flatten()
                .map(|t| t.to_lowercase())
                .collect();
            ["reboot", "restart", "unattended"]
                .iter()
                .any(|w| text.contains(w))
        }
        _ => false,
    };
    let asked = job.approval.known() == Some(&Approval::Person);
    restarts && !asked && job.automatic.known() != Some(&false)
}

/// The shortest time within which something on a host must be back after a fault of it, by host.
fn objectives(lab: &Lab) -> BTreeMap<&str, Objective<'_>> {
    let mut out: BTreeMap<&str, Objective<'_>> = BTreeMap::new();
    for service in lab.services.values().filter(|s| s.is_running()) {
        let tier = service
            .tier
            .known()
            .and_then(|t| lab.tiers.get_key_value(t.name()));
        let Some((tier, rto)) = tier.and_then(|(n, t)| Some((n, t.rto.get(&FaultScope::Host)?)))
        else {
            continue;
        };
        let on = places::of_runs(lab, &service.runs).machines;
        if let (1, Some(Machine::Host(host))) = (on.len(), on.first()) {
            let new = (tier.as_str(), rto.value, rto.span);
            let entry = out.entry(host).or_insert(new);
            if new.1 < entry.1 {
                *entry = new;
            }
        }
    }
    out
}

/// The quickest declared response of somebody who runs the lab.
fn person(lab: &Lab) -> Option<Response<'_>> {
    let admins = lab
        .people
        .iter()
        .filter(|(_, p)| p.admin.known() != Some(&false));
    let responses = admins.filter_map(|(name, p)| {
        let response = i64::try_from(p.response.known()?.seconds()).ok()?;
        Some((name.as_str(), Seconds(response)))
    });
    responses.min_by_key(|(_, response)| *response)
}

/// Somebody is declared to unlock it, and responds soon enough for all that is on it.
fn in_time(strict: Option<&Objective<'_>>, waits: Option<&Response<'_>>) -> bool {
    strict
        .zip(waits)
        .is_some_and(|((_, rto, _), (_, waits))| waits <= rto)
}

fn late(strict: Option<&Objective<'_>>, waits: Option<&Response<'_>>) -> bool {
    strict
        .zip(waits)
        .is_some_and(|((_, rto, _), (_, waits))| waits > rto)
}

fn finding(
    name: &str,
    host: &Host,
    encryption: &Given<Encryption>,
    (causes, strict, waits): (&[Cause], Option<Objective<'_>>, Option<Response<'_>>),
) -> Diagnostic {
    let how = encryption
        .value()
        .map(ToString::to_string)
        .unwrap_or_default();
    let (span, label) = match &host.about.unattended_boot {
        Some(boot) => match boot.value() {
            Some(UnattendedBoot::None) => (boot.span, format!("and yet it is encrypted by {how}")),
            _ => (boot.span, "somebody has to type the passphrase".to_owned()),
        },
        None => (
            encryption.span,
            format!("{how} asks for a passphrase unless 'unattended_boot' says otherwise"),
        ),
    };
    let message = match causes.first() {
        Some(_) => {
            format!("host '{name}' is restarted unattended, and waits for its passphrase at boot")
        }
        None => format!(
            "host '{name}' waits for its passphrase at boot longer than its services may be away"
        ),
    };
    let mut d = RULE.finding(message).at(span, label);
    for cause in causes {
        d = d.and_at(cause.span, &cause.text);
    }
    d = match (strict, waits) {
        (Some((tier, rto, _)), Some((who, response))) => {
            let verdict = match response > rto {
                true => format!("{response} > {rto}"),
                false => format!("{response} of {rto} are gone before the start goes on"),
            };
            d.note(format!("tier '{tier}' allows {rto} after a fault of the host; {who} responds within {response}: {verdict}"))
        }
        (Some((tier, rto, _)), None) => d.note(format!("tier '{tier}' allows {rto} after a fault of the host; how soon a person is there is not declared ('response')")),
        (None, _) => d,
    };
    d.help("unlock by TPM ('systemd-cryptenroll --tpm2-device=auto') or a Tang server elsewhere (clevis) and write 'unattended_boot: tpm' or 'tang', or let a person agree to each restart ('approval: person')")
}
