//! What the files and commands of certain programs hold in places that no general shape of a setting knows: one file per family of
//! formats. A family says for people what is known of it, and for the scanner how to find it.

mod account;
mod ansible;
mod caddy;
mod ceph;
mod chap;
mod cisco;
mod command;
pub(super) mod compose;
mod device;
pub(super) mod dockerfile;
mod embedded;
mod export;
mod freeradius;
mod haproxy;
mod home;
mod htpasswd;
mod installer;
mod ipsec;
mod keepalived;
mod key;
mod kubernetes;
mod lines;
mod login;
mod mail;
mod markup;
mod matrix;
mod media;
mod monitor;
mod named;
mod netrc;
pub(super) mod notify;
mod nut;
mod obtained;
mod php;
mod pipe;
mod postgres;
mod proxmox;
mod rclone;
mod recovery;
mod redis;
mod router;
mod samba;
mod setting;
mod snmp;
mod sql;
mod storage;
mod terraform;
mod traefik;
mod unit;
mod vault;
mod webhook;
mod whole;
mod wifi;
mod wireguard;

use super::found::Found;
use super::kind::{Form, Kind, kind};
use super::literal::{Bounds, is_strong, literal};
use super::parts::{Held, Lazy, Parts};
use super::words::Comments;
use super::{Grade, Leak};
use diag::naming;
use regex::Captures;
use std::ops::Range;

/// The files or commands of a program, and what of them is a secret.
#[derive(Debug)]
pub struct Family {
    /// What they are called.
    pub name: &'static str,
    /// Names of files; none if every text is looked through.
    pub files: &'static [&'static str],
    /// What is found in them, in Markdown.
    pub what: &'static str,
    pub(super) shapes: &'static [Shape],
    read: Option<Reader>,
}

/// Where secrets are in a text that no expression can read.
type Reader = fn(&str) -> Vec<(Range<usize>, &'static str)>;

/// An expression whose first group that takes part, besides one that is named `n`, is a secret.
#[derive(Debug)]
pub(super) struct Shape {
    /// One of these is in every text that has one, in small letters; none if nothing is.
    pub(super) parts: &'static [&'static str],
    pub(super) shape: &'static str,
    reach: Reach,
    what: What,
}

/// In which texts a shape is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// In all.
    Any,
    /// In the files of its family.
    Here,
}

