//! What a lab, or a calculation of it, pays once and again and again, and what it no longer pays.

use crate::claims::words;
use crate::electricity::{Drawer, by_site};
use crate::figure::{YEAR, money};
use diag::Span;
use jiff::civil::Date;
use model::declare::{Given, Opt, OptExt as _, Target};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::hardware::HostKind;
use model::lab::money::{CostItem, Every};
use model::units::money::{Cost, Money};
use model::units::text::Name;

/// One thing that is paid, or saved.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it is called.
    pub name: String,
    /// What declares it.
    pub object: Option<ObjectRef>,
    /// For the people of this lab, the thing it is paid for.
    pub of: Option<Target>,
    /// As it is written.
    pub shown: String,
    /// Millionths of the currency, once or per year.
    pub low: i128,
    /// The same as `low`, unless a range is written.
    pub high: i128,
    /// ISO 4217.
    pub currency: [u8; 3],
    /// Where the amount is written.
    pub span: Span,
    /// It may as well not be bought.
    pub optional: bool,
    /// What it is, in words, where that is said besides its name.
    pub item: Option<String>,
}

/// All of a calculation.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    /// Paid once.
    pub once: Vec<Line>,
    /// Paid every year, with the subscriptions that are kept.
    pub yearly: Vec<Line>,
    /// Subscriptions that are no longer paid, per year.
    pub replaced: Vec<Line>,
    /// Subscriptions that are still paid.
    pub kept: Vec<Line>,
    /// What has no amount, or of which nobody knows how often it is paid or whether it belongs here. None of it is in a sum.
    pub missing: Vec<String>,
    /// Things of which somebody wrote that it is not known what they cost.
    pub unsure: Vec<Target>,
}

impl Budget {
    /// What is paid every year because of the lab: subscriptions that are kept were paid before, and would be without it.
    pub fn added(&self) -> Vec<Line> {
        let kept = |l: &Line| {
            let of = l.of.as_ref();
            of.is_some_and(|of| of.object.kind == Kind::Subscription)
        };
        self.yearly.iter().filter(|l| !kept(l)).cloned().collect()
    }

    fn lacks(&mut self, what: String, of: Option<Target>) {
        self.missing.push(what);
        self.unsure.extend(of);
    }
}

/// Lowest and highest sum.
pub fn sum(lines: &[Line]) -> (i128, i128) {
    (
        lines.iter().map(|l| l.low).sum(),
        lines.iter().map(|l| l.high).sum(),
    )
}

/// No amount is larger, in millionths: sums of a hundred thousand of them over ten thousand years are still exact.
const MOST: i128 = 100_000_000_000_000_000_000;

/// `970..1670 EUR`.
pub fn range(low: i128, high: i128, currency: [u8; 3]) -> String {
    match low == high {
        true => money(low, currency),
        false => {
            let low = money(low, currency);
            let (number, _) = low.rsplit_once(' ').unwrap_or((&low, ""));
            format!("{number}..{}", money(high, currency))
        }
    }
}

/// `150 EUR (cpu) + 120 EUR (board) = 270 EUR`.
pub fn equation(lines: &[Line], per: &str) -> String {
    const SHOWN: usize = 10;
    let Some(currency) = lines.first().map(|l| l.currency) else {
        return "nothing".to_owned();
    };
    let mut terms: Vec<String> = lines
        .iter()
        .take(SHOWN)
        .map(|l| format!("{} ({})", l.shown, l.name))
        .collect();
    if lines.len() > SHOWN {
        terms.push(format!("… ({} in all)", lines.len()));
    }
    let (low, high) = sum(lines);
    format!(
        "{} = {}{per}",
        terms.join(" + "),
        range(low, high, currency)
    )
}

/// The one currency of some lines.
pub fn one_currency<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Option<[u8; 3]> {
    let mut currencies = lines.into_iter().map(|l| l.currency);
    let first = currencies.next()?;
    currencies.all(|c| c == first).then_some(first)
}

/// Everything of a calculation; the real one has no name.
pub fn budget(lab: &Lab, name: Option<&str>, about: Option<&ObjectRef>, today: Date) -> Budget {
    let mut out = Budget::default();
    for (key, item) in &lab.costs {
        if apart(item, today).is_some() || !may_belong(&item.budget, name) {
            continue;
        }
        match line(key, item) {
            Ok((Every::Once, line)) => out.once.push(line),
            Ok((_, line)) => out.yearly.push(line),
            Err(what) => {
                let open = is_open(&item.amount) || item.amount.known().is_some();
                let of = item.r#for.known().filter(|_| open);
                out.lacks(what, of.map(|r| r.0.clone()));
            }
        }
    }
    subscriptions(lab, name, &mut out);
    if name.is_none() {
        implied(lab, &mut out);
    }
    if let Some(object) = about {
        let of = |l: &Line| l.of.as_ref().is_some_and(|t| t.object == *object);
        out.once.retain(of);
        out.yearly.retain(of);
        out.missing.clear();
    }
    out
}

