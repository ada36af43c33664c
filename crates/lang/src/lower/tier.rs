//! `tiers:` — objectives per fault scope.

use super::cx::{Cx, Slot, Words};
use super::fields::{Fields, unknown};
use super::place::about;
use super::scalar;
use crate::yaml::{Key, Node};
use diag::Spanned;
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