/// What a shape finds.
#[derive(Debug, Clone, Copy)]
enum What {
    /// A secret.
    Clear(&'static str),
    /// One, if this says so of it.
    If(fn(&str) -> bool, &'static str),
    /// The hash of a password.
    Hash,
    /// The value of what the group `n` names.
    Named,
}

/// A value that may stand in quotes.
macro_rules! value {
    () => {
        r#"(?:"([^"\n]+)"|'([^'\n]+)'|(<[^<>\n]*>|\{\{[^\n]*?\}\}|[^\s"',;#\]}][^\s"',;\]}]*))"#
    };
}
/// Where a word begins: a line, or a text in one.
macro_rules! begin {
    () => {
        r#"(?m)(?:^|[\s"'\[{>|;=])"#
    };
}
use {begin, value};

/// All families of formats, as their files are ordered.
pub const FAMILIES: &[Family] = &[
    account::FAMILY,
    ansible::FAMILY,
    caddy::FAMILY,
    ceph::FAMILY,
    chap::FAMILY,
    cisco::FAMILY,
    command::FAMILY,
    compose::FAMILY,
    device::FAMILY,
    dockerfile::FAMILY,
    embedded::FAMILY,
    export::FAMILY,
    freeradius::FAMILY,
    haproxy::FAMILY,
    home::FAMILY,
    htpasswd::FAMILY,
    installer::FAMILY,
    ipsec::FAMILY,
    keepalived::FAMILY,
    key::FAMILY,
    kubernetes::FAMILY,
    lines::FAMILY,
    login::FAMILY,
    mail::FAMILY,
    markup::FAMILY,
    matrix::FAMILY,
    media::FAMILY,
    monitor::FAMILY,
    named::FAMILY,
    netrc::FAMILY,
    notify::FAMILY,
    nut::FAMILY,
    php::FAMILY,
    pipe::FAMILY,
    postgres::FAMILY,
    proxmox::FAMILY,
    rclone::FAMILY,
    recovery::FAMILY,
    redis::FAMILY,
    router::FAMILY,
    samba::FAMILY,
    setting::FAMILY,
    snmp::FAMILY,
    sql::FAMILY,
    storage::FAMILY,
    terraform::FAMILY,
    traefik::FAMILY,
    unit::FAMILY,
    vault::FAMILY,
    webhook::FAMILY,
    whole::FAMILY,
    wifi::FAMILY,
    wireguard::FAMILY,
];

/// What is said of a place.
pub(super) enum Verdict {
    /// It is a secret.
    Told(Leak),
    /// It stands where one would, and may be a word.
    Doubtful(Range<usize>),
}

/// The shapes of all families. Each is compiled when the first text comes that may have it.
pub(super) struct Families {
    shapes: Vec<(&'static Family, &'static Shape, Lazy)>,
}

impl Families {
    pub(super) fn new(parts: &mut Parts) -> Self {
        let all = FAMILIES
            .iter()
            .flat_map(|family| family.shapes.iter().map(move |shape| (family, shape)));
        let all = all.map(|(family, shape)| (family, shape, parts.shape(shape.parts, shape.shape)));
        Self {
            shapes: all.collect(),
        }
    }
}

impl Families {
    /// Gives names and values to whoever knows which names are those of secrets, and all else to `add`.
    pub(super) fn find(
        &self,
        (path, text): (&str, &str),
        held: &Held,
        named: &mut impl FnMut(&str, Found<'_>),
        add: &mut impl FnMut(Verdict),
    ) {
        let here = |family: &Family| family.files.iter().any(|name| is_named(path, name));
        let (kind, form) = kind(path);
        let mut comments = Comments::new(text);
        for (family, shape, lazy) in &self.shapes {
            if !lazy.may_be(held) {
                continue;
            }
            let is_here = here(family);
            if shape.reach == Reach::Here && !is_here {
                continue;
            }
            for found in lazy.captures(held, text) {
                let Some(value) = value_of(&found) else {
                    continue;
                };
                let grade = match shape.what {
                    What::Named => {
                        if let Some(name) = found.name("n") {
                            named(name.as_str(), Found::written_out(&value));
                            // In a sentence a plain word may stand there: it is not told, and not shown.
                            let read = literal(value.as_str(), Bounds::Read, Kind::Settings);
                            if naming(name.as_str()).is_some() && read.is_some() {
                                add(Verdict::Doubtful(value.range()));
                            }
                        }
                        continue;
                    }
                    What::Hash => Grade::Hash,
                    What::Clear(_) | What::If(..) => Grade::Clear,
                };
                let is_sure = is_here || matches!(kind, Kind::Settings | Kind::Script);
                let is_sure = is_sure && !comments.has(value.start());
                if is_begun(text, &value) || !shape.what.may_be(value.as_str()) {
                    continue;
                }
                let is_told =
                    is_sure || grade == Grade::Hash || is_strong(value.as_str(), Kind::Settings);
                let span = value.range();
                let what = shape.what.said().to_owned();
                add(match is_told {
                    true => Verdict::Told(Leak { span, what, grade }),
                    false => Verdict::Doubtful(span),
                });
            }
        }
        for (family, read) in FAMILIES.iter().filter_map(|f| Some((f, f.read?))) {
            // What has no names of files is read in every file of its form.
            let is_here = here(family) || family.files.is_empty() && form == Form::Tree;
            if !is_here {
                continue;
            }
            for (span, what) in read(text) {
                let what = what.to_owned();
                let grade = Grade::Clear;
                add(Verdict::Told(Leak { span, what, grade }));
            }
        }
    }
}

impl What {
    /// Whether a value is written out where a secret of this kind stands.
    fn may_be(self, value: &str) -> bool {
        match self {
            Self::Hash => true,
            Self::If(holds, _) => holds(value),
            Self::Clear(_) => literal(value, Bounds::Read, Kind::Settings).is_some(),
            Self::Named => false,
        }
    }

    fn said(self) -> &'static str {
        match self {
            Self::Clear(what) | Self::If(_, what) => what,
            Self::Hash | Self::Named => "a hash of a password",
        }
    }
}

/// The first group that takes part and names nothing.
fn value_of<'t>(found: &Captures<'t>) -> Option<regex::Match<'t>> {
    let name = found.name("n").map(|name| name.range());
    let mut groups = found.iter().skip(1).flatten();
    groups.find(|group| Some(group.range()) != name)
}

/// The first word of `<your password>`.
fn is_begun(text: &str, value: &regex::Match<'_>) -> bool {
    let said = value.as_str();
    // Only then is the rest of a line read, which may be long.
    if !said.starts_with('<') || said.contains('>') {
        return false;
    }
    let rest = text.get(value.end()..).unwrap_or_default();
    let rest = rest.split('\n').next().unwrap_or_default();
    let letter = |c: char| c.is_ascii_alphabetic();
    said.strip_prefix('<')
        .is_some_and(|t| t.starts_with(letter))
        && rest.starts_with([' ', '\t'])
        && rest.contains('>')
}

/// Whether the end of a path is of this form, in which a star stands for any part of one name.
fn is_named(path: &str, form: &str) -> bool {
    let names = path.rsplit('/').zip(form.rsplit('/'));
    let enough = path.split('/').count() >= form.split('/').count();
    enough && names.into_iter().all(|(name, form)| is_like(name, form))
}

fn is_like(name: &str, form: &str) -> bool {
    let Some((head, tail)) = form.split_once('*') else {
        return name.eq_ignore_ascii_case(form);
    };
    let rest = name
        .get(..head.len())
        .filter(|n| n.eq_ignore_ascii_case(head))
        .and_then(|_| name.get(head.len()..));
    rest.is_some_and(|rest| {
        let from = rest.len().checked_sub(tail.len());
        let end = from.and_then(|at| rest.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(tail))
    })
}
