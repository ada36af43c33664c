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
    let (security, source) = match sections.get("patch") {
        Ok(section) => {
            let text = section.text();
            let count = text.lines().filter(|l| is_security(l)).count();
            let age = text
                .lines()
                .find_map(|l| l.strip_prefix("lists ")?.parse().ok());
            let lists = age
                .and_then(|s| jiff::Timestamp::from_second(s).ok())
                .map_or_else(String::new, |t| format!(", lists of {t}"));
            (
                Seen::Present(Value::from(i64::try_from(count).unwrap_or(i64::MAX))),
                format!("apt-get -s upgrade{lists}"),
            )
        }
        Err(reason) => (Seen::Unknown(reason), "apt-get -s upgrade".to_owned()),
    };
    if let Seen::Unknown(reason) = &security {
        to.incomplete(kind, reason.clone());
    }
    to.put(kind, "security", security, &source);
    let reboot = sections
        .get("reboot")
        .and_then(|section| match section.body {
            b"yes\n" => Ok(Seen::Present(Value::from(true))),
            b"no\n" => Ok(Seen::Present(Value::from(false))),
            _ => Err(Reason::new("the answer is not understood")),
        });
    to.put(
        kind,
        "reboot",
        reboot.unwrap_or_else(Seen::Unknown),
        "/run/reboot-required",
    );
    to.complete(kind, &listed_by("asking for each"));
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
