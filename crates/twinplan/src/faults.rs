//! Faults of a twin: what each one is, and the rules in the fabric that make partitions.

use crate::design::Design;
use core::net::IpAddr;
use ipnet::IpNet;
use model::fact::FactPath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Something that is wrong in a twin on purpose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fault")]
pub enum Fault {
    /// A machine has lost its power.
    Stop {
        /// The machine.
        machine: String,
    },
    /// Two ends do not reach each other; or one reaches nothing.
    Partition {
        /// A machine, or a segment as `@NAME`.
        one: String,
        /// The other end; `None` for everything.
        other: Option<String>,
    },
    /// What a machine is sent comes late.
    Slow {
        /// The machine.
        machine: String,
        /// By so many milliseconds.
        delay_ms: u32,
    },
    /// A container does not run.
    Container {
        /// The machine whose engine has it.
        machine: String,
        /// Its name.
        container: String,
    },
    /// A pool is full.
    Fill {
        /// The machine.
        machine: String,
        /// A folder on the pool.
        folder: String,
    },
    /// A disk is gone.
    Lose {
        /// The machine.
        machine: String,
        /// The disk.
        disk: String,
    },
    /// What a disk held was written over.
    Corrupt {
        /// The machine.
        machine: String,
        /// The disk.
        disk: String,
    },
    /// A machine says that its clock is not synchronised.
    Time {
        /// The machine.
        machine: String,
    },
    /// An interface does not answer as it should.
    Api {
        /// Whose interface: `host/pve`.
        of: String,
        /// Requests whose path begins so meet it.
        path: String,
        /// What they meet.
        what: ApiFault,
    },
}

/// What requests to an interface meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "meet")]
pub enum ApiFault {
    /// No right to ask.
    Refuse,
    /// Empty lists, and nothing that says so.
    Filter,
    /// Another value than the true one.
    Lie {
        /// Where it stands in the answer, as a JSON pointer: `/0/status`.
        pointer: String,
        /// The value, as JSON.
        value: String,
    },
}

impl Fault {
    /// Whether it makes a machine say this of itself, which no twin says else.
    pub fn says(&self, on: &str, path: &FactPath) -> bool {
        match self {
            Fault::Time { machine } => machine == on && path.to_string() == "host:clock-synced",
            Fault::Stop { .. }
            | Fault::Partition { .. }
            | Fault::Slow { .. }
            | Fault::Container { .. }
            | Fault::Fill { .. }
            | Fault::Lose { .. }
            | Fault::Corrupt { .. }
            | Fault::Api { .. } => false,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Stop { machine } => write!(f, "{machine} has no power"),
            Fault::Partition {
                one,
                other: Some(other),
            } => write!(f, "{one} and {other} do not reach each other"),
            Fault::Partition { one, other: None } => {
                write!(f, "{one} reaches nothing and is reached by nothing")
            }
            Fault::Slow { machine, delay_ms } => {
                write!(f, "what {machine} is sent comes {delay_ms} ms late")
            }
            Fault::Container { machine, container } => {
                write!(f, "{container} on {machine} is stopped")
            }
            Fault::Fill { machine, folder } => {
                write!(f, "the pool below {folder} on {machine} is full")
            }
            Fault::Lose { machine, disk } => write!(f, "disk {machine}/{disk} is lost"),
            Fault::Corrupt { machine, disk } => {
                write!(f, "what disk {machine}/{disk} held was written over")
            }
            Fault::Api { of, path, what } => match what {
                ApiFault::Refuse => write!(f, "the API of {of} refuses {path}"),
                ApiFault::Filter => write!(f, "the API of {of} shows nothing of {path}"),
                ApiFault::Lie { pointer, value } => {
                    write!(f, "the API of {of} says {value} at {pointer} of {path}")
                }
            },
            Fault::Time { machine } => write!(
                f,
                "{machine} says that its clock is not synchronised (a stand-in says so: the clock is this machine's)"
            ),
        }
    }
}

/// The addresses of a machine, or the subnet of a segment; `None` if there is no such thing, none if it has no address.
pub fn end(design: &Design, name: &str) -> Option<BTreeSet<IpNet>> {
    if let Some(segment) = name.strip_prefix('@') {
        let segment = design.segment(segment)?;
        return Some(segment.subnet.map(|n| n.trunc()).into_iter().collect());
    }
    let machine = design.machines.iter().find(|m| m.name == name)?;
    let addresses = machine.links.iter().filter_map(|l| l.address.as_ref());
    Some(addresses.map(|a| IpNet::from(a.ip)).collect())
}

/// The whole ruleset of the fabric for these faults, as `nft -f` reads it: bridges drop what does not get through.
///
/// Addresses are matched and not ports of bridges, so that it holds for what is routed too. The controller's wires are no part of
/// the fabric: a partition never cuts the way by which it is cleared.
pub fn ruleset(design: &Design, faults: &[Fault]) -> String {
    let mut rules = BTreeSet::new();
    for fault in faults {
        let Fault::Partition { one, other } = fault else {
            continue;
        };
        let side = |name: &str| end(design, name).unwrap_or_default();
        for a in side(one) {
            match other {
                None => {
                    rules.insert(format!("{} saddr {a} counter drop", family(a)));
                    rules.insert(format!("{} daddr {a} counter drop", family(a)));
                }
                Some(other) => {
                    for b in side(other).into_iter().filter(|b| family(*b) == family(a)) {
                        let family = family(a);
                        rules.insert(format!(
                            "{family} saddr {a} {family} daddr {b} counter drop"
                        ));
                        rules.insert(format!(
                            "{family} saddr {b} {family} daddr {a} counter drop"
                        ));
                    }
                }
            }
        }
    }
    let rules: String = rules.iter().map(|r| format!("\t\t{r}\n")).collect();
    format!(
        "table bridge faults\ndelete table bridge faults\ntable bridge faults {{\n\tchain forward {{\n\t\ttype filter hook forward priority filter; policy accept;\n{rules}\t}}\n}}\n"
    )
}

fn family(net: IpNet) -> &'static str {
    match net.addr() {
        IpAddr::V4(_) => "ip",
        IpAddr::V6(_) => "ip6",
    }
}
