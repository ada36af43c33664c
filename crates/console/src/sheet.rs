//! Tables of what is declared. Where a screen is too narrow for the columns, each row becomes a block of its own.

use crate::words::one_line;
use crate::{Paint, Table, Tone, stream, wrap};
use view::{Cell, How, Sheet};

/// The sheets, and what the marks in them mean.
pub fn text(sheets: &[Sheet], paint: Paint) -> String {
    let mut text = String::new();
    for sheet in sheets.iter().filter(|s| !s.rows.is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!(
            "{}\n",
            paint.text(Tone::Head, &one_line(&sheet.title))
        ));
        let table = table(sheet).print(paint, 0);
        let fits = |line: &str| plain_width(line) <= paint.width();
        if table.lines().all(fits) && !is_torn(sheet, paint) {
            text.push_str(&table);
        } else {
            text.push_str(&blocks(sheet, paint));
        }
        for note in &sheet.notes {
            text.push_str(&wrap::hanging("= ", note, paint.width()));
        }
    }
    text.push_str(&legend(sheets));
    text
}

fn table(sheet: &Sheet) -> Table {
    let mut table = Table::headed(&sheet.columns);
    for row in &sheet.rows {
        table.row(row.iter().map(|cell| (marked(cell), tone(cell.how))));
    }
    table.right((1..sheet.columns.len()).filter(|n| is_quantity(sheet, *n)));
    table
}

/// Headings of numbers that are names: of a release, a network, a place.
const NAMED: [&str; 7] = ["VERSION", "VLAN", "ID", "PORT", "PORTS", "UNIT", "RELEASE"];

/// Whether all that a column says are numbers, with their units.
fn is_quantity(sheet: &Sheet, column: usize) -> bool {
    if sheet
        .columns
        .get(column)
        .is_none_or(|head| NAMED.contains(head))
    {
        return false;
    }
    let cells = sheet.rows.iter().filter_map(|row| row.get(column));
    let mut said = cells
        .map(|c| c.text.as_str())
        .filter(|t| !t.is_empty())
        .peekable();
    said.peek().is_some() && said.all(is_measured)
}

/// `16GiB`, `12.50 EUR`, `99.9%`, `0`, `200..300 USD`, `at least 8GiB`; no date, no address, no sentence.
fn is_measured(text: &str) -> bool {
    let bare = text.strip_prefix("at least ").unwrap_or(text);
    let bare = bare.trim_start_matches(['-', '−', '~', '€', '$', '£']);
    let end = bare.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','));
    let (number, unit) = bare.split_at(end.unwrap_or(bare.len()));
    let ranged = number.split("..").all(|n| n.matches('.').count() <= 1);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let letters = |c: char| c.is_alphabetic() || "%/°".contains(c);
    number.starts_with(|c: char| c.is_ascii_digit())
        && ranged
        && unit.len() <= 12
        && unit != "x"
        && unit.chars().all(letters)
}

/// A text with the mark of how it is known; colour alone says nothing.
fn marked(cell: &Cell) -> String {
    let text = one_line(&stream::clean(&cell.text, false));
    match cell.how {
        How::Assumed => format!("~{text}"),
        How::Unknown if text.is_empty() => "?".to_owned(),
        How::Unknown => format!("{text} ?"),
        How::Silent => "-".to_owned(),
        How::Declared | How::Computed | How::Measured => text,
    }
}

fn tone(how: How) -> Option<Tone> {
    match how {
        How::Assumed | How::Unknown => Some(Tone::Look),
        How::Silent => Some(Tone::Dim),
        How::Declared | How::Computed | How::Measured => None,
    }
}

/// So many columns that cells would be narrow towers, or that words are broken in more than a few rows.
fn is_torn(sheet: &Sheet, paint: Paint) -> bool {
    /// Taller rows than this are hard to read along.
    const TALL: usize = 4;
    /// One torn row among so many is no reason to give up the columns.
    const FEW: usize = 8;
    let table = table(sheet);
    let height = table.print(paint, 0).lines().count();
    height > TALL * (sheet.rows.len() + 1) || table.torn(paint) * FEW > sheet.rows.len()
}

/// One block per row: the name, then what is said of it, line by line.
fn blocks(sheet: &Sheet, paint: Paint) -> String {
    let label = |head: &str| head.to_lowercase();
    let width = sheet.columns.iter().map(|c| c.len()).max().unwrap_or(0);
    let mut text = String::new();
    for row in &sheet.rows {
        let mut cells = row.iter().zip(&sheet.columns);
        let Some((name, _)) = cells.next() else {
            continue;
        };
        text.push_str(&wrap::hanging("", &marked(name), paint.width()));
        for (cell, head) in cells.filter(|(c, _)| c.how != How::Silent) {
            let lead = format!("  {:width$}  ", label(head));
            text.push_str(&wrap::hanging(&lead, &marked(cell), paint.width()));
        }
    }
    text
}

