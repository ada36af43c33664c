//! Error budgets: how long something may be away within its objective.

use diag::Span;
use model::declare::Value;
use model::declare::{OptExt, Or};
use model::lab::Lab;
use model::lab::service::Service;
use model::lab::watch::{Metric, Planned, Slo};
use model::units::amount::Amount;
use model::units::percent::Percent;
use rustc_hash::FxHashMap;

/// Where no window is declared.
pub const MONTH: u64 = 30 * 86_400;

/// A promised availability and over how long it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// The share of time.
    pub target: Percent,
    /// Seconds.
    pub window: u64,
    /// The window is assumed.
    pub assumed: bool,
    /// Whether planned downtime counts; none if that is not known.
    pub planned: Option<Planned>,
    /// Where the target stands.
    pub span: Span,
}

impl Promise {
    /// Seconds that may be lost, rounded down.
    pub fn budget(&self) -> u64 {
        let lost = 1_000_000_u64.saturating_sub(self.target.ppm());
        u64::try_from(u128::from(self.window) * u128::from(lost) / 1_000_000).unwrap_or(u64::MAX)
    }

    /// `(100% - 99.5%) × 30d = 3h36m`
    pub fn arithmetic(&self) -> String {
        let assumed = if self.assumed { " (assumed)" } else { "" };
        format!(
            "(100% - {}) × {}{assumed} = {}",
            self.target,
            words(self.window),
            words(self.budget())
        )
    }
}

/// What is promised for a tier: its own objective, with the window of an objective over it if there is one.
pub fn of_tier(lab: &Lab, name: &str) -> Option<Promise> {
    let listed = lab
        .slos
        .iter()
        .find(|s| s.tier.known().is_some_and(|t| t.name() == name));
    let window = listed.and_then(|s| s.window.known()).map(|w| w.seconds());
    let window = window.or_else(|| common_window(lab));
    let own = lab.tiers.get(name).and_then(|t| t.about.slo.as_ref());
    let given = own.or_else(|| listed.and_then(|s| s.target.as_ref()))?;
    let planned = lab.tiers.get(name).and_then(|t| t.about.planned.as_ref());
    let planned = planned.or_else(|| listed.and_then(|s| s.planned.as_ref()));
    Some(Promise {
        target: **given.value()?,
        window: window.unwrap_or(MONTH),
        assumed: window.is_none(),
        planned: planned.map_or(Some(Planned::Counted), |p| p.value().copied()),
        span: given.span,
    })
}

/// The window of all objectives that have one, if it is the same.
fn common_window(lab: &Lab) -> Option<u64> {
    let mut all = lab
        .slos
        .iter()
        .filter_map(|s| s.window.known())
        .map(|w| w.seconds());
    let first = all.next()?;
    all.all(|w| w == first).then_some(first)
}

/// What is promised for the services of a lab, looked up once.
pub struct Promises<'a> {
    lab: &'a Lab,
    /// The first objective that names a service.
    own: FxHashMap<&'a str, &'a Slo>,
    tiers: FxHashMap<&'a str, Option<Promise>>,
}

impl<'a> Promises<'a> {
    /// Reads the objectives and tiers of a lab.
    pub fn of(lab: &'a Lab) -> Self {
        let mut own = FxHashMap::default();
        for slo in &lab.slos {
            if let Some(service) = slo.service.known() {
                own.entry(service.name()).or_insert(slo);
            }
        }
        let tiers = lab.tiers.keys();
        let tiers = tiers.map(|name| (name.as_str(), of_tier(lab, name)));
        Self {
            lab,
            own,
            tiers: tiers.collect(),
        }
    }

    /// An objective names this service.
    pub fn has_own(&self, service: &str) -> bool {
        self.own.contains_key(service)
    }

    /// What is promised for a service: its own objective, else that of its tier.
    pub fn of_service(&self, name: &str, service: &Service) -> Option<Promise> {
        let own = self.own.get(name).and_then(|slo| {
            let given = slo.target.as_ref()?;
            let window = slo.window.known().map(|w| w.seconds());
            Some(Promise {
                target: **given.value()?,
                window: window.unwrap_or(MONTH),
                assumed: window.is_none(),
                planned: slo
                    .planned
                    .as_ref()
                    .map_or(Some(Planned::Counted), |p| p.value().copied()),
                span: given.span,
            })
        });
        own.or_else(|| {
            let tier = service.tier.known()?.name();
            // A tier that nobody declared may have an objective all the same.
            match self.tiers.get(tier) {
                Some(known) => *known,
                None => of_tier(self.lab, tier),
            }
        })
    }
}

/// `3h36m`, at most two units.
pub fn words(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut out = String::new();
    let mut shown = 0;
    for (unit, size) in units {
        let number = rest / size;
        if number > 0 && shown < 2 {
            out.push_str(&format!("{number}{unit}"));
            rest %= size;
            shown += 1;
        } else if shown > 0 {
            break;
        }
    }
    if out.is_empty() { "0s".to_owned() } else { out }
}

/// A share in parts per million as `99.93%`.
pub fn percent(ppm: u64) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    let text = format!("{whole}.{rest:04}");
    format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The mean time between failures or to recover, where a metric gives it: its name, seconds and place.
pub fn mean_time<'a>(lab: &'a Lab, key: &str, phrases: &[&str]) -> Option<(&'a str, u64, Span)> {
    lab.metrics.iter().find_map(|(name, m)| {
        let text = m
            .text
            .known()
            .map(|t| t.0.to_lowercase())
            .unwrap_or_default();
        let named = name
            .to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .any(|w| w == key);
        let meant = named
            || text.split(|c: char| !c.is_alphanumeric()).any(|w| w == key)
            || phrases.iter().any(|p| text.contains(p));
        let (seconds, span) = target(m).filter(|_| meant)?;
        Some((name.as_str(), seconds, span))
    })
}

/// The target of a metric as a duration; `<30m` and `>30d` are read too.
fn target(m: &Metric) -> Option<(u64, Span)> {
    let given = m.target.as_ref()?;
    let seconds = match given.value()? {
        Or::Word(Amount::Duration(d)) => d.seconds(),
        Or::Ref(text) => {
            let text = text.trim_start_matches(|c: char| "<>=≤≥~ ".contains(c));
            model::units::duration::Duration::parse(text)
                .ok()?
                .seconds()
        }
        Or::Word(_) => return None,
    };
    Some((seconds, given.span))
}

#[cfg(test)]
mod tests {
    use super::{percent, words};

    #[test]
    fn shares_and_durations() {
        assert_eq!(words(12_960), "3h36m");
        assert_eq!(words(0), "0s");
        assert_eq!(words(86_400), "1d");
        assert_eq!(words(86_461), "1d");
        assert_eq!(percent(999_306), "99.9306%");
        assert_eq!(percent(995_000), "99.5%");
        assert_eq!(percent(1_000_000), "100%");
    }
}
