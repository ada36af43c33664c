//! `ports`: every way in, who answers for it, and from where it can be reached.

mod probe;

use crate::cli::PortsArgs;
use crate::exit::Exit;
use crate::interfaces::Chosen;
use crate::output::words::count;
use crate::output::{Paint, Table, Tone, drift, wrap};
use crate::world::World;
use anyhow::Result;
use model::lab::Lab;
use model::realm::RealmTag;
use plan::filter::Passes;
use plan::ports::{Justification, Port};
use probe::Probed;
use serde_json::{Value, json};

/// Every way in.
pub(crate) fn ports<R: RealmTag>(
    tag: R,
    args: &PortsArgs,
    json: bool,
    paint: Paint,
) -> Result<Exit> {
    let at = &args.at;
    let world = World::open(tag, &at.world.lab)?;
    // Who probes has to be looked at, too: its address is what the rules are asked about.
    let looked = if args.probe { None } else { at.host.as_deref() };
    let mut drivers = world.drivers_beside_interfaces(looked)?;
    let mut scopes = world.with_ways(looked, world.shallow(looked)?)?;
    let told = world.told_of_ways_in();
    scopes.retain(|name, _| !told.contains(name));
    let mut facts = world.ask(&mut drivers, &scopes)?;
    let chosen = Chosen::of(at.host.as_deref(), None);
    facts.targets.extend(world.look_at_ways_in(chosen)?.targets);
    let mut rows: Vec<Port> = Vec::new();
    for (name, host) in world.machines(at.host.as_deref())? {
        if let Some(observed) = facts.targets.get(name) {
            rows.extend(plan::ports::ports(&world.tree.lab, name, host, observed));
        }
    }
    let probed = match args.probe {
        true => probe::all(&world, &facts, &rows)?,
        false => Vec::new(),
    };
    rows.extend(world.with_context(&facts, plan::traefik::ways)?);
    rows.extend(world.with_context(&facts, plan::router::ways)?);
    rows.extend(world.with_context(&facts, plan::kube::ways)?);
    rows.extend(world.with_context(&facts, plan::appliance::ways)?);
    rows.extend(world.with_context(&facts, plan::tunnels::ways)?);
    let exit = exit(&rows, &probed);
    if json {
        outln!("{:#}", as_json(&rows, &probed));
        return Ok(exit);
    }
    out!("{}", drift::silent(&facts, paint));
    let answered = |host: &str| {
        let target = facts.targets.get(host);
        target.is_some_and(|f| f.identity.is_some())
    };
    let (rows, silent): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| answered(&r.host));
    out!("{}", as_text(&rows, !silent.is_empty(), args.why, paint));
    out!("{}", probe::text(&probed, args.probe, paint));
    if at.host.is_none() {
        out!("{}", passages(&world.tree.lab, paint));
    }
    Ok(exit)
}

fn exit(rows: &[Port], probed: &[Probed]) -> Exit {
    let any = |state: Justification| rows.iter().any(|r| r.state == state);
    if any(Justification::None) || probed.iter().any(|p| p.disagrees.is_some()) {
        Exit::Findings
    } else if any(Justification::Unknown) || probed.iter().any(Probed::is_unknown) {
        Exit::PartlyUnknown
    } else {
        Exit::Ok
    }
}

/// The word for whether somebody answers for a socket, the same in every form.
fn answered_for(state: Justification) -> (&'static str, Tone) {
    match state {
        Justification::Declared => ("declared", Tone::Good),
        Justification::Local => ("local", Tone::Dim),
        Justification::None => ("unjustified", Tone::Bad),
        Justification::Unknown => ("unknown", Tone::Look),
    }
}

fn as_json(rows: &[Port], probed: &[Probed]) -> Value {
    let row = |r: &Port| {
        let reach = r.reach.iter().map(|(from, judged)| {
            json!({
                "from": from,
                "reachable": judged.passes.word(),
                "why": judged.why,
                "led_to": judged.led_to,
                "past_input": judged.input_denies,
            })
        });
        let probes = probed
            .iter()
            .filter(|p| p.host == r.host && p.socket == r.socket);
        json!({
            "host": r.host,
            "socket": r.socket,
            "process": r.process,
            "unit": r.unit,
            "package": r.package,
            "state": answered_for(r.state).0,
            "reason": r.reason,
            "reach": reach.collect::<Vec<_>>(),
            "probes": probes.map(Probed::json).collect::<Vec<_>>(),
        })
    };
    rows.iter().map(row).collect()
}

