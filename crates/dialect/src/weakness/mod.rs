//! Published lists of weaknesses: CISA's of what is known to be exploited, and what Debian's security tracker says of its packages.
//! Both are taken as they are published; of Debian's, which is of all weaknesses, only what is on the other one is kept.

mod joined;

pub use joined::{Refused, joined, shown};

use crate::told::plain;
use jiff::civil::Date;
use model::weakness::{Debian, Exploited, Mended, Weakness};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a JSON file is, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// CISA's.
    Exploited,
    /// Something else that has `products` or `format`: no list of weaknesses.
    Other,
    /// Neither: Debian's has nothing but names of packages.
    Packages,
}

/// Which list a text is.
///
/// # Errors
/// Where it is no JSON object.
pub fn which(text: &str) -> Result<List, String> {
    #[derive(Deserialize)]
    struct Shape {
        vulnerabilities: Option<IgnoredAny>,
        products: Option<IgnoredAny>,
        format: Option<IgnoredAny>,
    }
    let shape: Shape = serde_json::from_str(text).map_err(|e| e.to_string())?;
    Ok(match shape {
        Shape {
            vulnerabilities: Some(_),
            ..
        } => List::Exploited,
        Shape {
            products: None,
            format: None,
            ..
        } => List::Packages,
        _ => List::Other,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    catalog_version: String,
    date_released: String,
    count: usize,
    vulnerabilities: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "cveID")]
    cve: String,
    #[serde(rename = "vulnerabilityName", default)]
    name: String,
    #[serde(rename = "dateAdded")]
    added: Date,
    #[serde(rename = "knownRansomwareCampaignUse", default)]
    ransomware: String,
}

/// CISA's catalog (`known_exploited_vulnerabilities.json`).
///
/// # Errors
/// What is missing or not understood, with its line.
pub fn exploited(text: &str) -> Result<Exploited, String> {
    let read: Catalog = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let day = read.date_released.get(..10).unwrap_or_default();
    let dated: Date = day
        .parse()
        .map_err(|e| format!("'dateReleased' is no date: {e}"))?;
    let told = read.vulnerabilities.len();
    if told == 0 || told != read.count {
        return Err(format!(
            "it says that it has {} entries ('count') and has {told}: it is not whole",
            read.count
        ));
    }
    if told < LEAST {
        return Err(format!(
            "it has {told} entries, and CISA's list has more than a thousand: it is not whole"
        ));
    }
    let mut all = BTreeMap::new();
    for entry in read.vulnerabilities {
        if !is_cve(&entry.cve) {
            return Err(format!("'{}' is no CVE id", plain(&entry.cve)));
        }
        let weakness = Weakness {
            name: plain(&entry.name),
            added: entry.added,
            ransomware: entry.ransomware == "Known",
        };
        all.insert(entry.cve, weakness);
    }
    Ok(Exploited {
        version: plain(&read.catalog_version),
        dated,
        all,
    })
}

fn is_cve(text: &str) -> bool {
    let digits = |part: &str| part.len() >= 4 && part.bytes().all(|b| b.is_ascii_digit());
    let rest = text.strip_prefix("CVE-").and_then(|r| r.split_once('-'));
    rest.is_some_and(|(year, number)| digits(year) && digits(number))
}

/// A list with fewer packages of Debian's, or weaknesses of CISA's, is a part of one.
const LEAST: usize = 1_000;

#[derive(Deserialize)]
struct Issue {
    releases: BTreeMap<String, Release>,
}

#[derive(Deserialize)]
struct Release {
    status: String,
    #[serde(default)]
    fixed_version: Option<String>,
    #[serde(default)]
    urgency: String,
    /// What each repository has: `bookworm`, `bookworm-security`.
    #[serde(default)]
    repositories: BTreeMap<String, String>,
}

