//! How soon something is promised, and how long it waits for a window.

use diag::Span;
use model::declare::{OptExt as _, Or, Value as _};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::watch::WindowKind;
use model::units::amount::Amount;
use model::units::duration::Duration;

/// How soon something is to be done.
pub struct Promise<'a> {
    /// What promises it; none is the lab.
    pub object: Option<ObjectRef>,
    /// The metric's name, or a key.
    pub name: &'a str,
    /// How soon.
    pub target: Duration,
    /// Where that is written.
    pub span: Span,
}

/// `24h`, `<24h`, `within 24h`.
fn at_most(text: &str) -> Option<Duration> {
    const MARKS: [&str; 6] = ["<=", "<", "≤", "under ", "within ", "at most "];
    let bare = MARKS.iter().find_map(|mark| text.strip_prefix(mark));
    Duration::parse(bare?.trim()).ok()
}

/// Metrics with a duration as their target whose name or text has one of the words.
pub fn promises<'a>(lab: &'a Lab, words: &[&str]) -> Vec<Promise<'a>> {
    let mut out = Vec::new();
    for (name, metric) in &lab.metrics {
        let text = metric.text.known().map_or("", |t| t.0.as_str());
        let said = format!("{name} {text}").to_lowercase();
        // How long the work itself takes is no promise of when it is done.
        let effort = ["time to deploy", "duration", "how long a "]
            .iter()
            .any(|w| said.contains(w));
        let fits = words.iter().any(|w| said.contains(w)) && !effort;
        let Some(target) = metric.target.as_ref().filter(|_| fits) else {
            continue;
        };
        let soon = match target.value() {
            Some(Or::Word(Amount::Duration(d))) => Some(d.clone()),
            Some(Or::Ref(text)) => at_most(text),
            _ => None,
        };
        out.extend(soon.map(|soon| Promise {
            object: Some(ObjectRef::new(Kind::Metric, name)),
            name,
            target: soon,
            span: target.span,
        }));
    }
    out
}

/// The longest wait until a window opens.
pub struct Wait {
    /// In minutes.
    pub minutes: u64,
    /// Says between which openings.
    pub text: String,
    /// Where the window is declared.
    pub span: Span,
}

/// The window of a kind that comes most often; none if none of them has a schedule that is known.
pub fn wait(lab: &Lab, kind: WindowKind) -> Option<Wait> {
    let of_kind = lab.windows.iter().filter(|(_, w)| {
        let declared = w.kind.known();
        declared == Some(&kind) || declared.is_none() && kind == WindowKind::Maintenance
    });
    let waits = of_kind.filter_map(|(name, window)| {
        let schedule = window.schedule.as_ref()?;
        let interval = schedule.value()?.longest_interval()?;
        let given = window.length.known().map(|l| l.seconds() / 60);
        let open = schedule
            .value()?
            .window_minutes()
            .map(u64::from)
            .or(given)
            .unwrap_or(0);
        let minutes = interval.saturating_sub(open);
        let text = format!(
            "from the end of window '{name}' to its next beginning: {} - {} = {}",
            within(interval),
            within(open),
            within(minutes)
        );
        Some(Wait {
            minutes,
            text,
            span: schedule.span,
        })
    });
    waits.min_by_key(|w| w.minutes)
}

/// Minutes as people say them.
pub fn within(minutes: u64) -> String {
    match minutes {
        0 => "0 h".to_owned(),
        m if m % 1440 == 0 && m > 1440 => format!("{} d", m / 1440),
        m if m % 60 == 0 => format!("{} h", m / 60),
        m => format!("{m} min"),
    }
}