fn subscriptions(lab: &Lab, name: Option<&str>, out: &mut Budget) {
    for (key, subscription) in &lab.subscriptions {
        if !may_belong(&subscription.budget, name) {
            continue;
        }
        let target = Target::whole(Kind::Subscription, key);
        let cost = subscription.cost.as_ref();
        match cost.and_then(|c| Some((c.value()?, c.span))) {
            _ if is_open(&subscription.budget) => {
                let what = format!("the calculation that subscription '{key}' belongs to");
                out.lacks(what, Some(target));
            }
            Some(_) if is_open(&subscription.kept) => {
                let what = format!("whether subscription '{key}' is still paid");
                out.lacks(what, Some(target));
            }
            Some((cost, span)) => {
                let line = running(key, cost, span, target);
                match subscription.kept.known() {
                    Some(true) => {
                        out.yearly.push(line.clone());
                        out.kept.push(line);
                    }
                    _ => out.replaced.push(line),
                }
            }
            None => {
                let of = is_open(&subscription.cost).then_some(target);
                out.lacks(format!("the cost of subscription '{key}'"), of);
            }
        }
    }
}

/// Something stands there, and nobody knows what.
fn is_open<T>(given: &Opt<T>) -> bool {
    given.as_deref().is_some_and(Given::is_unknown)
}

/// It belongs to the calculation, or nobody knows to which.
fn may_belong(given: &Opt<Name>, name: Option<&str>) -> bool {
    is_open(given) || given.known().map(|n| n.0.as_str()) == name
}

/// Why an item is not paid now, if that is declared: `until 2020-01-01`, `from 2029-01-01`.
pub fn apart(item: &CostItem, today: Date) -> Option<String> {
    let over = item.until.known().filter(|until| **until < today);
    let later = item.since.known().filter(|since| **since > today);
    let over = over.map(|until| format!("until {until}"));
    over.or_else(|| later.map(|since| format!("from {since}")))
}

/// What is paid for an item and how often; or what of it is not known.
pub fn line(key: &str, item: &CostItem) -> Result<(Every, Line), String> {
    let amount = item.amount.as_ref().and_then(|a| Some((a, a.value()?)));
    let Some((given, amount)) = amount else {
        return Err(format!("the amount of cost '{key}'"));
    };
    if is_open(&item.every) {
        return Err(format!("how often cost '{key}' is paid"));
    }
    if is_open(&item.budget) {
        return Err(format!("the calculation that cost '{key}' belongs to"));
    }
    if is_open(&item.since) || is_open(&item.until) {
        return Err(format!("whether cost '{key}' is paid now"));
    }
    if is_open(&item.optional) {
        return Err(format!("whether cost '{key}' can be left out"));
    }
    let every = item.every.known().copied().unwrap_or(Every::Once);
    let (times, suffix) = match every {
        Every::Once => (1, ""),
        Every::Month => (12, "/month"),
        Every::Year => (1, "/year"),
    };
    let (low, high, currency) = micros(*amount);
    if low.abs().max(high.abs()) > MOST {
        return Err(format!("cost '{key}', which is too much to be added up"));
    }
    let line = Line {
        name: key.to_owned(),
        object: Some(ObjectRef::new(Kind::Cost, key)),
        of: item.r#for.known().map(|r| r.0.clone()),
        shown: format!("{}{suffix}", range(low, high, currency)),
        low: low * times,
        high: high * times,
        currency,
        span: given.span,
        optional: item.optional.known() == Some(&true),
        item: item.item.known().map(|i| i.0.clone()),
    };
    Ok((every, line))
}

/// Lowest and highest amount in millionths of the currency, and its code (ISO 4217).
pub fn micros(amount: Money) -> (i128, i128, [u8; 3]) {
    let code = amount.currency().to_string();
    let currency = code.as_bytes().try_into().unwrap_or(*b"???");
    let (low, high) = amount.micros();
    (low, high, currency)
}

