//! cloudflared, Tailscale and name servers: what their own files and answers say, by the `dialect` of each.
//!
//! The script lets go on what is public only: no token, no key and no password comes here. What runs in a container is read through
//! the files that its process sees; nothing is run in there.

use super::Whole;
use super::frame::Sections;
use super::gather::Gathered;
use dialect::Told;
use model::fact::FactKind;

pub(super) const CLOUDFLARED: Whole = Whole {
    sh: &[RUNNING, WHOLE, include_str!("sh/cloudflared.sh")],
    calls: &["cloudflared cloudflared"],
    read: |sections, to| {
        let source = "its process and its configuration";
        gather(
            FactKind::Cloudflared,
            dialect::cloudflared::read,
            source,
            sections,
            to,
        );
    },
};
pub(super) const TAILSCALE: Whole = Whole {
    sh: &[RUNNING, include_str!("sh/tailscale.sh")],
    calls: &["tailscale tailscale_here"],
    read: |sections, to| {
        let source = "tailscale status, debug prefs, serve status";
        gather(
            FactKind::Tailscale,
            dialect::tailscale::read,
            source,
            sections,
            to,
        );
    },
};
pub(super) const DNS: Whole = Whole {
    sh: &[
        RUNNING,
        WHOLE,
        include_str!("sh/pihole.sh"),
        include_str!("sh/adguard.sh"),
        include_str!("sh/unbound.sh"),
        include_str!("sh/dnsmasq.sh"),
        include_str!("sh/dns.sh"),
    ],
    calls: &["dns dns_servers"],
    read: |sections, to| {
        let source = "its process and its configuration";
        gather(FactKind::Dns, dialect::dns::read, source, sections, to);
    },
};

const RUNNING: &str = include_str!("sh/running.sh");
/// Reading what others may write.
pub(super) const WHOLE: &str = include_str!("sh/whole.sh");

fn gather(
    kind: FactKind,
    read: fn(&str) -> Told,
    source: &str,
    sections: &Sections<'_>,
    to: &mut Gathered,
) {
    // A kind's section has its name.
    let Some(section) = to.section(kind, sections, kind.word()) else {
        return;
    };
    let told = read(&section.text());
    for (key, seen) in told.facts {
        to.put(kind, key, seen, source);
    }
    match told.gap {
        Some(why) => to.incomplete(kind, why),
        None => to.complete(kind, "every process of the machine was looked at"),
    }
}

#[cfg(test)]
mod tests;
