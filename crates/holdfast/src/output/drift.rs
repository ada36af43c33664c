//! Differences for people.

use super::{Paint, Table, Tone};
use plan::{Difference, How};

/// One line per difference; unknowns are one line per host unless asked for.
pub(crate) fn text(differences: &[Difference], list_unknown: bool, paint: Paint) -> String {
    let mut table = Table::default();
    let mut unknown = 0;
    for d in differences {
        if d.how == How::Unknown && !list_unknown {
            unknown += 1;
            continue;
        }
        let tone = if d.how == How::Unknown {
            Tone::Dim
        } else {
            Tone::Look
        };
        table.row([
            (d.target.name.clone(), Some(Tone::Head)),
            (d.how.word().to_owned(), Some(tone)),
            (d.path.to_string(), None),
            (format!("{} → {}", d.declared, d.observed), None),
        ]);
    }
    let mut text = table.print(paint, 0);
    if unknown > 0 {
        text.push_str(&format!(
            "{unknown} could not be told; --unknown lists them\n"
        ));
    }
    let known = differences.iter().filter(|d| d.how != How::Unknown).count();
    text.push_str(&match (known, unknown) {
        (0, 0) => "No drift: the lab is as declared.\n".to_owned(),
        (n, _) => format!("\n{n} differences\n"),
    });
    text
}
