//! `facts update` of a list of weaknesses: CISA's of what is known to be exploited, and Debian's of what it has mended.

use crate::exit::{Exit, Stop};
use crate::knowledge;
use anyhow::Result;
use dialect::weakness::{self, List, Refused};
use jiff::civil::Date;
use model::weakness::Weaknesses;
use serde_json::{Value, json};
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
            Some(_) => Err(table(from)),
        };
    }
    let list = match weakness::which(text) {
        Ok(List::Other) if dated.is_some() => return Err(table(from)),
        Ok(List::Other) => return Ok(None),
        Ok(list) => list,
        Err(why) => return Err(refused(from, Refused::Wrong(why))),
    };
    let facts = knowledge::in_use();
    // What is kept of the other list would be lost.
    if let Some(why) = facts.unread {
        let why = format!("the lists in use cannot be read: {why}; nothing was changed");
        return Err(Stop::environment(why)
            .help("mend that file or move it away: then the lists before it are used, or none if it was the only one")
            .into());
    }
    let before = facts.knowledge.weaknesses;
    let today = jiff::Zoned::now().date();
    let after = weakness::joined((list, text), dated, before.as_ref(), today);
    let after = after.map_err(|why| refused(from, why))?;
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
        let mut said = self::json(&after);
        said["installed"] = json!(path);
        dataln!("{said:#}");
        return Ok(Some(Exit::Ok));
    }
    outln!("{}", weakness::shown(&after));
    match written {
        Some(path) => outln!(
            "installed as {}; what was installed before stays",
            path.display()
        ),
        None => outln!("nothing in {shown} is newer than what is in use; nothing was changed"),
    }
    Ok(Some(Exit::Ok))
}

/// The lists for programs.
pub(super) fn json(lists: &Weaknesses) -> Value {
    let (exploited, debian) = (&lists.exploited, lists.debian.as_ref());
    json!({
        "exploited": {"dated": exploited.dated, "version": exploited.version, "entries": exploited.all.len()},
        "debian": debian.map(|d| json!({"dated": d.dated, "packages": d.sources.len()})),
        "unasked": lists.unasked().count(),
    })
}

fn table(from: &Path) -> anyhow::Error {
    Stop::usage(format!(
        "{} is a table of facts, in which each has its day; --dated is for files that have none",
        from.display()
    ))
    .into()
}

fn refused(from: &Path, why: Refused) -> anyhow::Error {
    let (said, help) = why.told(&from.display().to_string());
    Stop::usage(said).help(help).into()
}
