//! Whatever can name what stands apart is told of by somebody, or is meant to: a key that is new to the language must be decided here.

use crate::support::check;
use model::declare::{Shape, set};
use std::collections::{BTreeMap, BTreeSet};

/// What can stand apart.
const APART: u64 = set::HOST
    | set::GUEST
    | set::DEVICE
    | set::CLUSTER
    | set::POOL
    | set::DATASET
    | set::REPOSITORY
    | set::BACKUP
    | set::SNAPSHOT
    | set::REPLICATION
    | set::JOB
    | set::STACK
    | set::SERVICE
    | set::CHANNEL
    | set::PROBE
    | set::DISK
    | set::NIC
    | set::PORT;

/// Every key that can name something of these, as `services.*.runs.host`; `*` is any name.
fn references() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    walk(&schema::root(), "", &mut Vec::new(), &mut out);
    out
}

fn walk(shape: &Shape, path: &str, within: &mut Vec<&'static str>, out: &mut BTreeSet<String>) {
    match shape {
        Shape::Ref(kinds) if kinds & APART != 0 => drop(out.insert(path.to_owned())),
        Shape::Ref(_) | Shape::Value(_) => {}
        Shape::Given(of) | Shape::List(of) => walk(of, path, within, out),
        Shape::Map(key, of) => {
            let path = format!("{path}.*");
            walk(key, &path, within, out);
            walk(of, &path, within, out);
        }
        Shape::Any(of) => of.iter().for_each(|one| walk(one, path, within, out)),
        Shape::AnyCase(fields) => {
            for field in fields {
                walk(&field.shape, &format!("{path}.{}", field.key), within, out);
            }
        }
        Shape::Record(record, _) => {
            let record = record();
            // Needs are made of needs.
            if within.contains(&record.name) {
                return;
            }
            within.push(record.name);
            for field in &record.fields {
                let path = format!("{path}.{}", field.key);
                walk(&field.shape, path.trim_start_matches('.'), within, out);
            }
            within.pop();
        }
    }
}

/// Keys that may name what is not in use, each with why nobody tells of it.
const MEANT: &[(&str, &str)] = &[
    (
        "access.to",
        "a right opens nothing before the thing is there, and nothing after",
    ),
    (
        "alerts.*.about",
        "an alert may be there before what it is about; `show alerts` marks that",
    ),
    ("assets.*.of", "what is bought is mostly planned"),
    (
        "assets.*.spare_for",
        "a spare may be there first; whether it is itself is said by 'of'",
    ),
    (
        "cables.from",
        "the cable stands apart with it; `show cables` marks it",
    ),
    (
        "cables.to",
        "the cable stands apart with it; `show cables` marks it",
    ),
    (
        "claims.about",
        "what is claimed of a plan is held against nothing",
    ),
    ("clusters.*.votes.*", "the votes of a member go with it"),
    (
        "clusters.*.workers",
        "a cluster goes on without a worker, and counts it for nothing",
    ),
    ("costs.*.for", "`show costs` marks what is paid for plans"),
    (
        "datasets.*.service",
        "data may be there before its service, and outlive it",
    ),
    ("documents.*.for", "what is planned is written down first"),
    ("flows.from", "what may pass is agreed on first"),
    ("flows.to", "what may pass is agreed on first"),
    (
        "jobs.*.covers",
        "work may be there before what it takes care of",
    ),
    (
        "networks.*.on",
        "a network within a machine is as planned as that, and nothing rests on it",
    ),
    ("risks.*.about", "a plan can have risks"),
    (
        "roadmap.*.items.brings",
        "that is what a plan is for; `claim-state` holds what is done against it",
    ),
    (
        "roadmap.*.items.needs",
        "that is what a plan is for; `claim-state` holds what is done against it",
    ),
    ("secrets.*.opens", "a key may be there first"),
    ("slos.service", "what is to be promised is said first"),
    ("spofs.*.of", "a plan can have single points of failure"),
    (
        "subscriptions.*.replaced_by",
        "what is to replace it is mostly planned",
    ),
    ("ups.*.feeds", "what is not there draws nothing"),
    (
        "waivers.object",
        "a waiver that waives nothing is told as such",
    ),
    (
        "windows.*.for",
        "what is not there takes no time of a window",
    ),
];