/// Width on the screen, without the codes of colours.
fn plain_width(line: &str) -> usize {
    let mut plain = String::new();
    let mut inside = false;
    for c in line.chars() {
        match (inside, c) {
            (false, '\u{1b}') => inside = true,
            (false, c) => plain.push(c),
            (true, 'm') => inside = false,
            (true, _) => {}
        }
    }
    wrap::width(&plain)
}

fn legend(sheets: &[Sheet]) -> String {
    let cells = || sheets.iter().flat_map(|s| s.rows.iter().flatten());
    let has = |how: How| cells().any(|c| c.how == how);
    let mut marks = Vec::new();
    if has(How::Assumed) {
        marks.push("~ assumed");
    }
    if has(How::Unknown) {
        marks.push("? not known");
    }
    if has(How::Silent) {
        marks.push("- nothing said");
    }
    if marks.is_empty() {
        return String::new();
    }
    format!("\n{}\n", marks.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let memory = Cell {
            text: "16GiB".into(),
            how: How::Assumed,
        };
        Sheet {
            title: "hosts".into(),
            columns: vec!["HOST", "MEMORY", "MODEL"],
            rows: vec![
                vec![Cell::declared("pve1"), memory, Cell::unknown()],
                vec![
                    Cell::declared("nas"),
                    Cell::silent(),
                    Cell::declared("a box"),
                ],
            ],
            notes: vec!["memory of all hosts: at least 16GiB".into()],
        }
    }

    #[test]
    fn marks_say_how_a_cell_is_known_without_colour() {
        assert_eq!(
            text(&[sheet()], Paint::plain(80)),
            "hosts\n\
             HOST  MEMORY  MODEL\n\
             pve1  ~16GiB  ?\n\
             nas        -  a box\n\
             = memory of all hosts: at least 16GiB\n\
             \n\
             ~ assumed, ? not known, - nothing said\n"
        );
    }

    #[test]
    fn quantities_stand_on_the_right_and_names_on_the_left() {
        let row = |cells: [&str; 5]| cells.map(Cell::declared).to_vec();
        let sheet = Sheet {
            title: "x".into(),
            columns: vec!["NAME", "SIZE", "COST", "VERSION", "ADDRESS"],
            rows: vec![
                row(["b", "8GiB", "12.50 EUR", "12", "10.0.0.1"]),
                row(["long", "512GiB", "9 EUR", "8.2", "10.0.0.20"]),
            ],
            notes: Vec::new(),
        };
        assert_eq!(
            text(&[sheet], Paint::plain(80)),
            "x\n\
             NAME    SIZE       COST  VERSION  ADDRESS\n\
             b       8GiB  12.50 EUR  12       10.0.0.1\n\
             long  512GiB      9 EUR  8.2      10.0.0.20\n"
        );
        for text in [
            "2027-01-31",
            "10.0.0.1",
            "3 disks of 4TB",
            "4x",
            "192.168.0.0/24",
            "x",
        ] {
            assert!(!is_measured(text), "{text}");
        }
    }

    #[test]
    fn a_table_that_would_break_words_becomes_blocks() {
        let names = "home-assistant, vaultwarden";
        let sheet = Sheet {
            title: "not known".into(),
            columns: vec!["CONTROLS", "OF", "WHY"],
            rows: vec![
                ["SSO, RBAC, LOG", names, "nothing is said"]
                    .map(Cell::declared)
                    .to_vec(),
            ],
            notes: Vec::new(),
        };
        let text = text(&[sheet], Paint::plain(40));
        assert!(
            text.contains("  of        home-assistant, vaultwarden\n"),
            "{text}"
        );
    }

    #[test]
    fn a_narrow_screen_gets_blocks() {
        let text = text(&[sheet()], Paint::plain(16));
        assert!(text.contains("pve1\n  memory  ~16GiB\n"), "{text}");
        let mut long = sheet();
        long.rows[0][0] = Cell::declared("TLS, SSO, RBAC, BACKUP, LOG");
        let text = super::text(&[long], Paint::plain(16));
        assert!(text.contains("TLS, SSO, RBAC,\nBACKUP, LOG\n"), "{text}");
        assert!(!text.contains("HOST"), "{text}");
    }
}
