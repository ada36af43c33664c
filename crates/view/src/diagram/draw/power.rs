//! Where electricity comes from, through what, and where it goes, with watts where they are declared.

use super::{count, dotted, reference, said, sure};
use crate::diagram::model::{Diagram, Edge, Hue, Node, Stroke, Sure, View};
use model::declare::OptExt;
use model::id::Kind;
use model::lab::Lab;
use model::lab::device::DeviceKind;
use model::lab::hardware::Draw;
use std::collections::{BTreeMap, BTreeSet};

/// Columns of the drawing.
const SUPPLIES: usize = 1;
const LOADS: usize = 2;
const FEEDS: &str = "feeds";
const OVERLOADED: &str = "UPS with more load than it gives";

/// Something that draws electricity.
struct Load<'a> {
    kind: Kind,
    name: &'a str,
    says: String,
    draw: Option<&'a Draw>,
    /// The line it hangs on by itself, as `site/feed`, and how sure that is.
    feed: Option<(String, Sure)>,
    site: Option<&'a str>,
    rented: bool,
}

pub(crate) fn draw(lab: &Lab) -> Diagram {
    let mut out = Diagram::new(View::Power, &lab.name);
    feeds(lab, &mut out);
    let loads = loads(lab);
    let fed = supplies(lab, &loads, &mut out);
    let total = whole_loads(&loads, &fed);
    let (mut known, mut asked) = (0_u64, 0);
    for load in &loads {
        if load.rented {
            continue;
        }
        known += watts(load.draw).unwrap_or(0);
        asked += usize::from(watts(load.draw).is_none());
        hang(lab, load, &fed, &total, &mut out);
    }
    rented(&loads, &mut out);
    let over = out.nodes.iter().filter(|n| n.meaning == OVERLOADED).count();
    let watts = (known > 0).then(|| format!("{} W declared", known / 1000));
    let missing = (asked > 0).then(|| format!("{asked} of them without a figure"));
    out.summary = dotted([
        Some(count(loads.len(), "machine", "machines")),
        Some(count(lab.ups.len(), "UPS", "UPSs")),
        (over > 0).then(|| format!("{over} overloaded")),
        watts,
        missing,
    ]);
    if out.nodes.is_empty() {
        let text = "Nothing is declared that power could be drawn of: write hosts, sites.NAME.power.feeds and ups.";
        out.notes.push(text.to_owned());
    }
    out
}

/// What hangs on each UPS in all, in milliwatts; only where of everything the draw at load is known.
fn whole_loads(loads: &[Load], fed: &BTreeMap<String, Vec<usize>>) -> BTreeMap<usize, u64> {
    let mut sums: BTreeMap<usize, Option<u64>> = BTreeMap::new();
    for load in loads {
        for ups in fed
            .get(&reference(load.kind, load.name))
            .into_iter()
            .flatten()
        {
            let sum = sums.entry(*ups).or_insert(Some(0));
            *sum = sum.zip(full(load.draw)).map(|(a, b)| a + b);
        }
    }
    sums.into_iter()
        .filter_map(|(ups, sum)| Some((ups, sum?)))
        .collect()
}

fn feeds(lab: &Lab, out: &mut Diagram) {
    for (site, declared) in &lab.sites {
        let Some(power) = &declared.about.power else {
            continue;
        };
        for (name, feed) in &power.feeds {
            let capacity = said(&feed.capacity).map(|c| format!("up to {c}"));
            let average = said(&power.average).map(|a| format!("site draws {a} on average"));
            let node = Node::card(
                format!("feed/{site}/{}", name.0),
                format!("{site}/{}", name.0),
                Hue::Amber,
            )
            .meaning("line of electricity")
            .line(dotted([said(&feed.kind), capacity]))
            .line(average.unwrap_or_default());
            out.node(node);
        }
    }
}

fn loads(lab: &Lab) -> Vec<Load<'_>> {
    let hosts = lab.hosts.iter().map(|(name, host)| Load {
        kind: Kind::Host,
        name,
        says: dotted([
            said(&host.about.kind).or_else(|| Some("host".to_owned())),
            (host.about.on_demand.known() == Some(&true)).then(|| "on demand".to_owned()),
        ]),
        draw: host.about.power.as_ref(),
        feed: host.about.feed.as_ref().map(|f| {
            let own = Some(f.clone());
            (line(f.value().map(|f| (f.name(), f.part()))), sure(&own))
        }),
        site: host.site.known().map(String::as_str),
        rented: host.about.provider.is_some()
            || host.about.kind.known() == Some(&model::lab::hardware::HostKind::Vps),
    });
    let devices = lab.devices.iter().map(|(name, device)| Load {
        kind: Kind::Device,
        name,
        says: said(&device.kind).unwrap_or_else(|| "device".to_owned()),
        draw: device.power.as_ref(),
        feed: device.feed.as_ref().map(|f| {
            let own = Some(f.clone());
            (line(f.value().map(|f| (f.name(), f.part()))), sure(&own))
        }),
        site: device.site.known().map(|s| s.name()),
        rented: false,
    });
    let plugged = |l: &Load| {
        let device = lab.devices.get(l.name).filter(|_| l.kind == Kind::Device);
        let kind = device.and_then(|d| d.kind.known());
        let battery = matches!(kind, Some(DeviceKind::Client | DeviceKind::Phone));
        !battery || l.feed.is_some() || l.draw.is_some()
    };
    hosts.chain(devices).filter(plugged).collect()
}

