//! `holdfast.yaml`: the version of the language and the lab's name.

use super::cx::{Cx, Slot, Words};
use super::fields::Fields;
use super::names::Names;
use super::place::{At, Map};
use crate::sink::Sink;
use crate::suggest::quote;
use crate::yaml::{Entry, Key, Node, NodeKind, Text};
use diag::render::turns_text;
use diag::{Diagnostic, SourceId, Span, Spanned};
use model::declare::{Declare as _, Many};
use model::lab::Lab;
use model::lab::head::Head;
use model::units::text::PathGlob;

/// Keys that only the root file has.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    let defined = Head::record().fields.into_iter().map(|f| f.key);
    ["format", "lab"].into_iter().chain(defined)
}

const ROOT: &str = "holdfast.yaml";
/// Versions of the language that this program reads.
const UNDERSTOOD: [&str; 1] = ["1"];

/// Whether the rest of the text can be read.
#[derive(PartialEq, Eq)]
pub(super) enum Version {
    /// It can, or nothing says otherwise.
    Known,
    /// The text is of another version; what its words mean is not known.
    Unknown,
}

/// The root file: the one named `holdfast.yaml` with the shortest path.
pub(super) fn root(texts: &[Text]) -> Option<SourceId> {
    let name = |t: &Text| t.path.rsplit('/').next() == Some(ROOT);
    let roots = texts.iter().filter(|t| name(t));
    roots.min_by_key(|t| t.path.len()).map(|t| t.source)
}

/// Reads `format` and `lab` of the root file.
pub(super) fn check(
    texts: &[Text],
    root: Option<SourceId>,
    lab: &mut Lab,
    sink: &mut Sink,
) -> Version {
    let Some(text) = texts.iter().find(|t| Some(t.source) == root) else {
        let d = Diagnostic::invalid("missing-key", format!("the lab tree has no {ROOT}")).help(
            format!("create {ROOT} with the lines 'format: 1' and 'lab: NAME'"),
        );
        sink.report(d);
        return Version::Known;
    };
    let entries: &[Entry] = match text.root.as_ref().map(|r| &r.kind) {
        Some(NodeKind::Map(entries)) => entries,
        _ => Default::default(),
    };
    let find = |key: &str| entries.iter().find(|e| e.key.text == key);
    let start = Span::new(text.source, 0, 0);
    let mut missing = |key: &str, line: &str| {
        if text.whole {
            let d = Diagnostic::invalid("missing-key", format!("{ROOT} has no '{key}'"))
                .at(start, "")
                .help(format!("add the line '{line}' at the top"));
            sink.report(d);
        }
    };
    if find("format").is_none() {
        missing("format", "format: 1");
    }
    match find("lab") {
        None => missing("lab", "lab: NAME"),
        Some(entry) => name(entry, lab, sink),
    }
    find("format").map_or(Version::Known, |entry| version(entry, sink))
}

/// Reads what is said of the lab as a whole.
pub(super) fn read(cx: &mut Cx<'_>, texts: &[Text], root: Option<SourceId>, lab: &mut Lab) {
    let text = texts.iter().find(|t| Some(t.source) == root);
    let Some(node) = text.and_then(|t| t.root.as_ref()) else {
        return;
    };
    if !matches!(node.kind, NodeKind::Map(_)) {
        return;
    }
    // The other keys are sections, which have been looked at.
    if let Some(mut fields) = Fields::of(cx, "the lab", node.head(), node) {
        let fields = &mut fields;
        lab.head = Head::of(&mut Map { cx, fields });
    }
}

fn name(entry: &Entry, lab: &mut Lab, sink: &mut Sink) {
    match &entry.value.kind {
        NodeKind::Scalar(text) if text.chars().any(|c| c.is_control() || turns_text(c)) => {
            let message = "'lab' is one line of text, without line breaks, control characters and signs that turn the direction of text";
            sink.report(
                Diagnostic::invalid("wrong-type", message)
                    .at(entry.value.head(), "has such a character")
                    .help("write the name in plain letters, e.g. lab: home"),
            );
        }
        NodeKind::Scalar(text) if !entry.value.is_null() && !text.trim().is_empty() => {
            lab.name = text.to_string();
        }
        _ => sink.report(
            Diagnostic::invalid("wrong-type", "'lab' is the name of the lab")
                .at(entry.value.head(), "a name is expected here"),
        ),
    }
}

fn version(entry: &Entry, sink: &mut Sink) -> Version {
    let written = match &entry.value.kind {
        NodeKind::Scalar(text) => text.as_str(),
        _ => "",
    };
    if UNDERSTOOD.contains(&written) {
        return Version::Known;
    }
    let message = match written {
        "" => "'format' is a number".to_owned(),
        other => format!("format {} is not understood", quote(other)),
    };
    let d = Diagnostic::invalid("format-version", message)
        .at(entry.value.head(), "unknown version")
        .note("nothing else of the lab was read")
        .help(format!(
            "this version of holdfast understands format {}",
            UNDERSTOOD.join(", ")
        ));
    sink.report(d);
    Version::Unknown
}

/// A key of the root file in another one.
pub(super) fn misplaced(key: &Key) -> Diagnostic {
    Diagnostic::invalid("misplaced-key", format!("'{}' belongs in {ROOT}", key.text))
        .at(key.span, "")
        .help("remove it here: it is given once for the whole lab")
}

/// The patterns of further files in a root file.
pub(crate) fn patterns(root: Option<&Node>, sink: &mut Sink) -> Vec<Spanned<PathGlob>> {
    let Some(NodeKind::Map(entries)) = root.map(|r| &r.kind) else {
        return Vec::new();
    };
    let Some(entry) = entries.iter().find(|e| e.key.text == "include") else {
        return Vec::new();
    };
    let mut cx = Cx {
        sink,
        names: &Names::new(true, 0),
    };
    let slot = Slot {
        owner: Words::Text("the lab"),
        key: "include",
        node: &entry.value,
    };
    let mut at = At {
        cx: &mut cx,
        slot,
        named: entry.key.span,
        title: None,
        list: None,
    };
    let read = Many::<Spanned<PathGlob>>::read(&mut at);
    read.map(|many| many.0).unwrap_or_default()
}
