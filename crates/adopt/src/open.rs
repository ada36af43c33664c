//! What the new texts leave open, each sort in one line.

use crate::draft::Draft;
use crate::found::{Said, Sort};
use std::collections::BTreeMap;

/// What nobody could know, of all that is new.
pub fn unknowns(draft: &Draft) -> Vec<Said> {
    let hosts = &draft.hosts;
    let of = |wanted: fn(&crate::found::Machine) -> bool| {
        let all = hosts.iter().filter(|(_, m)| wanted(m));
        all.map(|(n, _)| n.clone()).collect::<Vec<String>>()
    };
    let ports: usize = hosts.values().map(|m| m.ports.len()).sum();
    let pools: Vec<String> = draft.pools.keys().cloned().collect();
    let stacks: Vec<String> = draft.stacks.keys().cloned().collect();
    let lying = draft.stacks.iter().filter(|(_, s)| s.engine.is_none());
    let lying: Vec<String> = lying.map(|(n, _)| n.clone()).collect();
    let guests = |wanted: fn(&crate::found::Guest) -> bool| {
        let all = draft.guests.iter().filter(|(_, g)| wanted(g));
        all.map(|(n, _)| n.clone()).collect::<Vec<String>>()
    };
    let ports = match ports {
        1 => "why a port is open, and who answers for it".to_owned(),
        n => format!("why {n} ports are open, and who answers for them"),
    };
    let open = [
        (
            of(|m| m.way.is_none()),
            "whether and how they can be logged in to".to_owned(),
        ),
        (of(|m| !m.ports.is_empty()), ports),
        (of(|m| m.os.is_none()), "operating system".to_owned()),
        (
            of(|m| m.threads.is_none() || m.memory.is_none()),
            "hardware".to_owned(),
        ),
        (
            guests(|g| g.kind.is_none()),
            "whether they are machines or containers".to_owned(),
        ),
        (
            guests(|g| g.cores.is_none() || g.memory.is_none()),
            "cores or memory".to_owned(),
        ),
        (pools, "disks below them, and redundancy".to_owned()),
        (lying, "where they run".to_owned()),
        (stacks, "what their services are worth (`tier`)".to_owned()),
    ];
    let said = open.into_iter().filter(|(names, _)| !names.is_empty());
    let said = said.map(|(names, text)| Said {
        what: Sort::Unknown,
        of: several(&names),
        text,
    });
    let more = hosts.iter().flat_map(|(name, machine)| {
        let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (list, why) in &machine.more {
            lists.entry(why).or_default().push(list.word());
        }
        let said = |(why, lists): (&str, Vec<&str>)| Said {
            what: Sort::LeftOut,
            of: name.clone(),
            text: format!("{} are `at-least`: {why}", lists.join(", ")),
        };
        let unasked: Vec<&str> = machine.unasked().iter().map(|list| list.word()).collect();
        let unasked = (!unasked.is_empty()).then(|| Said {
            what: Sort::LeftOut,
            of: name.clone(),
            text: format!(
                "only its containers were asked for: {} are `ignore`; import ssh:// or local takes them up too",
                unasked.join(", ")
            ),
        });
        let lists = lists.into_iter().map(said);
        lists.chain(unasked).collect::<Vec<_>>()
    });
    more.chain(said).collect()
}

/// A few names, and how many more.
fn several(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
