//! Faults to a report: what stops, what is lost, and why.

use crate::damage::{Damage, Harm};
use crate::data::Losses;
use crate::fault::{Fault, targets};
use crate::outcome::{Data, Fate, Report, Service, State, Step, Thing};
use crate::room::{self, Placed};
use crate::seize::Seized;
use crate::spread::Spread;
use crate::words;
use graph::Context;
use graph::bodies::Body;
use graph::structure::{Need, Structure};
use model::declare::{OptExt as _, Target};
use model::id::{Kind, ObjectRef};
use model::lab::DataClass;
use model::lab::service::{Dependency, Strength};
use petgraph::graph::NodeIndex;
use std::collections::BTreeMap;

/// A lab whose failures are looked at; what they share is worked out once.
pub struct Simulation<'c, 'a> {
    ctx: &'c Context<'a>,
    structure: &'c Structure,
    /// Elements of which nobody says what they run on, and what that is.
    adrift: Vec<(NodeIndex, String)>,
    /// Machines of which nobody says where they stand.
    placeless: Vec<(NodeIndex, String)>,
}

/// What is looked at while one report is made.
struct View<'a> {
    spread: Spread,
    failed: Vec<NodeIndex>,
    /// What may have failed with it, and why.
    open: Vec<(NodeIndex, String)>,
    /// Guests whose host is down and that go on elsewhere.
    placed: BTreeMap<&'a str, Placed>,
}

impl<'c, 'a> Simulation<'c, 'a> {
    /// Reads the lab once.
    pub fn of(ctx: &'c Context<'a>) -> Self {
        let structure = ctx.structure();
        let mut out = Self {
            ctx,
            structure,
            adrift: Vec::new(),
            placeless: Vec::new(),
        };
        let lab = ctx.lab;
        let mut adrift = Vec::new();
        let running = lab.services.iter().filter(|(_, s)| s.is_running());
        for (name, service) in running {
            let known = service
                .runs
                .iter()
                .any(|r| !graph::reach::parts(r).is_empty());
            if !known {
                adrift.push((Kind::Service, name, "where it runs is not declared"));
            }
        }
        let stacks = lab.stacks.iter().filter(|(_, s)| s.on.known().is_none());
        adrift.extend(stacks.map(|(n, _)| (Kind::Stack, n, "where it runs is not declared")));
        let guests = lab.guests.iter().filter(|(_, g)| g.on.known().is_none());
        adrift.extend(guests.map(|(n, _)| (Kind::Guest, n, "where it runs is not declared")));
        out.adrift = out.nodes(adrift);
        let mut placeless = Vec::new();
        let hosts = lab.hosts.iter().filter(|(_, h)| h.site.known().is_none());
        placeless.extend(hosts.map(|(n, _)| (Kind::Host, n, "where it stands is not declared")));
        let devices = lab.devices.iter().filter(|(_, d)| d.site.known().is_none());
        placeless
            .extend(devices.map(|(n, _)| (Kind::Device, n, "where it stands is not declared")));
        out.placeless = out.nodes(placeless);
        out
    }

    fn nodes(&self, of: Vec<(Kind, &String, &str)>) -> Vec<(NodeIndex, String)> {
        let all = of.into_iter().filter_map(|(kind, name, why)| {
            let node = self.structure.find(&Target::whole(kind, name))?;
            Some((node, why.to_owned()))
        });
        all.collect()
    }

