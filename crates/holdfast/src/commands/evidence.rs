//! `evidence`: list, head, pin, compare.

use crate::cli::{EvidenceVerb, LabArgs};
use crate::exit::{Exit, Stop};
use crate::output::{Paint, Table, Tone};
use crate::pins;
use crate::world::World;
use anyhow::Result;
use model::evidence::{Body, Conclusion};
use model::realm::RealmTag;

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
            println!("pinned record {} to {}", pin.seq, to.join(name).display());
            Ok(Exit::Ok)
        }
        EvidenceVerb::Compare { pin, .. } => {
            let Some(found) = pins::read(pin)? else {
                return Err(Stop::usage(format!("{} is not there", pin.display())).into());
            };
            let note = pins::note(&world, &found)?;
            println!("{note:?}");
            Ok(if matches!(note, store::ledger::PinNote::NewEpoch { .. }) {
                Exit::Findings
            } else {
                Exit::Ok
            })
        }
    }
}

fn list<R: RealmTag>(world: &World<R>, json: bool, paint: Paint) -> Result<Exit> {
    let records = world.store.history()?;
    if json {
        println!("{}", serde_json::to_string_pretty(&records)?);
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
    print!("{}", table.print(paint, 0));
    println!("\n{} records on {}", records.len(), world.realm());
    Ok(Exit::Ok)
}

fn describe(body: &Body) -> (&'static str, String) {
    match body {
        Body::Epoch(epoch) => ("epoch", epoch.reason.clone()),
        Body::Measured(m) => {
            let how = match &m.conclusion {
                Conclusion::Conclusive => String::new(),
                Conclusion::Failed(why) => format!(" failed: {why}"),
                Conclusion::Inconclusive(why) => format!(" inconclusive: {why}"),
            };
            (
                "measured",
                format!("{} ({}){how} {}", m.promise, m.grade.word(), m.summary),
            )
        }
        Body::Run {
            run,
            purpose,
            outcome,
            ..
        } => ("run", format!("{run} {purpose}: {outcome:?}")),
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
        println!("{:#}", serde_json::json!({"head": pin, "ledger": dir}));
        return Ok(Exit::Ok);
    }
    match (pin, dir) {
        (Some(pin), Some(dir)) => {
            println!(
                "record {} of writer {}, hash {}",
                pin.seq, pin.writer, pin.hash
            );
            println!("verify it with: holdfast-verify {}", dir.display());
        }
        _ => println!("the ledger is empty"),
    }
    Ok(Exit::Ok)
}
