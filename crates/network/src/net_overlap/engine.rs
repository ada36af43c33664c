//! Networks of Compose projects: what their addresses have in common with the lab's, with each other, and with what Docker takes by itself.
//!
//! Source: docs.docker.com, "Daemon configuration, default address pools" (172.17.0.0/16 to 172.31.0.0/16 before 192.168.0.0/16).

use super::RULE;
use crate::addresses::{is_inner, subnet};
use crate::listening::{Place, of_stack};
use crate::{Context, Findings};
use diag::{Diagnostic, Severity, Span};
use ipnet::IpNet;
use model::compose::Project;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::{Lab, Network};
use std::collections::BTreeMap;

/// The first network that Docker makes has 172.17.0.0/16, the last of these 172.31.0.0/16.
const FIRST_POOL: u8 = 17;
const LAST_POOL: u8 = 31;

/// A subnet that a project gives one of its networks.
struct Given<'a> {
    stack: &'a str,
    name: &'a str,
    range: IpNet,
    span: Span,
    place: Place,
}

/// Networks by their addresses, the first of those that have the same.
#[derive(Default)]
struct Ranges<'g>(BTreeMap<IpNet, &'g Given<'g>>);

impl<'g> Ranges<'g> {
    fn add(&mut self, one: &'g Given<'g>) {
        self.0.entry(one.range).or_insert(one);
    }

    /// One with addresses of a range: around it, the same, or within.
    fn meeting(&self, range: IpNet) -> Option<&'g Given<'g>> {
        let mut around = (0..=range.prefix_len()).filter_map(|bits| {
            let net = IpNet::new(range.addr(), bits).ok()?.trunc();
            self.0.get(&net)
        });
        let last = IpNet::from(range.broadcast());
        let mut within = self.0.range(range..=last).map(|(_, given)| given);
        let found = around.next().or_else(|| within.next());
        found.copied()
    }
}

impl Given<'_> {
    fn title(&self) -> String {
        format!("network '{}' of stack '{}'", self.name, self.stack)
    }
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let given = given(ctx);
    let (mut here, mut open) = (BTreeMap::new(), Ranges::default());
    let mut all = Ranges::default();
    for one in &given {
        let object = || ObjectRef::new(Kind::Stack, one.stack);
        let found = declared(ctx.lab, one).or_else(|| perhaps_declared(ctx.lab, one));
        found.into_iter().for_each(|d| out.add(object(), d));
        let own: &mut Ranges<'_> = here.entry(&one.place).or_default();
        let unknown = matches!(one.place, Place::Unknown(_));
        let others = if unknown { &all } else { &open };
        if let Some(other) = own.meeting(one.range) {
            out.add(object(), both(one, other));
        } else if let Some(other) = others.meeting(one.range) {
            out.add(object(), perhaps(one, other));
        } else if is_pooled(one.range) {
            out.add(object(), pooled(one));
        }
        own.add(one);
        all.add(one);
        if unknown {
            open.add(one);
        }
    }
    lab_in_pool(ctx, out);
}

fn given<'a>(ctx: &Context<'a>) -> Vec<Given<'a>> {
    let mut out = Vec::new();
    for (stack, _, project) in ctx.composed() {
        for (name, network) in &project.networks {
            // What a card of the host shares with its network has that network's addresses.
            let driver = network.driver.as_ref().map(|d| d.value.as_str());
            let shared = network.external || matches!(driver, Some("macvlan" | "ipvlan"));
            if shared || !is_made(project, name) {
                continue;
            }
            let subnets = network.pools.iter().filter_map(|p| p.subnet.as_ref());
            for subnet in subnets.filter(|s| project.is_settled(s.span)) {
                let Ok(range) = subnet.value.parse::<IpNet>() else {
                    continue;
                };
                out.push(Given {
                    stack,
                    name,
                    range: range.trunc(),
                    span: subnet.span,
                    place: of_stack(ctx.lab, stack),
                });
            }
        }
    }
    out
}