    /// What these faults do together.
    pub fn run(&self, faults: &[Fault]) -> Report {
        let lab = self.ctx.lab;
        let damage = Damage::of(lab, faults);
        let seized = faults.iter().filter_map(|f| match f {
            Fault::Ransom(of) => Some(Seized::of(lab, of)),
            _ => None,
        });
        let seized: Vec<Seized<'a>> = seized.collect();
        let view = self.view(faults, &damage);
        let unreached = |body: &Body<'a>| self.unreached(body, &view);
        let losses = Losses {
            ctx: self.ctx,
            faults,
            damage: &damage,
            seized: &seized,
            unreached: &unreached,
        };
        let bodies = self.ctx.bodies().iter();
        let kept = bodies.filter(|b| b.class != Some(DataClass::Scratch));
        let mut lost: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut data: Vec<Data> = Vec::new();
        for body in kept {
            let outcome = losses.of(body);
            if outcome.fate == Fate::Lost
                && let Some(service) = body.service
            {
                lost.entry(service).or_default().push(&body.what);
            }
            data.push(outcome);
        }
        data.sort_by_key(|d| (d.fate, std::cmp::Reverse(rank(d.class))));
        let running = lab.services.iter().filter(|(_, s)| s.is_running());
        let services = running.map(|(name, service)| {
            let lost = lost.get(name.as_str()).map_or(&[][..], Vec::as_slice);
            self.service(name, service, lost, &view)
        });
        let mut services: Vec<Service> = services.collect();
        services.sort_by_key(|s| s.state);
        Report {
            faults: faults.iter().map(ToString::to_string).collect(),
            words: faults.iter().map(Fault::words).collect(),
            services,
            things: self.things(&view, &damage),
            data,
            notes: self.notes(faults, &view),
        }
    }

