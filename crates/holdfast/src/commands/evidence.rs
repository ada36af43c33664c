//! `evidence`: list, head, pin, compare.

use crate::cli::{EvidenceVerb, LabArgs};
use crate::exit::{Exit, Stop};
use crate::output::words::count;
use crate::output::{Paint, Table, Tone};
use crate::world::World;
use crate::{pins, running};
use anyhow::Result;
use model::evidence::{Body, Conclusion};
use model::realm::RealmTag;
use store::ledger::PinNote;

/// The arguments common to all of them.
pub(crate) fn at(verb: &EvidenceVerb) -> &LabArgs {
    match verb {
        EvidenceVerb::List(at)
        | EvidenceVerb::Head(at)
        | EvidenceVerb::Pin { at, .. }
        | EvidenceVerb::Compare { at, .. } => at,
    }
}

/// Runs the verb.
pub(crate) fn evidence<R: RealmTag>(
    tag: R,
    verb: &EvidenceVerb,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let world = World::open(tag, &at(verb).lab)?;
    match verb {
        EvidenceVerb::List(_) => list(&world, json, paint),
        EvidenceVerb::Head(_) => head(&world, json),
        EvidenceVerb::Pin { to, .. } => {
            let Some(pin) = world.store.head()? else {
                return Err(Stop::usage("the ledger is empty").into());
            };
            let name = format!("{}.pin.json", pin.writer);
            pins::write(to, &name, &pin)?;
            outln!("pinned record {} to {}", pin.seq, to.join(name).display());
            Ok(Exit::Ok)
        }
        EvidenceVerb::Compare { pin, .. } => {
            let Some(found) = pins::read(pin)? else {
                return Err(Stop::usage(format!("{} is not there", pin.display())).into());
            };
            let note = pins::note(&world, &found)?;
            outln!("{}", agreement(&note));
            Ok(if matches!(note, PinNote::NewEpoch { .. }) {
                Exit::Findings
            } else {
                Exit::Ok
            })
        }
    }
}

/// What a pin says of the ledger.
fn agreement(note: &PinNote) -> String {
    match note {
        PinNote::Elsewhere => "the pin is of another realm or of another writer".to_owned(),
        PinNote::Agrees => "the ledger holds the pinned record".to_owned(),
        PinNote::Known => {
            "the ledger does not hold the pinned record; an earlier epoch says so".to_owned()
        }
        PinNote::NewEpoch { epoch, gap } => {
            let gap = gap.and_then(|n| usize::try_from(n).ok());
            let missing = gap.map_or_else(
                || "the pin is beside the chain".to_owned(),
                |n| format!("{} missing", count(n, "record is", "records are")),
            );
            format!("the ledger does not hold the pinned record: {missing}; epoch {epoch} says so")
        }
    }
}

fn list<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let records = world.store.history()?;
    if json {
        dataln!("{}", serde_json::to_string_pretty(&records)?);
        return Ok(Exit::Ok);
    }
    let mut table = Table::default();
    for record in &records {
        let (word, text) = describe(&record.body);
        table.row([
            (record.seq.to_string(), Some(Tone::Dim)),
            (
                record.at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                Some(Tone::Dim),
            ),
            (word.to_owned(), Some(Tone::Head)),
            (text, None),
        ]);
    }
    out!("{}", table.print(paint, 0));
    let records = count(records.len(), "record", "records");
    outln!("\n{records} on {}", world.realm());
    Ok(Exit::Ok)
}

fn describe(body: &Body) -> (&'static str, String) {
    match body {
        Body::Epoch(epoch) => ("epoch", epoch.reason.clone()),
        Body::Measured(m) => {
            let (how, why) = match &m.conclusion {
                Conclusion::Conclusive => ("", ""),
                Conclusion::Failed(why) => (" failed:", why.as_str()),
                Conclusion::Inconclusive(why) => (" inconclusive:", why.as_str()),
            };
            let all = [why, m.summary.as_str()];
            let said = all.iter().filter(|t| !t.is_empty());
            let mut said: Vec<&str> = said.copied().collect();
            said.dedup();
            let said = said.join("; ");
            (
                "measured",
                format!("{} ({}){how} {said}", m.promise, m.grade.word()),
            )
        }
        Body::Run {
            run,
            purpose,
            outcome,
            ..
        } => (
            "run",
            format!("{run} {purpose}: {}", running::ended(*outcome)),
        ),
        Body::Recovered { bytes, .. } => (
            "recovered",
            format!("{bytes} bytes of an unfinished record were set aside"),
        ),
        Body::Note { text } => ("note", text.clone()),
    }
}

fn head<R: RealmTag>(world: &World<R>, json: bool) -> Result<Exit> {
    let pin = world.store.head()?;
    let dir = world.store.ledger_dir()?;
    if json {
        dataln!("{:#}", serde_json::json!({"head": pin, "ledger": dir}));
        return Ok(Exit::Ok);
    }
    match (pin, dir) {
        (Some(pin), Some(dir)) => {
            outln!(
                "record {} of writer {}, hash {}",
                pin.seq,
                pin.writer,
                pin.hash
            );
            outln!("verify it with: holdfast-verify {}", dir.display());
        }
        _ => outln!("the ledger is empty"),
    }
    Ok(Exit::Ok)
}
