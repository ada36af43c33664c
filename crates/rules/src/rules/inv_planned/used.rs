//! What something in use has on, or by way of, what is not: disks of guests, data, ways in and out, name servers, work on a schedule.

use super::RULE;
use crate::standing::away;
use crate::{Context, Findings};
use diag::{Span, Spanned};
use graph::context::called;
use model::declare::{Opt, Or, Ref};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::{RebuildNeed, Service};
use std::collections::BTreeSet;

/// Something that is in use, and what it uses.
struct Use<'a> {
    of: ObjectRef,
    /// `guest 'web' is in use and has disk 'root' on`
    words: String,
    on: &'a ObjectRef,
    at: Span,
}

impl Use<'_> {
    /// The words without names: two disks on one pool are told once, a name server and a DHCP server both.
    fn key(&self) -> String {
        self.words.split('\'').step_by(2).collect()
    }
}

/// Everything that is used and not in use.
struct Uses<'a> {
    lab: &'a Lab,
    all: Vec<Use<'a>>,
}

pub(super) fn run(ctx: &Context<'_>, out: &mut Findings) {
    let lab = ctx.lab;
    let mut uses = Uses {
        lab,
        all: Vec::new(),
    };
    uses.machines();
    uses.guests();
    for (name, service) in lab.services.iter().filter(|(_, s)| s.is_running()) {
        uses.service(name, service);
    }
    uses.sites();
    uses.networks();
    uses.zones();
    uses.secrets();
    uses.work();
    let mut told: BTreeSet<(ObjectRef, String, &ObjectRef)> = BTreeSet::new();
    for one in uses.all {
        let Some(status) =
            away(lab, one.on).filter(|_| told.insert((one.of.clone(), one.key(), one.on)))
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
        let root = called(lab.apart.root(one.on));
        let help =
            format!("name what is used today, or take 'status' of {root} out once it is there");
        out.add(one.of, d.help(help));
    }
}

impl<'a> Uses<'a> {
    /// Notes it if what is used is not in use; in words that its name follows.
    fn add(
        &mut self,
        of: (Kind, &str),
        on: Option<(&'a ObjectRef, Span)>,
        words: impl FnOnce() -> String,
    ) {
        if let Some((on, at)) = on.filter(|(on, _)| away(self.lab, on).is_some()) {
            self.all.push(Use {
                of: ObjectRef::new(of.0, of.1),
                words: words(),
                on,
                at,
            });
        }
    }

    /// The same of a key with one name.
    fn one<const SET: u64>(
        &mut self,
        of: (Kind, &str),
        key: &'a Opt<Ref<SET>>,
        words: impl FnOnce() -> String,
    ) {
        let given = key.as_ref();
        let on = given.and_then(|g| Some((&g.value()?.0.object, g.span)));
        self.add(of, on, words);
    }

    /// The same of a key with a list of names.
    fn each<const SET: u64>(
        &mut self,
        of: (Kind, &str),
        key: &'a [Spanned<Ref<SET>>],
        words: impl Fn() -> String,
    ) {
        for one in key {
            self.add(of, Some((&one.value.0.object, one.span)), &words);
        }
    }

    fn guests(&mut self) {
        for (name, guest) in &self.lab.guests {
            for (disk, declared) in &guest.disks {
                self.one((Kind::Guest, name), &declared.pool, || {
                    format!("guest '{name}' is in use and has disk '{}' on", disk.0)
                });
            }
        }
    }

    fn service(&mut self, name: &str, service: &'a Service) {
        let of = (Kind::Service, name);
        for (data, declared) in &service.data {
            let words = || format!("service '{name}' is in use and has data '{}' on", data.0);
            self.one(of, &declared.on, words);
            self.one(of, &declared.dataset, words);
        }
        for exposure in &service.exposures {
            self.one(of, &exposure.via, || {
                format!("service '{name}' is in use and reached by way of")
            });
        }
        self.anew(of, &service.rebuild_needs);
    }

    /// What has to be there to set it up again.
    fn anew(&mut self, (kind, name): (Kind, &str), needs: &'a [Spanned<RebuildNeed>]) {
        self.each((kind, name), needs, || {
            let what = called(&ObjectRef::new(kind, name));
            format!("{what} is in use and cannot be set up anew without")
        });
    }

    fn machines(&mut self) {
        for (name, host) in &self.lab.hosts {
            self.anew((Kind::Host, name), &host.about.rebuild_needs);
        }
        for (name, guest) in &self.lab.guests {
            self.anew((Kind::Guest, name), &guest.rebuild_needs);
        }
        for (name, cluster) in &self.lab.clusters {
            self.anew((Kind::Cluster, name), &cluster.rebuild_needs);
        }
    }

    fn sites(&mut self) {
        for (name, site) in &self.lab.sites {
            for (uplink, declared) in &site.about.uplinks {
                self.one((Kind::Site, name), &declared.gateway, || {
                    format!("uplink '{name}/{}' is in use and goes through", uplink.0)
                });
            }
        }
    }

    fn networks(&mut self) {
        for (name, network) in &self.lab.networks {
            let of = (Kind::Network, name.as_str());
            for server in &network.about.dns {
                if let Or::Ref(on) = &server.value {
                    self.add(of, Some((&on.0.object, server.span)), || {
                        format!("network '{name}' has as its name server")
                    });
                }
            }
            if let Some(dhcp) = &network.about.dhcp {
                self.one(of, &dhcp.server, || {
                    format!("network '{name}' has its addresses handed out by")
                });
            }
        }
    }

    fn zones(&mut self) {
        for (name, zone) in &self.lab.dns {
            self.one((Kind::DnsZone, name), &zone.primary, || {
                format!("DNS zone '{name}' has its records on")
            });
        }
    }

    /// Keys that lie where nobody gets at them.
    fn secrets(&mut self) {
        for (name, secret) in &self.lab.secrets {
            self.one((Kind::Secret, name), &secret.held_by, || {
                format!("secret '{name}' is kept in")
            });
        }
    }

    /// Work that waits for, or is done by, what is not in use.
    fn work(&mut self) {
        for (name, job) in &self.lab.jobs {
            self.each((Kind::Job, name), &job.needs, || {
                format!("job '{name}' is in use and waits for")
            });
        }
        for (name, snapshot) in &self.lab.snapshots {
            self.one((Kind::Snapshot, name), &snapshot.pruned_by, || {
                format!("snapshot '{name}' is in use, and what it keeps is removed by")
            });
        }
        for (name, pool) in &self.lab.pools {
            self.one((Kind::Pool, name), &pool.monitored_by, || {
                format!("pool '{name}' is in use and watched by")
            });
        }
    }
}