fn running(name: &str, cost: &Cost, span: Span, of: Target) -> Line {
    let (low, high) = cost.micros_per_year();
    let (.., currency) = micros(cost.money);
    Line {
        name: name.to_owned(),
        object: Some(of.object.clone()),
        of: Some(of),
        shown: cost.to_string(),
        low,
        high,
        currency,
        span,
        optional: false,
        item: None,
    }
}

/// Costs that stand with the things themselves, where the list of costs has none for them.
pub fn beside(lab: &Lab) -> Vec<Line> {
    let mut out = Vec::new();
    let whole = Target::whole;
    for (name, host) in &lab.hosts {
        let cost = host
            .about
            .cost
            .as_ref()
            .and_then(|c| Some((c.value()?, c.span)));
        out.extend(cost.map(|(c, span)| running(name, c, span, whole(Kind::Host, name))));
    }
    for (name, store) in &lab.repositories {
        let cost = store
            .about
            .cost
            .as_ref()
            .and_then(|c| Some((c.value()?, c.span)));
        out.extend(cost.map(|(c, span)| running(name, c, span, whole(Kind::Repository, name))));
    }
    for (name, site) in &lab.sites {
        for (uplink, declared) in &site.about.uplinks {
            let cost = declared
                .cost
                .as_ref()
                .and_then(|c| Some((c.value()?, c.span)));
            let of = Target {
                object: ObjectRef::new(Kind::Site, name),
                part: Some(uplink.0.clone()),
            };
            out.extend(cost.map(|(c, span)| running(&format!("{name}/{}", uplink.0), c, span, of)));
        }
    }
    out
}

/// Prices of purchases.
pub fn prices(lab: &Lab) -> Vec<Line> {
    let price = |(name, asset): (&String, &model::lab::money::Asset)| {
        let given = asset.price.as_ref()?;
        let (low, high, currency) = micros(*given.value()?);
        Some(Line {
            name: name.clone(),
            object: Some(ObjectRef::new(Kind::Asset, name)),
            of: asset.of.known().map(|r| r.0.clone()),
            shown: range(low, high, currency),
            low,
            high,
            currency,
            span: given.span,
            optional: false,
            item: None,
        })
    };
    lab.assets.iter().filter_map(price).collect()
}

fn implied(lab: &Lab, out: &mut Budget) {
    let listed =
        |lines: &[Line], line: &Line| lines.iter().any(|l| l.of.is_some() && l.of == line.of);
    let beside: Vec<Line> = beside(lab)
        .into_iter()
        .filter(|l| !listed(&out.yearly, l))
        .collect();
    out.yearly.extend(beside);
    let prices: Vec<Line> = prices(lab)
        .into_iter()
        .filter(|l| !listed(&out.once, l))
        .collect();
    out.once.extend(prices);
    for (what, target) in unknown_beside(lab) {
        if !paid_for(&out.yearly, &target) {
            out.lacks(what, Some(target));
        }
    }
    for (what, of) in unknown_prices(lab) {
        if !of.as_ref().is_some_and(|of| paid_for(&out.once, of)) {
            out.lacks(what, of);
        }
    }
    if !out.yearly.iter().any(is_electricity) {
        let (lines, missing) = electricity(lab);
        out.yearly.extend(lines);
        for (what, site) in missing {
            out.lacks(what, site);
        }
    }
}

fn paid_for(lines: &[Line], target: &Target) -> bool {
    lines.iter().any(|l| l.of.as_ref() == Some(target))
}

/// Running costs that stand with a thing and that nobody knows.
fn unknown_beside(lab: &Lab) -> Vec<(String, Target)> {
    let hosts = lab.hosts.iter().map(|(n, h)| {
        let what = format!("the cost of host '{n}'");
        (what, Target::whole(Kind::Host, n), &h.about.cost)
    });
    let stores = lab.repositories.iter().map(|(n, r)| {
        let what = format!("the cost of repository '{n}'");
        (what, Target::whole(Kind::Repository, n), &r.about.cost)
    });
    let uplinks = lab.sites.iter().flat_map(|(site, s)| {
        s.about.uplinks.iter().map(move |(n, u)| {
            let part = Some(n.0.clone());
            let object = ObjectRef::new(Kind::Site, site);
            let what = format!("the cost of uplink '{site}/{}'", n.0);
            (what, Target { object, part }, &u.cost)
        })
    });
    let all = hosts.chain(stores).chain(uplinks);
    all.filter(|(.., cost)| is_open(cost))
        .map(|(what, target, _)| (what, target))
        .collect()
}

