//! `tiers:` — objectives per fault scope.

use super::cx::{Cx, Slot, Words};
use super::fields::{Fields, unknown};
use super::place::about;
use super::scalar;
use crate::suggest::{did_you_mean, quote};
use crate::yaml::{Key, Node};
use diag::{Diagnostic, Spanned};
use model::lab::head::TierAbout;
use model::lab::{FaultScope, Lab, Tier};
use model::units::Seconds;
use std::collections::BTreeMap;

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut tier = Tier {
        span: name.span,
        rto: BTreeMap::new(),
        rpo: BTreeMap::new(),
        response: None,
        about: TierAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("tier '{}'", name.text), name.span, node) {
        tier.rto = objectives(cx, &mut f, "rto");
        tier.rpo = objectives(cx, &mut f, "rpo");
        tier.response = f.given(cx, "response", scalar::duration);
        tier.about = about(cx, &mut f, TierAbout::of);
        f.finish(cx);
    }
    lab.tiers.insert(name.text.to_string(), tier);
}

fn objectives(
    cx: &mut Cx<'_>,
    fields: &mut Fields<'_>,
    key: &'static str,
) -> BTreeMap<FaultScope, Spanned<Seconds>> {
    let mut out = BTreeMap::new();
    for entry in fields.map(cx, key) {
        let scope = FaultScope::ALL
            .into_iter()
            .find(|s| s.word() == entry.key.text);
        let owner = format!("'{key}' of {}", fields.owner());
        let Some(scope) = scope else {
            if let Some(meant) = meant(&entry.key.text) {
                other_word(cx, &owner, &entry.key, meant);
                continue;
            }
            let known: Vec<&str> = FaultScope::ALL.iter().map(|s| s.word()).collect();
            unknown(cx, Words::Text(&owner), &entry.key, &known);
            continue;
        };
        let slot = Slot {
            owner: Words::Text(&owner),
            key: scope.word(),
            node: &entry.value,
        };
        if let Some(value) = scalar::duration(cx, &slot) {
            out.insert(scope, Spanned::new(value, slot.span()));
        }
    }
    out
}

/// What is lost, in other words than those of the lab.
fn meant(text: &str) -> Option<FaultScope> {
    Some(match text {
        "file" | "files" | "data" | "database" | "guest" | "vm" | "container" => {
            FaultScope::Corruption
        }
        "disk" | "drive" => FaultScope::Device,
        "node" | "machine" | "server" => FaultScope::Host,
        "house" | "building" | "home" | "location" => FaultScope::Site,
        _ => return None,
    })
}

/// A scope is called something else here.
fn other_word(cx: &mut Cx<'_>, owner: &str, key: &Key, scope: FaultScope) {
    let word = scope.word();
    let message = format!("{owner} has no key {}", quote(&key.text));
    let d = Diagnostic::invalid("unknown-key", message).at(key.span, "unknown key");
    let d = d.fix(did_you_mean(key.span, word));
    cx.report(d.help(
        "what is lost: 'corruption' is data in its place (a file, a database, a guest), 'device' a disk, 'host' a machine, 'site' all that stands there",
    ));
}
