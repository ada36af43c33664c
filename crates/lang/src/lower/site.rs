//! `sites:`.

use super::cx::Cx;
use super::fields::Fields;
use crate::yaml::{Key, Node};
use model::lab::{Lab, Site};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    if let Some(fields) = Fields::of(cx, format!("site '{}'", name.text), name.span, node) {
        fields.finish(cx);
    }
    lab.sites
        .insert(name.text.clone(), Site { span: name.span });
}
