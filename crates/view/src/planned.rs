//! What is declared and not in use: planned, or gone and kept for the record, and what rests on that alone.

use crate::{Cell, Sheet};
use model::declare::Given;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;

/// None if everything that is declared is in use.
pub(crate) fn sheet(lab: &Lab) -> Option<Sheet> {
    if lab.apart.is_empty() {
        return None;
    }
    let mut sheet = Sheet::new("not in use", &["WHAT", "STATUS", "ADDRESSES", "BECAUSE OF"]);
    for (object, why) in &lab.apart.why {
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
    Some(sheet)
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
