//! Words for elements and for what leads from one to another.

use model::declare::Target;
use model::id::Kind;
use model::lab::Lab;

/// `host nas`, `disk nas/sdc`, `uplink home/isp`.
pub(crate) fn target(lab: &Lab, target: &Target) -> String {
    let (kind, name) = (target.object.kind, &target.object.name);
    let Some(part) = &target.part else {
        return match kind {
            // A site stands for its way to the internet.
            Kind::Site => format!("internet of site {name}"),
            _ => format!("{} {name}", kind.word()),
        };
    };
    let word = match kind {
        Kind::Host => "disk",
        Kind::Site if is_uplink(lab, name, part) => "uplink",
        Kind::Site => "feed",
        _ => kind.word(),
    };
    format!("{word} {name}/{part}")
}

fn is_uplink(lab: &Lab, site: &str, part: &str) -> bool {
    let site = lab.sites.get(site);
    site.is_some_and(|s| s.about.uplinks.keys().any(|u| u.0 == part))
}

/// What leads from one element to what it needs: `runs on`.
pub(crate) fn how(from: &Target, to: &Target) -> &'static str {
    use Kind::{Cluster, Device, Guest, Host, Pool, Service, Site, Stack, Ups};
    let disk = to.object.kind == Host && to.part.is_some();
    match (from.object.kind, to.object.kind) {
        (Host, Host) if from.part.is_some() => "is in",
        (Service, Stack) => "runs in",
        (Service | Stack | Guest, Guest | Host | Cluster | Device) => "runs on",
        (Service, Pool) => "keeps its data on",
        (Service, Site) => "is reached through",
        (Guest, Pool) => "has a disk on",
        (Pool, Pool) => "lies on",
        (Pool, _) if disk => "is made of",
        (Pool, _) => "is on",
        (Host | Device | Ups, Ups) => "is fed by",
        (Host | Device | Ups, Site) if to.part.is_some() => "is fed by",
        (Host | Device, Host | Device | Guest) if !disk => "is connected through",
        (Cluster, _) => "is made of",
        (Site, _) => "goes through",
        _ => "needs",
    }
}
