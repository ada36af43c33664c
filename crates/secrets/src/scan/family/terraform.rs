//! Terraform and OpenTofu: defaults of variables, and states, which keep in clear text whatever was made.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};
use crate::scan::yaml;
use std::collections::BTreeSet;
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Terraform, kubeconfig",
    files: &["*.tfstate", "*.tfstate.backup"],
    what: "outputs that are `sensitive`, results of `random_password`; `client-key-data`; `default` of a variable that is named as a secret",
    shapes: &[
        Shape {
            parts: &["client-key-data"],
            shape: r#"\bclient-key-data["']?:[ \t]*["']?([A-Za-z0-9+/]{40,}={0,2})"#,
            reach: Reach::Any,
            what: What::Clear("a private key"),
        },
        Shape {
            parts: &["variable"],
            shape: r#"\bvariable[ \t]+"(?P<n>[^"\n]+)"[ \t]*\{(?:[^{}"]|"[^"\n]*"|\{[^{}]*\})*?\bdefault[ \t]*=[ \t]*"([^"\n]+)""#,
            reach: Reach::Any,
            what: What::Named,
        },
    ],
    read: Some(of_state),
};

/// In one reading: an output may be said to be sensitive below what it is.
fn of_state(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let made = text.contains("\"random_password\"");
    let mut sensitive = BTreeSet::new();
    let mut entries = Vec::new();
    let mut out = Vec::new();
    yaml::values(text, |value| {
        let written = literal(value.text, Bounds::Quoted, Kind::Settings).is_some();
        match value.name {
            "sensitive" if value.text == "true" => {
                sensitive.insert(value.map);
            }
            "value" if written => entries.push((value.map, value.span.clone())),
            "result" if made && written && is_strong(value.text, Kind::Settings) => {
                out.push((value.span.clone(), "a password in a state of Terraform"));
            }
            _ => {}
        }
    });
    let held = entries
        .into_iter()
        .filter(|(map, _)| sensitive.contains(map));
    out.extend(held.map(|(_, span)| (span, "an output of Terraform")));
    out
}