/// Keys of which something is told, each with a lab in which `STATUS` is what says that something is planned, and with what is told then: by
/// `inv-planned`, or by the rule that is named before a colon.
const TOLD: &[(&str, &str, &str)] = &[
    (
        "alerts.*.route",
        "hosts: {a: {}, n: {STATUS}}\nservices: {m: {runs: {host: n}}}\nchannels: {c: {kind: mail, via: m}}\nalerts: {x: {metric: disk, above: 80%, route: [c]}}\n",
        "alert 'x' does not ring in channel 'c', which is planned",
    ),
    (
        "backups.*.datasets",
        "hosts: {a: {}, n: {STATUS}}\ndatasets: {d: {host: n, folder: /d}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {datasets: [d], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since dataset 'd' is",
    ),
    (
        "backups.*.devices",
        "hosts: {a: {}}\ndevices: {n: {kind: switch, STATUS}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {devices: [n], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since device 'n' is",
    ),
    (
        "backups.*.guests",
        "hosts: {a: {}}\nguests: {n: {kind: vm, on: a, STATUS}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {guests: [n], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since guest 'n' is",
    ),
    (
        "backups.*.hosts",
        "hosts: {a: {}, n: {STATUS}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {hosts: [n], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since host 'n' is",
    ),
    (
        "backups.*.services",
        "hosts: {a: {}}\nservices: {n: {runs: {host: a}, STATUS}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {services: [n], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since service 'n' is",
    ),
    (
        "backups.*.stacks",
        "hosts: {a: {}, n: {STATUS}}\nstacks: {t: {file: c.yaml, on: n}}\nrepositories: {r: {on: a, location: /r, password: {env: X}}}\nbackups: {x: {stacks: [t], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since stack 't' is",
    ),
    (
        "backups.*.to",
        "hosts: {a: {}, n: {STATUS}}\ndatasets: {d: {host: a, folder: /d}}\nrepositories: {r: {on: n, location: /r, password: {env: X}}}\nbackups: {x: {datasets: [d], to: r, every: 1d}}\n",
        "backup 'x' counts as planned, since repository 'r' is",
    ),
    (
        "channels.*.via",
        "hosts: {a: {}, n: {STATUS}}\nservices: {m: {runs: {host: a}, STATUS}}\nchannels: {x: {kind: mail, via: m}}\n",
        "channel 'x' counts as planned, since service 'm' is",
    ),
    (
        "clusters.*.masters",
        "hosts: {a: {}, n: {STATUS}}\nclusters: {x: {kind: k3s, members: [a, n], masters: [n], workers: [a]}}\n",
        "cluster 'x' counts as planned, since host 'n' is",
    ),
    (
        "clusters.*.members",
        "hosts: {a: {}, n: {STATUS}}\nclusters: {x: {kind: k3s, members: [n]}}\n",
        "cluster 'x' counts as planned, since host 'n' is",
    ),
    (
        "clusters.*.qdevice",
        "hosts: {a: {}, b: {}, n: {STATUS}}\nclusters: {x: {kind: proxmox, members: [a, b], qdevice: n}}\n",
        "cluster 'x' has no tie breaker: host 'n' is planned",
    ),
    (
        "clusters.*.rebuild_needs",
        "hosts: {a: {}, n: {STATUS}}\nclusters: {x: {kind: k3s, members: [a], rebuild_needs: [host/n]}}\n",
        "cluster 'x' is in use and cannot be set up anew without host 'n'",
    ),
    (
        "clusters.*.storage",
        "hosts: {a: {}, n: {STATUS}}\npools: {p: {kind: nfs, on: n}}\nclusters: {x: {kind: proxmox, members: [a], storage: [p]}}\n",
        "cluster 'x' is in use and has pool 'p' as its storage",
    ),
    (
        "datasets.*.host",
        "hosts: {a: {}, n: {STATUS}}\ndatasets: {x: {host: n, folder: /d}}\n",
        "dataset 'x' counts as planned, since host 'n' is",
    ),
    (
        "datasets.*.on",
        "hosts: {a: {}}\nguests: {n: {kind: vm, on: a, STATUS}}\ndatasets: {x: {on: n, folder: /d}}\n",
        "dataset 'x' counts as planned, since guest 'n' is",
    ),
    (
        "datasets.*.pool",
        "hosts: {a: {}}\npools: {n: {kind: zfs, on: a, STATUS}}\ndatasets: {x: {host: a, pool: n, folder: /d}}\n",
        "dataset 'x' counts as planned, since pool 'n' is",
    ),
    (
        "dns.*.primary",
        "hosts: {a: {}, n: {STATUS}}\ndns: {x: {primary: host/n}}\n",
        "DNS zone 'x' has its records on host 'n', which is planned",
    ),
    (
        "dns.*.secondaries",
        "hosts: {a: {}, n: {STATUS}}\ndns: {x: {primary: host/a, secondaries: [host/n]}}\n",
        "DNS zone 'x' has as a secondary name server host 'n', which is planned",
    ),
    (
        "guests.*.disks.*.pool",
        "hosts: {a: {}}\npools: {n: {kind: zfs, on: a, STATUS}}\nguests: {x: {kind: vm, on: a, disks: {root: {pool: n, size: 1GB}}}}\n",
        "guest 'x' is in use and has disk 'root' on pool 'n', which is planned",
    ),
    (
        "guests.*.on",
        "hosts: {a: {}, n: {STATUS}}\nguests: {x: {kind: vm, on: n}}\n",
        "guest 'x' counts as planned, since host 'n' is",
    ),
    (
        "guests.*.rebuild_needs",
        "hosts: {a: {}, n: {STATUS}}\nguests: {x: {kind: vm, on: a, rebuild_needs: [host/n]}}\n",
        "guest 'x' is in use and cannot be set up anew without host 'n'",
    ),
    (
        "hosts.*.rebuild_needs",
        "hosts: {x: {rebuild_needs: [host/n]}, n: {STATUS}}\n",
        "host 'x' is in use and cannot be set up anew without host 'n'",
    ),
    (
        "jobs.*.needs",
        "hosts: {a: {}, n: {STATUS}}\njobs: {u: {kind: update, on: [n], schedule: daily}, x: {kind: update, on: [a], schedule: daily, needs: [job/u]}}\n",
        "job 'x' is in use and waits for job 'u', which is planned",
    ),
    (
        "jobs.*.on",
        "hosts: {a: {}, n: {STATUS}}\njobs: {x: {kind: update, on: [n], schedule: daily}}\n",
        "job 'x' counts as planned, since host 'n' is",
    ),
    (
        "jobs.*.to",
        "hosts: {a: {}, n: {STATUS}}\njobs: {x: {kind: dump, on: [a], schedule: daily, to: host/n}}\n",
        "job 'x' counts as planned, since host 'n' is",
    ),
    (
        "networks.*.dhcp.server",
        "hosts: {a: {}, n: {STATUS}}\nnetworks: {x: {subnet: 192.0.2.0/24, dhcp: {range: 192.0.2.10-192.0.2.20, server: n}}}\n",
        "network 'x' has its addresses handed out by host 'n', which is planned",
    ),
    (
        "networks.*.dns",
        "hosts: {a: {}, n: {STATUS}}\nnetworks: {x: {subnet: 192.0.2.0/24, dns: [host/n]}}\n",
        "network 'x' has as its name server host 'n', which is planned",
    ),
    (
        "pools.*.cache",
        "hosts: {a: {hardware: {disks: {d: 1TB, e: 1TB}}}, n: {STATUS, hardware: {disks: {d: 1TB}}}}\npools: {x: {kind: zfs, on: a, devices: [a/d], cache: [n/d]}}\n",
        "pool 'x' is in use without disk 'd': host 'n' is planned",
    ),
    (
        "pools.*.devices",
        "hosts: {a: {hardware: {disks: {d: 1TB, e: 1TB}}}, n: {STATUS, hardware: {disks: {d: 1TB}}}}\npools: {x: {kind: zfs, on: a, level: mirror, devices: [a/d, n/d]}}\n",
        "pool 'x' is in use without disk 'd': host 'n' is planned",
    ),
    (
        "pools.*.from",
        "hosts: {a: {}}\npools: {n: {kind: zfs, on: a, STATUS}, x: {kind: nfs, on: a, from: n}}\n",
        "pool 'x' counts as planned, since pool 'n' is",
    ),
    (
        "pools.*.log",
        "hosts: {a: {hardware: {disks: {d: 1TB, e: 1TB}}}, n: {STATUS, hardware: {disks: {d: 1TB}}}}\npools: {x: {kind: zfs, on: a, devices: [a/d], log: [n/d]}}\n",
        "pool 'x' is in use without disk 'd': host 'n' is planned",
    ),
    (
        "pools.*.monitored_by",
        "hosts: {a: {}, n: {STATUS}}\nservices: {m: {runs: {host: n}}}\npools: {x: {kind: zfs, on: a, monitored_by: service/m}}\n",
        "pool 'x' is in use and watched by service 'm', which is planned",
    ),
    (
        "pools.*.on",
        "hosts: {a: {}, n: {STATUS}}\npools: {x: {kind: zfs, on: n}}\n",
        "pool 'x' counts as planned, since host 'n' is",
    ),
    (
        "pools.*.spares",
        "hosts: {a: {hardware: {disks: {d: 1TB, e: 1TB}}}, n: {STATUS, hardware: {disks: {d: 1TB}}}}\npools: {x: {kind: zfs, on: a, devices: [a/d], spares: [n/d]}}\n",
        "pool 'x' is in use without disk 'd': host 'n' is planned",
    ),
    (
        "pools.*.special",
        "hosts: {a: {hardware: {disks: {d: 1TB, e: 1TB}}}, n: {STATUS, hardware: {disks: {d: 1TB}}}}\npools: {x: {kind: zfs, on: a, devices: [a/d], special: [n/d]}}\n",
        "pool 'x' is in use without disk 'd': host 'n' is planned",
    ),
    (
        "probes.*.from",
        "hosts: {a: {}, n: {STATUS}}\nprobes: {x: {of: host/a, from: host/n, every: 1m}}\n",
        "probe 'x' counts as planned, since host 'n' is",
    ),
    (
        "probes.*.of",
        "hosts: {a: {}, n: {STATUS}}\nprobes: {x: {of: host/n, from: host/a, every: 1m}}\n",
        "probe 'x' counts as planned, since host 'n' is",
    ),
    (
        "replications.*.from",
        "hosts: {a: {}, n: {STATUS}}\npools: {p: {kind: zfs, on: n}, q: {kind: zfs, on: a}}\nreplications: {x: {from: p, to: pool/q}}\n",
        "replication 'x' counts as planned, since pool 'p' is",
    ),
    (
        "replications.*.to",
        "hosts: {a: {}, n: {STATUS}}\npools: {p: {kind: zfs, on: a}}\nreplications: {x: {from: p, to: host/n}}\n",
        "replication 'x' counts as planned, since host 'n' is",
    ),
    (
        "repositories.*.held_by",
        "hosts: {a: {}}\nservices: {n: {runs: {host: a}, STATUS}}\nrepositories: {x: {held_by: service/n, location: /r, password: {env: X}}}\n",
        "repository 'x' counts as planned, since service 'n' is",
    ),
    (
        "repositories.*.on",
        "hosts: {a: {}, n: {STATUS}}\nrepositories: {x: {on: n, location: /r, password: {env: X}}}\n",
        "repository 'x' counts as planned, since host 'n' is",
    ),
    (
        "repositories.*.pool",
        "hosts: {a: {}}\npools: {n: {kind: zfs, on: a, STATUS}}\nrepositories: {x: {on: a, pool: n, location: /r, password: {env: X}}}\n",
        "repository 'x' counts as planned, since pool 'n' is",
    ),
    (
        "requirements.*.met_by",
        "hosts: {a: {}, n: {STATUS}}\nrequirements: {x: {text: Photos survive, priority: must, status: met, met_by: [host/n]}}\n",
        "claim-state: 'n'",
    ),
    (
        "secrets.*.held_by",
        "hosts: {a: {}, n: {STATUS}}\nsecrets: {x: {in: file, held_by: host/n}}\n",
        "secret 'x' is kept in host 'n', which is planned",
    ),
    (
        "services.*.controls.*.by",
        "hosts: {a: {}, n: {STATUS}}\nservices: {n: {runs: {host: n}}, x: {runs: {host: a}, controls: {mfa: {is: inherited, by: n}}}}\n",
        "claim-config: from which it is inherited, is planned",
    ),
    (
        "services.*.data.*.dataset",
        "hosts: {a: {}, n: {STATUS}}\ndatasets: {d: {host: n, folder: /d}}\nservices: {x: {runs: {host: a}, data: {k: {dataset: d}}}}\n",
        "service 'x' is in use and has data 'k' on dataset 'd', which is planned",
    ),
    (
        "services.*.data.*.on",
        "hosts: {a: {}, n: {STATUS}}\npools: {p: {kind: zfs, on: n}}\nservices: {x: {runs: {host: a}, data: {k: {path: /d, on: p}}}}\n",
        "service 'x' is in use and has data 'k' on pool 'p', which is planned",
    ),
    (
        "services.*.exposures.via",
        "hosts: {a: {}, n: {STATUS}}\npeople: {jo: }\nservices: {x: {runs: {host: a}, exposures: [{port: 443, from: any, via: host/n, why: x, owner: jo, review: 2027-01-01}]}}\n",
        "service 'x' is in use and reached by way of host 'n', which is planned",
    ),
    (
        "services.*.needs.need",
        "hosts: {a: {}, n: {STATUS}}\nservices: {x: {runs: {host: a}, needs: [host/n]}}\n",
        "service 'x' is in use and needs host 'n', which is planned",
    ),
    (
        "services.*.patched_by",
        "hosts: {a: {}, n: {STATUS}}\njobs: {u: {kind: update, on: [n], schedule: daily}}\nservices: {x: {runs: {host: a}, patched_by: u}}\n",
        "service 'x' is in use and kept up to date by job 'u', which is planned",
    ),
    (
        "services.*.rebuild_needs",
        "hosts: {a: {}, n: {STATUS}}\nservices: {x: {runs: {host: a}, rebuild_needs: [host/n]}}\n",
        "service 'x' is in use and cannot be set up anew without host 'n', which is planned",
    ),
    (
        "services.*.runs.cluster",
        "hosts: {a: {}, n: {STATUS}}\nclusters: {k: {kind: k3s, members: [n]}}\nservices: {x: {runs: {cluster: k}}}\n",
        "service 'x' counts as planned, since cluster 'k' is",
    ),
    (
        "services.*.runs.device",
        "devices: {n: {kind: router, STATUS}}\nservices: {x: {runs: {device: n}}}\n",
        "service 'x' counts as planned, since device 'n' is",
    ),
    (
        "services.*.runs.guest",
        "hosts: {a: {}}\nguests: {n: {kind: vm, on: a, STATUS}}\nservices: {x: {runs: {guest: n}}}\n",
        "service 'x' counts as planned, since guest 'n' is",
    ),
    (
        "services.*.runs.host",
        "hosts: {a: {}, n: {STATUS}}\nservices: {x: {runs: {host: n}}}\n",
        "service 'x' counts as planned, since host 'n' is",
    ),
    (
        "services.*.runs.stack",
        "hosts: {a: {}, n: {STATUS}}\nstacks: {t: {file: c.yaml, on: n}}\nservices: {x: {runs: {stack: t, service: a}}}\n",
        "service 'x' counts as planned, since stack 't' is",
    ),
    (
        "sites.*.uplinks.*.gateway",
        "devices: {n: {kind: router, STATUS}}\nsites: {x: {uplinks: {wan: {gateway: n}}}}\n",
        "uplink 'x/wan' is in use and goes through device 'n', which is planned",
    ),
    (
        "snapshots.*.on",
        "hosts: {a: {}}\npools: {n: {kind: zfs, on: a, STATUS}}\nsnapshots: {x: {on: n, schedule: daily}}\n",
        "snapshot 'x' counts as planned, since pool 'n' is",
    ),
    (
        "snapshots.*.pruned_by",
        "hosts: {a: {}, n: {STATUS}}\npools: {p: {kind: zfs, on: a}}\njobs: {u: {kind: prune, on: [n], schedule: daily}}\nsnapshots: {x: {on: p, schedule: daily, pruned_by: job/u}}\n",
        "snapshot 'x' is in use, and what it keeps is removed by job 'u', which is planned",
    ),
    (
        "stacks.*.on",
        "hosts: {a: {}, n: {STATUS}}\nstacks: {x: {file: c.yaml, on: n}}\n",
        "stack 'x' counts as planned, since host 'n' is",
    ),
    (
        "ups.*.watched_by",
        "hosts: {a: {}, n: {STATUS}}\nups: {x: {feeds: [a], watched_by: n}}\n",
        "ups 'x' is watched by nobody: host 'n' is planned",
    ),
];

