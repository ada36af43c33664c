//! A table of facts, which refers to nothing in a lab.

use super::cx::{Cx, Slot, Words};
use super::names::Names;
use super::place::At;
use crate::sink::Sink;
use crate::yaml::Node;
use model::declare::Declare as _;
use model::knowledge::Table;

/// Reads one table.
pub(crate) fn read(node: &Node, sink: &mut Sink) -> Option<Table> {
    let mut cx = Cx {
        sink,
        names: &Names::new(true, 0),
    };
    let slot = Slot {
        owner: Words::Text("the table of facts"),
        key: "",
        node,
    };
    let mut at = At {
        cx: &mut cx,
        slot,
        named: node.head(),
        title: Some(Words::Text("the table of facts")),
        list: None,
    };
    Table::read(&mut at)
}
