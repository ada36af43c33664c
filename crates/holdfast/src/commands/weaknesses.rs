//! `facts update` of a list of weaknesses: CISA's of what is known to be exploited, and Debian's of what it has mended.

use crate::exit::{Exit, Stop};
use crate::knowledge;
use anyhow::Result;
use dialect::weakness::{self, List, Refused};
use jiff::civil::Date;
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
        Err(why) => return Err(refused(from, Refused::Wrong(why))),
    };
    let before = knowledge::in_use().knowledge.weaknesses;
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

fn refused(from: &Path, why: Refused) -> anyhow::Error {
    let (said, help) = why.told(&from.display().to_string());
    Stop::usage(said).help(help).into()
}
