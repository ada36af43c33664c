//! Containers as they were observed, beside the stacks that they are of.

use crate::Context;
use crate::look::{Look, hosts};
use diag::Span;
use model::declare::OptExt as _;
use model::fact::FactKind;
use model::id::{Kind, ObjectRef};
use model::value::Value;
use std::collections::BTreeMap;

/// One container.
pub(crate) struct Container<'a> {
    /// What its engine calls it.
    pub(crate) name: &'a str,
    value: &'a Value,
    /// The declared stack that it is of, or its host.
    pub(crate) object: ObjectRef,
    /// Where that is declared.
    pub(crate) span: Span,
}

/// The hosts with a Docker engine, each with its containers.
pub(crate) fn engines<'c, 'a>(ctx: &'c Context<'a>) -> Vec<(Look<'c, 'a>, Vec<Container<'a>>)> {
    let all = hosts(ctx).into_iter();
    all.map(|(look, _)| {
        let containers = look.items(FactKind::DockerContainer);
        let containers = containers
            .map(|(name, value)| {
                let (object, span) = of(ctx, &look, value);
                Container {
                    name,
                    value,
                    object,
                    span,
                }
            })
            .collect();
        (look, containers)
    })
    .collect()
}

/// The declared stack of a container; its host where there is none.
fn of(ctx: &Context<'_>, look: &Look<'_, '_>, value: &Value) -> (ObjectRef, Span) {
    let project = value.field("project").and_then(Value::as_text);
    let stack = ctx.lab.stacks.iter().find(|(name, stack)| {
        let here = stack
            .on
            .known()
            .is_some_and(|on| on.0.object == look.object);
        let called = stack
            .project
            .known()
            .map_or(name.as_str(), |p| p.0.as_str());
        here && Some(called) == project
    });
    match stack {
        Some((name, stack)) => (ObjectRef::new(Kind::Stack, name), stack.span),
        None => (look.object.clone(), look.span),
    }
}

impl<'a> Container<'a> {
    /// `container 'web' on host 'nas'`.
    pub(crate) fn title(&self, look: &Look<'_, '_>) -> String {
        format!(
            "container '{}' on {}",
            graph::observation::plain(self.name),
            look.title()
        )
    }

    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        self.value.field(field).and_then(Value::as_text)
    }

    pub(crate) fn number(&self, field: &str) -> Option<i64> {
        self.value.field(field).and_then(Value::as_int)
    }

    pub(crate) fn is(&self, field: &str) -> bool {
        self.value.field(field).and_then(Value::as_bool) == Some(true)
    }

    /// Values of a list; none if it is not set.
    pub(crate) fn list(&self, field: &str) -> &'a [Value] {
        match self.value.field(field) {
            Some(Value::List(all)) => all,
            _ => &[],
        }
    }

    /// Texts of a list.
    pub(crate) fn texts(&self, field: &str) -> Vec<&'a str> {
        self.list(field).iter().filter_map(Value::as_text).collect()
    }

    /// Names and values of a map; none if it is not set.
    pub(crate) fn map(&self, field: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let map: Option<&'a BTreeMap<String, Value>> = match self.value.field(field) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        map.into_iter().flatten().map(|(k, v)| (k.as_str(), v))
    }

    pub(crate) fn runs(&self) -> bool {
        self.text("state") == Some("running")
    }

    /// The project that it belongs to; itself if it is of none.
    pub(crate) fn project(&self) -> &'a str {
        self.text("project").unwrap_or(self.name)
    }

    /// The declared image where another one stands in for it, as in a twin.
    pub(crate) fn image(&self) -> &'a str {
        let declared = self.text("stand_in").or(self.text("image"));
        declared.unwrap_or_default()
    }

    /// Its image is a database, by the last part of its name.
    pub(crate) fn is_database(&self) -> bool {
        graph::sensitive::is_database(self.image())
    }
}
