//! `facts update` of a list of weaknesses: CISA's of what is known to be exploited, and Debian's of what it has mended.

use crate::exit::{Exit, Stop};
use crate::knowledge;
use crate::output::words::count;
use anyhow::Result;
use dialect::weakness::{self, List};
use jiff::civil::Date;
use model::weakness::{FORMAT, Weaknesses};
use serde_json::json;
use std::path::Path;

/// Takes a list as it is published; `None` if the file is no such list.
pub(super) fn take(
    from: &Path,
    text: &str,
    dated: Option<Date>,
    json: bool,
) -> Result<Option<Exit>> {
    let shown = from.display();
    if !text.trim_start().starts_with('{') {
        return match dated {
            None => Ok(None),
            Some(_) => Err(Stop::usage(format!(
                "{shown} is a table of facts, in which each has its day; --dated is for files that have none"
            ))
            .into()),
        };
    }
    let list = match weakness::which(text) {
        Ok(List::Other) => return Ok(None),
        Ok(list) => list,
        Err(why) => return Err(refused(from, &why)),
    };
    let before = knowledge::in_use().knowledge.weaknesses;
    let today = jiff::Zoned::now().date();
    let after = match list {
        List::Exploited => exploited(from, text, dated, before.as_ref())?,
        _ => debian(from, text, dated, before.as_ref())?,
    };
    let newest = [
        Some(after.exploited.dated),
        after.debian.as_ref().map(|d| d.dated),
    ];
    if let Some(day) = newest.into_iter().flatten().find(|day| *day > today) {
        let why = format!("it is of {day}, which is yet to come");
        return Err(refused(from, &why));
    }
    let is_new = before.as_ref() != Some(&after);
    let written = match is_new {
        true => Some(super::facts::install(
            &serde_json::to_string(&after)?,
            "json",
        )?),
        false => None,
    };
    if json {
        let path = written.map(|p| p.display().to_string());
        dataln!(
            "{:#}",
            json!({
                "exploited": {"dated": after.exploited.dated, "version": after.exploited.version, "entries": after.exploited.all.len()},
                "debian": after.debian.as_ref().map(|d| json!({"dated": d.dated, "packages": d.sources.len()})),
                "unasked": after.unasked().count(), "installed": path,
            })
        );
        return Ok(Some(Exit::Ok));
    }
    outln!("{}", self::shown(&after));
    match written {
        Some(path) => outln!(
            "installed as {}; what was installed before stays",
            path.display()
        ),
        None => outln!("nothing in {shown} is newer than what is in use; nothing was changed"),
    }
    Ok(Some(Exit::Ok))
}

/// What is known, in words.
pub(super) fn shown(lists: &Weaknesses) -> String {
    let exploited = format!(
        "CISA's list of {}: {} known to be exploited",
        lists.exploited.dated,
        count(lists.exploited.all.len(), "weakness", "weaknesses")
    );
    let Some(debian) = &lists.debian else {
        return format!(
            "{exploited}; Debian's list is missing, so that nothing is judged by it yet: `holdfast facts update --from FILE --dated DAY` takes it"
        );
    };
    let packages = count(debian.sources.len(), "package", "packages");
    let judged = format!(
        "{exploited}; Debian's list of {}: {packages} with one",
        debian.dated
    );
    match lists.unasked().count() {
        0 => judged,
        n => format!(
            "{judged}; {} newer than that: take Debian's list again",
            match n {
                1 => "1 weakness is".to_owned(),
                n => format!("{n} weaknesses are"),
            }
        ),
    }
}

fn exploited(
    from: &Path,
    text: &str,
    dated: Option<Date>,
    before: Option<&Weaknesses>,
) -> Result<Weaknesses> {
    if dated.is_some() {
        let why = "it has a day of its own, so that --dated is not for it";
        return Err(refused(from, why));
    }
    let exploited = weakness::exploited(text).map_err(|why| refused(from, &why))?;
    if let Some(known) = before.filter(|b| b.exploited.dated > exploited.dated) {
        let why = format!(
            "it is of {}, and the list in use is of {}",
            exploited.dated, known.exploited.dated
        );
        return Err(refused(from, &why));
    }
    Ok(Weaknesses {
        format: FORMAT,
        exploited,
        debian: before.and_then(|b| b.debian.clone()),
    })
}

fn debian(
    from: &Path,
    text: &str,
    dated: Option<Date>,
    before: Option<&Weaknesses>,
) -> Result<Weaknesses> {
    let known = before.ok_or_else(|| {
        let stop = Stop::usage(format!(
            "{} seems to be Debian's list, of which only what is known to be exploited is kept, and no list of that was taken; nothing was changed",
            from.display()
        ));
        stop.help("take https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json first")
    })?;
    let dated = dated.ok_or_else(|| {
        let stop = Stop::usage(format!(
            "{} seems to be Debian's list, which does not say of which day it is; nothing was changed",
            from.display()
        ));
        stop.help("say when it was fetched: --dated YYYY-MM-DD")
    })?;
    let read = weakness::debian(text, dated, &known.exploited);
    let debian = read.map_err(|why| refused(from, &why))?;
    if let Some(other) = known.debian.as_ref().filter(|d| d.dated > dated) {
        let why = format!(
            "it is of {dated}, and the list in use is of {}",
            other.dated
        );
        return Err(refused(from, &why));
    }
    Ok(Weaknesses {
        debian: Some(debian),
        ..known.clone()
    })
}

fn refused(from: &Path, why: &str) -> anyhow::Error {
    let stop = Stop::usage(format!(
        "{} is no list of weaknesses that can be taken: {why}; nothing was changed",
        from.display()
    ));
    stop.help("docs/formats/weaknesses.md says which files are taken")
        .into()
}
