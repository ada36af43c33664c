//! What to write where a list, a map and a single value were mixed up: the form that is accepted, with the user's own words in it.
//!
//! Readers say what is wrong and know nothing of this. Once all are done, the place of each such complaint is looked up in the
//! description of the language, which the schema is made from too: so this holds for every key, however it is read.

mod form;
mod value;

use crate::lower::Names;
use crate::sink::Sink;
use crate::yaml::{Node, NodeKind, Text};
use diag::Span;
use form::Former;
use jiff::civil::Date;
use model::declare::{ASSUMED, FieldShape, MEASURED, Shape, UNKNOWN, Value as _};
use model::id::Kind;
use model::lab::Network;
use model::lab::Objects;
use model::units::duration::Duration;
use model::units::text::Prose;
pub(crate) use value::Values;

/// The code of the complaints that this is about.
const CODE: &str = "wrong-type";
/// More complaints of a lab are not looked up: each walks down a tree.
const MOST: usize = 100;
/// Longer forms are shown by an example instead.
const LONGEST: usize = 120;

/// Something was said that may be about a value of another place.
pub(crate) fn is_wanted(sink: &Sink) -> bool {
    sink.places(CODE).next().is_some()
}

/// Gives every complaint about a mix-up the form that would be accepted, unless nothing better is known than what it says.
pub(crate) fn help(texts: &[Text], names: &Names, networks: &Objects<Network>, sink: &mut Sink) {
    open(texts, sink);
    let spans: Vec<Span> = sink.places(CODE).take(MOST).collect();
    if spans.is_empty() {
        return;
    }
    let root = schema::root();
    let values = Values::new(names, networks);
    for span in spans {
        let text = texts.iter().find(|t| t.source == span.source);
        let Some(node) = text.and_then(|t| t.root.as_ref()) else {
            continue;
        };
        // A line that may have a secret in it is not repeated.
        if sink.is_secret(span) {
            continue;
        }
        let found = find(&root, node, span, None);
        if let Some(help) = found.and_then(|found| found.said(&values)) {
            sink.advise(CODE, span, &help);
        }
    }
}

/// Says what to do where `unknown` stands and cannot: at an order that is carried out, or where one thing has to be named.
fn open(texts: &[Text], sink: &mut Sink) {
    const CODES: [&str; 2] = ["invalid-value", "unknown-reference"];
    // With quotes it is two letters longer.
    let is_word = |span: &Span| (7..=9).contains(&(span.end - span.start));
    let root = schema::root();
    for code in CODES {
        let spans: Vec<Span> = sink.places(code).filter(is_word).take(MOST).collect();
        for span in spans {
            let text = texts.iter().find(|t| t.source == span.source);
            let node = text.and_then(|t| t.root.as_ref());
            let found = node.and_then(|node| find(&root, node, span, None));
            let said = found.filter(Found::is_open).and_then(|f| f.closed());
            if let Some(help) = said {
                sink.advise(code, span, &help);
            }
        }
    }
}

/// What stands at a place, and what should.
struct Found<'n> {
    shape: Shape,
    node: &'n Node,
    /// The key, if it is the value of one.
    key: Option<&'n str>,
    /// The key has to be there.
    need: bool,
    /// The map that the key is a name in.
    names: Option<Named<'n>>,
}

/// A map with free names.
#[derive(Clone)]
struct Named<'n> {
    key: Option<&'n str>,
    node: &'n Node,
    /// What each name has.
    of: Shape,
}

impl Named<'_> {
    /// Where all names are keys of what a name has, the name was left out: what to write then.
    fn forgotten(&self, values: &Values<'_>) -> Option<String> {
        let (Shape::Record(record, _), NodeKind::Map(entries)) = (&self.of, &self.node.kind) else {
            return None;
        };
        let fields = record().fields;
        let known = |e: &crate::yaml::Entry| fields.iter().any(|f| f.key == e.key.text);
        if !entries.iter().all(known) {
            return None;
        }
        let own = Former::new(values).of(&self.of, self.node);
        let own = own.filter(|form| form.len() <= LONGEST && diag::hide(form) == *form);
        let form = format!("{{NAME: {}}}", own.or_else(|| values.example(&self.of))?);
        Some(match self.key {
            Some(key) => format!(
                "these are keys of one of its entries, whose name is missing: write it as in '{}: {form}'",
                value::flow(key, true)
            ),
            None => format!("the name is missing: write it as in '{form}'"),
        })
    }
}

