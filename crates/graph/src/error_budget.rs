//! Error budgets: how long something may be away within its objective.

use diag::Span;
use model::declare::Value;
use model::declare::{Opt, OptExt, Or};
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

/// How planned downtime counts: as any other if nothing is said; none if that is not known.
pub fn planned(said: &Opt<Planned>) -> Option<Planned> {
    said.as_ref()
        .map_or(Some(Planned::Counted), |p| p.value().copied())
}

/// What is promised for the services of a lab, looked up once.
pub struct Promises<'a> {
    lab: &'a Lab,
    common_window: Option<u64>,
    /// The objectives that name a service.
    own: FxHashMap<&'a str, Vec<&'a Slo>>,
    /// Those of a tier.
    listed: FxHashMap<&'a str, Vec<&'a Slo>>,
}

impl<'a> Promises<'a> {
    /// Reads the objectives and tiers of a lab.
    pub fn of(lab: &'a Lab) -> Self {
        let mut out = Self {
            lab,
            common_window: common_window(lab),
            own: FxHashMap::default(),
            listed: FxHashMap::default(),
        };
        for slo in &lab.slos {
            if let Some(service) = slo.service.known() {
                out.own.entry(service.name()).or_default().push(slo);
            }
            if let Some(tier) = slo.tier.known() {
                out.listed.entry(tier.name()).or_default().push(slo);
            }
        }
        out
    }

    /// An objective names this service.
    pub fn has_own(&self, service: &str) -> bool {
        self.own.contains_key(service)
    }

    /// What is promised for a service: its own objectives, else those of its tier. Several measure different things: with planned downtime
    /// and without, or over different times.
    pub fn of_service(&self, name: &str, service: &Service) -> Vec<Promise> {
        let own = self.own.get(name).into_iter().flatten();
        let own = own.filter_map(|slo| {
            let given = slo.target.as_ref()?;
            let window = slo.window.known().map(|w| w.seconds());
            Some(promise(
                **given.value()?,
                given.span,
                window,
                planned(&slo.planned),
            ))
        });
        let mut out: Vec<Promise> = Vec::new();
        for new in own {
            let same = |p: &Promise| {
                (p.target.ppm(), p.window, p.planned) == (new.target.ppm(), new.window, new.planned)
            };
            if !out.iter().any(same) {
                out.push(new);
            }
        }
        match (out.is_empty(), service.tier.known()) {
            (true, Some(tier)) => self.of_tier(tier.name()),
            _ => out,
        }
    }

    /// What is promised for a tier, which may be one that nobody declared: its own objective, with what an objective over it adds, and
    /// those that count planned downtime in another way.
    pub fn of_tier(&self, name: &str) -> Vec<Promise> {
        let listed = self.listed.get(name).map_or(&[][..], Vec::as_slice);
        let target = |slo: &Slo| {
            slo.target
                .as_ref()
                .and_then(|t| Some((**t.value()?, t.span)))
        };
        let window = listed.iter().find_map(|s| s.window.known());
        let common = window.map(|w| w.seconds()).or(self.common_window);
        let about = self.lab.tiers.get(name).map(|t| &t.about);
        let mut out: Vec<Promise> = Vec::new();
        if let Some((about, given)) = about.and_then(|a| Some((a, a.slo.as_ref()?))) {
            // Said twice, once with how planned downtime counts.
            let own = given.value().map(|t| t.ppm());
            let same = |s: &&&Slo| own.is_some() && target(s).map(|(t, _)| t.ppm()) == own;
            let twin = listed.iter().find(same).map(|s| &s.planned);
            let said = match (&about.planned, twin) {
                (None, Some(twin)) => twin,
                (said, _) => said,
            };
            if let Some(value) = given.value() {
                out.push(promise(**value, given.span, common, planned(said)));
            }
        }
        for slo in listed {
            let how = planned(match about.map(|a| &a.planned) {
                Some(said) if slo.planned.is_none() => said,
                _ => &slo.planned,
            });
            let known = out.iter().any(|p| p.planned == how);
            if let Some((value, span)) = target(slo).filter(|_| !known) {
                let window = slo.window.known().map(|w| w.seconds()).or(common);
                out.push(promise(value, span, window, how));
            }
        }
        out
    }
}

fn promise(target: Percent, span: Span, window: Option<u64>, planned: Option<Planned>) -> Promise {
    Promise {
        target,
        window: window.unwrap_or(MONTH),
        assumed: window.is_none(),
        planned,
        span,
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

/// `30d10h30m`, to the second.
pub fn exact(seconds: u64) -> String {
    let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
    let mut rest = seconds;
    let mut out = String::new();
    for (unit, size) in units {
        let number = rest / size;
        rest %= size;
        if number > 0 {
            out.push_str(&format!("{number}{unit}"));
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
    use super::{exact, percent, words};

    #[test]
    fn shares_and_durations() {
        assert_eq!(words(12_960), "3h36m");
        assert_eq!(words(0), "0s");
        assert_eq!(words(86_400), "1d");
        assert_eq!(words(86_461), "1d");
        assert_eq!(exact(86_461), "1d1m1s");
        assert_eq!(exact(0), "0s");
        assert_eq!(exact(30 * 86_400 + 10 * 3_600 + 1_800), "30d10h30m");
        assert_eq!(percent(999_306), "99.9306%");
        assert_eq!(percent(995_000), "99.5%");
        assert_eq!(percent(1_000_000), "100%");
    }
}
