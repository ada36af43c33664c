//! Money: what is paid once and what is paid each year.

use crate::cell::How;
use crate::{Cell, Sheet};
use graph::budget;
use model::declare::{Given, Opt, OptExt as _};
use model::lab::Lab;
use model::lab::hardware::HostKind;
use model::lab::money::{CostItem, Every};
use model::units::money::{Cost, Currency};
use model::units::physics::Power;
use std::collections::BTreeMap;

/// Hours of a year of 365 days.
const HOURS_PER_YEAR: i128 = 8760;

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    let mut costs = Sheet::new("costs", &["COST", "WHAT", "KIND", "ONCE", "PER YEAR"]);
    let mut once = Totals::default();
    let mut yearly = Totals::default();
    for (name, item) in &lab.costs {
        item_row(&mut costs, name, item, &mut once, &mut yearly);
    }
    running(lab, &mut costs, &mut yearly);
    purchases(lab, &mut costs, &mut once);
    electricity(lab, &mut costs, &mut yearly);
    once.note(&mut costs, "once");
    yearly.note(&mut costs, "per year");
    vec![costs, subscriptions(lab)]
}

/// Sums per currency, low and high, in cents.
#[derive(Debug, Default)]
struct Totals {
    by: BTreeMap<String, (i128, i128)>,
    assumed: usize,
    unknown: usize,
}

impl Totals {
    fn add(&mut self, currency: Currency, cents: (i128, i128), how: How) {
        let sum = self.by.entry(currency.to_string()).or_default();
        *sum = (sum.0 + cents.0, sum.1 + cents.1);
        self.assumed += usize::from(how == How::Assumed);
    }

    fn note(&self, sheet: &mut Sheet, when: &str) {
        for (currency, cents) in &self.by {
            let mut text = format!("{when}: {}", money(*cents, currency));
            if self.assumed > 0 {
                text.push_str(&format!("; rests on {} assumed", self.assumed));
            }
            if self.unknown > 0 {
                text.push_str(&format!("; {} not known and not in it", self.unknown));
            }
            sheet.note(text);
        }
    }
}

fn money((low, high): (i128, i128), currency: &str) -> String {
    let one = |cents: i128| match cents % 100 {
        0 => format!("{}", cents / 100),
        rest => format!("{}.{:02}", cents / 100, rest.abs()),
    };
    if low == high {
        format!("{} {currency}", one(low))
    } else {
        format!("{}..{} {currency}", one(low), one(high))
    }
}

fn item_row(
    sheet: &mut Sheet,
    name: &str,
    item: &CostItem,
    once: &mut Totals,
    yearly: &mut Totals,
) {
    let every = item.every.as_ref().and_then(|e| e.value()).copied();
    let amount = Cell::of(&item.amount);
    let mut cells = (Cell::silent(), Cell::silent());
    match item.amount.as_ref().and_then(|a| a.value()) {
        None if item.amount.is_some() => {
            let totals = if every == Some(Every::Once) {
                once
            } else {
                yearly
            };
            totals.unknown += 1;
            cells = (Cell::unknown(), Cell::unknown());
        }
        None => {}
        Some(sum) => {
            let cents = (sum.low_cents(), sum.high_cents());
            let factor = match every {
                Some(Every::Month) => 12,
                _ => 1,
            };
            let scaled = (cents.0 * factor, cents.1 * factor);
            let text = money(scaled, &sum.currency().to_string());
            if matches!(every, None | Some(Every::Once)) {
                once.add(sum.currency(), scaled, amount.how);
                cells.0 = Cell {
                    text,
                    how: amount.how,
                };
            } else {
                yearly.add(sum.currency(), scaled, amount.how);
                cells.1 = Cell {
                    text,
                    how: amount.how,
                };
            }
        }
    }
    sheet.row([
        Cell::declared(name),
        Cell::of(&item.item),
        Cell::with(&item.kind, |k| k.word().to_owned()),
        cells.0,
        cells.1,
    ]);
}

/// What is paid for hosts, uplinks and repositories.
fn running(lab: &Lab, sheet: &mut Sheet, yearly: &mut Totals) {
    let hosts = lab
        .hosts
        .iter()
        .map(|(n, h)| (format!("host/{n}"), &h.about.cost));
    let uplinks = lab.sites.iter().flat_map(|(site, s)| {
        let of = s.about.uplinks.iter();
        of.map(move |(n, u)| (format!("uplink {site}/{n}"), &u.cost))
    });
    let stores = lab
        .repositories
        .iter()
        .map(|(n, r)| (format!("repository/{n}"), &r.about.cost));
    for (name, cost) in hosts.chain(uplinks).chain(stores) {
        let Some(given) = cost else { continue };
        sheet.row([
            Cell::declared(name),
            Cell::silent(),
            Cell::declared("operating"),
            Cell::silent(),
            per_year(cost),
        ]);
        match given.value() {
            Some(cost) => yearly.add(
                cost.money.currency(),
                cost.cents_per_year(),
                Cell::of(&Some(given.clone())).how,
            ),
            None => yearly.unknown += 1,
        }
    }
}

fn per_year(cost: &Option<Given<Cost>>) -> Cell {
    Cell::with(cost, |c| {
        money(c.cents_per_year(), &c.money.currency().to_string())
    })
}

