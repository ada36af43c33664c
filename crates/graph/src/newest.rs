//! The most recent state of a body of data that is left after a fault.

use crate::bodies::Body;
use crate::copies::{Copies, Copy, Side, Snapshots, side};
use crate::transfer;
use diag::Span;
use model::lab::{FaultScope, Lab};
use model::units::Seconds;

/// A state that can be gone back to.
pub struct Point {
    /// What takes it.
    pub by: String,
    /// Where that is declared.
    pub span: Span,
    /// The longest time between two.
    pub every: Seconds,
    /// As it is written.
    pub schedule: Option<String>,
    /// How long one takes to arrive, with the words for it; none if that is not known.
    pub transfer: Option<(Seconds, String)>,
}

impl Point {
    /// The interval and the transfer; the interval alone, which is less than what can be lost, where that is not known.
    pub fn total(&self) -> Seconds {
        Seconds(self.every.0 + self.transfer.as_ref().map_or(0, |(t, _)| t.0))
    }
}

/// The most recent state at the worst moment.
pub enum Newest {
    /// Nothing survives; `bak-same-domain` or `bak-coverage` speaks.
    None,
    /// Something does, and nobody knows how old it is.
    Unknown((String, Span)),
    /// What takes this may survive and be new enough, or not: where it lies is not known, and why.
    Unplaced((String, Span), String),
    /// By its interval it may be new enough; how long a copy takes on its way is not known.
    Untimed(Point),
    /// At the worst moment it is so old, or older where it is too old by its interval alone.
    Known(Point),
}

/// The newest of all copies and snapshots that are left, as far as that decides whether it is older than `allowed`.
pub fn newest<'a>(
    lab: &'a Lab,
    (copies, undos): (&Copies<'a>, &Snapshots<'a>),
    body: &Body<'a>,
    scope: FaultScope,
    allowed: Seconds,
) -> Newest {
    let (mut all, mut unplaced) = (Vec::new(), Vec::new());
    for copy in copies.copies(body) {
        match side(lab, body, copy, scope) {
            Side::Outside => all.push(copy),
            Side::Unknown(why) => unplaced.push((copy, why)),
            Side::Inside(_) => {}
        }
    }
    let mut points: Vec<Point> = all
        .iter()
        .filter_map(|c| {
            let every = c.every.as_ref()?;
            Some(Point {
                by: c.by.clone(),
                span: every.span,
                every: every.value,
                schedule: c.schedule.clone().filter(|s| !s.starts_with("every ")),
                transfer: transfer::time(lab, body, c),
            })
        })
        .collect();
    if scope == FaultScope::Corruption {
        points.extend(snapshots(undos, body));
    }
    let (timed, open): (Vec<Point>, Vec<Point>) =
        points.into_iter().partition(|p| p.transfer.is_some());
    let timed = timed.into_iter().min_by_key(Point::total);
    let open = open.into_iter().min_by_key(Point::total);
    let within = |p: &Point| p.total() <= allowed;
    // One of which nobody knows where it lies may be what is left, if it is taken often enough.
    let often = |c: &Copy<'_>| c.every.as_ref().is_none_or(|e| e.value <= allowed);
    let maybe = unplaced.iter().find(|(c, _)| often(c));
    let points = || [&timed, &open].into_iter().flatten();
    let late = points().next().is_some() && !points().any(within);
    if let Some((copy, why)) = maybe.filter(|_| late) {
        return Newest::Unplaced((copy.by.clone(), copy.span), why.clone());
    }
    match (timed, open) {
        (Some(point), _) if within(&point) => Newest::Known(point),
        (_, Some(point)) if within(&point) => Newest::Untimed(point),
        (Some(a), Some(b)) => Newest::Known(if b.total() < a.total() { b } else { a }),
        (Some(point), None) | (None, Some(point)) => Newest::Known(point),
        (None, None) => match all.first() {
            Some(copy) => Newest::Unknown((copy.by.clone(), copy.span)),
            None => Newest::None,
        },
    }
}

/// Snapshots of the body, its guest or its pool.
fn snapshots<'a>(undos: &Snapshots<'a>, body: &Body<'a>) -> Vec<Point> {
    let of_it = undos.covering(body).into_iter();
    of_it
        .filter_map(|undo| {
            let given = undo.snapshot.schedule.as_ref()?;
            Some(Point {
                by: format!("snapshot '{}'", undo.name),
                span: given.span,
                every: undo.every?,
                schedule: given.value().map(ToString::to_string),
                transfer: Some((Seconds(0), "a snapshot is taken in no time".to_owned())),
            })
        })
        .collect()
}
