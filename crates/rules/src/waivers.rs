//! Accepted findings. A waiver names rule and object, says why and who, and ends on a day.

use crate::Context;
use crate::Findings;
use crate::parts;
use crate::rules::rule_setting::GUARDS;
use crate::rules::waiver_invalid::{self, complete, in_force};
use crate::rules::waiver_unused;
use diag::{Diagnostic, Severity, Waived};
use model::declare::OptExt as _;
use model::id::Kind;
use model::lab::road::Whole;
use model::lab::setting::RuleSeverity;
use model::lab::{Unread, Waiver};
use model::realm::Realm;
use std::collections::BTreeSet;

/// Turns findings that a waiver in force accepts into infos that say so, and reports waivers that accept nothing.
pub(crate) fn apply(ctx: &Context<'_>, findings: Findings) -> Vec<Diagnostic> {
    let waivers: Vec<&Waiver> = ctx
        .lab
        .waivers
        .iter()
        .filter(|w| complete(w) && in_force(w, ctx.today))
        .collect();
    let mut used = Used::new(waivers.len());
    let items: Vec<(String, Diagnostic)> = findings
        .into_items()
        .into_iter()
        .map(|(object, d)| {
            (
                object.map_or_else(|| Whole::Lab.to_string(), |o| o.to_string()),
                d,
            )
        })
        .collect();
    let mut out: Vec<Diagnostic> = Vec::new();
    let there: Vec<Vec<String>> = waivers.iter().map(|w| there(w, &items)).collect();
    let mains: Vec<Vec<String>> = waivers.iter().map(|w| mains(w, &items)).collect();
    let vague = vague(&waivers, &items, &mut out);
    for (object, mut diagnostic) in items {
        let (waiver, some) = match accepting(&waivers, &vague, (&object, &diagnostic), &mut used) {
            Accepted::All(waiver) => (Some(waiver), Vec::new()),
            Accepted::Some(parts) => (None, parts),
            Accepted::None => (None, Vec::new()),
        };
        if !some.is_empty() {
            partly(&some, &mut diagnostic);
        }
        diagnostic.object = Some(object);
        out.push(match waiver {
            // Who accepts what was found has not accepted what nobody could see.
            Some(waiver) if !diagnostic.unknown => waived(diagnostic, waiver),
            _ => set(ctx, diagnostic),
        });
    }
    // A value that could not be read yields no finding, and the waiver of it is not in vain.
    let mut unread = ctx.lab.unread.clone();
    unread.lists.remove("waivers");
    let whole = unread == Unread::default();
    // Nor is one of a finding that only a look at the lab can yield, as long as not all of it was looked at.
    // A twin has none of what somebody put up with on the real thing.
    let is_real = ctx.facts.is_some_and(|o| o.facts.realm == Realm::Real);
    let looked = is_real && observed::judged(ctx).is_some_and(|j| j.good == j.all);
    let hidden = |w: &Waiver| !looked && observed::RULES.iter().any(|r| r.id == w.id.value);
    for (n, waiver) in waivers.iter().enumerate() {
        if whole && !hidden(waiver) {
            let there = there.get(n).into_iter().flatten();
            // What another waiver of the same accepts needs no second one.
            let taken = |part: &&str| {
                let mut others = waivers.iter().enumerate().filter(|(m, _)| *m != n);
                others.any(|(m, w)| same(w, waiver) && used.has(m, Some(part)))
            };
            let there = there.map(String::as_str).filter(|part| !taken(part));
            let there: Vec<&str> = there.collect();
            let at = mains.get(n).into_iter().flatten();
            let at: Vec<&str> = at.map(String::as_str).collect();
            out.extend(waiver_unused::about(waiver, (&there, &at), |part| {
                used.has(n, part)
            }));
        }
    }
    out
}

/// Two waivers of one rule and object.
fn same(one: &Waiver, other: &Waiver) -> bool {
    let object = |w: &Waiver| w.object.as_ref().map(|o| o.value.clone());
    one.id.value == other.id.value && object(one) == object(other)
}