/// What Debian's tracker (`/tracker/data/json`) says of weaknesses that are known to be exploited; the day is that of the file, which
/// has none of its own.
///
/// # Errors
/// What is not understood, with its line; and a file that is a part of one.
pub fn debian(text: &str, dated: Date, of: &Exploited) -> Result<Debian, String> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Packages(of).deserialize(&mut reader);
    let (count, issues) = read
        .and_then(|found| reader.end().map(|()| found))
        .map_err(|e| e.to_string())?;
    // Where a package is missing, its weaknesses would be.
    if count < LEAST {
        return Err(format!(
            "it names {count} packages, and Debian's list has thousands: it is not whole"
        ));
    }
    let mut sources: BTreeMap<String, BTreeMap<String, BTreeMap<String, Mended>>> = BTreeMap::new();
    let mut offered: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (package, cve, issue) in issues {
        let mut releases = BTreeMap::new();
        for (release, said) in issue.releases {
            // Backports are versions of another release.
            let own = said.repositories.iter();
            let own = own.filter(|(repository, _)| !repository.contains("backports"));
            let versions = offered.entry(package.clone()).or_default();
            let versions = versions.entry(release.clone()).or_default();
            versions.extend(own.map(|(_, version)| version.clone()));
            let mended = mended(&said)
                .map_err(|why| format!("{} of {} in {release}: {why}", cve, plain(&package)))?;
            releases.insert(release, mended);
        }
        let of_package = sources.entry(package).or_default();
        of_package.insert(cve, releases);
    }
    Ok(Debian {
        dated,
        asked: of.all.keys().cloned().collect(),
        sources,
        offered,
    })
}

/// Debian calls unimportant what does no harm in its packages; `0` is a version that every one is newer than.
fn mended(said: &Release) -> Result<Mended, String> {
    let fixed = said.fixed_version.as_deref();
    match (said.status.as_str(), fixed) {
        ("open" | "resolved" | "undetermined", _) if said.urgency == "unimportant" => {
            Ok(Mended::Unaffected)
        }
        ("resolved", Some("0")) => Ok(Mended::Unaffected),
        ("resolved", Some(version)) => Ok(Mended::Since(version.to_owned())),
        ("resolved", None) => Err("it is resolved, and 'fixed_version' is missing".to_owned()),
        ("open", _) => Ok(Mended::Open),
        ("undetermined", _) => Ok(Mended::Undetermined),
        (other, _) => Err(format!(
            "'{}' is no status: 'resolved', 'open' or 'undetermined'",
            plain(other)
        )),
    }
}

/// The packages of a tracker's file: how many there are, and what is said of weaknesses on a list. The file is large: what is not on
/// it is passed over.
struct Packages<'a>(&'a Exploited);

/// Package, CVE, what is said.
type Issues = Vec<(String, String, Issue)>;

impl<'de> DeserializeSeed<'de> for Packages<'_> {
    type Value = (usize, Issues);

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Packages<'_> {
    type Value = (usize, Issues);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("source packages with their CVEs")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut count, mut out) = (0, Issues::new());
        while let Some(package) = map.next_key::<String>()? {
            count += 1;
            let issues = map.next_value_seed(OfPackage(self.0))?;
            out.extend(
                issues
                    .into_iter()
                    .map(|(cve, issue)| (package.clone(), cve, issue)),
            );
        }
        Ok((count, out))
    }
}

/// What is said of one package.
struct OfPackage<'a>(&'a Exploited);

