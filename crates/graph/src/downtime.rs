//! What is away again and again, laid over each other: so much time at least is lost in all.
//!
//! Nobody says when within a window something is away. So that the sum is the least that it can be, what may be at the same time is taken to be: from the window that
//! ends first to the one that ends last, each uses the time that is lost already, and takes what it still needs as late as it can. For needs that each
//! lie within one interval this is the least of all ways (it is the scheduling of preemptible jobs on machines without number with the least time switched on).

use model::units::calendar::Calendar;

/// Occurrences that are laid over each other; beyond that the largest alone counts.
const MOST: u64 = 400_000;

/// Cycles until what they add comes again and again, and over how many it is taken: it does so after two, three or four, as far as that was tried.
const BEFORE: u64 = 2;
const ROUNDS: u64 = 12;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// When something begins, over a cycle after which all comes again.
#[derive(Debug)]
pub struct Rhythm {
    /// Of the cycle.
    days: Vec<u32>,
    /// Of each of these days.
    minutes: Vec<u32>,
    cycle: u32,
}

impl Rhythm {
    /// That of a calendar.
    pub fn of(calendar: &Calendar) -> Self {
        Self {
            days: calendar.days_of_cycle(),
            minutes: calendar.minutes_of_day(),
            cycle: calendar.cycle_days(),
        }
    }

    /// So often in a cycle.
    fn times(&self) -> u64 {
        let count = |all: &[u32]| u64::try_from(all.len()).unwrap_or(u64::MAX);
        count(&self.days).saturating_mul(count(&self.minutes))
    }

    /// Seconds of a cycle.
    fn seconds(&self) -> u64 {
        u64::from(self.cycle) * DAY
    }

    /// Seconds from one to the next, on average.
    pub fn mean(&self) -> u64 {
        self.seconds().checked_div(self.times()).unwrap_or(u64::MAX)
    }

    /// Seconds from one to the next, where that is least.
    pub fn least(&self) -> u64 {
        let gap = |pair: &[u32]| Some(u64::from(pair.get(1)? - pair.first()?));
        let within = self.minutes.windows(2).filter_map(gap).min();
        let (Some(first), Some(last)) = (self.minutes.first(), self.minutes.last()) else {
            return u64::MAX;
        };
        let around = self.days.first().zip(self.days.last());
        let around = around.map(|(a, b)| u64::from(self.cycle + a - b));
        let days = self.days.windows(2).filter_map(gap).chain(around).min();
        let between = days.map(|d| d * 24 * 60 + u64::from(*first) - u64::from(*last));
        within
            .into_iter()
            .chain(between)
            .min()
            .map_or(u64::MAX, |m| m * 60)
    }

    /// When it begins in so many seconds of cycles, in order.
    fn starts(&self, cycle: u64) -> Vec<u64> {
        let mut out = Vec::new();
        let mut begin = 0;
        while begin < cycle {
            for day in &self.days {
                let day = begin + u64::from(*day) * DAY;
                out.extend(self.minutes.iter().map(|m| day + u64::from(*m) * 60));
            }
            begin += self.seconds();
        }
        out
    }

    /// How often this begins within so many seconds of the beginning of another one, and how often in all; none if they come too often to look at each.
    pub fn within(&self, other: &Rhythm, length: u64) -> Option<(usize, usize)> {
        let both = [self, other].map(|rhythm| Repeated {
            rhythm,
            length,
            away: 0,
        });
        if work(&both) > MOST {
            return None;
        }
        let cycle = self.seconds().max(other.seconds());
        let (own, others) = (self.starts(cycle), other.starts(cycle));
        let inside = |start: &&u64| {
            let before = others.partition_point(|o| o <= *start);
            let last = match before.checked_sub(1).and_then(|n| others.get(n)) {
                Some(last) => **start - last,
                // The last one of the cycle before.
                None => others
                    .last()
                    .map_or(u64::MAX, |last| cycle - last + **start),
            };
            last < length
        };
        Some((own.iter().filter(inside).count(), own.len()))
    }

    /// The share of time that is left if each takes so many seconds.
    pub fn left(&self, away: u64) -> f64 {
        1.0 - share(away.saturating_mul(self.times()), self.seconds()).min(1.0)
    }
}

/// What is away again and again.
#[derive(Debug, Clone, Copy)]
pub struct Repeated<'r> {
    /// When its window begins.
    pub rhythm: &'r Rhythm,
    /// Seconds of the window.
    pub length: u64,
    /// Seconds within it.
    pub away: u64,
}

/// What is away in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// Seconds of a cycle.
    pub away: u64,
    /// Seconds of it.
    pub cycle: u64,
    /// Some of it may be at the same time, and was counted once.
    pub shared: bool,
}

impl Sum {
    /// The share of time that is left.
    pub fn left(&self) -> f64 {
        1.0 - share(self.away, self.cycle).min(1.0)
    }
}