/// What the rule of a waiver finds of its object, as `only` names it.
fn there(waiver: &Waiver, items: &[(String, Diagnostic)]) -> Vec<String> {
    let met = items
        .iter()
        .filter(|(o, d)| !d.unknown && about(waiver, o, d));
    let names = met.flat_map(|(_, d)| match d.parts.is_empty() {
        true => vec![d.message.clone()],
        false => d.parts.clone(),
    });
    names.collect()
}

/// The objects of findings of a waiver's rule that name its object beside their own.
fn mains(waiver: &Waiver, items: &[(String, Diagnostic)]) -> Vec<String> {
    let Some(own) = waiver.object.as_ref().map(|o| o.value.as_str()) else {
        return Vec::new();
    };
    let others = items
        .iter()
        .filter(|(o, d)| d.code == waiver.id.value && o != own && !d.unknown);
    let named = others.filter(|(_, d)| {
        let labels = d.primary.iter().chain(&d.secondary);
        let texts = labels.map(|label| label.text.as_str());
        texts
            .chain([d.message.as_str()])
            .any(|text| names(text, own))
    });
    let mut out: Vec<String> = named.map(|(o, _)| o.clone()).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether a text names an object, `host/web`, as the rules do: `host 'web'`, or `'web'` behind a word that is no other kind.
fn names(text: &str, object: &str) -> bool {
    let Some((kind, name)) = object.split_once('/') else {
        return false;
    };
    let quoted = format!("'{name}'");
    text.match_indices(&quoted).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end();
        let word = before.rsplit(' ').next().unwrap_or_default();
        word == kind || !Kind::ALL.iter().any(|k| k.word() == word)
    })
}

/// What of each waiver some finding needed.
struct Used<'a> {
    whole: Vec<bool>,
    parts: BTreeSet<(usize, &'a str)>,
}

impl<'a> Used<'a> {
    fn new(waivers: usize) -> Self {
        Self {
            whole: vec![false; waivers],
            parts: BTreeSet::new(),
        }
    }

    /// Whether a part of a waiver was needed; all of it, where it names none.
    fn has(&self, waiver: usize, part: Option<&str>) -> bool {
        match part {
            Some(part) => self.parts.contains(&(waiver, part)),
            None => self.whole.get(waiver) == Some(&true),
        }
    }

    fn whole(&mut self, waiver: usize) {
        if let Some(flag) = self.whole.get_mut(waiver) {
            *flag = true;
        }
    }
}

/// Waivers that name no part and meet several findings of their object: which of them was accepted, nobody can say.
fn vague(
    waivers: &[&Waiver],
    items: &[(String, Diagnostic)],
    out: &mut Vec<Diagnostic>,
) -> BTreeSet<usize> {
    let mut vague = BTreeSet::new();
    for (n, waiver) in waivers.iter().enumerate() {
        if !waiver.only.is_empty() || parts::named(&waiver.id.value) {
            continue;
        }
        let met = items
            .iter()
            .filter(|(o, d)| !d.unknown && about(waiver, o, d));
        let met: Vec<&str> = met.map(|(_, d)| d.message.as_str()).collect();
        if met.len() > 1 {
            vague.insert(n);
            out.push(waiver_invalid::several(waiver, &met));
        }
    }
    vague
}

/// A waiver names the rule and the object of a finding.
fn about(waiver: &Waiver, object: &str, found: &Diagnostic) -> bool {
    let named = waiver.object.as_ref().map(|o| o.value.as_str());
    found.code == waiver.id.value && named == Some(object) && !GUARDS.contains(&found.code.as_str())
}

/// How much of a finding is accepted.
enum Accepted<'a> {
    /// All of it.
    All(&'a Waiver),
    /// Some of the parts that it is about, by these waivers.
    Some(Vec<(&'a Waiver, &'a str)>),
    /// Nothing.
    None,
}

/// Says which parts of a finding are accepted, and what is left of it.
fn partly(accepted: &[(&Waiver, &str)], found: &mut Diagnostic) {
    for (waiver, part) in accepted {
        let owner = waiver.owner.as_ref().map_or("?", |o| o.value.as_str());
        let until = waiver.expires.as_ref().map(|e| e.value.to_string());
        let until = until.unwrap_or_default();
        let note = format!("accepted by {owner} until {until}: {part}");
        found.notes.push(note);
    }
    let is_left = |part: &&String| !accepted.iter().any(|(_, p)| p == part);
    let left = found.parts.iter().filter(is_left).map(String::as_str);
    let left = left.collect::<Vec<_>>().join(", ");
    found.notes.push(format!("not accepted: {left}"));
}