#[test]
fn every_key_that_can_name_what_is_planned_is_decided() {
    let decided: Vec<&str> = MEANT
        .iter()
        .map(|m| m.0)
        .chain(TOLD.iter().map(|t| t.0))
        .collect();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    decided
        .iter()
        .for_each(|key| *count.entry(key).or_default() += 1);
    let twice: Vec<_> = count.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "decided twice: {twice:?}");
    let there = references();
    let decided: BTreeSet<String> = decided.into_iter().map(str::to_owned).collect();
    let open: Vec<_> = there.difference(&decided).collect();
    assert!(
        open.is_empty(),
        "who tells of these, or why does nobody? {open:#?}"
    );
    let gone: Vec<_> = decided.difference(&there).collect();
    assert!(gone.is_empty(), "there are no such keys: {gone:#?}");
}

#[test]
fn what_names_something_planned_is_told() {
    let mut wrong = Vec::new();
    for (key, text, words) in TOLD {
        let told = |status: &str| {
            let text = text.replace("STATUS", status);
            let text = format!(
                "format: 1\nlab: x\n{text}# file: c.yaml\nservices: {{a: {{image: 'x:1'}}}}\n"
            );
            let (found, _) = check(&text, None);
            let of = found.into_iter().filter(|d| !d.unknown);
            let said = of.map(|d| (d.code.to_string(), d.message));
            let named = words
                .split_once(": ")
                .filter(|(rule, _)| !rule.contains(' '));
            let (rule, words) = named.unwrap_or(("inv-planned", words));
            said.filter(|(code, message)| code == rule && message.contains(words))
                .count()
        };
        let (there, planned) = (told("status: running"), told("status: planned"));
        if (there, planned) != (0, 1) {
            wrong.push(format!(
                "{key}: told {planned} times, and {there} times when it is there"
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
