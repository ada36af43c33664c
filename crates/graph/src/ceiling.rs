//! What a pool cannot hold more than, where nobody says what it does hold.

use crate::figure::Figure;
use crate::totals::{Part, Total, devices, part, room, sum};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::storage::Pool;
use smol_str::format_smolstr;

/// What a pool cannot hold more than, where nobody knows what it does hold: all of its devices together, what is declared of them, or what
/// the pool below it holds. None where not even that is known.
pub fn at_most(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    // Devices of its own beside a pool below it: of which of the two it is made of, nobody said.
    match (pool.devices.is_empty(), pool.from.known()) {
        (false, Some(_)) => None,
        (false, None) => all_devices(lab, name, pool).or_else(|| raw(name, pool)),
        (true, None) => raw(name, pool),
        (true, Some(_)) => raw(name, pool).or_else(|| below(lab, name)),
    }
}

/// The first of the pools below one whose size, or the most of it, is known.
fn below(lab: &Lab, name: &str) -> Option<Part> {
    let mut chain = crate::pools::chain(lab, name).into_iter().skip(1);
    let (at, part) = chain.find_map(|(n, p)| {
        let own = p.from.is_none().then(|| at_most(lab, n, p)).flatten();
        Some((n, room(lab, n, p).or(own)?))
    })?;
    let shown = format_smolstr!("pool '{at}': {}", part.shown);
    Some(Part { shown, ..part })
}

fn raw(name: &str, pool: &Pool) -> Option<Part> {
    let part = part(name, &pool.raw, |s| i128::from(s.bytes()))?;
    let shown = format_smolstr!("all devices, {}", part.shown);
    Some(Part { shown, ..part })
}

fn all_devices(lab: &Lab, name: &str, pool: &Pool) -> Option<Part> {
    let Total::Sum(parts) = sum(devices(lab, name, pool).into_iter()) else {
        return None;
    };
    let value = parts.iter().map(|p| p.value).sum();
    let terms: Vec<&str> = parts.iter().map(|p| p.shown.as_str()).collect();
    let shown = match terms.as_slice() {
        [one] => format!("all devices, {one}"),
        all => {
            let unit = Figure::parse(all.first()?)?;
            format!("all devices, {} = {}", all.join(" + "), unit.say(value))
        }
    };
    let assumed = parts.iter().any(|p| p.assumed);
    let (name, span) = (name.to_owned(), pool.span);
    Some(Part {
        name,
        shown: shown.into(),
        value,
        span,
        assumed,
    })
}
