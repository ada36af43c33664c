//! The promises that a host makes by being declared.

use crate::Context;
use model::digest::Digest;
use model::id::PromiseId;
use model::lab::{Host, Lab};
use model::promise::{Promise, Threshold};
use model::units::Seconds;
use std::collections::BTreeMap;

/// Observations of ways in are good for a day.
const WAYS_IN_MAX_AGE: Seconds = Seconds(86_400);

/// Id of "every open port is justified".
pub fn ports_id(host: &str) -> PromiseId {
    PromiseId::ports(host)
}

/// Id of "ssh is least privilege".
pub fn ssh_id(host: &str) -> PromiseId {
    PromiseId::ssh(host)
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

/// The promises of all declared hosts.
pub fn of_hosts(ctx: &Context<'_>) -> Vec<Promise> {
    hosts(ctx.lab, &|span| ctx.place(span))
}

fn hosts(lab: &Lab, place: &dyn Fn(diag::Span) -> String) -> Vec<Promise> {
    let make =
        |id: PromiseId, name: &str, host: &Host, statement: String, figures: &[&str]| Promise {
            id,
            subject: lab.machine_ref(name),
            statement,
            thresholds: figures
                .iter()
                .map(|f| ((*f).to_owned(), Threshold::AtMost(0)))
                .collect(),
            scope: None,
            max_age: WAYS_IN_MAX_AGE,
            min_samples: 1,
            inputs: host_inputs(host),
            computed: None,
            assumed: Vec::new(),
            prove_with: "holdfast observe".to_owned(),
            cause: place(host.span),
        };
    let mut all = Vec::new();
    for (name, host) in lab.machines() {
        all.push(make(
            ssh_id(name),
            name,
            host,
            format!("ssh to {name}: keys only, no root, every key and login declared"),
            &[
                "root_login",
                "password_login",
                "keyboard_login",
                "undeclared_keys",
                "undeclared_logins",
            ],
        ));
        all.push(make(
            ports_id(name),
            name,
            host,
            format!("every open port of {name} is declared with a reason"),
            &["unjustified"],
        ));
    }
    all
}
