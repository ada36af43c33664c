//! Who may talk to whom, as a table: thirty arrows between six zones would show nothing.

use crate::diagram::model::{Hue, Matrix, Passage};
use model::declare::{OptExt, Or};
use model::id::Kind;
use model::lab::Lab;
use model::lab::network::{Action, AnyPort, End, Flow};
use model::lab::service::Outside;
use std::collections::BTreeMap;

/// All zones, and what else flows name. Nothing where there are no two of them.
pub(crate) fn matrix(lab: &Lab) -> Option<Matrix> {
    let hues = super::zone_hues(lab);
    let mut ends: Vec<(String, Hue)> = Vec::new();
    let mut said: BTreeMap<(String, String), Vec<&Flow>> = BTreeMap::new();
    for flow in &lab.flows {
        let (Some(from), Some(to)) = (flow.from.known(), flow.to.known()) else {
            continue;
        };
        for end in [from, to] {
            let name = name(end);
            if !ends.iter().any(|(n, _)| *n == name) {
                let hue = match end {
                    Or::Word(_) => Hue::Red,
                    Or::Ref(r) => hues.get(r.name()).copied().unwrap_or(Hue::Grey),
                };
                ends.push((name, hue));
            }
        }
        said.entry((name(from), name(to))).or_default().push(flow);
    }
    // Of a zone that no flow names nobody has decided anything, and that is to be seen.
    for zone in lab.zones.keys() {
        if !ends.iter().any(|(n, _)| n == zone) {
            let hue = hues.get(zone.as_str()).copied().unwrap_or(Hue::Grey);
            ends.push((zone.to_string(), hue));
        }
    }
    if ends.is_empty() || said.is_empty() && ends.len() < 2 {
        return None;
    }
    let order = |(name, _): &(String, Hue)| {
        let zone = lab.zones.get(name);
        (
            name == "internet",
            zone.map_or(9, super::rank),
            name.clone(),
        )
    };
    ends.sort_by_key(order);
    let cell = |from: &str, to: &str| match said.get(&(from.to_owned(), to.to_owned())) {
        None if from == to => Passage::Same,
        None => Passage::Silent,
        Some(flows) => passage(flows),
    };
    // A zone is always both; a machine only what a flow says of it.
    let broad = |name: &str| name == "internet" || lab.zones.contains_key(name);
    let sources: Vec<_> = ends
        .iter()
        .filter(|(n, _)| broad(n) || said.keys().any(|(from, _)| from == n))
        .cloned()
        .collect();
    let destinations: Vec<_> = ends
        .iter()
        .filter(|(n, _)| broad(n) || said.keys().any(|(_, to)| to == n))
        .cloned()
        .collect();
    let row = |from: &str| destinations.iter().map(|(to, _)| cell(from, to)).collect();
    let cells = sources.iter().map(|(from, _)| row(from)).collect();
    Some(Matrix {
        title: "Who may open connections: from the row to the column".to_owned(),
        sources,
        destinations,
        cells,
    })
}

fn passage(flows: &[&Flow]) -> Passage {
    let allowed = flows
        .iter()
        .filter(|f| f.action.known() == Some(&Action::Allow));
    let mut ports: Vec<String> = Vec::new();
    let mut why: Vec<String> = Vec::new();
    for flow in allowed {
        let each = flow.ports.iter().map(|p| match &p.value {
            Or::Word(AnyPort::Any) => "any".to_owned(),
            Or::Ref(ports) => {
                let text = ports.to_string();
                text.strip_suffix("/tcp")
                    .map_or(text.clone(), str::to_owned)
            }
        });
        ports.extend(each);
        why.extend(flow.why.known().map(ToString::to_string));
        if flow.ports.is_empty() {
            ports.push("?".to_owned());
        }
    }
    if ports.is_empty() {
        return Passage::Denied;
    }
    Passage::Allowed {
        ports: both(&ports).join(", "),
        why: why.join("; "),
    }
}

/// `53` and `53/udp` are `53 tcp+udp`.
fn both(ports: &[String]) -> Vec<String> {
    let has = |text: &str| ports.iter().any(|p| p == text);
    let mut out = Vec::new();
    for port in ports {
        let text = match port.strip_suffix("/udp") {
            Some(number) if has(number) => continue,
            None if has(&format!("{port}/udp")) => format!("{port} tcp+udp"),
            _ => port.clone(),
        };
        if !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// Zones by their name alone, anything else with its kind.
fn name(end: &End) -> String {
    match end {
        Or::Word(Outside::Internet) => "internet".to_owned(),
        Or::Word(Outside::Any) => "any".to_owned(),
        Or::Word(Outside::Loopback) => "loopback".to_owned(),
        Or::Ref(r) if r.kind() == Kind::Zone => r.name().to_owned(),
        Or::Ref(r) => super::reference(r.kind(), r.name()),
    }
}