impl Found<'_> {
    fn is_open(&self) -> bool {
        matches!(&self.node.kind, NodeKind::Scalar(text) if text == UNKNOWN)
    }

    /// What to write instead of `unknown`, where that is no value.
    fn closed(&self) -> Option<String> {
        let key = self.key?;
        if let Shape::Ref(set) = self.shape {
            let kind = Kind::ALL.iter().find(|k| set & k.bit() != 0)?;
            let with = match kind {
                Kind::Repository => "'location: unknown'",
                _ => "what is known of it",
            };
            let kind = kind.word();
            return Some(format!(
                "one that is declared is named here: declare a {kind} with {with}, and name that"
            ));
        }
        match (key, self.need) {
            ("every", _) => Some(
                "'every' is an order; where nobody knows the interval write 'schedule: unknown' instead"
                    .to_owned(),
            ),
            (_, false) => Some(format!(
                "what is said here is acted on, so it cannot be unknown: leave '{key}' out"
            )),
            (_, true) => None,
        }
    }

    /// Of a whole map or list somebody said that it is unknown: no entry of it is called so.
    fn whole(&self, values: &Values<'_>) -> Option<String> {
        let open = |n: &Node| matches!(&n.kind, NodeKind::Scalar(text) if text == UNKNOWN);
        let is_open = match &self.node.kind {
            NodeKind::Seq(items) => !items.is_empty() && items.iter().all(open),
            _ => open(self.node),
        };
        let what = Self::form(&self.shape).filter(|_| is_open)?;
        let left = match self.key.filter(|_| !self.need) {
            Some(key) => format!("leave '{}' out, or ", value::flow(key, true)),
            None => String::new(),
        };
        let example = match (self.key, opened(&self.shape, values)) {
            (Some(key), Some(form)) => format!(", as in '{}: {form}'", value::flow(key, true)),
            (None, Some(form)) => format!(", as in '{form}'"),
            (_, None) => String::new(),
        };
        Some(format!(
            "{what} cannot be unknown as a whole: {left}write what is known to be there, and 'unknown' at single values{example}"
        ))
    }

    /// What is wanted here, if that is none of single values.
    fn form(shape: &Shape) -> Option<&'static str> {
        match shape {
            Shape::List(_) => Some("a list"),
            Shape::Map(..) | Shape::Record(..) | Shape::AnyCase(_) => Some("a map"),
            Shape::Any(all) => all.iter().find_map(Self::form),
            Shape::Given(of) => Self::form(of),
            Shape::Value(_) | Shape::Ref(_) => None,
        }
    }

    fn said(&self, values: &Values<'_>) -> Option<String> {
        if let Some(help) = self.whole(values) {
            return Some(help);
        }
        if let Some(help) = self.names.as_ref().and_then(|n| n.forgotten(values)) {
            return Some(help);
        }
        let mut former = Former::new(values);
        let own = former.of(&self.shape, self.node);
        let fits = |form: &String| form.len() <= LONGEST && diag::hide(form) == *form;
        let (form, shown) = match own.filter(fits) {
            Some(form) if former.invented => (form, "write it as in"),
            Some(form) => (form, "write"),
            // Of one text or several, such as what sshd is told, an example would say nothing.
            None if is_loose(&self.shape, values) => return None,
            None => (values.example(&self.shape)?, "write it as in"),
        };
        let end = match former.nowhere {
            Some(address) if former.invented => format!("; {address} is in no declared network"),
            _ => String::new(),
        };
        Some(match self.key {
            Some(key) => format!("{shown} '{}: {form}'{end}", value::flow(key, true)),
            None => format!("{shown} '{form}'{end}"),
        })
    }
}

/// `unknown` at a single value within this shape; none if something else has to stand beside it.
fn opened(shape: &Shape, values: &Values<'_>) -> Option<String> {
    match shape {
        Shape::Given(_) => is_given(shape).then(|| UNKNOWN.to_owned()),
        Shape::List(of) => Some(format!("[{}]", opened(of, values)?)).filter(|_| !is_given(of)),
        Shape::Map(key, of) => {
            let form = opened(of, values)?;
            (values.takes(key, "NAME") && !matches!(**key, Shape::Ref(_)))
                .then(|| format!("{{NAME: {form}}}"))
        }
        Shape::Record(record, _) => {
            let record = record();
            let mut needed = record.fields.iter().filter(|f| f.need);
            let first = match (needed.next(), needed.next()) {
                (Some(field), None) => field,
                (None, _) if record.either.is_empty() => {
                    record.fields.iter().find(|f| is_given(&f.shape))?
                }
                _ => return None,
            };
            is_given(&first.shape).then(|| format!("{{{}: {UNKNOWN}}}", first.key))
        }
        Shape::Any(all) => all.iter().find_map(|one| opened(one, values)),
        Shape::Value(_) | Shape::Ref(_) | Shape::AnyCase(_) => None,
    }
}

