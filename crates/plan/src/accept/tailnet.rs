//! Differences of a node of a tailnet: routes come and go, one value takes the place of another one, and a machine that is a node is declared as one.

use super::product::item;
use super::{Taking, below, gone, scalar};
use crate::{Context, Difference, How};
use diag::Edit;
use model::declare::Opt;
use model::lab::Host;
use model::lab::tailnet::TailnetNode;

/// By which edit, if one says it; else what to do.
pub(super) fn declare(ctx: &Context<'_>, difference: &Difference) -> Taking {
    let target = &difference.target;
    let machine = ctx.lab.machine(&target.name);
    let machine = machine.filter(|_| *target == ctx.lab.machine_ref(&target.name));
    let taking = machine.and_then(|host| taken(host, difference));
    taking.unwrap_or_else(|| {
        let by_hand = match difference.path.key.split('/').next() {
            Some("route" | "exit" | "ssh" | "self") => {
                "no single value says it: write it into `tailscale` of the machine, or --waive"
            }
            _ => {
                "whose way it is, is not seen: write it into `serve` of the machine's `tailscale`, or as an exposure of its service with `via` Tailscale, or take that out; or --waive"
            }
        };
        Taking::Not(by_hand.to_owned())
    })
}

fn taken(host: &Host, difference: &Difference) -> Option<Taking> {
    let key = difference.path.key.as_str();
    let node = host.about.tailscale.as_ref();
    match (difference.how, node) {
        (How::Undeclared, None) => {
            let entry = match key.split_once('/') {
                Some(("route", net)) => format!("routes: [{}]", item(net)),
                None if ["exit", "ssh"].contains(&key) => format!("{key}: true"),
                None if key == "self" => {
                    let (at, _) = difference.observed.split_once(',')?;
                    format!("name: {}", scalar(at.strip_prefix("tailnet://")?))
                }
                _ => return None,
            };
            Some(below(host.span, format!("tailscale: {{{entry}}}")))
        }
        (How::Undeclared, Some(node)) => {
            let net = key.strip_prefix("route/")?;
            let last = node.routes.last()?;
            Some(Taking::Edit(Edit::append(last.span, item(net))))
        }
        (How::Missing, Some(node)) => missing(node, key),
        (How::Differs, Some(node)) => differing(node, difference),
        _ => None,
    }
}

fn missing(node: &TailnetNode, key: &str) -> Option<Taking> {
    if let Some(net) = key.strip_prefix("route/") {
        let mut all = node.routes.iter();
        let route = all.find(|r| r.value.to_string() == net)?;
        return Some(gone(Some(route.span)));
    }
    match key {
        "exit" => replaced(&node.exit, "false"),
        "ssh" => replaced(&node.ssh, "false"),
        "self" => Some(gone(Some(node.span))),
        _ => {
            let port = key.strip_prefix("serve/:")?;
            let mut all = node.serve.iter();
            let (_, served) = all.find(|(p, _)| p.to_string() == port)?;
            Some(gone(Some(served.span)))
        }
    }
}

fn differing(node: &TailnetNode, difference: &Difference) -> Option<Taking> {
    let seen = difference.observed.as_str();
    match difference.path.key.as_str() {
        "exit" => replaced(&node.exit, "true"),
        "ssh" => replaced(&node.ssh, "true"),
        "self/name" => replaced(&node.name, &scalar(seen.strip_prefix("name ")?)),
        "self/server" => {
            let url = seen.strip_prefix("control server ")?;
            replaced(&node.server, &scalar(url))
        }
        "self/accepts_routes" => match seen {
            "takes routes of others" => replaced(&node.accepts_routes, "true"),
            "takes no routes of others" => replaced(&node.accepts_routes, "false"),
            _ => None,
        },
        _ => None,
    }
}

fn replaced<T>(declared: &Opt<T>, text: &str) -> Option<Taking> {
    let span = declared.as_ref()?.span;
    Some(Taking::Edit(Edit::replace(span, text)))
}
