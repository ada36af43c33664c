//! Proxmox Backup Server as its interface told it, beside the declaration.

use crate::Context;
use crate::look::{Look, products};
use model::fact::FactKind;
use model::value::Value;
use plan::interface::Interface;

pub(crate) const STORE: FactKind = FactKind::PbsDatastore;
pub(crate) const GROUP: FactKind = FactKind::PbsGroup;
pub(crate) const JOB: FactKind = FactKind::PbsJob;
pub(crate) const TASK: FactKind = FactKind::PbsTask;
pub(crate) const DAY: i64 = 86_400;

/// A server that was asked.
pub(crate) struct Server<'c, 'a> {
    pub(crate) look: Look<'c, 'a>,
    pub(crate) interface: Interface<'a>,
}

/// All that were asked.
pub(crate) fn all<'c, 'a>(ctx: &'c Context<'a>) -> Vec<Server<'c, 'a>> {
    let all = products(ctx).into_iter();
    let servers = all.filter(|(_, interface)| interface.pbs().is_some());
    servers
        .map(|(look, interface)| Server { look, interface })
        .collect()
}

impl<'a> Server<'_, 'a> {
    /// Groups that were read, by key.
    pub(crate) fn groups(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.look.items(GROUP)
    }

    /// A time that the server tells, if it can be one.
    pub(crate) fn time(&self, value: &Value, field: &str) -> Option<i64> {
        number(value, field).filter(|time| !self.look.is_future(*time))
    }
}

pub(crate) fn number(value: &Value, field: &str) -> Option<i64> {
    value.field(field).and_then(Value::as_int)
}

pub(crate) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.field(field).and_then(Value::as_text)
}

pub(crate) fn flag(value: &Value, field: &str) -> Option<bool> {
    value.field(field).and_then(Value::as_bool)
}
