//! Servers of films and music.

use super::{Family, Reach, Shape, What};
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_strong, literal};

pub(super) const FAMILY: Family = Family {
    name: "Plex, addresses",
    files: &["Preferences.xml"],
    what: "`claim-…` of Plex, `PlexOnlineToken`, `X-Plex-Token=…` and `apikey=…` in addresses",
    shapes: &[
        Shape {
            parts: &["claim-"],
            shape: r"\b(claim-[A-Za-z0-9_-]{20})(?:[^A-Za-z0-9_-]|$)",
            reach: Reach::Any,
            what: What::If(is_random, "a claim of Plex"),
        },
        Shape {
            parts: &["token=", "apikey=", "api_key=", "appid="],
            shape: r#"(?i)[?&](?:x-plex-token|apikey|api_key|appid|access_token|auth_token|token)=([A-Za-z0-9_.~-]{10,})"#,
            reach: Reach::Any,
            what: What::If(is_token, "a token in an address"),
        },
    ],
    read: None,
};

/// No words: letters and digits in turn.
fn is_random(text: &str) -> bool {
    let text = text.trim_start_matches("claim-");
    let digit = |b: u8| b.is_ascii_digit();
    let turns = text.as_bytes().windows(2);
    let turns = turns.filter(|w| w.iter().any(|b| digit(*b)) && !w.iter().all(|b| digit(*b)));
    turns.count() >= 3
}

fn is_token(text: &str) -> bool {
    is_strong(text, Kind::Prose) && literal(text, Bounds::Quoted, Kind::Settings).is_some()
}
