//! What is declared and not in use: planned, or gone and kept for the record, and what rests on that alone.

use crate::{Cell, Sheet};
use model::declare::Given;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::storage::Pool;

/// What is asked for of it; none if all of that is in use.
pub(crate) fn sheet(lab: &Lab, is_told: &dyn Fn(&ObjectRef) -> bool) -> Option<Sheet> {
    let mut sheet = Sheet::new("not in use", &["WHAT", "STATUS", "ADDRESSES", "BECAUSE OF"]);
    for (object, why) in lab.apart.why.iter().filter(|(o, _)| is_told(o)) {
        sheet.row([
            Cell::declared(object),
            Cell::declared(why.status.word()),
            Cell::list(addresses(lab, object)),
            match &why.because {
                Some(on) => Cell::declared(on),
                None => Cell::silent(),
            },
        ]);
    }
    sheet.note("none of it counts: no capacity, no copy, no vote; its addresses and places in racks are kept");
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// Pools that say themselves that they are not in use, with the word for it.
pub(crate) fn pools(lab: &Lab) -> impl Iterator<Item = (&String, &Pool, &'static str)> {
    lab.apart.pools.iter().filter_map(|(name, pool)| {
        let why = lab.apart.why(Kind::Pool, name)?;
        let own = why.because.is_none();
        own.then(|| (name, pool, why.status.word()))
    })
}

/// It says itself that it is not in use.
pub(crate) fn says_so(lab: &Lab, object: &ObjectRef) -> bool {
    let why = lab.apart.why.get(object);
    why.is_some_and(|why| why.because.is_none())
}

fn addresses(lab: &Lab, object: &ObjectRef) -> Vec<String> {
    let (apart, name) = (&lab.apart, object.name.as_str());
    let others = match object.kind {
        Kind::Host => {
            let host = apart.hosts.get(name);
            let all = host.into_iter().flat_map(|h| h.addresses.values());
            return all.filter_map(Given::value).cloned().collect();
        }
        Kind::Guest => apart.guests.get(name).map(|g| &g.addresses),
        Kind::Device => apart.devices.get(name).map(|d| &d.addresses),
        _ => None,
    };
    let all = others.into_iter().flat_map(|a| a.values());
    all.filter_map(|given| Some(given.value()?.to_string()))
        .collect()
}
