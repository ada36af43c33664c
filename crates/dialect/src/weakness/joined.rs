//! What becomes of the lists in use when one more is taken.

use super::{List, debian, exploited};
use jiff::civil::Date;
use model::weakness::{FORMAT, Weaknesses};

/// Why a list is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Of Debian's only what is on the other one is kept, and that was never taken.
    First,
    /// It has no day of its own, and none was said.
    Undated,
    /// It cannot be.
    Wrong(String),
}

impl Refused {
    /// In words, of a file that is called so: why not, and what to do.
    pub fn told(&self, file: &str) -> (String, &'static str) {
        match self {
            Refused::Wrong(why) => (
                format!(
                    "{file} is no list of weaknesses that can be taken: {why}; nothing was changed"
                ),
                "docs/formats/weaknesses.md says which files are taken",
            ),
            Refused::First => (
                format!(
                    "{file} seems to be Debian's list, of which only what is known to be exploited is kept, and no list of that was taken; nothing was changed"
                ),
                "take https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json first",
            ),
            Refused::Undated => (
                format!(
                    "{file} seems to be Debian's list, which does not say of which day it is; nothing was changed"
                ),
                "say when it was fetched: --dated YYYY-MM-DD",
            ),
        }
    }
}

fn wrong(why: impl Into<String>) -> Refused {
    Refused::Wrong(why.into())
}

/// The lists in use with one more.
///
/// # Errors
/// Why it is not taken; what is in use stays then.
pub fn joined(
    (list, text): (List, &str),
    dated: Option<Date>,
    before: Option<&Weaknesses>,
    today: Date,
) -> Result<Weaknesses, Refused> {
    let after = match list {
        List::Exploited => with_exploited(text, dated, before)?,
        List::Packages | List::Other => with_debian(text, dated, before)?,
    };
    let days = [
        Some(after.exploited.dated),
        after.debian.as_ref().map(|d| d.dated),
    ];
    match days.into_iter().flatten().find(|day| *day > today) {
        Some(day) => Err(wrong(format!("it is of {day}, which is yet to come"))),
        None => Ok(after),
    }
}

fn with_exploited(
    text: &str,
    dated: Option<Date>,
    before: Option<&Weaknesses>,
) -> Result<Weaknesses, Refused> {
    if dated.is_some() {
        return Err(wrong(
            "it has a day of its own, so that --dated is not for it",
        ));
    }
    let exploited = exploited(text).map_err(wrong)?;
    if let Some(known) = before.filter(|b| b.exploited.dated > exploited.dated) {
        return Err(wrong(older(exploited.dated, known.exploited.dated)));
    }
    Ok(Weaknesses {
        format: FORMAT,
        exploited,
        debian: before.and_then(|b| b.debian.clone()),
    })
}

fn with_debian(
    text: &str,
    dated: Option<Date>,
    before: Option<&Weaknesses>,
) -> Result<Weaknesses, Refused> {
    let known = before.ok_or(Refused::First)?;
    let dated = dated.ok_or(Refused::Undated)?;
    let debian = debian(text, dated, &known.exploited).map_err(wrong)?;
    if let Some(other) = known.debian.as_ref().filter(|d| d.dated > dated) {
        return Err(wrong(older(dated, other.dated)));
    }
    Ok(Weaknesses {
        debian: Some(debian),
        ..known.clone()
    })
}

fn older(own: Date, used: Date) -> String {
    format!("it is of {own}, and the list in use is of {used}")
}

/// What is known, in words.
pub fn shown(lists: &Weaknesses) -> String {
    let many = |n: usize, one: &str, many: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {many}"),
    };
    let exploited = format!(
        "CISA's list of {}: {} known to be exploited",
        lists.exploited.dated,
        many(lists.exploited.all.len(), "weakness", "weaknesses")
    );
    let Some(debian) = &lists.debian else {
        return format!(
            "{exploited}; Debian's list is missing, so that nothing is judged by it yet: `holdfast facts update --from FILE --dated DAY` takes it"
        );
    };
    // What is on CISA's list no more is kept, in case that it comes back.
    let known = |cve: &String| lists.exploited.all.contains_key(cve);
    let packages = debian.sources.values().filter(|of| of.keys().any(known));
    let packages = many(packages.count(), "package", "packages");
    let judged = format!(
        "{exploited}; Debian's list of {}: {packages} with one",
        debian.dated
    );
    match lists.unasked().count() {
        0 => judged,
        n => format!(
            "{judged}; {} newer than that: take Debian's list again",
            many(n, "weakness is", "weaknesses are")
        ),
    }
}
