//! Dates as an iCalendar, RFC 5545: whole days, no alarm.

use jiff::civil::Date;
use view::Due;

/// A calendar of the dates. The same date of the same asset keeps its id, so that taking the file in again changes nothing.
pub fn text(lab: &str, dues: &[Due], today: Date) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Holdfast//assets//EN".to_owned(),
    ];
    for due in dues {
        let id = format!(
            "{}-{}-{lab}@holdfast",
            due.what.replace(' ', "-"),
            due.asset
        );
        lines.push("BEGIN:VEVENT".to_owned());
        lines.push(format!("UID:{}", escaped(&id)));
        lines.push(format!("DTSTAMP:{}T000000Z", today.strftime("%Y%m%d")));
        lines.push(format!("DTSTART;VALUE=DATE:{}", due.on.strftime("%Y%m%d")));
        lines.push(format!(
            "SUMMARY:{}",
            escaped(&format!("{}: {}", due.asset, due.what))
        ));
        lines.push("TRANSP:TRANSPARENT".to_owned());
        lines.push("END:VEVENT".to_owned());
    }
    lines.push("END:VCALENDAR".to_owned());
    lines.iter().map(|l| folded(l)).collect()
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace(';', "\\;");
    text.replace(',', "\\,").replace('\n', "\\n")
}

/// A line of at most 75 bytes goes on after CRLF and a blank.
fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut bytes = 0;
    for c in line.chars() {
        if bytes + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            bytes = 1;
        }
        bytes += c.len_utf8();
        out.push(c);
    }
    out + "\r\n"
}