/// Declared ways that no host shows.
fn passages(lab: &Lab, paint: Paint) -> String {
    let all = plan::ports::passages(lab);
    if all.is_empty() {
        return String::new();
    }
    let mut table = Table::headed(&["SERVICE", "PORT", "VIA", "NAME", "FROM", "REASON"]);
    for way in all {
        let (reason, tone) = match way.reason {
            Some(reason) => (reason, None),
            None => ("no reason is declared".to_owned(), Some(Tone::Look)),
        };
        table.row([
            (way.service, Some(Tone::Head)),
            (way.port, None),
            (way.via, None),
            (way.name, None),
            (way.from, None),
            (reason, tone),
        ]);
    }
    format!(
        "\ndeclared, by a tunnel, proxy or router:\n{}",
        table.print(paint, 0)
    )
}

/// What listens, and the package that brought it.
fn held_by(row: &Port) -> String {
    match row.package.as_deref() {
        Some("none") => format!("{}, of no package", row.process),
        Some(package) if package != row.process => format!("{}, of {package}", row.process),
        _ => row.process.clone(),
    }
}

/// From where: nothing of what is kept out, unless that is everything.
fn reachable(row: &Port) -> (String, Option<Tone>) {
    if row.reach.is_empty() {
        return ("-".to_owned(), Some(Tone::Dim));
    }
    let (yes, unknown) = (row.from(&Passes::Yes), row.from(&Passes::Unknown));
    let mut parts = Vec::new();
    if !yes.is_empty() {
        parts.push(yes.join(", "));
    }
    if !unknown.is_empty() {
        parts.push(format!("unknown: {}", unknown.join(", ")));
    }
    match parts.is_empty() {
        true => ("nowhere".to_owned(), Some(Tone::Dim)),
        false => (parts.join("; "), None),
    }
}

fn as_text(rows: &[Port], more_unknown: bool, why: bool, paint: Paint) -> String {
    let mut table = Table::default();
    if !rows.is_empty() {
        table = Table::headed(&[
            "HOST",
            "STATE",
            "SOCKET",
            "PROCESS",
            "LET IN FROM",
            "REASON",
        ]);
    }
    for row in rows {
        let (word, tone) = answered_for(row.state);
        let (from, faint) = reachable(row);
        table.row([
            (row.host.clone(), Some(Tone::Head)),
            (word.to_owned(), Some(tone)),
            (row.socket.clone(), None),
            (held_by(row), None),
            (from, faint),
            (row.reason.clone(), None),
        ]);
    }
    let mut text = table.print(paint, 0);
    text.push('\n');
    for row in rows {
        let label = format!("{} {}", row.host, row.socket);
        if let Some(judged) = row.past_the_filter() {
            let said = format!("past the input chain, which denies it: {}", judged.why);
            text.push_str(&format!("{}\n", paint.text(Tone::Bad, &label)));
            text.push_str(&wrap::hanging("    ", &said, paint.width()));
        } else if why {
            text.push_str(&format!("{label}\n"));
            for (from, judged) in &row.reach {
                let said = format!("{from} {}: {}", judged.passes.word(), judged.why);
                text.push_str(&wrap::hanging("    ", &said, paint.width()));
            }
        }
    }
    let open = rows
        .iter()
        .filter(|r| r.state == Justification::None)
        .count();
    let unknown = |r: &Port| r.state == Justification::Unknown;
    let (names, sockets): (Vec<_>, Vec<_>) = rows
        .iter()
        .filter(|r| !unknown(r))
        .partition(|r| r.socket.contains("://"));
    let mut sockets = count(sockets.len(), "socket", "sockets");
    if !names.is_empty() {
        let names = count(names.len(), "name", "names");
        sockets.push_str(&format!(" and {names} by a proxy or tunnel"));
    }
    match more_unknown || rows.iter().any(unknown) {
        true => {
            format!("{text}{sockets} known, {open} without a declared reason; not all is known\n")
        }
        false => format!("{text}{sockets}, {open} without a declared reason\n"),
    }
}