fn line(feed: Option<(&str, Option<&str>)>) -> String {
    feed.map_or_else(
        || "?".to_owned(),
        |(site, part)| format!("{site}/{}", part.unwrap_or_default()),
    )
}

/// UPSs with their load; what each feeds.
fn supplies<'a>(
    lab: &'a Lab,
    loads: &[Load<'a>],
    out: &mut Diagram,
) -> BTreeMap<String, Vec<usize>> {
    let mut fed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (name, ups) in &lab.ups {
        let targets: BTreeSet<String> = ups
            .feeds
            .iter()
            .map(|f| reference(f.value.kind(), f.value.name()))
            .collect();
        let burden = Burden::of(&targets, loads);
        let sum = burden.sum;
        let limit = ups.power.known().map(|p| p.milliwatts()).filter(|p| *p > 0);
        let share = limit.map(|l| sum * 100 / l).filter(|_| sum > 0);
        let over = limit.is_some_and(|l| sum > l);
        let (hue, meaning) = match over {
            true => (Hue::Red, OVERLOADED),
            false => (Hue::Green, "UPS"),
        };
        let mut node = Node::card(reference(Kind::Ups, name), name, hue)
            .meaning(meaning)
            .line(said(&ups.model).unwrap_or_default())
            .line(dotted([
                said(&ups.power),
                said(&ups.rating),
                said(&ups.energy),
            ]))
            .line(
                said(&ups.runtime)
                    .map(|r| format!("has to last {r} at the load it has"))
                    .unwrap_or_default(),
            )
            .column(SUPPLIES);
        node = burden
            .lines(limit, share.filter(|_| !over))
            .into_iter()
            .fold(node, Node::line);
        node.fill = share
            .map(|s| u8::try_from(s).unwrap_or(u8::MAX))
            .filter(|_| burden.is_whole() || over);
        let at = out.node(node);
        let site = ups.site.known().map(|s| s.name());
        let feed = ups
            .feed
            .as_ref()
            .map(|f| line(f.value().map(|f| (f.name(), f.part()))));
        plug(lab, at, feed, site, out);
        for target in targets {
            fed.entry(target).or_default().push(at);
        }
    }
    fed
}

/// What hangs on a UPS.
struct Burden {
    /// As far as it is known, in milliwatts.
    sum: u64,
    /// How many things.
    all: usize,
    /// Of how many nothing is known.
    without: usize,
    /// Of how many something is known, but not what they draw at load: it is more than what is in the sum.
    less: usize,
}

impl Burden {
    fn of(targets: &BTreeSet<String>, loads: &[Load]) -> Self {
        let own = |l: &&Load| targets.contains(&reference(l.kind, l.name));
        let draws: Vec<Option<&Draw>> = loads.iter().filter(own).map(|l| l.draw).collect();
        let known = draws.iter().filter(|d| peak(**d).is_some()).count();
        let full = draws.iter().filter(|d| full(**d).is_some()).count();
        Self {
            sum: draws.iter().filter_map(|d| peak(*d)).sum(),
            all: targets.len(),
            // What is fed and is drawn nowhere has no figure either.
            without: targets.len() - known,
            less: known - full,
        }
    }

    fn is_whole(&self) -> bool {
        self.without == 0 && self.less == 0
    }

    fn lines(&self, limit: Option<u64>, share: Option<u64>) -> Vec<String> {
        let (sum, at_least) = (self.sum, if self.is_whole() { "" } else { "at least " });
        let mut out = vec![match (sum > 0, limit, share) {
            (false, ..) => "load: ?".to_owned(),
            (true, None, _) => format!("load {at_least}{}", milliwatts(sum)),
            (true, Some(_), Some(share)) => format!(
                "load {at_least}{}, {at_least}{share}% of what it gives",
                milliwatts(sum)
            ),
            // Rounded up: what is too much is more than all of it.
            (true, Some(limit), None) => format!(
                "overloaded: {at_least}{}, {at_least}{}% of what it gives",
                milliwatts(sum),
                (sum * 100).div_ceil(limit)
            ),
        }];
        if sum > 0 && self.without > 0 {
            out.push(format!("{} of {} without a figure", self.without, self.all));
        }
        if self.less > 0 {
            out.push(format!("{} of {} not at load", self.less, self.all));
        }
        out
    }
}

/// Joins something to its line; the only line of its site if none is named; else to a question mark.
fn plug(lab: &Lab, node: usize, feed: Option<String>, site: Option<&str>, out: &mut Diagram) {
    let only = || {
        let feeds = &lab.sites.get(site?)?.about.power.as_ref()?.feeds;
        let mut names = feeds.keys();
        let first = names.next().filter(|_| names.next().is_none())?;
        Some(format!("{}/{}", site?, first.0))
    };
    let (named, stroke, meaning) = match feed {
        Some(feed) => (Some(feed), Stroke::Solid, FEEDS),
        None => (
            only(),
            Stroke::Dashed,
            "feeds, as the only line of the site",
        ),
    };
    let at = named.and_then(|f| out.find(&format!("feed/{f}")));
    let (at, stroke, meaning) = match at {
        Some(at) => (at, stroke, meaning),
        None => (unknown(site, out), Stroke::Dashed, "nobody said"),
    };
    out.edges.push(Edge::arrow(at, node, stroke, meaning));
}