/// Compose makes the networks that a service is in, and no others; one that only services of a profile are in is made with them.
fn is_made(project: &Project, network: &str) -> bool {
    project.services.values().any(|service| {
        let by_default = service.networks.is_empty() && service.network_mode.is_none();
        service.networks.contains_key(network) || network == "default" && by_default
    })
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// A network of the lab has the addresses, and is not the declaration of this one.
fn declared(lab: &Lab, one: &Given<'_>) -> Option<Diagnostic> {
    let (name, net, range) = lab.networks.iter().find_map(|(name, net)| {
        let range = subnet(net)?;
        let apart = is_inner(net) && (range == one.range || is_elsewhere(net, &one.place));
        (overlap(range, one.range) && !apart).then_some((name, net, range))
    })?;
    let message = format!(
        "{} and network '{name}' have addresses in common",
        one.title()
    );
    let d = RULE
        .finding(message)
        .at(one.span, "the engine makes a bridge for these on its machine")
        .and_at(
            net.subnet.as_ref().map_or(net.span, |s| s.span),
            format!("of '{name}'"),
        )
        .note(common(one.range, range))
        .help("give it addresses that nothing else has, or leave 'ipam' out and let the engine choose");
    Some(d)
}

/// A bridge that the lab declares has some of the addresses, and may be on the same machine.
fn perhaps_declared(lab: &Lab, one: &Given<'_>) -> Option<Diagnostic> {
    let (name, net, range) = lab.networks.iter().find_map(|(name, net)| {
        let range = subnet(net)?;
        let open = matches!(one.place, Place::Unknown(_)) || net.about.on.known().is_none();
        // With the very same addresses it is the declaration of this one.
        let other = is_inner(net) && range != one.range;
        (other && open && overlap(range, one.range)).then_some((name, net, range))
    })?;
    let d = RULE
        .unknown(format!(
            "whether {} and network '{name}' are on one machine, with addresses in common",
            one.title()
        ))
        .at(one.span, "given here, too")
        .and_at(
            net.subnet.as_ref().map_or(net.span, |s| s.span),
            format!("of '{name}'"),
        )
        .note(common(one.range, range));
    Some(match &one.place {
        Place::Unknown(_) => d.help(format!(
            "write where the stack runs: '{}: {{file: …, on: HOST}}'",
            one.stack
        )),
        Place::Machine(_) => d.help(format!("write on which machine '{name}' is: 'on: HOST'")),
    })
}

fn is_elsewhere(net: &Network, place: &Place) -> bool {
    match (net.about.on.known(), place) {
        (Some(on), Place::Machine(machine)) => on.0.object != *machine,
        // Whether they meet is not known, and not certain enough for a finding.
        _ => true,
    }
}

fn common(one: IpNet, other: IpNet) -> String {
    let (inner, outer) = match one.contains(&other) {
        true => (other, one),
        false => (one, other),
    };
    format!("{inner} lies in {outer}")
}

fn both(one: &Given<'_>, other: &Given<'_>) -> Diagnostic {
    RULE.finding(format!(
        "{} and {} have addresses in common, on one machine",
        other.title(),
        one.title()
    ))
    .at(one.span, "given here, too")
    .and_at(other.span, "given here")
    .note(common(one.range, other.range))
    .note(match one.stack == other.stack {
        true => "the engine refuses to make the second: the stack does not start",
        false => {
            "the engine refuses to make the second: the stack that starts later does not start"
        }
    })
    .help("give each addresses of its own, or leave 'ipam' out and let the engine choose")
}

fn perhaps(one: &Given<'_>, other: &Given<'_>) -> Diagnostic {
    let nowhere = match &one.place {
        Place::Unknown(_) => one.stack,
        Place::Machine(_) => other.stack,
    };
    RULE.unknown(format!(
        "whether {} and {} are on one machine, with addresses in common",
        other.title(),
        one.title()
    ))
    .at(one.span, "given here, too")
    .and_at(other.span, "given here")
    .note(common(one.range, other.range))
    .note(format!(
        "on which machine stack '{nowhere}' runs is not declared"
    ))
    .help(format!(
        "write where it runs: '{nowhere}: {{file: …, on: HOST}}'"
    ))
}

/// In the addresses that the engine gives out by itself.
fn is_pooled(range: IpNet) -> bool {
    let pools = (FIRST_POOL..=LAST_POOL).filter_map(pool);
    pools.into_iter().any(|pool| overlap(pool, range))
}

fn pool(second: u8) -> Option<IpNet> {
    let first = core::net::IpAddr::from([172, second, 0, 0]);
    IpNet::new(first, 16).ok()
}

fn pooled(one: &Given<'_>) -> Diagnostic {
    RULE.with(
        Severity::Info,
        format!(
            "{} is given {}, which Docker also gives out by itself",
            one.title(),
            one.range
        ),
    )
    .at(one.span, "one of Docker's default pools")
    .note("a network without addresses of its own takes the first free of 172.17.0.0/16 to 172.31.0.0/16; if one has this when the stack starts, it does not start")
    .help("take addresses outside of these, such as 10.213.7.0/24, or leave 'ipam' out")
}

/// A network of the lab that a machine with stacks does not stand in: Docker would take its addresses and never know.
fn lab_in_pool(ctx: &Context<'_>, out: &mut Findings) {
    for (name, net) in &ctx.lab.networks {
        let Some(range) = subnet(net).filter(|r| is_pooled(*r) && !is_inner(net)) else {
            continue;
        };
        let stranger = ctx.composed().find_map(|(stack, declared, _)| {
            let on = &declared.on.known()?.0.object;
            let near = crate::reach::networks(ctx.lab, on);
            (!near.contains(name.as_str())).then_some((stack, on, declared))
        });
        let Some((stack, on, declared)) = stranger else {
            continue;
        };
        let (kind, machine) = (on.kind.word(), &on.name);
        let d = RULE
            .with(
                Severity::Info,
                format!("network '{name}' has addresses that Docker on {kind} '{machine}' may take for its own networks"),
            )
            .at(net.subnet.as_ref().map_or(net.span, |s| s.span), "one of Docker's default pools")
            .and_at(declared.span, format!("stack '{stack}' has its networks there"))
            .note(format!("Docker leaves out what its machine stands in, and '{machine}' has no address in '{name}': {range}"))
            .help(format!("set 'default-address-pools' of the Docker on '{machine}' to addresses that nothing else has, or move the network"));
        out.add(crate::context::network(name), d);
    }
}