/// One number of seconds of another. Cycles are of 28 years at most, which a float holds to the second.
#[expect(
    clippy::cast_precision_loss,
    reason = "seconds of some years, far below 2^53"
)]
fn share(part: u64, whole: u64) -> f64 {
    match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    }
}

/// How many occurrences there are to look at, which is what [`together`] costs.
pub fn work(all: &[Repeated<'_>]) -> u64 {
    let cycle = all.iter().map(|r| r.rhythm.cycle).max().unwrap_or(0);
    let times = |r: &Repeated<'_>| {
        let again = cycle.checked_div(r.rhythm.cycle).unwrap_or(0);
        r.rhythm.times().saturating_mul(u64::from(again))
    };
    all.iter().map(times).fold(0, u64::saturating_add)
}

/// The least that is away in all; none if they come too often to be laid over each other.
pub fn together(all: &[Repeated<'_>]) -> Option<Sum> {
    if work(all) > MOST {
        return None;
    }
    let cycle = all.iter().map(|r| r.rhythm.seconds()).max()?;
    let mut needs: Vec<Need> = Vec::new();
    for one in all {
        // A window is over when it comes again.
        let length = one.length.min(one.rhythm.least());
        let away = one.away.min(length);
        let starts = one.rhythm.starts(cycle);
        needs.extend(starts.into_iter().map(|begin| Need {
            begin,
            end: begin + length,
            away,
        }));
    }
    let single: u64 = needs.iter().map(|n| n.away).sum();
    needs.sort_unstable_by_key(|n| n.begin);
    let away = match pause(&needs, cycle) {
        // From a moment on at which none is open, a cycle stands by itself.
        Some(begin) => {
            for need in &mut needs {
                let later = if need.begin < begin { cycle } else { 0 };
                need.begin += later;
                need.end += later;
            }
            least(&mut needs)
        }
        // There is always one open: what more cycles add. From one to the next that may differ, and it comes again after a few.
        None => {
            let many = u64::try_from(needs.len()).unwrap_or(u64::MAX);
            if many.saturating_mul(BEFORE + ROUNDS) > MOST {
                return None;
            }
            (again(&needs, cycle, BEFORE + ROUNDS) - again(&needs, cycle, BEFORE)) / ROUNDS
        }
    };
    Some(Sum {
        away,
        cycle,
        shared: away < single,
    })
}

/// Something is away for some time within an interval.
#[derive(Debug, Clone, Copy)]
struct Need {
    begin: u64,
    end: u64,
    away: u64,
}

/// When one begins at which no other is open; they are in the order of their beginnings.
fn pause(needs: &[Need], cycle: u64) -> Option<u64> {
    let last = needs.iter().map(|n| n.end).max()?;
    let mut open = last.saturating_sub(cycle);
    for need in needs {
        if need.begin >= open {
            return Some(need.begin);
        }
        open = open.max(need.end);
    }
    None
}

/// The least that is away in so many cycles.
fn again(needs: &[Need], cycle: u64, times: u64) -> u64 {
    let mut all: Vec<Need> = Vec::new();
    for n in 0..times {
        all.extend(needs.iter().map(|need| Need {
            begin: need.begin + n * cycle,
            end: need.end + n * cycle,
            away: need.away,
        }));
    }
    least(&mut all)
}

/// The least that is away if each may choose when within its interval.
fn least(needs: &mut [Need]) -> u64 {
    needs.sort_unstable_by_key(|n| (n.end, n.begin));
    let mut taken: Vec<(u64, u64)> = Vec::new();
    for need in needs.iter() {
        let from = taken.partition_point(|(_, end)| *end <= need.begin);
        let here = taken.split_off(from);
        let inside = here.iter().map(|(a, b)| b - (*a).max(need.begin)).sum();
        let mut open = need.away.saturating_sub(inside);
        // From the end backwards, the gaps between what is taken.
        let mut cursor = need.end;
        let mut back: Vec<(u64, u64)> = Vec::new();
        for (a, b) in here.into_iter().rev() {
            let gap = open.min(cursor.saturating_sub(b));
            if gap > 0 {
                back.push((cursor - gap, cursor));
                open -= gap;
            }
            back.push((a, b));
            cursor = a;
        }
        let gap = open.min(cursor.saturating_sub(need.begin));
        if gap > 0 {
            back.push((cursor - gap, cursor));
        }
        for (a, b) in back.into_iter().rev() {
            match taken.last_mut() {
                Some((_, end)) if *end == a => *end = b,
                _ => taken.push((a, b)),
            }
        }
    }
    taken.iter().map(|(a, b)| b - a).sum()
}

#[cfg(test)]
mod tests {
    use super::{Repeated, Rhythm, Sum, together};
    use model::declare::Value as _;
    use model::units::calendar::Calendar;

    const HOUR: u64 = 3_600;

    fn rhythm(text: &str) -> Rhythm {
        Rhythm::of(&Calendar::parse(text).expect(text))
    }

    /// By hand: in hours from Monday, away in [28,42), [98,140), [238,252), [280,308) of two weeks, which is 98 and so 49 a week. One week more adds
    /// 42 and 56 hours in turn.
    #[test]
    fn weeks_that_differ_are_taken_together() {
        let all = [
            ("Fri 02:00", 112, 42),
            ("Wed 22:00", 70, 42),
            ("Sat 06:00", 126, 28),
        ];
        assert_eq!(sum(&all), (49, true));
    }

    /// Hours that are away in all and whether some of them may be at the same time, of windows with their hours and those that something is away in them.
    fn sum(all: &[(&str, u64, u64)]) -> (u64, bool) {
        let rhythms: Vec<Rhythm> = all.iter().map(|(text, ..)| rhythm(text)).collect();
        let all = all.iter().zip(&rhythms);
        let all: Vec<Repeated<'_>> = all
            .map(|((_, length, away), rhythm)| Repeated {
                rhythm,
                length: length * HOUR,
                away: away * HOUR,
            })
            .collect();
        let Sum { away, shared, .. } = together(&all).expect("few of them");
        (away / HOUR, shared)
    }

    #[test]
    fn what_may_be_at_the_same_time_counts_once() {
        for (windows, hours, shared) in [
            (&[("Sat 02:00", 4, 4)][..], 4, false),
            // The same window, written twice.
            (&[("Sat 02:00", 4, 4), ("Sat 02:00", 4, 4)], 4, true),
            // 02 to 06 and 03 to 07.
            (&[("Sat 02:00", 4, 4), ("Sat 03:00", 4, 4)], 5, true),
            // An hour of each may be that between 05 and 06; of three hours each one, and 3 + 3 - 1 = 5.
            (&[("Sat 02:00", 4, 1), ("Sat 05:00", 4, 1)], 1, true),
            (&[("Sat 02:00", 4, 3), ("Sat 05:00", 4, 3)], 5, true),
            // Seven nights of two hours, and Saturday's among them.
            (&[("02:00", 2, 2), ("Sat 02:00", 2, 2)], 14, true),
            (&[("02:00", 2, 2), ("Sat 04:00", 2, 2)], 16, false),
            // Over midnight of Sunday, where the week begins anew.
            (&[("Sun 23:00", 4, 4), ("Mon 00:00", 4, 4)], 5, true),
            // One chain: 00 to 04, 03 to 07, 06 to 10; the one in the middle has two of its hours with the others.
            (
                &[
                    ("Mon 00:00", 4, 4),
                    ("Mon 03:00", 4, 2),
                    ("Mon 06:00", 4, 4),
                ],
                8,
                true,
            ),
            // An hour each day, and that of Saturday is one of its four.
            (&[("00:00", 24, 1), ("Sat 02:00", 4, 4)], 10, true),
            // There is no moment without a window: an hour of each afternoon is in two of them.
            (&[("00:00", 24, 1), ("12:00", 24, 1)], 7, true),
        ] {
            assert_eq!(sum(windows), (hours, shared), "{windows:?}");
        }
    }

    #[test]
    fn dates_and_days_of_the_week() {
        // 1461 Saturdays in 28 years with two hours each, and 336 first days of a month, of which 48 are Saturdays.
        let both = [("Sat 02:00", 4, 2), ("*-*-01 03:00", 1, 1)];
        assert_eq!(sum(&both), (1461 * 2 + 336 - 48, true));
        assert_eq!(
            rhythm("*-*-01 03:00").mean(),
            30 * 86_400 + 10 * HOUR + 1_800
        );
        assert_eq!(rhythm("*-*-01 03:00").least(), 28 * 86_400);
        assert_eq!(rhythm("02,14:00").least(), 12 * HOUR);
        assert_eq!(rhythm("Sat,Sun 02:00").least(), 24 * HOUR);
        assert_eq!(rhythm("Sat 02:00").least(), 7 * 86_400);
        assert_eq!(rhythm("hourly").least(), HOUR);
    }

    #[test]
    fn how_often_one_begins_within_another() {
        for (own, other, hours, expected) in [
            ("Sat 03:00", "Sat 02:00", 4, (1, 1)),
            ("03:00", "Sat 02:00", 4, (1, 7)),
            ("Sat 06:00", "Sat 02:00", 4, (0, 1)),
            ("Mon 01:00", "Sun 23:00", 4, (1, 1)),
            ("Sat 02:00", "02:00", 1, (1, 1)),
            // 48 of the 336 first days of a month in 28 years are Saturdays.
            ("*-*-01 03:00", "Sat 02:00", 4, (48, 336)),
        ] {
            let found = rhythm(own).within(&rhythm(other), hours * HOUR);
            assert_eq!(found, Some(expected), "{own} in {other}");
        }
    }

    #[test]
    fn too_many_are_not_laid_over_each_other() {
        let (minutely, dated) = (rhythm("minutely"), rhythm("*-*-01 03:00"));
        let of = |rhythm| Repeated {
            rhythm,
            length: 60,
            away: 30,
        };
        assert_eq!(together(&[of(&minutely), of(&dated)]), None);
    }
}
