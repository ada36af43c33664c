//! A part of a drawing: one object, what it leads to and what leads to it.

use super::model::{Diagram, View};
use model::id::ObjectRef;
use model::lab::Lab;
use std::collections::{BTreeMap, BTreeSet};

/// Nothing in the drawing has that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Everything that could have been named.
    pub known: BTreeSet<String>,
}

/// Keeps an object (`kind/name`, or a name alone) with all that it leads to and all that leads to it.
///
/// # Errors
/// Nothing in the drawing has that name.
pub fn focus(diagram: Diagram, on: &str) -> Result<Diagram, Lost> {
    let is = |of: &String| of == on || of.split_once('/').is_some_and(|(_, name)| name == on);
    let start: BTreeSet<usize> = (0..diagram.nodes.len())
        .filter(|n| diagram.nodes.get(*n).is_some_and(|n| n.of.iter().any(is)))
        .collect();
    if start.is_empty() {
        let known = diagram.nodes.into_iter().flat_map(|n| n.of).collect();
        return Err(Lost { known });
    }
    let mut keep = start.clone();
    for forward in [true, false] {
        let mut open: Vec<usize> = start.iter().copied().collect();
        let mut seen = start.clone();
        while let Some(node) = open.pop() {
            for edge in &diagram.edges {
                let (from, to) = if forward {
                    (edge.from, edge.to)
                } else {
                    (edge.to, edge.from)
                };
                if from == node && seen.insert(to) {
                    open.push(to);
                }
            }
        }
        keep.extend(seen);
    }
    Ok(part(diagram, &keep, on))
}

/// Why something that is declared is in no drawing, if it is planned or gone; it is named as in [`focus`].
pub fn not_in_use(lab: &Lab, view: View, on: &str) -> Option<String> {
    let is = |o: &ObjectRef| o.name == on || o.to_string() == on;
    let (found, why) = lab.apart.why.iter().find(|(o, _)| is(o))?;
    let (kind, status) = (found.kind.word(), why.status.word());
    let because = why.because.as_ref();
    let because = because.map_or(String::new(), |on| format!(", since {on} is"));
    Some(format!(
        "{kind} {} is {status}{because}, and the view {} has what is in use",
        found.name,
        view.word()
    ))
}

fn part(mut diagram: Diagram, keep: &BTreeSet<usize>, on: &str) -> Diagram {
    let new: BTreeMap<usize, usize> = keep.iter().enumerate().map(|(n, old)| (*old, n)).collect();
    let all = diagram.nodes.len();
    let nodes = std::mem::take(&mut diagram.nodes).into_iter().enumerate();
    diagram.nodes = nodes
        .filter(|(n, _)| keep.contains(n))
        .map(|(_, n)| n)
        .collect();
    let edges = std::mem::take(&mut diagram.edges).into_iter();
    diagram.edges = edges
        .filter_map(|mut e| {
            e.from = *new.get(&e.from)?;
            e.to = *new.get(&e.to)?;
            Some(e)
        })
        .collect();
    diagram.summary = format!("around {on}: {} of {all} boxes", diagram.nodes.len());
    diagram.matrix = None;
    diagram
}
