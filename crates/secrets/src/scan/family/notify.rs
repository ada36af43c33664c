//! Addresses by which Shoutrrr and Apprise send messages: the secret stands where others have a machine, a user or a path.
//!
//! Which scheme has it where is taken from the table of services in Apprise's documentation; user and password in one (`irc://a:b@host`)
//! are told for any URL.

use super::Family;
use crate::scan::kind::Kind;
use crate::scan::literal::{Bounds, is_of_words, is_strong, literal};
use std::ops::Range;

pub(super) const FAMILY: Family = Family {
    name: "Shoutrrr, Apprise",
    files: &[],
    what: "`telegram://X@telegram`, `tgram://X/CHAT`, `discord://X@…`, `discord://ID/X`, `slack://X/X/X`, `pover://X@X`, `pbul://X`, `msteams://X`, `ifttt://X@…` and the other hundred services whose address has no machine in it; \
        `gotify://host/X`, `hassio://host/X`, `mmost://host/X`, `apprise://host/X`, `synology://host/X`, `bark://host/X`; `ntfy://X@host`, `mastodon://X@host`, `growl://X@host`, `matrix://X`",
    shapes: &[],
    read: None,
};

/// Services to whose addresses no machine belongs: what stands in them is of the secret, or says whom it reaches.
const WHOLE: [&str; 120] = [
    "46elks",
    "aprs",
    "atalk",
    "bluesky",
    "boxcar",
    "brevo",
    "bulksms",
    "bulkvs",
    "burstsms",
    "chanify",
    "chantify",
    "chime",
    "clickatell",
    "clicksend",
    "d7sms",
    "dapnet",
    "dingtalk",
    "discord",
    "dot",
    "eight00com",
    "exotel",
    "faast",
    "fcm",
    "feishu",
    "flock",
    "freemobile",
    "gchat",
    "groupme",
    "guilded",
    "httpsms",
    "ifttt",
    "jira",
    "join",
    "kavenegar",
    "kook",
    "kumulos",
    "lark",
    "line",
    "mailersend",
    "mailgun",
    "msg91",
    "msgbird",
    "msteams",
    "napi",
    "nexmo",
    "notica",
    "notifiarr",
    "notificationapi",
    "notifyre",
    "o365",
    "octopush",
    "onesignal",
    "opsgenie",
    "pagerduty",
    "pagertree",
    "pbul",
    "pingram",
    "plivo",
    "popcorn",
    "postmark",
    "pover",
    "prowl",
    "psafer",
    "psafers",
    "push",
    "pushbullet",
    "pushdeer",
    "pushdeers",
    "pushed",
    "pushme",
    "pushover",
    "pushplus",
    "pushward",
    "pushy",
    "qq",
    "reddit",
    "resend",
    "revolt",
    "ringc",
    "ryver",
    "schan",
    "sendgrid",
    "sendpulse",
    "serwersms",
    "ses",
    "seven",
    "sfr",
    "signl4",
    "sinch",
    "slack",
    "smsc",
    "smsmgr",
    "smtp2go",
    "sns",
    "sparkpost",
    "spike",
    "splunk",
    "spugpush",
    "spush",
    "stackfield",
    "strmlabs",
    "teams",
    "telegram",
    "tgram",
    "threema",
    "tweet",
    "twilio",
    "twist",
    "twitter",
    "viber",
    "victorops",
    "voipms",
    "vonage",
    "wechat",
    "wecombot",
    "whatsapp",
    "workflows",
    "wxpusher",
    "wxteams",
    "zoom",
];
/// Where a token stands behind the machine.
const WITH_PATH: [&str; 13] = [
    "apprise",
    "bark",
    "gotify",
    "hassio",
    "mattermost",
    "mmost",
    "notifico",
    "pjet",
    "rocket",
    "rocketchat",
    "synology",
    "trigv",
    "zulip",
];
/// Where a token stands before the machine.
const WITH_LOGIN: [&str; 14] = [
    "evolution",
    "flowtriq",
    "growl",
    "humhub",
    "lametric",
    "mastodon",
    "matrix",
    "misskey",
    "ntfy",
    "pinglet",
    "pjet",
    "rocket",
    "smseagle",
    "trigv",
];
/// The longest name of a service.
const LONGEST: usize = 16;
/// As long is the token that stands in place of a machine, and no name of one without dots.
const TOKEN: usize = 20;

/// What of an address is hidden, and whether it is told: a word that nobody made up may explain what belongs there.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::scan) struct Address {
    pub span: Range<usize>,
    pub is_told: bool,
}

/// No address is longer: what goes on after so many bytes is no address.
const LONGEST_ADDRESS: usize = 1024;

/// What of a text is one address, without its scheme.
fn address(text: &str) -> &str {
    let ends = |c: char| c.is_whitespace() || "\"'`<>\\,?|)]".contains(c);
    let near = text.floor_char_boundary(LONGEST_ADDRESS);
    let near = text.get(..near).unwrap_or_default();
    near.get(..near.find(ends).unwrap_or(near.len()))
        .unwrap_or_default()
}