/// The node for lines that nobody declared.
fn unknown(site: Option<&str>, out: &mut Diagram) -> usize {
    let site = site.unwrap_or("?");
    let id = format!("feed/{site}/?");
    out.find(&id).unwrap_or_else(|| {
        let node = Node::card(id, format!("? at {site}"), Hue::Grey)
            .line("which line of electricity is not declared")
            .sure(Sure::Unknown);
        out.node(node)
    })
}

fn hang(
    lab: &Lab,
    load: &Load,
    fed: &BTreeMap<String, Vec<usize>>,
    total: &BTreeMap<usize, u64>,
    out: &mut Diagram,
) {
    let id = reference(load.kind, load.name);
    let group = load.site.map(|site| {
        let id = reference(Kind::Site, site);
        out.group(&id, &format!("site {site}"), Sure::Known)
    });
    let hue = if load.kind == Kind::Host {
        Hue::Blue
    } else {
        Hue::Teal
    };
    let meaning = if load.kind == Kind::Host {
        "host"
    } else {
        "device"
    };
    let assumed = load.draw.is_some_and(|d| {
        [&d.average, &d.load, &d.idle]
            .into_iter()
            .flatten()
            .any(|g| g.is_assumed())
    });
    let mut node = Node::card(&id, load.name, hue)
        .meaning(meaning)
        .group(group)
        .column(LOADS)
        .line(dotted([Some(load.says.clone()), Some(drawn(load.draw))]));
    if assumed {
        node = node.sure(Sure::Assumed);
    }
    let at = out.node(node);
    match fed.get(&id) {
        Some(supplies) => {
            if let ([ups], Some(own)) = (supplies.as_slice(), full(load.draw)) {
                share(*ups, at, own, total, out);
            }
            for ups in supplies {
                out.edges.push(Edge::arrow(*ups, at, Stroke::Solid, FEEDS));
            }
        }
        None => plug(
            lab,
            at,
            load.feed.as_ref().map(|(f, _)| f.clone()),
            load.site,
            out,
        ),
    }
}

/// What share of the load of its UPS it is, where all of that is known.
fn share(ups: usize, at: usize, own: u64, total: &BTreeMap<usize, u64>, out: &mut Diagram) {
    let name = out
        .nodes
        .get(ups)
        .map(|n| n.title.clone())
        .unwrap_or_default();
    let share = total
        .get(&ups)
        .filter(|t| **t > 0)
        .map(|t| (own * 100 + t / 2) / t);
    if let (Some(node), Some(share)) = (out.nodes.get_mut(at), share) {
        node.lines.push(format!("{share}% of the load of {name}"));
    }
}

fn drawn(draw: Option<&Draw>) -> String {
    let Some(draw) = draw else {
        return "? W".to_owned();
    };
    let idle = said(&draw.idle).map(|w| format!("{w} idle"));
    let load = said(&draw.load).map(|w| format!("{w} at load"));
    let average = said(&draw.average).map(|w| {
        if idle.is_none() && load.is_none() {
            w
        } else {
            format!("{w} on average")
        }
    });
    let text = dotted([average, idle, load]);
    if text.is_empty() {
        "? W".to_owned()
    } else {
        text
    }
}

/// The most that is known of what it draws, in milliwatts: a UPS must be able to give that, or more.
fn peak(draw: Option<&Draw>) -> Option<u64> {
    let draw = draw?;
    let figures = [&draw.load, &draw.average, &draw.idle];
    let known = figures.into_iter().filter_map(|f| f.known());
    known.map(|p| p.milliwatts()).max()
}

/// What it draws at load, in milliwatts.
fn full(draw: Option<&Draw>) -> Option<u64> {
    Some(draw?.load.known()?.milliwatts())
}

/// What it draws on average, else the worst that is known, in milliwatts.
fn watts(draw: Option<&Draw>) -> Option<u64> {
    let draw = draw?;
    let figures = [&draw.average, &draw.load, &draw.idle];
    figures
        .into_iter()
        .find_map(|f| f.known().map(|p| p.milliwatts()))
}

fn milliwatts(sum: u64) -> String {
    match sum % 1000 {
        0 => format!("{} W", sum / 1000),
        rest => format!("{}.{} W", sum / 1000, rest / 100),
    }
}

/// Rented machines draw somebody else's electricity.
fn rented(loads: &[Load], out: &mut Diagram) {
    let names: Vec<&str> = loads.iter().filter(|l| l.rented).map(|l| l.name).collect();
    if !names.is_empty() {
        let text = format!(
            "Rented, with somebody else's electricity: {}.",
            names.join(", ")
        );
        out.notes.push(text);
    }
}