/// Prices of purchases that nobody knows, with what was bought.
pub fn unknown_prices(lab: &Lab) -> Vec<(String, Option<Target>)> {
    let open = lab.assets.iter().filter(|(_, a)| is_open(&a.price));
    open.map(|(n, a)| {
        let of = a.of.known().map(|r| r.0.clone());
        (format!("the price of asset '{n}'"), of)
    })
    .collect()
}

/// A machine that somebody else owns.
pub fn is_rented(host: &model::lab::Host) -> bool {
    host.about.provider.known().is_some() || host.about.kind.known() == Some(&HostKind::Vps)
}

/// It is the electricity bill, by its name, by what it is said to be, or because it is for a whole site.
pub fn is_electricity(line: &Line) -> bool {
    let says = |text: &str, of: &[&str]| {
        let text = words(text);
        of.iter().any(|w| text.split('-').any(|n| n == *w))
    };
    // In a sentence `power` may be that of a supply.
    let named = says(&line.name, &["electricity", "power", "energy", "strom"])
        || line
            .item
            .as_deref()
            .is_some_and(|i| says(i, &["electricity", "strom"]));
    let site = line
        .of
        .as_ref()
        .is_some_and(|t| t.object.kind == Kind::Site && t.part.is_none());
    named || site
}

/// Electricity per year, watts × 8760 hours, with what of it is not known: of each site what it draws by itself, else what its machines do.
pub fn electricity(lab: &Lab) -> (Vec<Line>, Vec<(String, Option<Target>)>) {
    let drawers = by_site(lab);
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    for (name, site) in &lab.sites {
        let Some(power) = &site.about.power else {
            continue;
        };
        if power.price.is_none() && power.average.is_none() {
            continue;
        }
        let target = Target::whole(Kind::Site, name);
        let own = power.average.as_ref();
        let here = drawers
            .get(&Some(name.as_str()))
            .map_or(&[][..], Vec::as_slice);
        let drawn = match own {
            Some(given) => given
                .value()
                .map(|w| (w.milliwatts(), w.to_string(), given.span)),
            None => machines(here),
        };
        let silent = here
            .iter()
            .filter(|d| own.is_none() && d.average().is_none());
        let silent: Vec<String> = silent
            .map(|d| format!("what {} draws on average", d.path))
            .collect();
        let known = power.price.known().zip(drawn);
        let Some((price, (milliwatts, shown, span))) = known else {
            let unsure = (is_open(&power.price) || is_open(&power.average)).then_some(target);
            missing.push((format!("the electricity of site '{name}'"), unsure));
            continue;
        };
        missing.extend(silent.into_iter().map(|what| (what, None)));
        let value = (i128::from(milliwatts) * 8_760).checked_mul(price.micros_per_kwh());
        let value = value.map(|v| v / 1_000_000).filter(|v| v.abs() <= MOST);
        let Some(value) = value else {
            let what =
                format!("the electricity of site '{name}', which is too much to be added up");
            missing.push((what, Some(target)));
            continue;
        };
        let code = price.currency().to_string();
        lines.push(Line {
            name: "electricity".to_owned(),
            object: Some(ObjectRef::new(Kind::Site, name)),
            of: Some(target),
            shown: format!("{shown} × 8760h × {price}"),
            low: value,
            high: value,
            currency: code.as_bytes().try_into().unwrap_or(*b"???"),
            span,
            optional: false,
            item: None,
        });
    }
    // Where nothing is said of electricity, what has no site is not asked for its price.
    if !(lines.is_empty() && missing.is_empty()) {
        let astray = drawers.get(&None).into_iter().flatten();
        let what = |d: &Drawer<'_>| format!("the electricity of {}, which has no site", d.path);
        missing.extend(astray.map(|d| (what(d), None)));
    }
    (lines, missing)
}

/// What they draw together, as far as that is known.
fn machines(here: &[Drawer<'_>]) -> Option<(u64, String, Span)> {
    let known: Vec<_> = here.iter().filter_map(Drawer::average).collect();
    let (first, _) = known.first()?;
    let sum = known
        .iter()
        .map(|(_, w)| w.milliwatts())
        .fold(0, u64::saturating_add);
    let terms: Vec<String> = known.iter().map(|(_, w)| w.to_string()).collect();
    let shown = match terms.len() {
        1 => terms.concat(),
        _ => format!("({})", terms.join(" + ")),
    };
    Some((sum, shown, first.span))
}

/// `once + yearly × time`, as lowest and highest.
pub fn over((once, yearly): ((i128, i128), (i128, i128)), time: i128) -> (i128, i128) {
    (
        once.0 + yearly.0 * time / YEAR,
        once.1 + yearly.1 * time / YEAR,
    )
}
