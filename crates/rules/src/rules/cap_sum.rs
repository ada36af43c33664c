//! A claimed total is not the sum of its parts.

use crate::claims::{self, Said, subject};
use crate::figure::Figure;
use crate::held::{self, Verdict};
use crate::near::nearest;
use crate::totals::{self, Total};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Edit, Fix, Severity};
use model::id::ObjectRef;
use model::lab::Lab;
use model::lab::measure::Measure;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const RULE: Rule = Rule {
    id: "cap-sum",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A claimed total is not the sum of its parts.",
    rationale: "Totals are written once and copied ever after, while the parts change. Whoever plans with a total that nobody can \
        add up again buys too much or finds out too late; and a document that is wrong in its sums is not trusted in the rest.",
    example: "claims: [{text: memory of the cluster, about: main, metric: total-memory, value: 112GiB}]   # of 20 + 16 + 16 + 32 + 32 GiB",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::Unsafe("claims what the parts add up to; a part may be wrong instead"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let said = claims::figures(ctx.lab);
    let mut parts = Parts::of(ctx.lab, &said);
    for claim in &said {
        let verdict = held::verdict(ctx.lab, claim);
        // What the declaration adds up to is the total, whatever is claimed of the parts.
        let open = matches!(verdict, Verdict::Missing(_));
        let diagnostic = match verdict {
            Verdict::Wrong(total) if is_sum(&total) => Some(wrong(claim, &total)),
            Verdict::Missing(what) => Some(missing(claim, &what)),
            Verdict::Misfit => Some(misfit(claim)),
            _ => None,
        };
        if let Some(d) = diagnostic {
            out.add_about(claim.about.clone(), d);
        }
        if let Some(d) = parts.judge(claim, open) {
            out.add_about(claim.about.clone(), d);
        }
    }
    for (measure, text, span, about) in claims::wordy(ctx.lab) {
        let what = measure.word().replace('-', " ");
        let message = format!(
            "whether the {what} of {} is as claimed: '{text}' is no figure",
            subject(about.as_ref())
        );
        out.add_about(
            about,
            RULE.unknown(message)
                .at(span, "")
                .help("write a number with its unit"),
        );
    }
    for (text, span, about) in claims::strangers(ctx.lab) {
        if let Some(d) = stranger(text, span) {
            out.add_about(about, d);
        }
    }
}

/// One number is no sum; `cap-one-number` speaks of it.
fn is_sum(total: &Total) -> bool {
    match total {
        Total::Sum(parts) => parts.len() > 1,
        _ => true,
    }
}

fn wrong(said: &Said<'_>, total: &Total) -> Diagnostic {
    let (name, shown) = (said.name(), held::shown(total, said));
    let partial = matches!(total, Total::Missing(_));
    let least = if partial { "at least " } else { "" };
    let what = match total {
        Total::Count(..) => format!(
            "the number of {name} is claimed to be {}, and {shown} are declared",
            said.figure
        ),
        _ => format!(
            "the {name} is claimed to be {}, and its parts add up to {least}{shown}",
            said.figure
        ),
    };
    let d = RULE
        .finding(what)
        .at(said.span, format!("{least}{shown} by the declaration"));
    if partial {
        let d = held::arithmetic(d, total, said);
        return d.help("declare what is not known of it, and claim what all of it adds up to");
    }
    held::arithmetic(d, total, said)
        .help(format!("claim {shown}, or correct the part that is wrong"))
        .fix(claim(said, &shown))
}

/// The claim as it follows from the declaration.
fn claim(said: &Said<'_>, figure: &str) -> Fix {
    Fix::doubtful(format!("claim {figure}"), Edit::replace(said.span, figure))
}

fn missing(said: &Said<'_>, what: &[String]) -> Diagnostic {
    const SHOWN: usize = 4;
    let message = format!("whether the {} is {}", said.name(), said.figure);
    let mut listed: Vec<String> = what.iter().take(SHOWN).cloned().collect();
    if what.len() > SHOWN {
        listed.push(format!("{} more", what.len() - SHOWN));
    }
    let d = RULE.unknown(message).at(said.span, "");
    d.note(format!("not declared: {}", listed.join(", ")))
}

fn misfit(said: &Said<'_>) -> Diagnostic {
    let message = format!(
        "whether the {} is '{}': that is no such figure",
        said.name(),
        said.figure
    );
    RULE.unknown(message)
        .at(said.span, "")
        .help("write a number with the unit of the metric")
}

fn stranger(text: &str, span: diag::Span) -> Option<Diagnostic> {
    let known = Measure::ALL.iter().map(|m| m.word());
    let meant = nearest(&claims::words(text), known)?;
    let message = format!("'{text}' is no metric that can be computed");
    let fix = Fix {
        message: format!("did you mean '{meant}'?"),
        applicability: diag::Applicability::Unsafe,
        edits: vec![diag::Edit::replace(span, meant.to_owned())],
    };
    Some(RULE.unknown(message).at(span, "").fix(fix))
}

/// Claims about the parts of what a claim is about must add up to it.
struct Parts<'s, 'a> {
    said: &'s [Said<'a>],
    /// The claims of one measure, in their order; none where one of them is of something that is no set of machines.
    groups: BTreeMap<Measure, Option<Group>>,
}

