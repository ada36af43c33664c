//! What may pass between zones, networks and machines.

use crate::size::count;
use crate::{Cell, Sheet};
use jiff::civil::Date;
use model::declare::{Opt, OptExt as _, Or};
use model::lab::Lab;
use model::lab::network::{AnyPort, End};
use model::units::net::Ports;

pub(crate) fn sheet(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new(
        "flows",
        &["FROM", "TO", "PORTS", "ACTION", "WHY", "OWNER", "REVIEW"],
    );
    let mut overdue = 0;
    let mut bare = 0;
    for flow in &lab.flows {
        overdue += usize::from(flow.review.known().is_some_and(|day| *day < today));
        bare += usize::from(flow.why.is_none());
        sheet.row([
            end(&flow.from),
            end(&flow.to),
            Cell::list(flow.ports.iter().map(|p| ports(&p.value))),
            Cell::with(&flow.action, |a| a.word().to_owned()),
            Cell::of(&flow.why),
            Cell::with(&flow.owner, |o| o.name().to_owned()),
            Cell::of(&flow.review),
        ]);
    }
    let total = sheet.rows.len();
    if total > 0 {
        let number = count(total, "flow", "flows");
        sheet.note(format!(
            "{number}: {bare} without a reason, {overdue} past their review"
        ));
        sheet.note(
            "in the order in which they are declared; whether they hold is shown by nothing here",
        );
    }
    sheet
}

fn end(given: &Opt<End>) -> Cell {
    Cell::with(given, |end| match end {
        Or::Word(outside) => outside.word().to_owned(),
        Or::Ref(reference) => reference.to_string(),
    })
}

fn ports(ports: &Or<AnyPort, Ports>) -> String {
    match ports {
        Or::Word(any) => any.word().to_owned(),
        Or::Ref(ports) => ports.to_string(),
    }
}