/// Those of a text.
pub(in crate::scan) fn addresses(text: &str) -> Vec<Address> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("://") {
        let before = text.as_bytes().get(..at).unwrap_or_default().iter().rev();
        let length = before
            .take(LONGEST + 1)
            .take_while(|b| b.is_ascii_alphanumeric())
            .count();
        let scheme = text.get(at - length..at).unwrap_or_default();
        let scheme = scheme.to_ascii_lowercase();
        // `gotifys://` is the same by TLS.
        let plain = scheme.strip_suffix('s').unwrap_or(&scheme);
        let is_in = |list: &[&str]| {
            list.binary_search(&scheme.as_str()).is_ok() || list.binary_search(&plain).is_ok()
        };
        let is_whole = WHOLE.binary_search(&scheme.as_str()).is_ok();
        let (with_path, with_login) = (is_in(&WITH_PATH), is_in(&WITH_LOGIN));
        if !(is_whole || with_path || with_login) {
            continue;
        }
        let start = at + 3;
        let rest = address(text.get(start..).unwrap_or_default());
        let mut add = |from: usize, said: &str| {
            let is_said = said.contains(|c: char| c.is_ascii_alphanumeric());
            if is_said && literal(said, Bounds::Guessed, Kind::Settings).is_some() {
                out.push(Address {
                    span: start + from..start + from + said.len(),
                    is_told: is_made_up(said),
                });
            }
        };
        if is_whole {
            add(0, rest.trim_end_matches('/'));
            continue;
        }
        let (machine, path) = rest.split_once('/').unwrap_or((rest, ""));
        let login = machine.rsplit_once('@').map(|(login, _)| login);
        match login.filter(|_| with_login) {
            Some(login) if is_made_up(login) => add(0, login),
            None if !machine.contains(['.', ':', '@'])
                && machine.len() >= TOKEN
                && is_made_up(machine) =>
            {
                add(0, machine);
            }
            // The name of a topic is what keeps others away from it.
            None if plain == "ntfy" && path.is_empty() && !machine.contains(['.', ':', '@']) => {
                add(0, machine);
            }
            Some(_) | None => {}
        }
        if with_path {
            add(machine.len() + 1, path.trim_end_matches('/'));
        }
    }
    out
}

/// One of its parts is a token: letters with digits among them, or as long as no word.
fn is_made_up(text: &str) -> bool {
    let is_token = |part: &str| {
        let has = |is: fn(&u8) -> bool| part.bytes().any(|b| is(&b));
        let (digit, letter) = (has(u8::is_ascii_digit), has(u8::is_ascii_alphabetic));
        let cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        part.len() >= 6 && digit && letter && !is_of_words(part)
            || part.len() >= TOKEN
                && cases
                && !part.contains(['_', '-'])
                && is_strong(part, Kind::Settings)
    };
    text.split(['/', '@', ':', '#', '+', '=', '&', '!'])
        .any(is_token)
}

#[cfg(test)]
mod tests {
    use super::{WHOLE, WITH_LOGIN, WITH_PATH, addresses};

    #[test]
    fn services_are_in_order() {
        assert!(WHOLE.is_sorted() && WITH_PATH.is_sorted() && WITH_LOGIN.is_sorted());
    }

    /// What is told, and in parentheses what is only hidden.
    #[test]
    fn where_the_token_stands() {
        for (text, want) in [
            ("pover://uQ7k2m@aZ4r8t9/phone", "uQ7k2m@aZ4r8t9/phone"),
            ("url: 'pbul://o.gn5kj6nf'", "o.gn5kj6nf"),
            ("pbul://mytoken", "(mytoken)"),
            ("tgram://12345:aQ3xR7tK/99?format=x", "12345:aQ3xR7tK/99"),
            ("msteams://a1b2-c3@d4/x/y", "a1b2-c3@d4/x/y"),
            (
                "A=discord://12/aQ3xR7tK,slack://T1A2B3/B4C5D6/e7F8g9",
                "12/aQ3xR7tK T1A2B3/B4C5D6/e7F8g9",
            ),
            ("discord://token@id", "(token@id)"),
            ("gotify://nas.lan:80/aQ3xR7tK", "aQ3xR7tK"),
            ("hassios://ha.lan/sub/aQ3xR7tK", "sub/aQ3xR7tK"),
            ("apprise://a.lan/mytoken", "(mytoken)"),
            ("ntfys://tk_1a2b3c4d@ntfy.lan/alarm", "tk_1a2b3c4d"),
            ("ntfys://jo@ntfy.lan/alarm", ""),
            ("ntfy://alarm-of-jo", "(alarm-of-jo)"),
            ("matrixs://jo@matrix.lan/#room", ""),
            (
                "matrix://aQ3xR7tKaQ3xR7tKaQ3xR7?mode=t2bot",
                "aQ3xR7tKaQ3xR7tKaQ3xR7",
            ),
            ("mastodons://aQ3xR7tK@social.lan", "aQ3xR7tK"),
            (
                "tgram://${BOT}/${CHAT} pover://<user>@<token> pover://…",
                "",
            ),
            ("https://pover.lan/aQ3xR7tK xpover://aQ3xR7tK", ""),
        ] {
            let found = addresses(text);
            let said = found.iter().map(|found| {
                let said = &text[found.span.clone()];
                match found.is_told {
                    true => said.to_owned(),
                    false => format!("({said})"),
                }
            });
            assert_eq!(said.collect::<Vec<_>>().join(" "), want, "{text}");
        }
    }
}
