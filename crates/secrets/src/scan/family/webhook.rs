//! Addresses that let in whoever knows them, and keys of what wakes people.
//!
//! An address to which a job says that it has run (healthchecks.io, Uptime Kuma) is a secret as well: whoever knows it can say so for a job
//! that has not, and nobody is told. The same holds for the keys of PagerDuty: with them an alert is closed.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "webhooks",
    files: &[],
    what: "Slack, Discord, Mattermost, Rocket.Chat, Office 365, Power Automate, Google Chat, IFTTT, Home Assistant, healthchecks.io (also one's own, `/ping/…`), Uptime Kuma (`/api/push/…`), FreeDNS (`update.php?…`); tokens of Telegram bots and of ntfy, keys of PagerDuty (`service_key`, `routing_key`)",
    shapes: &[
        Shape {
            parts: &["webhook.office.com"],
            shape: r#"[[:word:]-]+\.webhook\.office\.com/webhookb2/([^\s"\x27<>)]{40,})"#,
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
        Shape {
            parts: &["afraid.org/"],
            shape: r#"\bafraid\.org/(?:dynamic/update\.php\?|u/)([A-Za-z0-9=]{20,})"#,
            reach: Reach::Any,
            what: What::Clear("an address of a name that is updated"),
        },
        Shape {
            parts: &["/ping/"],
            shape: r#"/ping/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"#,
            reach: Reach::Any,
            what: What::Clear("an address of healthchecks.io"),
        },
        Shape {
            parts: &["/api/push/"],
            shape: r#"/api/push/([A-Za-z0-9]{10,32})(?:[^A-Za-z0-9_-]|$)"#,
            reach: Reach::Any,
            what: What::If(is_mixed, "an address of Uptime Kuma"),
        },
        Shape {
            parts: &["tk_"],
            shape: r"\b(tk_[a-z0-9]{29})\b",
            reach: Reach::Any,
            what: What::If(is_random, "a token of ntfy"),
        },
        Shape {
            parts: &["service", "routing", "integration"],
            shape: r#"(?i)\b(?:service|routing|integration)_?key\\?["']?[ \t]*[:=][ \t]*\\?["']?([0-9a-f]{32}|R[0-9A-Z]{31})\b"#,
            reach: Reach::Any,
            what: What::If(is_mixed, "a key of PagerDuty"),
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

/// Letters and digits.
fn is_mixed(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
    has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}
