//! The promises that a host makes by being declared.

use crate::Context;
use model::compose::Projects;
use model::declare::OptExt as _;
use model::digest::Digest;
use model::id::{Kind, ObjectRef, PromiseId};
use model::lab::{Host, Lab};
use model::promise::{Promise, Threshold};
use model::units::Seconds;
use std::collections::BTreeMap;

/// Observations of ways in are good for a day.
const WAYS_IN_MAX_AGE: Seconds = Seconds(86_400);
/// Security updates may wait for so long if the lab says nothing: twice the week of a household's maintenance window, and within the month of CIS v8 7.3.
const PATCH_WITHIN: Seconds = Seconds(14 * 86_400);

/// Id of "every open port is justified".
pub fn ports_id(machine: &ObjectRef) -> PromiseId {
    PromiseId::ports(machine)
}

/// Id of "ssh is least privilege".
pub fn ssh_id(machine: &ObjectRef) -> PromiseId {
    PromiseId::ssh(machine)
}

/// Id of "security updates do not wait for long".
pub fn patch_id(machine: &ObjectRef) -> PromiseId {
    PromiseId::patches(machine)
}

/// Id of "who gets in and who becomes root is who is declared".
pub fn access_id(machine: &ObjectRef) -> PromiseId {
    PromiseId::access(machine)
}

/// Id of "what runs there is what is declared", of a host or of a cluster.
pub fn inventory_id(subject: &ObjectRef) -> PromiseId {
    PromiseId::inventory(subject)
}

/// What "who gets in" depends on: the declared accounts with their keys and sudo.
pub fn access_inputs(host: &Host) -> BTreeMap<String, Digest> {
    let accounts: Vec<_> = host
        .users
        .iter()
        .map(|(n, u)| {
            let keys: Vec<&String> = u.keys.iter().map(|k| &k.value).collect();
            (n, keys, u.sudo.as_ref().map(|s| s.value))
        })
        .collect();
    BTreeMap::from([("accounts".to_owned(), Digest::of_json(&accounts))])
}

/// What "what runs there" depends on: the stacks of a host as their Compose files declare them, or the guests of an interface.
pub fn inventory_inputs(
    lab: &Lab,
    subject: &ObjectRef,
    projects: &Projects,
) -> BTreeMap<String, Digest> {
    let mut inputs = BTreeMap::new();
    let stacks = lab.stacks.iter();
    let here = stacks.filter(|(_, s)| s.on.known().is_some_and(|on| on.0.object == *subject));
    for (name, _) in here {
        let services = projects.get(name).into_iter().flat_map(|p| &p.services);
        let declared: Vec<String> = services
            .map(|(name, s)| {
                let image = s.image.as_ref().map(|i| &i.value.reference);
                let ports: Vec<_> = s
                    .ports
                    .iter()
                    .map(|p| (p.host_ip, p.published.map(|r| (r.start, r.end)), p.target))
                    .collect();
                format!("{name} {image:?} {ports:?} {}", s.active)
            })
            .collect();
        inputs.insert(format!("stack/{name}"), Digest::of_json(&declared));
    }
    let interfaces = crate::interface::all(lab);
    if let Some(interface) = interfaces.iter().find(|i| i.object == *subject) {
        let guests: Vec<String> = crate::guests::of(lab, interface)
            .map(|(name, g)| format!("{name} {:?} {:?}", g.id.known(), g.kind.known()))
            .collect();
        let members: Vec<&&str> = interface.members.iter().collect();
        inputs.insert("guests".to_owned(), Digest::of_json(&guests));
        inputs.insert("members".to_owned(), Digest::of_json(&members));
    }
    inputs
}

/// What the promises about ways in depend on: the declared exposures, accounts, keys and sshd settings, without their places.
pub fn host_inputs(host: &Host) -> BTreeMap<String, Digest> {
    let ports: Vec<_> = host
        .exposures
        .iter()
        .map(|e| {
            (
                e.protocol,
                e.port.value,
                e.listen.as_ref().map(|l| &l.value),
                e.why.is_some(),
            )
        })
        .collect();
    let accounts: Vec<_> = host
        .users
        .iter()
        .map(|(n, u)| (n, u.keys.iter().map(|k| &k.value).collect::<Vec<_>>()))
        .collect();
    let sshd: Vec<_> = host.sshd.iter().map(|(k, v)| (k, &v.value)).collect();
    BTreeMap::from([
        ("exposures".to_owned(), Digest::of_json(&ports)),
        ("accounts".to_owned(), Digest::of_json(&accounts)),
        ("sshd".to_owned(), Digest::of_json(&sshd)),
    ])
}

/// The promises of all declared hosts and clusters. Without the Compose projects nothing is promised of what runs there.
pub fn of_hosts(ctx: &Context<'_>, projects: Option<&Projects>) -> Vec<Promise> {
    let mut all = Vec::new();
    for (name, machine) in ctx.lab.machines() {
        all.extend(of_machine(ctx, name, machine));
    }
    if let Some(projects) = projects {
        all.extend(inventories(ctx, projects));
    }
    all
}

