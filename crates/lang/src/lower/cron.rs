//! `cron:` of a host.

use super::cx::{Cx, Slot};
use super::fields::{Fields, items};
use super::scalar;
use crate::suggest::quote;
use diag::{Diagnostic, Spanned};
use model::cron::{Line, Place, line, place};
use model::lab::CronFile;
use std::collections::BTreeMap;

/// Where cron looks.
const PLACES: &str = "cron looks at /etc/crontab, /etc/cron.d/NAME, /etc/cron.daily/NAME and the like, and /var/spool/cron/crontabs/ACCOUNT";

pub(super) fn read(cx: &mut Cx<'_>, f: &mut Fields<'_>) -> BTreeMap<String, CronFile> {
    let mut out = BTreeMap::new();
    for entry in f.map(cx, "cron") {
        let path = entry.key.text.as_str();
        let Some(what) = place(path) else {
            let message = format!(
                "'cron' of {}: {} is no place where cron looks",
                f.owner(),
                quote(path)
            );
            let d = Diagnostic::invalid("invalid-path", message).at(entry.key.span, "");
            cx.report(d.help(PLACES));
            continue;
        };
        let slot = Slot {
            owner: f.owner(),
            key: path,
            node: &entry.value,
        };
        let mut lines = Vec::new();
        for item in items(cx, &slot) {
            let slot = Slot {
                owner: f.owner(),
                key: path,
                node: item,
            };
            let text = scalar::text(cx, &slot);
            if let Some(text) = text.filter(|t| fits(cx, &slot, t, what)) {
                lines.push(Spanned::new(text, slot.span()));
            }
        }
        let span = entry.key.span;
        out.insert(path.to_owned(), CronFile { span, lines });
    }
    out
}

/// The line is one that cron takes.
fn fits(cx: &mut Cx<'_>, slot: &Slot<'_>, text: &str, place: Place<'_>) -> bool {
    let (why, help) = match (place, line(text, place)) {
        (Place::Script(_), _) => (
            "is a line for a script, which has none",
            "write '[]': a script is run whole",
        ),
        (_, Some(Line::Job { .. } | Line::Sets { .. })) => return true,
        (Place::System, _) => (
            "is no line of a crontab",
            "write five fields or '@daily', the account, and the command: '0 3 * * * root /usr/local/bin/backup'",
        ),
        (Place::Of(_), _) => (
            "is no line of a crontab",
            "write five fields or '@daily', and the command: '0 3 * * * /usr/local/bin/backup'",
        ),
    };
    let message = format!("{slot}: {} {why}", quote(text));
    let d = Diagnostic::invalid("invalid-value", message).at(slot.node.head(), "");
    cx.report(d.help(help));
    false
}