impl<'de> DeserializeSeed<'de> for OfPackage<'_> {
    type Value = Vec<(String, Issue)>;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Self::Value, D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfPackage<'_> {
    type Value = Vec<(String, Issue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CVEs with their releases")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut out = Vec::new();
        while let Some(cve) = map.next_key::<String>()? {
            match self.0.all.contains_key(&cve) {
                true => out.push((cve, map.next_value()?)),
                false => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOG: &str = r#"{"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.11.16",
        "dateReleased": "2026-11-16T17:04:19.9796Z", "count": 2, "vulnerabilities": [
        {"cveID": "CVE-2021-4034", "vendorProject": "Red Hat", "product": "Polkit", "vulnerabilityName": "Polkit Out-of-Bounds Read and Write",
         "dateAdded": "2022-06-27", "dueDate": "2022-07-18", "knownRansomwareCampaignUse": "Known", "cwes": []},
        {"cveID": "CVE-2023-4911", "vulnerabilityName": "GNU C Library Buffer Overflow", "dateAdded": "2023-11-21", "knownRansomwareCampaignUse": "Unknown"}]}"#;

    /// With as many other entries as a whole list has.
    fn catalog() -> String {
        let others: String = (0..LEAST)
            .map(|n| format!("{{\"cveID\": \"CVE-1999-{n:04}\", \"dateAdded\": \"2021-11-03\"}},"))
            .collect();
        let whole = CATALOG.replace("\"count\": 2", &format!("\"count\": {}", LEAST + 2));
        whole.replace(
            "\"vulnerabilities\": [",
            &format!("\"vulnerabilities\": [{others}"),
        )
    }

    fn day() -> Date {
        jiff::civil::date(2026, 11, 16)
    }

    #[test]
    fn the_catalog_is_taken_as_it_is_published() {
        let list = exploited(&catalog()).unwrap();
        assert_eq!((list.dated, list.all.len()), (day(), LEAST + 2));
        assert!(list.all["CVE-2021-4034"].ransomware);
        assert!(!list.all["CVE-2023-4911"].ransomware);
        assert_eq!(which(CATALOG), Ok(List::Exploited));
    }

    #[test]
    fn a_list_that_is_not_whole_is_refused() {
        for (from, to, why) in [
            (
                "\"count\": 1002",
                "\"count\": 1003",
                "it says that it has 1003 entries ('count') and has 1002: it is not whole",
            ),
            ("2026-11-16T", "the 16th", "no date"),
            ("CVE-2021-4034", "4034", "is no CVE id"),
            (
                "\"dateAdded\": \"2022-06-27\",",
                "",
                "missing field `dateAdded`",
            ),
        ] {
            let said = exploited(&catalog().replace(from, to)).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        let said = exploited(CATALOG).unwrap_err();
        assert!(
            said.contains("it has 2 entries, and CISA's list has"),
            "{said}"
        );
    }

    /// With as many other packages as a whole list has.
    fn whole(text: &str) -> String {
        let others: String = (0..LEAST).map(|n| format!("\"p{n}\": {{}},")).collect();
        text.replacen('{', &format!("{{{others}"), 1)
    }

    #[test]
    fn of_debian_only_what_is_on_the_list_is_kept() {
        let list = exploited(&catalog()).unwrap();
        let text = r#"{"policykit-1": {
            "CVE-2021-4034": {"description": "x", "scope": "local", "releases": {
                "bookworm": {"status": "resolved", "repositories": {"bookworm": "122-3", "bookworm-security": "122-3+deb12u1",
                 "bookworm-backports": "126-2~bpo12+1"}, "fixed_version": "0.105-31.1", "urgency": "not yet assigned"},
                "bullseye": {"status": "open", "repositories": {}, "urgency": "high"},
                "buster": {"status": "undetermined", "repositories": {}, "urgency": "high"},
                "sid": {"status": "resolved", "repositories": {}, "fixed_version": "0", "urgency": "high"},
                "trixie": {"status": "open", "repositories": {}, "urgency": "unimportant"}}},
            "CVE-2000-0001": {"releases": 7}}, "other": {}}"#;
        assert_eq!(which(text), Ok(List::Packages));
        let debian = debian(&whole(text), day(), &list).unwrap();
        assert_eq!(debian.asked.len(), LEAST + 2);
        assert_eq!(debian.sources.len(), 1);
        let of = |release: &str| &debian.sources["policykit-1"]["CVE-2021-4034"][release];
        assert_eq!(*of("bookworm"), Mended::Since("0.105-31.1".to_owned()));
        assert_eq!(*of("bullseye"), Mended::Open);
        assert_eq!(*of("buster"), Mended::Undetermined);
        assert_eq!(*of("sid"), Mended::Unaffected);
        assert_eq!(*of("trixie"), Mended::Unaffected);
        let offered = &debian.offered["policykit-1"];
        let of: Vec<&str> = offered["bookworm"].iter().map(String::as_str).collect();
        assert_eq!(of, ["122-3", "122-3+deb12u1"]);
        assert!(offered["sid"].is_empty());
    }

    #[test]
    fn what_debian_never_wrote_is_refused() {
        let list = exploited(&catalog()).unwrap();
        for (text, why) in [
            ("{}", "it names 0 packages"),
            (r#"{"bash": {}}"#, "it is not whole"),
            ("[]", "expected source packages"),
            (r#"{"bash": []}"#, "expected CVEs"),
            (
                r#"{"bash": {"CVE-2023-4911": {"releases": {"sid": {"status": "fine"}}}}}"#,
                "is no status",
            ),
            (
                r#"{"bash": {"CVE-2023-4911": {"releases": {"sid": {"status": "resolved"}}}}}"#,
                "'fixed_version' is missing",
            ),
            (r#"{"bash": {}} x"#, "trailing"),
        ] {
            let text = match text.contains("CVE-") {
                true => whole(text),
                false => text.to_owned(),
            };
            let said = debian(&text, day(), &list).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
