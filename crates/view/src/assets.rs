//! Purchases, warranties, spares.

use crate::{Cell, Sheet};
use jiff::civil::Date;
use model::lab::Lab;

pub(crate) fn sheet(lab: &Lab, today: Date) -> Sheet {
    let mut sheet = Sheet::new(
        "assets",
        &[
            "ASSET",
            "OF",
            "BOUGHT",
            "AGE",
            "PRICE",
            "WARRANTY",
            "REPLACE",
            "SPARE FOR",
            "SUPPLIER",
        ],
    );
    let mut over = 0;
    for (name, asset) in &lab.assets {
        let bought = asset.bought.as_ref().and_then(|b| b.value()).copied();
        let warranty = asset.warranty.as_ref().and_then(|w| w.value()).copied();
        over += usize::from(warranty.is_some_and(|w| w < today));
        sheet.row([
            Cell::declared(name),
            Cell::of(&asset.of),
            Cell::of(&asset.bought),
            bought.map_or_else(Cell::silent, |b| Cell::computed(age(b, today))),
            Cell::of(&asset.price),
            Cell::of(&asset.warranty),
            Cell::of(&asset.replace),
            Cell::of(&asset.spare_for),
            Cell::of(&asset.supplier),
        ]);
    }
    if over > 0 {
        sheet.note(format!("{over} out of warranty on {today}"));
    }
    sheet
}

/// Full years and months between two days.
fn age(bought: Date, today: Date) -> String {
    let months =
        i32::from(today.year() - bought.year()) * 12 + i32::from(today.month() - bought.month());
    let months = if today.day() < bought.day() {
        months - 1
    } else {
        months
    };
    match months.max(0) {
        m if m < 12 => format!("{m} mo"),
        m => format!("{} y {} mo", m / 12, m % 12),
    }
}