/// Prices of assets that the list of costs does not have.
fn purchases(lab: &Lab, sheet: &mut Sheet, once: &mut Totals) {
    for line in budget::prices_beside(lab) {
        let asset = lab.assets.get(&line.name);
        let Some(price) = asset.and_then(|a| a.price.as_ref()) else {
            continue;
        };
        let Some(value) = price.value() else { continue };
        let cell = Cell::of(&Some(price.clone()));
        once.add(
            value.currency(),
            (value.low_cents(), value.high_cents()),
            cell.how,
        );
        sheet.row([
            Cell::declared(format!("asset/{}", line.name)),
            Cell::silent(),
            Cell::declared("capital"),
            cell,
            Cell::silent(),
        ]);
    }
}

/// Average power × hours of a year × price. As for the rules, a bill that is declared is what counts: beside one, what can be
/// worked out is shown and not added. What cannot be worked out is said, since a sum without it looks whole.
fn electricity(lab: &Lab, sheet: &mut Sheet, yearly: &mut Totals) {
    let billed = budget::has_electricity_bill(lab);
    let kind = if billed { "in the bill" } else { "operating" };
    for (name, site) in &lab.sites {
        let Some(power) = &site.about.power else {
            continue;
        };
        let drawn = drawn(lab, name, &power.average);
        let mut missing = drawn.missing;
        if power.price.known().is_none() {
            missing.push(format!("sites.{name}.power.price"));
        }
        let (what, cell) = match (drawn.milliwatts, power.price.known()) {
            (Some(milliwatts), Some(price)) => {
                // mW × h = 10⁻⁶ kWh; 10⁻⁶ kWh × 10⁻⁶ per kWh = 10⁻¹², and a cent is 10⁻².
                let cents = i128::from(milliwatts) * HOURS_PER_YEAR * price.micros_per_kwh()
                    / 10_000_000_000;
                let how = drawn.how.max(Cell::of(&power.price).how);
                let text = money((cents, cents), &price.currency().to_string());
                let cell = Cell::resting_on(text, [how]);
                if !billed {
                    yearly.add(price.currency(), (cents, cents), cell.how);
                }
                let sum = format!("{} x {HOURS_PER_YEAR} h x {price}", drawn.words);
                (Cell::computed(sum), cell)
            }
            _ if billed => continue,
            _ => {
                yearly.unknown += 1;
                let text = format!("not declared: {}", missing.join(", "));
                sheet.note(format!("electricity {name} is not in the sum; {text}"));
                (Cell::computed(text), Cell::unknown())
            }
        };
        sheet.row([
            Cell::declared(format!("electricity {name}")),
            what,
            Cell::declared(kind),
            Cell::silent(),
            cell,
        ]);
    }
}

/// What a site draws on average.
struct Drawn {
    milliwatts: Option<u64>,
    words: String,
    how: How,
    missing: Vec<String>,
}

/// As it is said of the site; else the sum of its machines, where each has an average. What is not said of devices is missing too.
fn drawn(lab: &Lab, site: &str, average: &Opt<Power>) -> Drawn {
    let mut out = Drawn {
        milliwatts: average.known().map(|w| w.milliwatts()),
        words: average.known().map(ToString::to_string).unwrap_or_default(),
        how: Cell::of(average).how,
        missing: Vec::new(),
    };
    if out.milliwatts.is_some() {
        return out;
    }
    let hosts = lab.hosts.iter().filter(|(_, h)| {
        let rented = h.about.provider.is_some() || h.about.kind.known() == Some(&HostKind::Vps);
        !rented && h.site.known().is_some_and(|s| s == site)
    });
    let hosts = hosts.map(|(n, h)| (format!("hosts.{n}"), h.about.power.as_ref()));
    let devices = lab.devices.iter().filter(|(_, d)| {
        let here = d.site.known().is_some_and(|s| s.name() == site);
        here && d.power.is_some()
    });
    let devices = devices.map(|(n, d)| (format!("devices.{n}"), d.power.as_ref()));
    let (mut sum, mut words, mut how) = (0_u64, Vec::new(), How::Computed);
    for (path, draw) in hosts.chain(devices) {
        match draw.and_then(|d| Some((d.average.known()?, Cell::of(&d.average).how))) {
            Some((watts, known)) => {
                sum = sum.saturating_add(watts.milliwatts());
                words.push(watts.to_string());
                how = how.max(known);
            }
            None => out.missing.push(format!("{path}.power.average")),
        }
    }
    if words.is_empty() || !out.missing.is_empty() {
        out.missing.push(format!("or sites.{site}.power.average"));
        return out;
    }
    Drawn {
        milliwatts: Some(sum),
        words: match words.len() {
            1 => words.concat(),
            _ => format!("({})", words.join(" + ")),
        },
        how,
        missing: Vec::new(),
    }
}

fn subscriptions(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "subscriptions",
        &["SUBSCRIPTION", "PER YEAR", "REPLACED BY", "KEPT"],
    );
    let mut saved = Totals::default();
    for (name, subscription) in &lab.subscriptions {
        let kept = subscription.kept.as_ref().and_then(|k| k.value());
        let gone = kept == Some(&false) || (kept.is_none() && !subscription.replaced_by.is_empty());
        if let Some(cost) = subscription.cost.as_ref().and_then(|c| c.value())
            && gone
        {
            let how = Cell::of(&subscription.cost).how;
            saved.add(cost.money.currency(), cost.cents_per_year(), how);
        }
        sheet.row([
            Cell::declared(name),
            per_year(&subscription.cost),
            Cell::list(subscription.replaced_by.iter().map(|r| r.value.name())),
            Cell::with(&subscription.kept, |k| {
                if *k { "yes" } else { "no" }.to_owned()
            }),
        ]);
    }
    saved.note(&mut sheet, "no longer paid per year");
    sheet
}
