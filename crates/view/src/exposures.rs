//! Ways in: what is open on hosts and what services offer.

use crate::{Cell, Sheet};
use jiff::civil::Date;
use model::declare::{Opt, Or, Ref, set};
use model::lab::service::Outside;
use model::lab::{Exposure, Lab};

pub(crate) fn sheet(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new(
        "ways in",
        &[
            "WHERE", "PORT", "FROM", "VIA", "NAME", "WHY", "OWNER", "REVIEW",
        ],
    );
    let mut overdue = 0;
    let mut unjustified = 0;
    for (name, host) in &lab.hosts {
        for way in &host.exposures {
            let review = way.review.as_ref().map(|r| r.value);
            overdue += usize::from(review.is_some_and(|r| r < today));
            unjustified += usize::from(way.why.is_none() || way.owner.is_none());
            sheet.row(of_host(name, way));
        }
    }
    for (name, service) in &lab.services {
        for way in &service.exposures {
            let review = way.review.as_ref().and_then(|r| r.value()).copied();
            overdue += usize::from(review.is_some_and(|r| r < today));
            unjustified += usize::from(way.why.is_none() || way.owner.is_none());
            sheet.row([
                Cell::declared(format!("service/{name}")),
                Cell::of(&way.port),
                from(&way.from),
                Cell::with(&way.via, |v| v.name().to_owned()),
                Cell::of(&way.host),
                Cell::of(&way.why),
                Cell::with(&way.owner, |o| o.name().to_owned()),
                Cell::of(&way.review),
            ]);
        }
    }
    let total = sheet.rows.len();
    if total > 0 {
        sheet.note(format!(
            "{total} declared: {unjustified} without reason or owner, {overdue} past their review"
        ));
    }
    sheet
}

fn of_host(name: &str, way: &Exposure) -> Vec<Cell> {
    vec![
        Cell::declared(format!("host/{name}")),
        Cell::declared(format!("{}/{}", way.port.value, way.protocol.word())),
        Cell::text(way.from.as_ref()),
        Cell::silent(),
        Cell::silent(),
        Cell::text(way.why.as_ref()),
        Cell::text(way.owner.as_ref()),
        Cell::text(way.review.as_ref()),
    ]
}

fn from(given: &Opt<Or<Outside, Ref<{ set::NETWORK | set::ZONE }>>>) -> Cell {
    Cell::with(given, |from| match from {
        Or::Word(outside) => outside.word().to_owned(),
        Or::Ref(reference) => reference.name().to_owned(),
    })
}