/// Claims of one measure.
#[derive(Default)]
struct Group {
    /// Where the claims stand in `said`, by the first of the machines that they are of.
    by_first: BTreeMap<ObjectRef, Vec<usize>>,
    /// The machines of each thing that something is claimed of.
    machines: BTreeMap<Option<ObjectRef>, BTreeSet<ObjectRef>>,
    /// The claims that together are all of a thing; none if there are no such.
    covers: BTreeMap<Option<ObjectRef>, Option<Vec<usize>>>,
}

impl<'s, 'a> Parts<'s, 'a> {
    fn of(lab: &Lab, said: &'s [Said<'a>]) -> Self {
        let mut groups: BTreeMap<Measure, Option<Group>> = BTreeMap::new();
        for (n, claim) in said.iter().enumerate() {
            let Some(measure) = added(claim) else {
                continue;
            };
            let slot = groups
                .entry(measure)
                .or_insert_with(|| Some(Group::default()));
            let Some(group) = slot else { continue };
            let known = group.machines.get(&claim.about);
            let first = match known {
                Some(machines) => machines.first().cloned(),
                None => {
                    let Some(machines) = totals::machines(lab, claim.about.as_ref()) else {
                        *slot = None;
                        continue;
                    };
                    let machines: BTreeSet<_> = machines.into_iter().map(|m| m.object()).collect();
                    let first = machines.first().cloned();
                    group.machines.insert(claim.about.clone(), machines);
                    first
                }
            };
            if let Some(first) = first {
                group.by_first.entry(first).or_default().push(n);
            }
        }
        Self { said, groups }
    }

    /// Compares a total with the claims about its parts; a mend is offered where nothing but these tells what it is.
    fn judge(&mut self, whole: &Said<'_>, open: bool) -> Option<Diagnostic> {
        let measure = added(whole)?;
        let group = self.groups.get_mut(&measure)?.as_mut()?;
        let about = &whole.about;
        if !group.covers.contains_key(about) {
            let cover = group.cover(about, self.said);
            group.covers.insert(about.clone(), cover);
        }
        let cover = group.covers.get(about)?.as_ref()?;
        let parts = cover.iter().filter_map(|n| self.said.get(*n));
        let parts: Vec<Part<'_>> = parts.map(|p| (p, read(p, measure))).collect();
        let value: i128 = parts.iter().map(|(_, figure)| figure.value()).sum();
        let total = read(whole, measure);
        if total.holds(value, value) {
            return None;
        }
        let total = total.say(value);
        let d = of_parts(whole, &parts, &total);
        Some(match open {
            true => d.fix(claim(whole, &total)),
            false => d,
        })
    }
}

/// A claim about a part, and its figure.
type Part<'a> = (&'a Said<'a>, Cow<'a, Figure>);

/// What a claim says; memory is made in powers of two, and whoever writes GB of it means GiB.
fn read<'a>(said: &'a Said<'_>, measure: Measure) -> Cow<'a, Figure> {
    let binary = said.figure.binary();
    match binary.filter(|_| totals::is_memory(measure)) {
        Some(figure) => Cow::Owned(figure),
        None => Cow::Borrowed(&said.figure),
    }
}

impl Group {
    /// Each claim in its order that is about machines that none before it is about, if that is all of them and there are several.
    fn cover(&self, about: &Option<ObjectRef>, said: &[Said<'_>]) -> Option<Vec<usize>> {
        let mut left = self.machines.get(about)?.clone();
        if left.len() < 2 {
            return None;
        }
        let near = left.iter().filter_map(|m| self.by_first.get(m)).flatten();
        let near: BTreeSet<usize> = near.copied().collect();
        let mut parts = Vec::new();
        for n in near {
            let part = said.get(n)?;
            let members = self.machines.get(&part.about)?;
            if part.about != *about && members.len() <= left.len() && members.is_subset(&left) {
                members.iter().for_each(|m| {
                    left.remove(m);
                });
                parts.push(n);
            }
        }
        (left.is_empty() && parts.len() > 1).then_some(parts)
    }
}

/// The measure of a claim that parts add up to.
fn added(said: &Said<'_>) -> Option<Measure> {
    let fits = |m: &Measure| totals::dimension(*m).is_some_and(|d| d == said.figure.dim);
    let measure = said.measure().filter(fits)?;
    let adds = matches!(
        measure,
        Measure::TotalMemory
            | Measure::Cores
            | Measure::Threads
            | Measure::RawStorage
            | Measure::UsableStorage
    );
    adds.then_some(measure)
}

fn of_parts(whole: &Said<'_>, parts: &[Part<'_>], total: &str) -> Diagnostic {
    const SHOWN: usize = 10;
    let mut terms: Vec<String> = parts
        .iter()
        .take(SHOWN)
        .map(|(p, figure)| {
            let size = figure.say(figure.value());
            format!("{size} ({})", subject(p.about.as_ref()))
        })
        .collect();
    if parts.len() > SHOWN {
        terms.push(format!("… ({} in all)", parts.len()));
    }
    let mut d = RULE
        .finding(format!(
            "the {} is claimed to be {}, and the claims about its parts add up to {total}",
            whole.name(),
            whole.figure
        ))
        .at(whole.span, format!("{total} by the claims"));
    for (part, _) in parts.iter().take(SHOWN) {
        d = d.and_at(part.span, "a part");
    }
    let d = d.note(format!(
        "{} = {total}, claimed {}",
        terms.join(" + "),
        whole.figure
    ));
    held::source(d, whole).help("correct the total or the part that is wrong")
}
