//! Money: what is paid once and what is paid each year.

use crate::cell::How;
use crate::{Cell, Sheet};
use graph::budget::{self, Budget, Line};
use graph::electricity::{Drawer, by_site};
use graph::standing::away;
use jiff::civil::Date;
use model::declare::{Given, Opt, OptExt as _, Ref, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::money::{CostItem, Every};
use model::units::currency::Currency;
use model::units::money::{Cost, Money, Period};
use model::units::physics::Power;
use std::collections::BTreeMap;

/// Hours of a year of 365 days.
const HOURS_PER_YEAR: i128 = 8760;

pub(crate) fn sheets(lab: &Lab, today: Date) -> Vec<Sheet> {
    let columns = ["COST", "WHAT", "KIND", "CALCULATION", "ONCE", "PER YEAR"];
    let mut costs = Sheet::new("costs", &columns);
    let mut sums = Sums::new();
    // What the lab really pays comes first, even where that is nothing.
    sums.entry(None).or_default();
    let listed = budget::budget(lab, None, None, today);
    for (name, item) in &lab.costs {
        let belongs = item.budget.known().map(|n| n.0.clone());
        let of = sums.entry(belongs).or_default();
        let (when, status) = (budget::apart(item, today), unused(lab, &item.r#for));
        item_row(&mut costs, (name, item), (when, status), of);
    }
    let real = sums.entry(None).or_default();
    running(lab, &listed, &mut costs, &mut real.yearly);
    purchases(lab, &listed, &mut costs, &mut real.once);
    electricity(lab, &listed, &mut costs, &mut real.yearly);
    still_paid(lab, &mut costs, &mut sums);
    for (name, of) in &sums {
        let before = name.as_ref().map(|n| format!("calculation '{n}', "));
        let before = before.unwrap_or_default();
        of.once.note(&mut costs, &format!("{before}once"));
        of.yearly.note(&mut costs, &format!("{before}per year"));
    }
    vec![costs, subscriptions(lab)]
}

/// What is paid in each calculation; the real one has no name.
type Sums = BTreeMap<Option<String>, Paid>;

/// What is paid once, and what every year.
#[derive(Debug, Default)]
struct Paid {
    once: Totals,
    yearly: Totals,
}

/// Sums per currency, low and high, in cents.
#[derive(Debug, Default)]
struct Totals {
    by: BTreeMap<String, (i128, i128)>,
    assumed: usize,
    /// How much of it is for what is planned, or gone, by that word and the currency.
    unused: BTreeMap<(&'static str, String), (i128, i128)>,
    /// What is not in the sum, since nobody knows it.
    unknown: Vec<String>,
}

/// Whether what is paid for is planned, or gone.
fn unused<const SET: u64>(lab: &Lab, of: &Opt<Ref<SET>>) -> Option<&'static str> {
    away(lab, &of.known()?.0.object)
}

/// An amount, and that it is for something that is not in use.
fn marked(text: String, status: Option<&str>) -> String {
    match status {
        Some(status) => format!("{text} ({status})"),
        None => text,
    }
}

impl Totals {
    fn add(&mut self, currency: Currency, cents: (i128, i128), how: How) {
        self.add_of(currency, cents, how, None);
    }

    /// The same for something that is not in use.
    fn add_of(
        &mut self,
        currency: Currency,
        cents: (i128, i128),
        how: How,
        status: Option<&'static str>,
    ) {
        let currency = currency.to_string();
        let part = status.map(|s| self.unused.entry((s, currency.clone())).or_default());
        let sum = self.by.entry(currency).or_default();
        for sum in part.into_iter().chain([sum]) {
            *sum = (sum.0 + cents.0, sum.1 + cents.1);
        }
        self.assumed += usize::from(how == How::Assumed);
    }

    fn note(&self, sheet: &mut Sheet, when: &str) {
        let lacking = self.lacking();
        for (currency, cents) in &self.by {
            let least = if lacking.is_some() { "at least " } else { "" };
            let mut text = format!("{when}: {least}{}", money(*cents, currency));
            let of_it = self.unused.iter().filter(|((_, c), _)| c == currency);
            for ((status, _), cents) in of_it {
                text.push_str(&format!(
                    ", {} of it for what is {status}",
                    money(*cents, currency)
                ));
            }
            if self.assumed > 0 {
                text.push_str(&format!("; rests on {} assumed", self.assumed));
            }
            if let Some(lacking) = &lacking {
                text.push_str(&format!("; {lacking}"));
            }
            sheet.note(text);
        }
        if let (Some(lacking), true) = (lacking, self.by.is_empty()) {
            sheet.note(format!("{when}: unknown; {lacking}"));
        }
    }

    /// `2 not known and not in it: the amount of cost 'a', how often cost 'b' is paid`.
    fn lacking(&self) -> Option<String> {
        const NAMED: usize = 5;
        let mut names: Vec<&str> = self.unknown.iter().map(String::as_str).collect();
        let n = names.len();
        if n == 0 {
            return None;
        }
        if n > NAMED {
            names.truncate(NAMED);
            names.push("…");
        }
        let names = names.join(", ");
        Some(format!("{n} not known and not in it: {names}"))
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

/// One item; what is no longer paid, and what cannot be placed, is in no sum.
/// What is not paid now says so, and is in no sum.
fn item_row(
    sheet: &mut Sheet,
    (name, item): (&str, &CostItem),
    (apart, status): (Option<String>, Option<&'static str>),
    sums: &mut Paid,
) {
    let mut cells = (Cell::silent(), Cell::silent());
    let how = Cell::of(&item.amount).how;
    let amount = item.amount.as_ref().and_then(|a| a.value());
    let every = item.every.as_ref().map(|e| e.value().copied());
    let cell = match (every, amount) {
        (Some(None), _) => {
            cells.0 = Cell::unknown();
            &mut cells.1
        }
        (None | Some(Some(Every::Once)), _) => &mut cells.0,
        _ => &mut cells.1,
    };
    *cell = match (every, amount) {
        (Some(None), _) | (_, None) => Cell::unknown(),
        (_, Some(sum)) => {
            let scaled = scaled(*sum, every.flatten().unwrap_or(Every::Once));
            let text = money(scaled, &sum.currency().to_string());
            let mut text = marked(text, status);
            if let Some(why) = &apart {
                text = format!("{text} ({why})");
            }
            Cell { text, how }
        }
    };
    if apart.is_none() {
        count((name, item), how, status, sums);
    }
    sheet.row([
        Cell::declared(name),
        Cell::of(&item.item),
        Cell::with(&item.kind, |k| k.word().to_owned()),
        Cell::of(&item.budget),
        cells.0,
        cells.1,
    ]);
}

/// Cents of an item, of what is paid again and again those of a year.
fn scaled(money: Money, every: Every) -> (i128, i128) {
    let per = match every {
        Every::Once | Every::Year => Period::Year,
        Every::Month => Period::Month,
    };
    Cost { money, per }.cents_per_year()
}

/// Adds an item where it belongs; where nobody knows that, it is said of all places where it may.
fn count((name, item): (&str, &CostItem), how: How, status: Option<&'static str>, sums: &mut Paid) {
    match (budget::line(name, item), item.amount.known()) {
        (Ok((Every::Once, _)), Some(sum)) => {
            let cents = (sum.low_cents(), sum.high_cents());
            sums.once.add_of(sum.currency(), cents, how, status);
        }
        (Ok((every, _)), Some(sum)) => {
            let cents = scaled(*sum, every);
            sums.yearly.add_of(sum.currency(), cents, how, status);
        }
        (Err(what), amount) => {
            let open = item.every.as_deref().is_some_and(Given::is_unknown);
            let every = item.every.known().copied().unwrap_or(Every::Once);
            let what = match amount {
                Some(amount) => format!("{what} ({amount})"),
                None => what,
            };
            if open || every == Every::Once {
                sums.once.unknown.push(what.clone());
            }
            if open || every != Every::Once {
                sums.yearly.unknown.push(what);
            }
        }
        (Ok(_), None) => {}
    }
}

/// It is among the listed costs already, where that is paid for the same thing.
fn is_listed(lines: &[Line], of: Option<&Target>) -> bool {
    let item = |l: &&Line| l.object.as_ref().is_some_and(|o| o.kind == Kind::Cost);
    of.is_some() && lines.iter().filter(item).any(|l| l.of.as_ref() == of)
}

/// What is paid for hosts, uplinks and repositories.
fn running(lab: &Lab, listed: &Budget, sheet: &mut Sheet, yearly: &mut Totals) {
    let hosts = lab.hosts.iter().map(|(n, h)| {
        let of = Target::whole(Kind::Host, n);
        (format!("host/{n}"), of, &h.about.cost)
    });
    let uplinks = lab.sites.iter().flat_map(|(site, s)| {
        s.about.uplinks.iter().map(move |(n, u)| {
            let (object, part) = (ObjectRef::new(Kind::Site, site), Some(n.0.clone()));
            let of = Target { object, part };
            (format!("uplink {site}/{n}"), of, &u.cost)
        })
    });
    let stores = lab.repositories.iter().map(|(n, r)| {
        let of = Target::whole(Kind::Repository, n);
        (format!("repository/{n}"), of, &r.about.cost)
    });
    for (name, of, cost) in hosts.chain(uplinks).chain(stores) {
        let Some(given) = cost else { continue };
        if is_listed(&listed.yearly, Some(&of)) {
            continue;
        }
        match given.value() {
            Some(cost) => yearly.add(
                cost.money.currency(),
                cost.cents_per_year(),
                Cell::of(&Some(given.clone())).how,
            ),
            None => yearly.unknown.push(format!("the cost of {name}")),
        }
        sheet.row([
            Cell::declared(name),
            Cell::silent(),
            Cell::declared("operating"),
            Cell::silent(),
            Cell::silent(),
            per_year(cost),
        ]);
    }
}

fn per_year(cost: &Opt<Cost>) -> Cell {
    Cell::with(cost, |c| {
        money(c.cents_per_year(), &c.money.currency().to_string())
    })
}

/// Prices of assets that the list of costs does not have.
fn purchases(lab: &Lab, listed: &Budget, sheet: &mut Sheet, once: &mut Totals) {
    for (name, asset) in &lab.assets {
        let Some(price) = &asset.price else {
            continue;
        };
        if is_listed(&listed.once, asset.of.known().map(|r| &r.0)) {
            continue;
        }
        let mut cell = Cell::of(&asset.price);
        let status = unused(lab, &asset.of);
        cell.text = marked(cell.text, status);
        match price.value() {
            Some(value) => once.add_of(
                value.currency(),
                (value.low_cents(), value.high_cents()),
                cell.how,
                status,
            ),
            None => once.unknown.push(format!("the price of asset '{name}'")),
        }
        sheet.row([
            Cell::declared(format!("asset/{name}")),
            Cell::silent(),
            Cell::declared("capital"),
            Cell::silent(),
            cell,
            Cell::silent(),
        ]);
    }
}

/// Average power × hours of a year × price. As for the rules, a bill that is declared is what counts: beside one, what can be
/// worked out is shown and not added. What cannot be worked out is said, since a sum without it looks whole.
fn electricity(lab: &Lab, listed: &Budget, sheet: &mut Sheet, yearly: &mut Totals) {
    let bill = |l: &Line| {
        let item = l.object.as_ref().is_some_and(|o| o.kind == Kind::Cost);
        item && budget::is_electricity(l)
    };
    let billed = listed.yearly.iter().any(bill);
    let kind = if billed { "in the bill" } else { "operating" };
    let drawers = by_site(lab);
    for (name, site) in &lab.sites {
        let Some(power) = &site.about.power else {
            continue;
        };
        let here = drawers.get(&Some(name.as_str()));
        let drawn = drawn(here.map_or(&[][..], Vec::as_slice), name, &power.average);
        let mut missing = drawn.missing;
        if power.price.known().is_none() {
            missing.push(format!("sites.{name}.power.price"));
        }
        let (what, cell) = match (drawn.milliwatts, power.price.known()) {
            (Some(milliwatts), Some(price)) => {
                // mW × h = 10⁻⁶ kWh; 10⁻⁶ kWh × 10⁻⁶ per kWh = 10⁻¹², and a cent is 10⁻².
                let exact = i128::from(milliwatts) * HOURS_PER_YEAR * price.micros_per_kwh();
                let cents = (exact + 5_000_000_000) / 10_000_000_000;
                let how = drawn.how.max(Cell::of(&power.price).how);
                let text = money((cents, cents), &price.currency().to_string());
                let mut cell = Cell::resting_on(text, [how]);
                if !billed {
                    yearly.add(price.currency(), (cents, cents), cell.how);
                }
                let mut sum = format!("{} x {HOURS_PER_YEAR} h x {price}", drawn.words);
                if !missing.is_empty() {
                    let what = missing.join(", ");
                    cell = Cell {
                        text: format!("at least {}", cell.text),
                        how: How::Unknown,
                    };
                    sum.push_str(&format!("; not in it: {what}"));
                    if !billed {
                        let open = format!("{what} (electricity {name})");
                        yearly.unknown.push(open);
                    }
                }
                (Cell::computed(sum), cell)
            }
            _ if billed => continue,
            _ => {
                yearly.unknown.push(format!("the electricity of {name}"));
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
            Cell::silent(),
            cell,
        ]);
    }
    let astray = drawers.get(&None).into_iter().flatten();
    let astray: Vec<String> = astray.map(|d| d.path.clone()).collect();
    if !billed && !astray.is_empty() {
        let names = astray.join(", ");
        yearly
            .unknown
            .push(format!("the electricity of {names}, which have no site"));
        sheet.note(format!(
            "the electricity of {names} is not in the sum: at which site they are, and so its price, is not declared"
        ));
    }
}

/// What a site draws on average.
struct Drawn {
    milliwatts: Option<u64>,
    words: String,
    how: How,
    missing: Vec<String>,
}

/// As it is said of the site; else the sum of its machines. Those without an average are missing, so that the sum is the least.
fn drawn(here: &[Drawer<'_>], site: &str, average: &Opt<Power>) -> Drawn {
    let mut out = Drawn {
        milliwatts: average.known().map(|w| w.milliwatts()),
        words: average.known().map(ToString::to_string).unwrap_or_default(),
        how: Cell::of(average).how,
        missing: Vec::new(),
    };
    if out.milliwatts.is_some() {
        return out;
    }
    let (mut sum, mut words, mut how) = (0_u64, Vec::new(), How::Computed);
    for one in here {
        let average = one.draw.map(|d| Cell::of(&d.average).how);
        match one.average().zip(average) {
            Some(((_, watts), known)) => {
                sum = sum.saturating_add(watts.milliwatts());
                words.push(watts.to_string());
                how = how.max(known);
            }
            None => out.missing.push(format!("{}.power.average", one.path)),
        }
    }
    if words.is_empty() {
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
        missing: out.missing,
    }
}

/// Subscriptions that are kept: they are paid every year beside the lab, in the calculation that they belong to.
fn still_paid(lab: &Lab, sheet: &mut Sheet, sums: &mut Sums) {
    for (name, subscription) in &lab.subscriptions {
        let kept = subscription.kept.as_ref().map(|k| k.value().copied());
        let open = subscription
            .budget
            .as_deref()
            .is_some_and(Given::is_unknown);
        if !matches!(kept, Some(None | Some(true))) {
            continue;
        }
        let belongs = subscription.budget.known().map(|n| n.0.clone());
        let yearly = &mut sums.entry(belongs).or_default().yearly;
        let how = Cell::of(&subscription.cost).how;
        match subscription.cost.known() {
            _ if open => yearly.unknown.push(format!(
                "the calculation that subscription '{name}' belongs to"
            )),
            _ if kept == Some(None) => yearly
                .unknown
                .push(format!("whether subscription '{name}' is still paid")),
            None => yearly
                .unknown
                .push(format!("the cost of subscription '{name}'")),
            Some(cost) => yearly.add(cost.money.currency(), cost.cents_per_year(), how),
        }
        if kept == Some(Some(true)) {
            sheet.row([
                Cell::declared(format!("subscription/{name}")),
                Cell::of(&subscription.description),
                Cell::declared("operating"),
                Cell::of(&subscription.budget),
                Cell::silent(),
                per_year(&subscription.cost),
            ]);
        }
    }
}

fn subscriptions(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "subscriptions",
        &[
            "SUBSCRIPTION",
            "PER YEAR",
            "REPLACED BY",
            "CALCULATION",
            "KEPT",
        ],
    );
    let mut saved: BTreeMap<Option<String>, Totals> = BTreeMap::new();
    for (name, subscription) in &lab.subscriptions {
        let kept = subscription.kept.as_ref().map(|k| k.value().copied());
        let silent = kept.is_none() && !subscription.replaced_by.is_empty();
        let (cost, how) = (&subscription.cost, Cell::of(&subscription.cost).how);
        let belongs = subscription.budget.known().map(|n| n.0.clone());
        let of = saved.entry(belongs).or_default();
        let open = subscription
            .budget
            .as_deref()
            .is_some_and(Given::is_unknown);
        match cost.known() {
            _ if kept == Some(Some(true)) || (kept.is_none() && !silent) => {}
            _ if open => of.unknown.push(format!("the calculation of '{name}'")),
            _ if kept == Some(None) => of.unknown.push(format!("whether '{name}' is kept")),
            None => of.unknown.push(format!("the cost of '{name}'")),
            Some(cost) => of.add(cost.money.currency(), cost.cents_per_year(), how),
        }
        sheet.row([
            Cell::declared(name),
            per_year(&subscription.cost),
            Cell::list(subscription.replaced_by.iter().map(|r| r.value.name())),
            Cell::of(&subscription.budget),
            Cell::with(&subscription.kept, |k| {
                if *k { "yes" } else { "no" }.to_owned()
            }),
        ]);
    }
    for (name, of) in saved {
        let before = name.map(|n| format!("calculation '{n}', "));
        let before = before.unwrap_or_default();
        of.note(&mut sheet, &format!("{before}no longer paid per year"));
    }
    sheet
}
