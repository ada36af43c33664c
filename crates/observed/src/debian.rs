//! Source packages of Debian: which one a package was built from, and whether its version is one of the release's.
//!
//! A weakness is mended in versions of Debian. Those of others are ordered with them by chance alone: what says `1:` in front is newer
//! than all that does not. So what Debian's list does not know is not judged by it.

use debversion::Version;
use model::value::Value;

/// Names of Debian's releases by their number, as its tracker calls them.
const RELEASES: [(&str, &str); 6] = [
    ("9", "stretch"),
    ("10", "buster"),
    ("11", "bullseye"),
    ("12", "bookworm"),
    ("13", "trixie"),
    ("14", "forky"),
];
/// In the versions of who is not Debian, and in those of its backports: Raspberry Pi, PostgreSQL, Ubuntu, Proxmox, deb-multimedia, what is
/// built from a repository.
const ELSEWHERE: [&str; 9] = [
    "bpo", "+rpt", "+rpi", "pgdg", "ubuntu", "+pve", "+pmx", "dmo", "gbp",
];

/// A release of Debian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Release {
    number: &'static str,
    pub(crate) name: &'static str,
}

impl Release {
    /// The one of a number: `12`.
    pub(crate) fn of(number: &str) -> Option<Self> {
        let mut all = RELEASES.iter();
        let found = all.find(|(own, _)| *own == number);
        found.map(|(number, name)| Self { number, name })
    }
}

/// A source package in one version.
pub(crate) struct Source<'f> {
    pub(crate) key: &'f str,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) packages: Vec<&'f str>,
}

impl<'f> Source<'f> {
    pub(crate) fn of(key: &'f str, value: &'f Value) -> Option<Self> {
        let (name, version) = key.split_once(' ')?;
        let packages = match value.field("packages") {
            Some(Value::List(all)) => all.iter().filter_map(Value::as_text).collect(),
            _ => return None,
        };
        // Signed kernels are packed once more: 6.1.90+1 is 6.1.90-1.
        let (name, version) = match name.strip_prefix("linux-signed-") {
            Some(signed) => (kernel(signed), version.replacen('+', "-", 1)),
            None => (name.to_owned(), version.to_owned()),
        };
        Some(Self {
            key,
            name,
            version,
            packages,
        })
    }

    /// It is a kernel: `linux`, or `linux-6.1` where a release has a second one. `linux-base` and the like are none.
    pub(crate) fn is_kernel(&self) -> bool {
        let series = self.name.strip_prefix("linux-");
        self.name == "linux" || series.is_some_and(|s| s.starts_with(|c: char| c.is_ascii_digit()))
    }
}

/// The source of a signed kernel: `linux` for `amd64`, `linux-6.1` for `6.1-amd64`.
fn kernel(signed: &str) -> String {
    match signed.rsplit_once('-') {
        Some((series, _architecture)) => format!("linux-{series}"),
        None => "linux".to_owned(),
    }
}

/// Whose version it is that is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// One of the release, as its list goes.
    Release,
    /// An update of the release that is newer than the list: what was mended then is, and of the rest nothing is known.
    Update,
    /// Perhaps nobody's of Debian, and why.
    Unknown(String),
}

/// Whose version it is, by those that Debian's list knows of the release.
pub(crate) fn whose<'o>(
    version: &Version,
    release: Release,
    offered: impl Iterator<Item = &'o str>,
) -> Whose {
    let name = release.name;
    let known = offered.filter_map(|text| text.parse::<Version>().ok());
    let Some(newest) = known.max() else {
        return Whose::Unknown(format!("Debian's list names no version of {name}"));
    };
    let text = version.to_string();
    let of_release = |(_, codename): &(&str, &str)| text.contains(&format!("~{codename}"));
    if ELSEWHERE.iter().any(|sign| text.contains(sign)) || RELEASES.iter().any(of_release) {
        return Whose::Unknown(format!("it is not a version of Debian's {name}"));
    }
    if *version <= newest {
        return match version.epoch.unwrap_or(0) == newest.epoch.unwrap_or(0) {
            true => Whose::Release,
            false => Whose::Unknown(format!(
                "it is not counted as {newest} of Debian's {name} is"
            )),
        };
    }
    let update = format!("deb{}u", release.number);
    let tail = text.rsplit_once(update.as_str()).map(|(_, tail)| tail);
    let is_update = tail.is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()));
    match is_update && version.epoch.unwrap_or(0) == newest.epoch.unwrap_or(0) {
        true => Whose::Update,
        false => Whose::Unknown(format!(
            "it is not a version of Debian's {name}, or the list, which has {newest}, is older than it"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_known_by_its_source() {
        let value = Value::map([("packages", Value::List(Vec::new()))]);
        for (key, name, version, is) in [
            ("linux-signed-amd64 6.1.153+1", "linux", "6.1.153-1", true),
            ("linux-signed-arm64 6.1.153+1", "linux", "6.1.153-1", true),
            (
                "linux-signed-6.1-amd64 6.1.153+1~deb11u1",
                "linux-6.1",
                "6.1.153-1~deb11u1",
                true,
            ),
            (
                "linux-5.10 5.10.244-1~deb10u1",
                "linux-5.10",
                "5.10.244-1~deb10u1",
                true,
            ),
            ("linux 6.1.153-1", "linux", "6.1.153-1", true),
            ("linux-base 4.9", "linux-base", "4.9", false),
        ] {
            let source = Source::of(key, &value).unwrap();
            let found = (source.name.as_str(), source.version.as_str());
            assert_eq!(found, (name, version), "{key}");
            assert_eq!(source.is_kernel(), is, "{key}");
        }
    }

    #[test]
    fn versions_of_others_are_told_from_those_of_the_release() {
        let release = Release::of("12").unwrap();
        for (installed, offered, want) in [
            ("6.1.153-1", "6.1.148-1 6.1.153-1", "release"),
            ("5.10.244-1", "6.1.153-1", "release"),
            ("6.1.158-1", "6.1.153-1", "or the list"),
            ("1:6.12.62-1+rpt1", "6.1.153-1", "not a version"),
            ("1:6.12.62-1", "6.1.153-1", "or the list"),
            ("6.12.9-1~bpo12+1", "6.1.153-1", "not a version"),
            ("6.1.90-1~bpo11+1", "6.1.153-1", "not a version"),
            ("1.26.1-1~bookworm", "1.22.1-9+deb12u3", "not a version"),
            ("1.20.2-1~bullseye", "1.22.1-9+deb12u3", "not a version"),
            ("15.5-1.pgdg120+1", "15.14-0+deb12u1", "not a version"),
            ("9.9p1-3", "1:9.2p1-2+deb12u7", "not counted"),
            ("0:9.9p1-3", "9.9p1-4", "release"),
            ("1:9.2p1-2+deb12u8", "1:9.2p1-2+deb12u7", "update"),
            ("140.1.0esr-1~deb12u1", "128.9.0esr-1~deb12u1", "update"),
            ("1:9.2p1-2+deb12u8+x1", "1:9.2p1-2+deb12u7", "or the list"),
            ("1:9.2p1-2+deb13u8", "1:9.2p1-2+deb12u7", "or the list"),
            ("1:9.2p1-2", "", "names no version"),
        ] {
            let version: Version = installed.parse().unwrap();
            let found = match whose(&version, release, offered.split_whitespace()) {
                Whose::Release => "release".to_owned(),
                Whose::Update => "update".to_owned(),
                Whose::Unknown(why) => why,
            };
            assert!(found.contains(want), "{installed} of {offered}: {found}");
        }
    }
}
