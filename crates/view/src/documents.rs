//! Documents: what there is to read when something is wrong, and how old the last look at it is.

use crate::{Cell, Sheet};
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::lab::Lab;

pub(crate) fn sheet(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new(
        "documents",
        &[
            "DOCUMENT", "KIND", "FILE", "ABOUT", "STATUS", "REVIEWED", "DAYS AGO",
        ],
    );
    for (name, document) in &lab.documents {
        let reviewed = document.reviewed.known();
        let days = reviewed.map(|day| day.duration_until(today).as_hours() / 24);
        sheet.row([
            Cell::declared(name),
            Cell::with(&document.kind, |k| k.word().to_owned()),
            Cell::of(&document.file),
            Cell::list(document.r#for.iter().map(|about| &about.value)),
            Cell::with(&document.status, |s| s.word().to_owned()),
            Cell::of(&document.reviewed),
            days.map_or_else(Cell::silent, Cell::computed),
        ]);
    }
    let never = lab
        .documents
        .values()
        .filter(|d| d.reviewed.is_none())
        .count();
    if never > 0 {
        sheet.note(format!(
            "{never} of {} never reviewed, as far as is said",
            lab.documents.len()
        ));
    }
    sheet
}
