//! Ways in by tunnels that a product opens from inside (cloudflared, Tailscale), against the exposures of services.
//!
//! No port of a router is open for them. A name is justified by an exposure that has it as `host` and goes by this tunnel, or does not say
//! by what; what a machine offers a tailnet, by its `tailscale`. What no exposure can say (names with a star) is justified by a waiver of its
//! difference. Nothing is planned from this.

mod cloudflared;
mod node;
mod tailscale;

use crate::ports::{Justification, Port, describe_way};
use crate::traefik::{is_running, machine};
use crate::waive::waiver;
use crate::{Context, Difference, How};
use diag::Span;
use jiff::tz::TimeZone;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath, TargetFacts};
use model::id::Kind;
use model::lab::service::{Service, ServiceExposure};
use model::lab::{Host, Manage, Managed};

/// The differences on every machine that answered.
pub fn drift(ctx: &Context<'_>) -> Vec<Difference> {
    looks(ctx).iter().flat_map(Look::drift).collect()
}

/// What differs of tailnets alone.
pub fn of_tailnets(ctx: &Context<'_>) -> Vec<Difference> {
    let looks = looks(ctx);
    let all = looks.iter().flat_map(|look| {
        let found = tailscale::found(look).into_iter();
        found.filter_map(|f| look.difference(f)).collect::<Vec<_>>()
    });
    all.collect()
}

/// Every way in, with its justification or the lack of it.
pub fn ways(ctx: &Context<'_>) -> Vec<Port> {
    looks(ctx).iter().flat_map(Look::ways).collect()
}

fn looks<'a>(ctx: &'a Context<'a>) -> Vec<Look<'a>> {
    let answered = ctx
        .observed_hosts()
        .filter(|(_, _, f)| f.identity.is_some());
    answered
        .map(|(name, host, facts)| Look {
            ctx,
            name,
            host,
            facts,
        })
        .collect()
}

/// A machine that answered.
struct Look<'a> {
    ctx: &'a Context<'a>,
    name: &'a str,
    host: &'a Host,
    facts: &'a TargetFacts,
}

/// What the lab tree says of a way in.
enum Said {
    /// It is to be there, for this reason.
    Why(String),
    /// It is to be there, and nobody says why.
    Declared,
    /// It is not to be there; in these words.
    Denied(&'static str, Span),
    /// Nothing.
    Nothing,
}

impl From<Option<String>> for Said {
    fn from(reason: Option<String>) -> Self {
        reason.map_or(Self::Nothing, Self::Why)
    }
}

/// What is found of tunnels on a machine.
enum Found {
    /// Somebody may come in by it.
    Open {
        path: FactPath,
        /// `tunnel://cloud.example.org`.
        socket: String,
        /// `cloudflared to http://localhost:8080`.
        process: String,
        /// What the lab tree says of it.
        said: Said,
    },
    /// Whether somebody may is not known.
    Unknown {
        path: FactPath,
        socket: String,
        said: String,
        why: String,
    },
    /// It is declared, and is not so.
    Amiss {
        path: FactPath,
        how: How,
        said: String,
        seen: String,
        span: Span,
    },
}

impl<'a> Look<'a> {
    fn found(&self) -> Vec<Found> {
        let mut found = cloudflared::found(self);
        found.extend(tailscale::found(self));
        found
    }

    fn drift(&self) -> Vec<Difference> {
        let found = self.found().into_iter().filter_map(|f| self.difference(f));
        found.collect()
    }

    /// Where undeclared ways in are nobody's business, they are not asked for either, and so not missed.
    fn is_ignored(&self, found: &Found) -> bool {
        let whole = |path: &FactPath| path.key == "*";
        self.host.mode(Managed::Listeners) == Manage::Ignore
            && match found {
                Found::Open { said, .. } => !matches!(said, Said::Denied(..)),
                Found::Unknown { path, .. } => whole(path),
                Found::Amiss { .. } => false,
            }
    }

    fn difference(&self, found: Found) -> Option<Difference> {
        if self.is_ignored(&found) {
            return None;
        }
        let (path, how, declared, observed, cause) = match found {
            Found::Open {
                said: Said::Why(_) | Said::Declared,
                ..
            } => return None,
            Found::Open {
                path,
                socket,
                process,
                said: Said::Denied(said, span),
            } => {
                let seen = format!("{socket}, {process}");
                (path, How::Differs, said.to_owned(), seen, Some(span))
            }
            Found::Open {
                path,
                socket,
                process,
                said: Said::Nothing,
            } => {
                let seen = format!("{socket}, {process}");
                (path, How::Undeclared, "not declared".to_owned(), seen, None)
            }
            Found::Unknown {
                path, said, why, ..
            } => (path, How::Unknown, said, format!("unknown ({why})"), None),
            Found::Amiss {
                path,
                how,
                said,
                seen,
                span,
            } => (path, how, said, seen, Some(span)),
        };
        Some(Difference {
            target: self.ctx.lab.machine_ref(self.name),
            path,
            how,
            declared,
            observed,
            cause: cause.map(|span| self.ctx.place(span)),
        })
    }

