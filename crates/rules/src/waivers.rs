//! Accepted findings. A waiver names rule and object, says why and who, and ends on a day.

use crate::Context;
use crate::Findings;
use crate::rules::rule_setting::GUARDS;
use crate::rules::waiver_invalid::{complete, in_force};
use crate::rules::waiver_unused;
use diag::{Diagnostic, Severity, Waived};
use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::road::Whole;
use model::lab::setting::RuleSeverity;
use model::lab::{Unread, Waiver};
use model::realm::Realm;

/// Turns findings that a waiver in force accepts into infos that say so, and reports waivers that accept nothing.
pub(crate) fn apply(ctx: &Context<'_>, findings: Findings) -> Vec<Diagnostic> {
    let waivers: Vec<&Waiver> = ctx
        .lab
        .waivers
        .iter()
        .filter(|w| complete(w) && in_force(w, ctx.today))
        .collect();
    let mut used = vec![false; waivers.len()];
    let mut out = Vec::new();
    for (object, diagnostic) in findings.into_items() {
        let hit = waivers
            .iter()
            .position(|w| accepts(w, object.as_ref(), &diagnostic));
        let waiver = hit.and_then(|n| waivers.get(n).copied());
        if let Some(flag) = hit.and_then(|n| used.get_mut(n)) {
            *flag = true;
        }
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
    let unused = waivers.iter().zip(used);
    let unused = unused.filter(|(w, used)| whole && !used && !hidden(w));
    for (waiver, _) in unused {
        out.extend(waiver_unused::about(waiver));
    }
    out
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

fn accepts(waiver: &Waiver, object: Option<&ObjectRef>, diagnostic: &Diagnostic) -> bool {
    if GUARDS.contains(&diagnostic.code.as_str()) {
        return false;
    }
    let named = waiver.object.as_ref().map(|o| o.value.as_str());
    let object = object.map_or_else(|| Whole::Lab.to_string(), ToString::to_string);
    diagnostic.code == waiver.id.value && named == Some(object.as_str())
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
