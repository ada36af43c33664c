//! People: what they do, how much time they have for it, and where they may get in.

use crate::{Cell, Sheet};
use jiff::civil::Date;
use model::declare::{Given, Opt, OptExt as _};
use model::lab::Lab;
use model::lab::people::Work;
use model::units::duration::Effort;

pub(crate) fn sheets(lab: &Lab, today: Date) -> Vec<Sheet> {
    vec![people(lab), access(lab, today)]
}

fn people(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "people",
        &[
            "PERSON",
            "ROLE",
            "ADMIN",
            "ON CALL",
            "BEGINS WITHIN",
            "HOURS",
            "OF WHICH",
        ],
    );
    for (name, person) in &lab.people {
        sheet.row([
            Cell::declared(name),
            Cell::of(&person.role),
            yes(&person.admin),
            yes(&person.on_call),
            Cell::of(&person.response),
            Cell::of(&person.hours),
            Cell::list(person.work.iter().map(|(on, work)| spent(on, work))),
        ]);
    }
    sheet
}

/// `updates 2h/week..3h/week 10h/month`.
fn spent(on: impl std::fmt::Display, work: &Work) -> String {
    let shown = |given: &Opt<Effort>| {
        let known = |g: &Given<Effort>| g.value().map_or("?".to_owned(), ToString::to_string);
        given.as_deref().map(known)
    };
    let weekly = match (shown(&work.hours), shown(&work.most)) {
        (Some(least), Some(most)) => format!(" {least}..{most}"),
        (None, Some(most)) => format!(" up to {most}"),
        (Some(least), None) => format!(" {least}"),
        (None, None) => String::new(),
    };
    let monthly = match &work.monthly {
        Some(given) => match given.value() {
            Some(hours) => format!(" {hours}h/month"),
            None => " ?h/month".to_owned(),
        },
        None => String::new(),
    };
    format!("{on}{weekly}{monthly}")
}

fn yes(given: &Opt<bool>) -> Cell {
    Cell::with(given, |yes| if *yes { "yes" } else { "no" }.to_owned())
}

fn access(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new("access", &["WHO", "TO", "AS", "HOW", "MFA", "UNTIL", "WHY"]);
    let mut expired = 0;
    for access in &lab.access {
        expired += usize::from(access.until.known().is_some_and(|day| *day < today));
        sheet.row([
            Cell::with(&access.who, |who| who.name().to_owned()),
            Cell::list(access.to.iter().map(|to| &to.value)),
            Cell::with(&access.r#as, |level| level.word().to_owned()),
            Cell::with(&access.how, |way| way.word().to_owned()),
            yes(&access.mfa),
            Cell::of(&access.until),
            Cell::of(&access.why),
        ]);
    }
    if expired > 0 {
        sheet.note(format!("{expired} over on {today}"));
    }
    sheet
}