    fn ways(&self) -> Vec<Port> {
        let rows = self.found().into_iter().filter_map(|found| {
            let (socket, process, state, reason) = match found {
                Found::Open {
                    path,
                    socket,
                    process,
                    said,
                } => {
                    let (state, reason) = self.justified(path, said);
                    (socket, process, state, reason)
                }
                Found::Unknown {
                    path, socket, why, ..
                } => {
                    let process = path.kind.word().to_owned();
                    (socket, process, Justification::Unknown, why)
                }
                Found::Amiss { .. } => return None,
            };
            Some(Port {
                host: self.name.to_owned(),
                socket,
                process,
                unit: None,
                package: None,
                state,
                reason,
                reach: Vec::new(),
            })
        });
        rows.collect()
    }

    /// By what the lab tree says of it, else by a waiver.
    fn justified(&self, path: FactPath, said: Said) -> (Justification, String) {
        let without = match said {
            Said::Why(reason) => return (Justification::Declared, reason),
            Said::Declared => "declared without a reason",
            Said::Denied(..) => "declared not to be",
            Said::Nothing => "not declared",
        };
        match self.waived(path) {
            Some(reason) => (Justification::Declared, reason),
            None => (Justification::None, without.to_owned()),
        }
    }

    /// Why somebody puts up with it.
    fn waived(&self, path: FactPath) -> Option<String> {
        let difference = Difference {
            target: self.ctx.lab.machine_ref(self.name),
            path,
            how: How::Undeclared,
            declared: String::new(),
            observed: String::new(),
            cause: None,
        };
        let today = self.ctx.now.to_zoned(TimeZone::UTC).date();
        let waiver = waiver(self.ctx.lab, &difference, today)?;
        let reason = waiver.reason.as_ref()?.value.to_string();
        let until = waiver.expires.as_ref()?.value;
        Some(format!("waived until {until}: {reason}"))
    }

    /// Declared ways that may be by a product's tunnel on this machine.
    fn declared(&self, words: &[&str]) -> Vec<Way<'a>> {
        let lab = self.ctx.lab;
        let mut ways = Vec::new();
        for (service, about) in &lab.services {
            for exposure in &about.exposures {
                let by = match exposure.via.known() {
                    None => By::Unsaid,
                    Some(via) => match self.by(via.kind(), via.name(), words) {
                        Some(by) => by,
                        None => continue,
                    },
                };
                ways.push(Way {
                    service,
                    about,
                    exposure,
                    by,
                });
            }
        }
        ways
    }

    fn by(&self, kind: Kind, name: &str, words: &[&str]) -> Option<By> {
        let lab = self.ctx.lab;
        if kind != Kind::Service {
            return (lab.machine(name).is_some() && name == self.name).then_some(By::Unsaid);
        }
        let about = lab.services.get(name)?;
        if !is_of(name, about, words) {
            return None;
        }
        let places: Vec<String> = about.runs.iter().filter_map(|r| machine(lab, r)).collect();
        match places.iter().any(|p| p == self.name) {
            true => Some(By::This),
            false => places.is_empty().then_some(By::Unsaid),
        }
    }

    /// The lab tree has the product on this machine: as a service that runs, a package or a unit.
    fn runs(&self, words: &[&str]) -> bool {
        let lab = self.ctx.lab;
        let packages = self.host.packages.iter().map(|p| p.value.as_str());
        let units = self.host.units.keys().map(String::as_str);
        let mut services = lab.services.iter();
        packages.chain(units).any(|text| is_word(text, words))
            || services.any(|(name, about)| {
                let mut places = about.runs.iter().filter_map(|r| machine(lab, r));
                is_running(about) && is_of(name, about, words) && places.any(|p| p == self.name)
            })
    }

    fn path(kind: FactKind, key: impl Into<String>) -> FactPath {
        FactPath::new(kind, key)
    }
}

/// By what a declared way goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// By the tunnel on this machine.
    This,
    /// It does not say, or not which one.
    Unsaid,
}

/// A declared way.
struct Way<'a> {
    service: &'a str,
    about: &'a Service,
    exposure: &'a ServiceExposure,
    by: By,
}

impl Way<'_> {
    fn is_named(&self, name: &str) -> bool {
        let host = self.exposure.host.known();
        host.is_some_and(|h| h.0.eq_ignore_ascii_case(name))
    }

    fn has_port(&self, port: u16) -> bool {
        let ports = self.exposure.port.known();
        ports.is_some_and(|p| p.first() <= port && port <= p.last())
    }

    /// It has to be there.
    fn is_due(&self) -> bool {
        self.by == By::This && is_running(self.about)
    }
}

/// The reason of the first way that fits and has one.
fn reason<'w, 'a: 'w>(
    ways: &'w [Way<'a>],
    mut fits: impl FnMut(&Way<'a>) -> bool,
) -> Option<String> {
    let mut of = ways.iter().filter(|w| fits(w));
    of.find_map(|w| describe_way(w.exposure))
}

/// The service is a product's, by the words of its name, image and units.
fn is_of(name: &str, about: &Service, words: &[&str]) -> bool {
    let units = about.runs.iter().filter_map(|r| r.unit.known());
    let texts = [Some(name), about.image.known().map(String::as_str)];
    let mut texts = texts.into_iter().flatten().chain(units.map(String::as_str));
    texts.any(|text| is_word(text, words))
}

fn is_word(text: &str, words: &[&str]) -> bool {
    let mut parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| words.iter().any(|w| part.eq_ignore_ascii_case(w)))
}
