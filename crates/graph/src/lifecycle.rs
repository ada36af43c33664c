//! Whether a version of a product is still supported, and how a finding says so.

use crate::origin::{cite, days};
use diag::{Diagnostic, Severity};
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::knowledge::Product;

/// Within so many days the end is near enough to plan for.
const SOON: i32 = 180;

/// How it stands with a product or a release of it.
pub enum Life<'a> {
    /// The product was given up.
    Ended(Date),
    /// Its support is over: since when, and the release that it is of.
    Over(&'a str, Date),
    /// Regular support is over, extended support goes on: since when, and until when.
    Extended(&'a str, Date, Date),
    /// Its support ends soon.
    Soon(&'a str, Date),
    /// It is supported, or it has no end that is known.
    Fine,
    /// The table knows the product's releases, but no version is given.
    NoVersion,
    /// The table does not know this one.
    UnknownRelease,
}

/// How it stands with a version of a product; of those that the product is based on where it has no releases itself.
pub fn of<'a>(
    product: &'a Product,
    base: Option<&'a Product>,
    version: Option<&str>,
    today: Date,
) -> Life<'a> {
    if let Some(on) = product.ended.as_ref().and_then(|e| e.on.known().copied()) {
        return Life::Ended(on);
    }
    let dated = match base {
        Some(base) if product.releases.is_empty() => base,
        _ => product,
    };
    if dated.releases.is_empty() {
        return Life::Fine;
    }
    let Some(version) = version else {
        return Life::NoVersion;
    };
    let Some((name, release)) = dated.release(version) else {
        return Life::UnknownRelease;
    };
    let Some(ends) = release.ends.known().copied() else {
        return Life::Fine;
    };
    match release.extended.known().copied() {
        Some(until) if ends < today && today <= until => Life::Extended(name, ends, until),
        Some(until) if until < today => Life::Over(name, until),
        _ if ends < today => Life::Over(name, ends),
        _ if days(today, ends) <= SOON => Life::Soon(name, ends),
        _ => Life::Fine,
    }
}

/// The words and the severity for it, with source and age of the fact; nothing where all is well or nothing can be said.
pub fn say(
    life: &Life<'_>,
    product: &Product,
    base: Option<&Product>,
    today: Date,
) -> Option<Said> {
    let title = product.title();
    let dated = match base {
        Some(base) if product.releases.is_empty() => base,
        _ => product,
    };
    let ago = |since: Date| {
        let n = days(since, today);
        format!(
            "{today} - {since} = {n} {}",
            if n == 1 { "day" } else { "days" }
        )
    };
    let (severity, text, note) = match life {
        Life::Ended(on) => {
            let text = format!("{title}, which nobody maintains since {on}");
            (Severity::Warning, text, ago(*on))
        }
        Life::Over(release, on) => {
            let text = format!("{title} {release}, whose support ended on {on}");
            (Severity::Warning, text, ago(*on))
        }
        Life::Extended(release, since, until) => {
            let text = format!("{title} {release}, whose regular support ended on {since}");
            let kind = product
                .extended
                .known()
                .map_or("extended support", |e| e.0.as_str());
            (Severity::Info, text, format!("until {until}: {kind}"))
        }
        Life::Soon(release, on) => {
            let n = days(today, *on);
            let text = format!("{title} {release}, whose support ends on {on}");
            let note = format!(
                "{on} - {today} = {n} {}",
                if n == 1 { "day" } else { "days" }
            );
            (Severity::Info, text, note)
        }
        Life::Fine | Life::NoVersion | Life::UnknownRelease => return None,
    };
    let origin = match (life, &product.ended) {
        (Life::Ended(_), Some(ended)) => product.origin(&ended.source, &ended.checked),
        (Life::Over(name, _) | Life::Extended(name, ..) | Life::Soon(name, _), _) => {
            let release = dated.releases.iter().find(|(n, _)| n.0 == *name);
            match release {
                Some((_, release)) => dated.origin(&release.source, &release.checked),
                None => dated.origin(&None, &None),
            }
        }
        _ => product.origin(&None, &None),
    };
    Some(Said {
        severity,
        text,
        note,
        origin,
    })
}

/// What is said of a life that needs words.
pub struct Said {
    /// How bad it is.
    pub severity: Severity,
    /// `Debian 11, whose support ended on …`.
    pub text: String,
    note: String,
    origin: model::knowledge::Origin,
}

impl Said {
    /// Adds the arithmetic and where the fact stands.
    pub fn notes(&self, d: Diagnostic, today: Date) -> Diagnostic {
        cite(d.note(self.note.clone()), &self.origin, today)
    }
}
