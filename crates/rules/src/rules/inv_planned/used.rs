//! What something in use has on, or by way of, what is not: disks of guests, data, ways in and out, name servers.

use super::RULE;
use crate::standing::away;
use crate::{Context, Findings};
use diag::Span;
use graph::context::called;
use model::declare::Or;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::Service;
use std::collections::BTreeSet;

/// Something that is in use, and what it uses.
struct Use<'a> {
    of: ObjectRef,
    /// `guest 'web' is in use and has disk 'root' on`
    words: String,
    on: &'a ObjectRef,
    at: Span,
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut all = Vec::new();
    guests(lab, &mut all);
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        self::service(lab, name, service, &mut all);
    }
    sites(lab, &mut all);
    networks(lab, &mut all);
    secrets(lab, &mut all);
    let mut told: BTreeSet<(ObjectRef, &ObjectRef)> = BTreeSet::new();
    for one in all {
        let Some(status) = away(lab, one.on).filter(|_| told.insert((one.of.clone(), one.on)))
        else {
            continue;
        };
        let (words, on) = (&one.words, called(one.on));
        let d = RULE
            .finding(format!("{words} {on}, which is {status}"))
            .at(one.at, "");
        let d = match lab.span_of(one.on) {
            Some(there) => d.and_at(there, status),
            None => d,
        };
        let help = format!("name what is used today, or take 'status' out once {on} is there");
        out.add(one.of, d.help(help));
    }
}

fn guests<'a>(lab: &'a Lab, out: &mut Vec<Use<'a>>) {
    for (name, guest) in &lab.guests {
        for (disk, declared) in &guest.disks {
            let pool = declared.pool.as_ref();
            out.extend(pool.and_then(|given| {
                let on = &given.value()?.0.object;
                away(lab, on)?;
                Some(Use {
                    of: ObjectRef::new(Kind::Guest, name),
                    words: format!("guest '{name}' is in use and has disk '{}' on", disk.0),
                    on,
                    at: given.span,
                })
            }));
        }
    }
}

fn service<'a>(lab: &'a Lab, name: &str, service: &'a Service, out: &mut Vec<Use<'a>>) {
    let mut add = |on: Option<(&'a ObjectRef, Span)>, words: &dyn Fn() -> String| {
        let Some((on, at)) = on.filter(|(on, _)| away(lab, on).is_some()) else {
            return;
        };
        out.push(Use {
            of: ObjectRef::new(Kind::Service, name),
            words: words(),
            on,
            at,
        });
    };
    for (data, declared) in &service.data {
        let words = || format!("service '{name}' is in use and has data '{}' on", data.0);
        let pool = declared.on.as_ref();
        add(
            pool.and_then(|p| Some((&p.value()?.0.object, p.span))),
            &words,
        );
        let set = declared.dataset.as_ref();
        add(
            set.and_then(|d| Some((&d.value()?.0.object, d.span))),
            &words,
        );
    }
    for exposure in &service.exposures {
        let via = exposure.via.as_ref();
        add(
            via.and_then(|v| Some((&v.value()?.0.object, v.span))),
            &|| format!("service '{name}' is in use and reached by way of"),
        );
    }
}

fn sites<'a>(lab: &'a Lab, out: &mut Vec<Use<'a>>) {
    for (name, site) in &lab.sites {
        for (uplink, declared) in &site.about.uplinks {
            let gateway = declared.gateway.as_ref();
            out.extend(gateway.and_then(|given| {
                let on = &given.value()?.0.object;
                away(lab, on)?;
                Some(Use {
                    of: ObjectRef::new(Kind::Site, name),
                    words: format!("uplink '{name}/{}' is in use and goes through", uplink.0),
                    on,
                    at: given.span,
                })
            }));
        }
    }
}

/// Keys that lie where nobody gets at them.
fn secrets<'a>(lab: &'a Lab, out: &mut Vec<Use<'a>>) {
    for (name, secret) in &lab.secrets {
        let keeper = secret.held_by.as_ref();
        out.extend(keeper.and_then(|given| {
            let on = &given.value()?.0.object;
            away(lab, on)?;
            Some(Use {
                of: ObjectRef::new(Kind::Secret, name),
                words: format!("secret '{name}' is kept in"),
                on,
                at: given.span,
            })
        }));
    }
}

fn networks<'a>(lab: &'a Lab, out: &mut Vec<Use<'a>>) {
    for (name, network) in &lab.networks {
        let mut add = |words: &str, on: &'a ObjectRef, at: Span| {
            if away(lab, on).is_some() {
                out.push(Use {
                    of: ObjectRef::new(Kind::Network, name),
                    words: format!("network '{name}' {words}"),
                    on,
                    at,
                });
            }
        };
        for server in &network.about.dns {
            if let Or::Ref(on) = &server.value {
                add("has as its name server", &on.0.object, server.span);
            }
        }
        let dhcp = network.about.dhcp.as_ref();
        if let Some(given) = dhcp.and_then(|d| d.server.as_ref())
            && let Some(on) = given.value()
        {
            add("has its addresses handed out by", &on.0.object, given.span);
        }
    }
}
