//! `sites:`.

use super::cx::Cx;
use super::fields::Fields;
use super::place::about;
use crate::yaml::{Key, Node};
use model::lab::site::SiteAbout;
use model::lab::{Lab, Site};

pub(super) fn lower(cx: &mut Cx<'_>, lab: &mut Lab, name: &Key, node: &Node) {
    let mut site = Site {
        span: name.span,
        about: SiteAbout::default(),
    };
    if let Some(mut f) = Fields::of(cx, format!("site '{}'", name.text), name.span, node) {
        site.about = about(cx, &mut f, SiteAbout::of);
        f.finish(cx);
    }
    lab.sites.insert(name.text.to_string(), site);
}
