//! Pending security upgrades, as apt would install them from the lists that it has.

use super::Whole;
use super::frame::Sections;
use super::gather::{Gathered, listed_by};
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/patch.sh")],
    calls: &["patch patch", "reboot reboot_required"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Patch;
    let source = "apt-get -s upgrade";
    let (security, lists) = match sections.get("patch") {
        Ok(section) => {
            let text = section.text();
            let count = text.lines().filter(|l| is_security(l)).count();
            let made = text
                .lines()
                .find_map(|l| l.strip_prefix("lists ")?.parse::<i64>().ok());
            let unread = || Seen::Unknown(Reason::new("the time of the package lists is not told"));
            (
                Seen::Present(Value::from(i64::try_from(count).unwrap_or(i64::MAX))),
                made.map_or_else(unread, |at| Seen::Present(Value::from(at))),
            )
        }
        Err(reason) => (Seen::Unknown(reason.clone()), Seen::Unknown(reason)),
    };
    let reboot = sections
        .get("reboot")
        .and_then(|section| match section.body {
            b"yes\n" => Ok(Seen::Present(Value::from(true))),
            b"no\n" => Ok(Seen::Present(Value::from(false))),
            _ => Err(Reason::new("the answer is not understood")),
        });
    // Each is a question of its own, and one that has no answer says so itself; only if none has, nothing was asked.
    match (&security, &reboot) {
        (Seen::Unknown(reason), Err(_)) => to.incomplete(kind, reason.clone()),
        _ => to.complete(kind, &listed_by("asking for each")),
    }
    to.put(kind, "security", security, source);
    to.put(kind, "lists", lists, "/var/lib/apt/lists");
    to.put(
        kind,
        "reboot",
        reboot.unwrap_or_else(Seen::Unknown),
        "/run/reboot-required",
    );
}

/// `Inst NAME [OLD] (NEW ORIGIN:VERSION/SUITE [ARCHITECTURE])` whose new version comes from a security archive, perhaps among others.
fn is_security(line: &str) -> bool {
    let origin = line
        .strip_prefix("Inst ")
        .and_then(|l| l.split_once('('))
        .map_or("", |(_, rest)| rest);
    origin.to_ascii_lowercase().contains("security")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_is_told_by_origin_not_by_name() {
        for (line, want) in [
            (
                "Inst openssl [3.0.15-1] (3.0.17-1 Debian-Security:12/stable-security [amd64]) []",
                true,
            ),
            (
                "Inst openssl [3.0.15-1] (3.0.17-1 Debian:12.11/stable, Debian-Security:12/stable-security [amd64])",
                true,
            ),
            (
                "Inst libapache2-mod-security2 [2.9] (2.9.7 Debian:12.11/stable [amd64])",
                false,
            ),
            (
                "Conf openssl (3.0.17-1 Debian-Security:12/stable-security [amd64])",
                false,
            ),
            ("lists 1763700000", false),
        ] {
            assert_eq!(is_security(line), want, "{line}");
        }
    }
}