    fn view(&self, faults: &[Fault], damage: &Damage<'a>) -> View<'a> {
        let lab = self.ctx.lab;
        let mut failed: Vec<NodeIndex> = Vec::new();
        let all = faults.iter().flat_map(|f| targets(lab, f));
        failed.extend(all.filter_map(|t| self.structure.find(&t)));
        // A pool whose data is gone is down, whatever its machines do.
        for name in lab.pools.keys() {
            if matches!(damage.pool(name), Harm::Gone(_)) {
                failed.extend(self.structure.find(&Target::whole(Kind::Pool, name)));
            }
        }
        let mut open: Vec<(NodeIndex, String)> = Vec::new();
        let of_sites = |f: &Fault| matches!(f, Fault::Site(_) | Fault::Power { .. });
        if faults.iter().any(of_sites) {
            open.extend(self.placeless.iter().cloned());
        }
        let first = Spread::of(self.structure, &failed, &[]);
        let machine = |n: &NodeIndex| {
            let target = self.structure.target(*n);
            target.is_some_and(|t| t.part.is_none() && is_machine(t.object.kind))
        };
        let hit = self.structure.elements().filter(machine);
        if !open.is_empty() || hit.into_iter().any(|n| first.is_down(n)) {
            open.extend(self.adrift.iter().cloned());
        }
        let find = |kind: Kind, name: &str| self.structure.find(&Target::whole(kind, name));
        let is_down = |host: &str| find(Kind::Host, host).is_some_and(|n| first.is_down(n));
        let placed = room::placed(self.ctx, is_down);
        for (guest, placed) in &placed {
            if let Placed::Open(why) = placed
                && let Some(node) = find(Kind::Guest, guest)
            {
                open.push((node, why.clone()));
            }
        }
        let seeds: Vec<NodeIndex> = open.iter().map(|(n, _)| *n).collect();
        View {
            spread: Spread::of(self.structure, &failed, &seeds),
            failed,
            open,
            placed,
        }
    }

    fn state(&self, target: &Target, view: &View<'a>) -> State {
        match self.structure.find(target) {
            Some(node) if view.spread.is_down(node) => State::Down,
            Some(node) if view.spread.may_be_down(node) => State::Unknown,
            _ => State::Up,
        }
    }

    /// From an element to what failed.
    fn chain(&self, target: &Target, view: &View<'a>) -> (Vec<Step>, Option<String>) {
        let Some(node) = self.structure.find(target) else {
            return (Vec::new(), None);
        };
        let nodes = view.spread.chain(node);
        let (mut steps, mut from, mut choice) = (Vec::new(), target, None);
        for next in nodes.iter().skip(1) {
            let Some(to) = self.structure.target(*next) else {
                choice = self.choice(*next, view).or(choice);
                continue;
            };
            steps.push(Step {
                how: words::how(from, to),
                what: words::target(self.ctx.lab, to),
                choice: choice.take(),
            });
            from = to;
        }
        let last = nodes.last();
        let open = last.and_then(|n| view.open.iter().find(|(o, _)| o == n));
        let why = open.filter(|(n, _)| !view.failed.contains(n));
        let why = why.map(|(n, why)| match self.structure.target(*n) {
            Some(of) if of != target => format!("{}: {why}", words::target(self.ctx.lab, of)),
            _ => why.clone(),
        });
        (steps, why)
    }

    /// `1 of 3 left, 2 needed`; nothing of a group that needs all.
    fn choice(&self, group: NodeIndex, view: &View<'a>) -> Option<String> {
        let all = self.structure.needs_of(group).count();
        let down = |n: &NodeIndex| view.spread.is_down(*n);
        let left = all - self.structure.needs_of(group).filter(down).count();
        match self.structure.need(group) {
            Need::AtLeast(least) if all > 1 => {
                Some(format!("{left} of {all} left, {least} needed"))
            }
            Need::One if all > 1 => Some(format!("it is on one of {all}, nobody knows which")),
            _ => None,
        }
    }

    fn service(
        &self,
        name: &str,
        service: &model::lab::service::Service,
        lost: &[&str],
        view: &View<'a>,
    ) -> Service {
        let target = Target::whole(Kind::Service, name);
        let mut out = Service {
            name: name.to_owned(),
            state: self.state(&target, view),
            chain: Vec::new(),
            why: None,
        };
        if out.state != State::Up {
            (out.chain, out.why) = self.chain(&target, view);
            return out;
        }
        if !lost.is_empty() {
            out.state = State::Degraded;
            out.why = Some(format!("its data is lost: {}", lost.join(", ")));
        } else if let Some(lacks) = self.lacks(&target, &service.needs, view) {
            out.state = State::Degraded;
            out.why = Some(lacks);
        } else if let Some(moved) = self.moved(service, view) {
            out.state = State::Restarted;
            out.why = Some(moved);
        }
        out
    }

    /// What a service that works has less of.
    fn lacks(&self, target: &Target, needs: &[Dependency], view: &View<'a>) -> Option<String> {
        let down = |t: &Target| self.state(t, view) == State::Down;
        if let Some(soft) = soft(needs).into_iter().find(|t| down(t)) {
            let what = words::target(self.ctx.lab, soft);
            return Some(format!("without {what}, which it can do without"));
        }
        let node = self.structure.find(target)?;
        let groups = self.structure.needs_of(node);
        let mut groups = groups.filter(|g| self.structure.target(*g).is_none());
        let fewer = groups.find(|g| {
            let mut members = self.structure.needs_of(*g);
            members.any(|m| view.spread.is_down(m))
        })?;
        self.choice(fewer, view)
    }

    /// The guest that it runs in has lost its host, and goes on elsewhere.
    fn moved(&self, service: &model::lab::service::Service, view: &View<'a>) -> Option<String> {
        let lab = self.ctx.lab;
        let machines = service.runs.iter().flat_map(graph::reach::parts);
        let machines = machines.flat_map(|o| graph::reach::machines(lab, &o));
        let mut guests = machines.filter(|o| o.kind == Kind::Guest);
        guests.find_map(|guest| self.moved_guest(&guest, view))
    }

    fn moved_guest(&self, guest: &ObjectRef, view: &View<'a>) -> Option<String> {
        let lab = self.ctx.lab;
        let declared = lab.guests.get(&guest.name)?;
        let on = declared.on.known().filter(|on| on.kind() == Kind::Host)?;
        let host = &on.0;
        let whole = Target::whole(Kind::Guest, &guest.name);
        let up = self.state(&whole, view) == State::Up;
        let moved = up && self.state(host, view) == State::Down;
        moved.then(|| {
            let was = format!("guest {} was on host {}", guest.name, host.object.name);
            match view.placed.get(guest.name.as_str()) {
                Some(Placed::On(there, how)) => format!("{was} and starts again on {there}: {how}"),
                _ => format!("{was} and starts again elsewhere"),
            }
        })
    }

    /// What is not as before and is no service.
    fn things(&self, view: &View<'a>, damage: &Damage<'a>) -> Vec<Thing> {
        let lab = self.ctx.lab;
        let mut out = Vec::new();
        for node in self.structure.elements() {
            let Some(target) = self.structure.target(node) else {
                continue;
            };
            if target.object.kind == Kind::Service {
                continue;
            }
            let state = self.state(target, view);
            let harm = match (
                target.object.kind,
                lab.pools.get_key_value(&target.object.name),
            ) {
                (Kind::Pool, Some((name, _))) => damage.pool(name),
                _ => Harm::None,
            };
            let (state, why) = match (state, harm) {
                (_, Harm::Gone(why)) => (State::Down, Some(why)),
                (State::Up, Harm::Reduced(why)) => (State::Degraded, Some(why)),
                (State::Up, Harm::Unknown(why)) => (State::Unknown, Some(why)),
                (State::Up, _) => {
                    let moved = self.moved_guest(&target.object, view);
                    match moved.filter(|_| target.object.kind == Kind::Guest) {
                        Some(why) => (State::Restarted, Some(why)),
                        None => continue,
                    }
                }
                (state, _) => (state, None),
            };
            let (chain, open) = match why {
                Some(_) => (Vec::new(), None),
                None => self.chain(target, view),
            };
            out.push(Thing {
                what: words::target(lab, target),
                state,
                chain,
                why: why.or(open),
            });
        }
        out.sort_by(|a, b| (a.state, &a.what).cmp(&(b.state, &b.what)));
        out
    }

    /// A pool or machine that a body of data lies on and that is down.
    fn unreached(&self, body: &Body<'a>, view: &View<'a>) -> Option<String> {
        let lab = self.ctx.lab;
        let down = |t: &Target| self.state(t, view) == State::Down;
        let pools = body.place.pools.iter();
        let pools = pools
            .map(|p| Target::whole(Kind::Pool, *p))
            .find(|t| down(t));
        let machines = body.place.machines.iter().map(|m| match m {
            graph::places::Machine::Host(n) => Target::whole(Kind::Host, *n),
            graph::places::Machine::Device(n) => Target::whole(Kind::Device, *n),
        });
        let machines: Vec<Target> = machines.collect();
        let all = !machines.is_empty() && machines.iter().all(down);
        let first = pools.or_else(|| machines.into_iter().next().filter(|_| all))?;
        Some(format!("{} is down", words::target(lab, &first)))
    }

    fn notes(&self, faults: &[Fault], view: &View<'a>) -> Vec<String> {
        let lab = self.ctx.lab;
        let is_down =
            |host: &str| self.state(&Target::whole(Kind::Host, host), view) == State::Down;
        let mut out = room::sums(self.ctx, is_down);
        if faults.iter().any(|f| matches!(f, Fault::Power { .. })) {
            for (name, ups) in &lab.ups {
                out.push(match ups.runtime.known() {
                    Some(time) => format!("ups {name} carries what it feeds for {time}; this is how it is after that"),
                    None => format!("how long ups {name} carries what it feeds is not declared; this is how it is after that"),
                });
            }
        }
        let unplugged = lab.cables.is_empty();
        if unplugged
            && faults
                .iter()
                .any(|f| matches!(f, Fault::Stop(o) if o.kind == Kind::Device))
        {
            out.push(
                "no cables are declared: what is connected through a device is not known"
                    .to_owned(),
            );
        }
        out
    }
}

fn is_machine(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Host | Kind::Device | Kind::Guest | Kind::Cluster | Kind::Stack
    )
}

fn rank(class: Option<&'static str>) -> usize {
    let order = ["replaceable", "important", "irreplaceable"];
    class
        .and_then(|c| order.iter().position(|o| *o == c))
        .map_or(0, |n| n + 1)
}

/// What is needed softly.
fn soft(needs: &[Dependency]) -> Vec<&Target> {
    let mut out = Vec::new();
    for need in needs {
        if need.kind.known() == Some(&Strength::Soft)
            && let Some(target) = need.need.known()
        {
            out.push(&target.0);
        }
        for inner in [&need.all, &need.any, &need.among] {
            out.extend(soft(inner));
        }
    }
    out
}
