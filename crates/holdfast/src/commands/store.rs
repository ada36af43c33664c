//! `store check` and `store rebuild`: the index in SQLite or PostgreSQL beside the files that are the truth.

use crate::cli::StoreVerb;
use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Table, Tone};
use crate::world::World;
use anyhow::{Context as _, Result};
use index::{Index, IndexError, Place};
use model::realm::RealmTag;
use model::secret::Secret;
use serde_json::json;

/// Where the index is, if not beside the files.
const ADDRESS: &str = "HOLDFAST_INDEX";
/// The file that has the password of the database.
const PASSWORD_FILE: &str = "HOLDFAST_INDEX_PASSWORD_FILE";

/// Runs the verb.
pub(crate) fn store<R: RealmTag>(
    tag: R,
    what: &StoreVerb,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    match what {
        StoreVerb::Check(at) => check(&World::open(tag, &at.lab)?, json, paint),
        StoreVerb::Rebuild(at) => rebuild(&World::open(tag, &at.lab)?, json, paint),
    }
}

/// Brings the index up to date after something was recorded. The files have it already, so that nothing fails if this does.
pub(crate) fn follow<R: RealmTag>(world: &World<R>) {
    let done = place(world).and_then(|place| {
        let mut index = Index::open(&place, &world.store)?;
        Ok(index.catch_up(&world.store)?)
    });
    if let Err(why) = done {
        errln!("warning: the index does not have this yet: {why:#}");
        let rebuild = world.hints.command("store rebuild");
        errln!(
            "  nothing is lost, the files have it; the next observation tries again, and so does: {rebuild}"
        );
    }
}

fn place<R: RealmTag>(world: &World<R>) -> Result<Place> {
    let said = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
    let Some(url) = said(ADDRESS) else {
        return Ok(Place::Sqlite(world.store.dir().join("index.sqlite3")));
    };
    let password = match said(PASSWORD_FILE) {
        Some(path) => {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read {path}, which {PASSWORD_FILE} names"))?;
            Some(Secret::new(text.trim_end_matches('\n').to_owned()))
        }
        None => None,
    };
    Ok(Place::Postgres { url, password })
}

fn check<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let help = world.hints.command("store rebuild");
    let mut index =
        Index::open(&place(world)?, &world.store).map_err(|why| unusable(&why, &help))?;
    let found = index.check(&world.store)?;
    if json {
        let gap = |g: &index::Gap| json!({"missing": g.missing, "surplus": g.surplus});
        let gaps: std::collections::BTreeMap<_, _> =
            found.gaps.iter().map(|(t, g)| (t, gap(g))).collect();
        outln!("{:#}", json!({"rows": found.rows, "gaps": gaps}));
    } else {
        let mut table = Table::headed(&["TABLE", "ROWS", ""]);
        for (name, rows) in &found.rows {
            let said = match found.gaps.get(name) {
                None => ("as the files say".to_owned(), Some(Tone::Good)),
                Some(gap) => {
                    let said = format!("{} missing, {} too many", gap.missing, gap.surplus);
                    (said, Some(Tone::Bad))
                }
            };
            table.row([
                ((*name).to_owned(), Some(Tone::Head)),
                (rows.to_string(), None),
                said,
            ]);
        }
        out!("{}", table.print(paint, 0));
        if !found.is_same() {
            outln!("The files are the truth; the index is made anew by: {help}");
        }
    }
    Ok(match found.is_same() {
        true => Exit::Ok,
        false => Exit::Findings,
    })
}

fn unusable(why: &IndexError, help: &str) -> Stop {
    Stop::environment(format!("the index cannot be used: {why}")).help(format!(
        "the files are whole; made anew from them by: {help}"
    ))
}

fn rebuild<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let place = place(world)?;
    let mut index = match Index::open(&place, &world.store) {
        Ok(index) => index,
        // A damaged file, or tables of another version.
        Err(IndexError::Sqlite { .. } | IndexError::Version { .. }) => {
            Index::start_over(&place)?;
            Index::open(&place, &world.store)?
        }
        Err(other) => return Err(other.into()),
    };
    let rows = index.rebuild(&world.store)?;
    drop(index);
    if !json {
        outln!("{} made from the files", count(rows, "row", "rows"));
    }
    check(world, json, paint)
}