/// It is one value, and no name of another thing: who names nothing leaves that out.
fn is_given(shape: &Shape) -> bool {
    matches!(shape, Shape::Given(of) if matches!(**of, Shape::Value(_)))
}

/// What stands under a key, in the form that another key takes.
pub(crate) fn reworded(
    values: &Values<'_>,
    shape: &Shape,
    node: &Node,
    key: &str,
) -> Option<String> {
    let mut former = Former::new(values);
    let form = former.of(shape, node)?;
    let end = match former.nowhere {
        Some(address) => format!(" {address} is in no declared network"),
        None => String::new(),
    };
    let fits = form.len() <= LONGEST && diag::hide(&form) == form;
    fits.then(|| format!("did you mean '{key}: {form}'?{end}"))
}

fn is_loose(shape: &Shape, values: &Values<'_>) -> bool {
    match shape {
        Shape::Any(all) => {
            values.is_text(shape) && all.iter().any(|one| matches!(one, Shape::List(_)))
        }
        _ => false,
    }
}

/// Walks down to the node at a place, along what may stand there.
fn find<'n>(shape: &Shape, node: &'n Node, at: Span, key: Option<&'n str>) -> Option<Found<'n>> {
    if node.head() == at {
        let shape = shape.clone();
        return Some(Found {
            shape,
            node,
            key,
            need: false,
            names: None,
        });
    }
    let within = |n: &Node| n.span.start <= at.start && at.end <= n.span.end;
    match (shape, &node.kind) {
        (Shape::Any(all), _) => all.iter().find_map(|s| find(s, node, at, key)),
        (Shape::List(of), NodeKind::Seq(items)) => {
            let mut below = items.iter().filter(|i| within(i));
            below.find_map(|i| find(of, i, at, None))
        }
        (_, NodeKind::Map(entries)) => {
            let mut below = entries.iter().filter(|e| within(&e.value));
            below.find_map(|e| {
                let name = e.key.text.as_str();
                let below = under(shape, name)?;
                let mut found = find(&below, &e.value, at, Some(name))?;
                if let Shape::Record(record, _) = shape
                    && e.value.head() == at
                {
                    let fields = record().fields;
                    found.need = fields.iter().any(|f| f.key == name && f.need);
                }
                if let Shape::Map(_, of) = shape
                    && e.value.head() == at
                {
                    let of = (**of).clone();
                    found.names = Some(Named { key, node, of });
                }
                Some(found)
            })
        }
        _ => None,
    }
}

/// What may stand under a key.
fn under(shape: &Shape, key: &str) -> Option<Shape> {
    let of = |fields: Vec<FieldShape>, same: fn(&str, &str) -> bool| {
        let field = fields.into_iter().find(|f| same(f.key, key));
        field.map(|f| f.shape)
    };
    match shape {
        Shape::Record(record, short) => {
            let record = record();
            let shorts = record.fields.iter().filter(|f| short.contains(&f.key));
            let mut forms = shorts.filter_map(|f| under_form(&f.shape, key));
            let form = forms.next();
            of(record.fields.clone(), |a, b| a == b).or(form)
        }
        Shape::AnyCase(fields) => of(fields.clone(), str::eq_ignore_ascii_case),
        Shape::Map(_, of) => Some((**of).clone()),
        Shape::Given(_) => under_form(shape, key),
        _ => None,
    }
}

/// The same for a value that is assumed, measured or unknown.
fn under_form(shape: &Shape, key: &str) -> Option<Shape> {
    let Shape::Given(of) = shape else { return None };
    match key {
        ASSUMED | MEASURED => Some((**of).clone()),
        UNKNOWN | "why" | "source" => Some(Shape::Value(Prose::FORM)),
        "window" => Some(Shape::Value(Duration::FORM)),
        "on" => Some(Shape::Value(Date::FORM)),
        _ => None,
    }
}
