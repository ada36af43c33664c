//! Addresses that let in whoever knows them.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "webhooks",
    files: &[],
    what: "Slack, Discord, Mattermost, Rocket.Chat, Office 365, Power Automate, Google Chat, IFTTT, Home Assistant, healthchecks.io; tokens of Telegram bots",
    shapes: &[
        Shape {
            parts: &["webhook.office.com"],
            shape: r#"[\w-]+\.webhook\.office\.com/webhookb2/([^\s"\x27<>)]{40,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of Office 365"),
        },
        Shape {
            parts: &["outlook.office"],
            shape: r#"outlook\.office(?:365)?\.com/webhook/([^\s"\x27<>)]{40,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of Office 365"),
        },
        Shape {
            parts: &["&sig="],
            shape: r#"[?&]sig=([A-Za-z0-9_%-]{30,})"#,
            reach: Reach::Any,
            what: What::Clear("a signature of an address"),
        },
        Shape {
            parts: &["/hooks/"],
            shape: r#"/hooks/([a-z0-9]{26})(?:[^A-Za-z0-9]|$)"#,
            reach: Reach::Any,
            what: What::If(is_random, "a webhook of Mattermost"),
        },
        Shape {
            parts: &["/hooks/"],
            shape: r#"/hooks/([A-Za-z0-9]{17,24}/[A-Za-z0-9]{40,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of Rocket.Chat"),
        },
        Shape {
            parts: &["hooks.slack.com"],
            shape: r#"hooks\.slack\.com/(?:workflows|triggers)/([A-Za-z0-9/]{30,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of Slack"),
        },
        Shape {
            parts: &["chat.googleapis.com"],
            shape: r#"chat\.googleapis\.com/v1/spaces/[^\s"\x27]*?[?&]token=([A-Za-z0-9_%-]{20,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of Google Chat"),
        },
        Shape {
            parts: &["maker.ifttt.com"],
            shape: r#"maker\.ifttt\.com/[^\s"\x27]*/with/key/([A-Za-z0-9_-]{16,})"#,
            reach: Reach::Any,
            what: What::Clear("a webhook of IFTTT"),
        },
        Shape {
            parts: &["/api/webhook/"],
            shape: r#"/api/webhook/([A-Za-z0-9_-]{24,})"#,
            reach: Reach::Any,
            what: What::If(is_random, "a webhook of Home Assistant"),
        },
        Shape {
            parts: &["hc-ping.com"],
            shape: r#"hc-ping\.com/([0-9a-f]{8}-[0-9a-f-]{27}|[A-Za-z0-9_-]{20,24}/)"#,
            reach: Reach::Any,
            what: What::Clear("an address of healthchecks.io"),
        },
        Shape {
            parts: &["bot"],
            shape: r#"\bbot([0-9]{8,10}:[A-Za-z0-9_-]{35})\b"#,
            reach: Reach::Any,
            what: What::Clear("a token of a Telegram bot"),
        },
    ],
    read: None,
};

/// No words: letters and digits in turn.
fn is_random(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit();
    let turns = text.as_bytes().windows(2);
    let turns = turns.filter(|w| w.iter().any(|b| digit(*b)) && !w.iter().all(|b| digit(*b)));
    turns.count() >= 4
}