/// The waiver that accepts a finding. Where a finding is about parts of its object, each of them has to be accepted by name, be it by several waivers:
/// so that none of them accepts what comes later. A finding without parts goes by its message.
fn accepting<'a>(
    waivers: &[&'a Waiver],
    vague: &BTreeSet<usize>,
    (object, found): (&str, &Diagnostic),
    used: &mut Used<'a>,
) -> Accepted<'a> {
    let all = waivers.iter().enumerate();
    let all = all.filter(|(_, w)| about(w, object, found));
    let all: Vec<(usize, &'a Waiver)> = all.map(|(n, w)| (n, *w)).collect();
    // What nobody could see may be what any of them accepts.
    if found.unknown {
        for (n, waiver) in all {
            used.whole(n);
            let parts = waiver.only.iter().map(|part| (n, part.value.as_str()));
            used.parts.extend(parts);
        }
        return Accepted::None;
    }
    let whole = all.iter().find(|(_, w)| w.only.is_empty());
    if let Some((n, waiver)) = whole.filter(|_| !parts::named(&found.code)) {
        used.whole(*n);
        return match vague.contains(n) {
            true => Accepted::None,
            false => Accepted::All(waiver),
        };
    }
    let message = std::slice::from_ref(&found.message);
    let parts = match found.parts.is_empty() {
        true => message,
        false => found.parts.as_slice(),
    };
    let mut accepted: Vec<(&'a Waiver, &'a str)> = Vec::new();
    let mut left = false;
    for part in parts {
        let hit = all.iter().find_map(|(n, w)| {
            let part = w.only.iter().find(|only| only.value == *part)?;
            Some((*n, *w, part.value.as_str()))
        });
        match hit {
            Some((n, waiver, part)) => {
                used.parts.insert((n, part));
                accepted.push((waiver, part));
            }
            None => left = true,
        }
    }
    match accepted.first() {
        Some((waiver, _)) if !left => Accepted::All(waiver),
        Some(_) => Accepted::Some(accepted),
        None => Accepted::None,
    }
}

/// Gives a finding the severity that the lab sets for its rule, and says so. What is unknown stays an info.
fn set(ctx: &Context<'_>, mut diagnostic: Diagnostic) -> Diagnostic {
    let setting = ctx.lab.rules.get(&diagnostic.code).map(|(_, s)| s);
    let guard = GUARDS.contains(&diagnostic.code.as_str());
    let unknown = diagnostic.unknown;
    let Some(setting) = setting.filter(|_| !guard && !unknown) else {
        return diagnostic;
    };
    let (Some(wanted), Some(why)) = (setting.severity.known(), setting.why.known()) else {
        return diagnostic;
    };
    let severity = match wanted {
        RuleSeverity::Error => Severity::Error,
        RuleSeverity::Warning => Severity::Warning,
        RuleSeverity::Info => Severity::Info,
    };
    if diagnostic.severity == severity {
        return diagnostic;
    }
    diagnostic.severity = severity;
    diagnostic.note(format!("severity {wanted} in this lab: {}", why.0))
}

fn waived(mut diagnostic: Diagnostic, waiver: &Waiver) -> Diagnostic {
    let text = |field: &Option<diag::Spanned<String>>| {
        field.as_ref().map(|f| f.value.clone()).unwrap_or_default()
    };
    let until = waiver
        .expires
        .as_ref()
        .map(|e| e.value.to_string())
        .unwrap_or_default();
    let (owner, reason) = (text(&waiver.owner), text(&waiver.reason));
    diagnostic.severity = Severity::Info;
    diagnostic.message = format!("waived until {until}: {}", diagnostic.message);
    let note = format!("accepted by {owner}: {reason}");
    diagnostic.waived = Some(Waived {
        reason,
        owner,
        until,
    });
    diagnostic.note(note)
}