/// A promise whose figures are all to be nothing, and that a look shows.
fn none_of(
    ctx: &Context<'_>,
    id: PromiseId,
    subject: ObjectRef,
    statement: String,
    figures: &[&str],
    span: diag::Span,
) -> Promise {
    let none = |f: &&str| ((*f).to_owned(), Threshold::AtMost(0));
    Promise {
        id,
        subject,
        statement,
        thresholds: figures.iter().map(none).collect(),
        scope: None,
        grace: None,
        max_age: WAYS_IN_MAX_AGE,
        min_samples: 1,
        inputs: BTreeMap::new(),
        computed: None,
        assumed: Vec::new(),
        prove_with: "holdfast observe".to_owned(),
        cause: ctx.place(span),
    }
}

fn of_machine(ctx: &Context<'_>, name: &str, host: &Host) -> Vec<Promise> {
    let of = ctx.lab.machine_ref(name);
    let make = |id: PromiseId, statement: String, figures: &[&str]| {
        none_of(ctx, id, of.clone(), statement, figures, host.span)
    };
    let ssh = make(
        ssh_id(&of),
        format!("ssh to {name}: keys only, no root, every key and login declared"),
        &[
            "root_login",
            "password_login",
            "keyboard_login",
            "undeclared_keys",
            "undeclared_logins",
        ],
    );
    let ports = make(
        ports_id(&of),
        format!("every open port of {name} is declared with a reason"),
        &["unjustified"],
    );
    let access = make(
        access_id(&of),
        format!("who gets into {name} and who becomes root there is who is declared"),
        &[
            "undeclared_logins",
            "undeclared_keys",
            "undeclared_sudo",
            "missing_accounts",
            "missing_keys",
        ],
    );
    let wait = PatchWait::of(ctx);
    let patch = make(
        patch_id(&of),
        format!(
            "no security update waits {} on {name}, nor a restart that one needs",
            wait.words
        ),
        &["security_updates", "restarts"],
    );
    vec![
        Promise {
            inputs: host_inputs(host),
            ..ssh
        },
        Promise {
            inputs: host_inputs(host),
            ..ports
        },
        Promise {
            inputs: access_inputs(host),
            ..access
        },
        Promise {
            grace: wait.grace,
            assumed: wait.assumed,
            ..patch
        },
    ]
}

/// How long a security update may wait, and who says so.
struct PatchWait {
    grace: Option<Seconds>,
    words: String,
    assumed: Vec<String>,
}

impl PatchWait {
    fn of(ctx: &Context<'_>) -> Self {
        let declared = ctx.lab.head.patch_within.as_ref();
        let place = declared.map(|d| ctx.place(d.span));
        match (declared, place) {
            (Some(given), Some(place)) => match given.value() {
                Some(within) => {
                    let seconds = i64::try_from(within.seconds()).unwrap_or(i64::MAX);
                    Self {
                        grace: Some(Seconds(seconds)),
                        words: format!("for more than {within} ('patch_within', {place})"),
                        assumed: Vec::new(),
                    }
                }
                // Who does not know how long, has not said that it may.
                None => Self {
                    grace: None,
                    words: format!("(for how long one may is not known: 'patch_within', {place})"),
                    assumed: Vec::new(),
                },
            },
            _ => Self {
                grace: Some(PATCH_WITHIN),
                words: format!("for more than {PATCH_WITHIN}"),
                assumed: vec![format!(
                    "patch_within = {PATCH_WITHIN}, as the lab declares none"
                )],
            },
        }
    }
}

/// "What runs there is what is declared": of hosts with stacks, and of all that is looked at by an interface.
fn inventories(ctx: &Context<'_>, projects: &Projects) -> Vec<Promise> {
    let figures = ["missing", "undeclared", "different"];
    let subjects = inventoried(ctx.lab).into_iter();
    subjects
        .map(|(subject, span)| {
            let statement = format!("what runs on {subject} is what is declared, and all of that");
            let inputs = inventory_inputs(ctx.lab, &subject, projects);
            let id = inventory_id(&subject);
            let promise = none_of(ctx, id, subject, statement, &figures, span);
            Promise { inputs, ..promise }
        })
        .collect()
}

/// Machines that are looked at by themselves, and what has an interface of its own; each once.
pub(crate) fn inventoried(lab: &Lab) -> BTreeMap<ObjectRef, diag::Span> {
    let machines = lab.machines();
    let mut all: BTreeMap<ObjectRef, diag::Span> = machines
        .map(|(name, machine)| (lab.machine_ref(name), machine.span))
        .collect();
    for interface in crate::interface::all(lab) {
        if let Some(cluster) = lab.clusters.get(&interface.object.name)
            && interface.object.kind == Kind::Cluster
        {
            all.insert(interface.object, cluster.span);
        }
    }
    all
}
