//! Differences of ways in that no socket shows (cloudflared, Tailscale), of OpenWrt routers and of Kubernetes clusters: what is not there is taken out, one value that
//! says it takes the place of the declared one, and for all else it is said who writes what.

use super::{Taking, gone};
use crate::{Context, Difference, How};
use diag::{Edit, Span};
use model::declare::{Opt, OptExt as _};
use model::fact::FactKind;
use model::lab::service::ServiceExposure;

/// By which edit, if one says it; else what to do.
pub(super) fn declare(ctx: &Context<'_>, difference: &Difference) -> Option<Taking> {
    let not = |why: &str| Some(Taking::Not(why.to_owned()));
    let key = difference.path.key.as_str();
    match (difference.path.kind, difference.how) {
        (FactKind::Cloudflared, How::Missing) => {
            let name = key.strip_prefix("host/")?;
            let is_it = |_: &str, way: &ServiceExposure| {
                let host = way.host.known();
                way.via.known().is_some() && host.is_some_and(|h| h.0.eq_ignore_ascii_case(name))
            };
            Some(gone(only(ctx, is_it)))
        }
        (FactKind::Cloudflared, _) => not(
            "whose way it is, is not seen: write it as an exposure of its service, with `host` and `via` the tunnel; or --waive",
        ),
        (FactKind::Tailscale, _) => Some(super::tailnet::declare(ctx, difference)),
        (FactKind::OpenWrtForward, How::Missing) => {
            let (service, port) = key.split_once('/')?;
            let is_it = |of: &str, way: &ServiceExposure| {
                let is_port = way.port.known().is_some_and(|p| p.to_string() == port);
                let via = way.via.known();
                of == service && is_port && via.is_some_and(|v| v.name() == difference.target.name)
            };
            Some(gone(only(ctx, is_it)))
        }
        (FactKind::OpenWrtForward, _) => not(
            "what is to be reached by it is not seen: write it as an exposure of the service, with `via` this device, or close it there; or --waive",
        ),
        (FactKind::OpenWrt, How::Differs) if key == "board" => {
            let device = ctx.lab.devices.get(&difference.target.name)?;
            replaced(&device.firmware, &difference.observed)
        }
        (FactKind::OpenWrtDhcp, How::Differs) if key.starts_with("pool/") => {
            let (range, _) = difference.observed.split_once(" on its interface ")?;
            let (_, network) = difference.declared.rsplit_once(" in ")?;
            let about = &ctx.lab.networks.get(network)?.about;
            let dhcp = about.dhcp.as_ref()?;
            // Who else is declared to hand out is not taken for this one.
            let (said, _) = difference.declared.split_once(" in ")?;
            said.contains('-').then(|| replaced(&dhcp.range, range))?
        }
        (FactKind::KubeCluster, How::Differs) if key == "version" => {
            let cluster = ctx.lab.clusters.get(&difference.target.name)?;
            replaced(&cluster.version, &difference.observed)
        }
        (kind, _) if kind.is_kube() => not(
            "a cluster, its stacks and their namespaces are described by hand: write it there, or --waive",
        ),
        (kind, _) if kind.is_openwrt() => {
            not("no single value of the lab tree says it: write it by hand, or --waive")
        }
        _ => None,
    }
}

fn replaced<T>(declared: &Opt<T>, text: &str) -> Option<Taking> {
    let span = declared.as_ref()?.span;
    Some(Taking::Edit(Edit::replace(span, super::scalar(text))))
}

/// Where the one exposure is that fits.
fn only(ctx: &Context<'_>, is_it: impl Fn(&str, &ServiceExposure) -> bool) -> Option<Span> {
    let services = ctx.lab.services.iter();
    let all = services.flat_map(|(name, about)| about.exposures.iter().map(move |w| (name, w)));
    let mut fitting = all.filter(|(name, way)| is_it(name.as_str(), way));
    let first = fitting.next()?.1.span;
    fitting.next().is_none().then_some(first)
}
