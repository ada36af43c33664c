//! What was observed, as far as it may still be judged: not too old, not of the future, and of a target that answered.

use crate::Context;
use jiff::Timestamp;
use model::fact::{Fact, FactPath, Facts, TargetFacts};
use model::lab::Lab;
use model::units::Seconds;
use std::fmt;

/// Observations older than this say nothing of today to a rule; promises are stricter.
pub const LIMIT: Seconds = Seconds(7 * 86_400);
/// Clocks of two machines differ by so much without one of them being wrong.
const SLACK: Seconds = Seconds(120);
/// Longer texts of a target are cut.
const MOST: usize = 160;

/// An observation and the moment at which it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// What each target answered last.
    pub facts: &'a Facts,
    /// Now.
    pub now: Timestamp,
    /// The declaration of the realm that was looked at: a twin's hosts have an account more.
    pub lab: &'a Lab,
}

/// Why nothing of a target may be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blind {
    /// It did not answer, or was never asked.
    Silent(String),
    /// It answered so long ago.
    Old(Seconds),
    /// The observation is dated so far ahead.
    Future(Seconds),
}

impl fmt::Display for Blind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(why) => f.write_str(why),
            Self::Old(age) => write!(
                f,
                "it was last observed {age} ago, and nothing is concluded from what is older than {LIMIT}"
            ),
            Self::Future(by) => write!(f, "its observation is dated {by} in the future"),
        }
    }
}

impl<'a> Context<'a> {
    /// What is known of a target (`web`, `cluster/main`). Ask [`Context::facts`] first: if nobody looked at all, that is no
    /// result of a rule.
    ///
    /// # Errors
    /// Why there is nothing to judge.
    pub fn observed(&self, target: &str) -> Result<&'a TargetFacts, Blind> {
        let Some(Observation { facts, now, .. }) = self.facts else {
            return Err(Blind::Silent("nothing was observed".to_owned()));
        };
        let Some(found) = facts.targets.get(target) else {
            return Err(Blind::Silent("it never answered".to_owned()));
        };
        if found.identity.is_none() {
            let why = found.errors.first().map_or("no answer", String::as_str);
            return Err(Blind::Silent(format!("it did not answer: {}", plain(why))));
        }
        let age = age(found.at, now);
        match age.0 {
            ahead if ahead < -SLACK.0 => Err(Blind::Future(Seconds(-ahead))),
            age if age > LIMIT.0 => Err(Blind::Old(Seconds(age))),
            _ => Ok(found),
        }
    }

    /// When and how a fact was read, for people: `observed 4h ago (2026-11-21 08:00:00Z, real, by ss)`.
    pub fn when(&self, target: &TargetFacts, path: Option<&FactPath>) -> String {
        let Some(Observation { facts, now, .. }) = self.facts else {
            return "not observed".to_owned();
        };
        let read = path.map_or(target.at, |p| target.read_at(p));
        let fact: Option<&Fact> = path.and_then(|p| target.facts.get(p));
        let by = fact.map_or_else(String::new, |f| format!(", by {}", plain(&f.source)));
        let ago = Seconds(age(read, now).0.max(0));
        let unchanged = match read < target.at {
            true => format!(
                ", proven unchanged {} ago",
                Seconds(age(target.at, now).0.max(0))
            ),
            false => String::new(),
        };
        format!(
            "observed {ago} ago ({read:.0}, {}{by}){unchanged}",
            facts.realm
        )
    }
}

fn age(at: Timestamp, now: Timestamp) -> Seconds {
    Seconds(now.as_second() - at.as_second())
}

/// Text of a target in one line of bounded length: nothing that it says breaks a line or fills the screen.
pub fn plain(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let cut: String = chars.by_ref().take(MOST).collect();
    match chars.next() {
        Some(_) => format!("{cut}…"),
        None => cut,
    }
}
