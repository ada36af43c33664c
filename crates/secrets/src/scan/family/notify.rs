//! Addresses by which Shoutrrr and Apprise send messages: the secret stands where others have a user or a path.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, literal};

const fn of(parts: &'static [&'static str], shape: &'static str) -> Shape {
    Shape {
        parts,
        shape,
        reach: Reach::Any,
        what: What::If(is_written_out, "a token of a service of messages"),
    }
}

pub(super) const FAMILY: Family = Family {
    name: "Shoutrrr, Apprise",
    files: &[],
    what: "`telegram://X@telegram`, `tgram://X`, `discord://X@…`, `slack://…`, `gotify://host/X`, `pover://…`, `pushover://…`, `ntfy://X@…`, `msteams://…`, `mmost://host/X`, `hassio://host/X`, `ifttt://X@…`, `pbul://X`",
    shapes: &[
        of(
            &["telegram://", "tgram://"],
            r"\b(?:telegram|tgram)://([0-9]{6,}:[A-Za-z0-9_-]{20,})",
        ),
        of(
            &["discord://"],
            r"\bdiscord://(?:[0-9]{15,}/)?([A-Za-z0-9_-]{40,})",
        ),
        of(
            &["slack://"],
            r"\bslack://(?:[A-Za-z0-9_.-]+[:@])?((?:hook:|xox[a-z]:)?[A-Za-z0-9]{8,}[-/][A-Za-z0-9]{8,}[-/][A-Za-z0-9-]{16,})",
        ),
        of(
            &["gotify://", "gotifys://"],
            r#"\bgotifys?://[^/\s"'\\]+(?:/[^/\s"'\\?]+){0,4}?/([A-Za-z0-9_.-]{14,16})(?:[?"'\s,]|/?$)"#,
        ),
        of(
            &["pover://"],
            r"\bpover://([A-Za-z0-9]{30}@[A-Za-z0-9]{30})",
        ),
        of(
            &["pushover://"],
            r"\bpushover://[^:@/\s]*:([A-Za-z0-9]{30}@[A-Za-z0-9]{30})",
        ),
        of(
            &["ntfy://", "ntfys://"],
            r"\bntfys?://:?([A-Za-z0-9_]{20,})@",
        ),
        of(&["msteams://"], r"\bmsteams://([A-Za-z0-9@/_-]{40,})"),
        of(
            &["mmost://", "mmosts://", "mattermost://"],
            r"\b(?:mmosts?|mattermost)://[^/\s]+/([a-z0-9]{26})\b",
        ),
        of(
            &["hassio://", "hassios://"],
            r"\bhassios?://[^/\s]+/([A-Za-z0-9_.-]{30,})",
        ),
        of(&["ifttt://"], r"\bifttt://([A-Za-z0-9_-]{16,})@"),
        of(&["pbul://"], r"\bpbul://([A-Za-z0-9.]{30,})"),
    ],
    read: None,
};

fn is_written_out(text: &str) -> bool {
    literal(text, Bounds::Guessed, Kind::Settings).is_some()
}
